//! Client certificates: which names in them are which callers.

use std::{collections::HashMap, sync::Arc};

use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

use super::{Caller, Role, Sellers};

/// Which name in a client's certificate is which caller. A certificate is only looked at once the
/// handshake has verified it against the CA of the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CertificateCallers(HashMap<String, Arc<Caller>>);

impl CertificateCallers {
    /// Reads entries such as `dialer-1.example=dialer:noordlicht,ster` with `;` between; without sellers
    /// it is all of them.
    ///
    /// # Errors
    /// What is wrong with which entry.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut callers = HashMap::new();
        for entry in text.split(';').map(str::trim).filter(|e| !e.is_empty()) {
            let wrong = |what: &str| format!("`{entry}` {what}");
            let (name, who) = entry
                .split_once('=')
                .ok_or_else(|| wrong("is not like name=role or name=role:seller,seller"))?;
            let (role, sellers) = who.split_once(':').unwrap_or((who, "*"));
            let role = Role::parse(role.trim())
                .filter(|role| Role::GIVEN.contains(role))
                .ok_or_else(|| {
                    let roles: Vec<_> = Role::GIVEN.iter().map(|r| r.word()).collect();
                    wrong(&format!("has no role; write one of {}", roles.join(", ")))
                })?;
            let sellers = Sellers::parse(sellers).map_err(|what| wrong(&what))?;
            let name = name.trim();
            let caller = Caller::new(name, role, sellers).map_err(|e| wrong(&e.to_string()))?;
            if callers.insert(name.to_owned(), Arc::new(caller)).is_some() {
                return Err(wrong("comes twice; write each name once"));
            }
        }
        Ok(Self(callers))
    }

    /// Whether no name is any caller's.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whose certificate this is, by its subject alternative names (DNS, URI, e-mail) first and then the
    /// common name of its subject.
    pub fn of_certificate(&self, der: &[u8]) -> Option<Arc<Caller>> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let names = certificate.subject_alternative_name().ok().flatten();
        let alternative = names
            .iter()
            .flat_map(|names| &names.value.general_names)
            .filter_map(|name| match name {
                GeneralName::DNSName(name)
                | GeneralName::URI(name)
                | GeneralName::RFC822Name(name) => Some(*name),
                _ => None,
            });
        let common = certificate
            .subject()
            .iter_common_name()
            .filter_map(|name| name.as_str().ok());
        alternative
            .chain(common)
            .find_map(|name| self.0.get(name).cloned())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_known_by_its_names_and_no_other() {
        let text = "dialer-1.example = dialer:a,b; spiffe://x/agent=agent:a; auditor=auditor";
        let callers = CertificateCallers::parse(text).unwrap();
        let of = |names: &[&str], common: &str| {
            let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
            let mut params = rcgen::CertificateParams::new(names).unwrap();
            let name = &mut params.distinguished_name;
            name.push(rcgen::DnType::CommonName, common);
            let key = rcgen::KeyPair::generate().unwrap();
            let certificate = params.self_signed(&key).unwrap();
            callers.of_certificate(certificate.der()).map(|c| c.role)
        };
        assert_eq!(
            of(&["x.example", "dialer-1.example"], "auditor"),
            Some(Role::Dialer)
        );
        assert_eq!(of(&["x.example"], "auditor"), Some(Role::Auditor));
        assert_eq!(of(&["x.example"], "y"), None);
        assert_eq!(callers.of_certificate(b"no certificate"), None);
    }

    #[test]
    fn what_is_wrong_with_an_entry_is_told() {
        for (text, what) in [
            ("x", "`x` is not like name=role or name=role:seller,seller"),
            (
                "x=boss",
                "`x=boss` has no role; write one of dialer, agent, supervisor, compliance, operator, auditor",
            ),
            (
                "x=machine",
                "`x=machine` has no role; write one of dialer, agent, supervisor, compliance, operator, auditor",
            ),
            (
                "x=agent;x=dialer",
                "`x=dialer` comes twice; write each name once",
            ),
            (
                "x=auditor:a",
                "`x=auditor:a` the role auditor is about all sellers and cannot be bound to some; leave the sellers out, or give the role supervisor",
            ),
        ] {
            assert_eq!(CertificateCallers::parse(text), Err(what.to_owned()));
        }
        assert!(CertificateCallers::parse(" ; ").unwrap().is_empty());
    }
}
