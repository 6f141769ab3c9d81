//! Addresses of a provider.

use std::net::IpAddr;

use http::Uri;

/// Whether a text can be the address of a provider or of what it offers: `https`, or `http` on this very
/// machine, where nobody listens in.
pub fn is_address(text: &str) -> bool {
    let Ok(uri) = text.parse::<Uri>() else {
        return false;
    };
    let is_plain = !text.contains(['#', '@']) && uri.host().is_some_and(|host| !host.is_empty());
    is_plain
        && match uri.scheme_str() {
            Some("https") => true,
            Some("http") => uri.host().is_some_and(is_loopback),
            _ => false,
        }
}

fn is_loopback(host: &str) -> bool {
    let ip = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
}

/// The host of an address.
pub(super) fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or(rest)
}

/// An address with these values added to its query.
pub(super) fn with_query(address: &str, values: &[(&str, &str)]) -> String {
    let mark = if address.contains('?') { '&' } else { '?' };
    format!("{address}{mark}{}", form(values))
}

/// Values as a form sends them.
pub(super) fn form(values: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(values)
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_asked_in_clear() {
        for good in [
            "https://id.example",
            "https://id.example:8443/realms/a?b=c",
            "http://127.0.0.1:5556/dex",
            "http://[::1]:5556",
            "http://localhost",
        ] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "",
            "id.example",
            "/realms",
            "http://id.example",
            "http://127.0.0.1.example",
            "http://localhost.example",
            "ftp://id.example",
            "https://user@id.example",
            "https://id.example#part",
            "https:///path",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
        assert_eq!(host("https://id.example:8443/realms/a"), "id.example:8443");
        assert_eq!(
            with_query("https://id.example/a?b=c", &[("d", "e f&g")]),
            "https://id.example/a?b=c&d=e+f%26g"
        );
    }
}
