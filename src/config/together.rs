//! Settings that are only right together: what other machines reach needs TLS, a provider its client.

use std::net::SocketAddr;

use super::{
    Origin,
    kind::{Kind, Read},
    problem::Problem,
    sources::Reader,
};
use crate::access::oidc::CALLBACK_PATH;

/// The ports that tell of numbers and persons, and so are never open to other machines without TLS.
const GUARDED: &[&str] = &["listen", "pages.listen"];

/// Adds what is wrong with settings that are right one by one.
pub(super) fn check(reader: &mut Reader) {
    let value = |key: &str| {
        let found = reader.values.iter().find(|v| v.setting.key == key);
        found.map(|v| (v.text.clone(), v.origin.clone()))
    };
    // A setting that is wrong by itself is told of already.
    let text = |key: &str| value(key).map(|(text, _)| text);
    let mut problems = Vec::new();
    let mut wrong = |origin: Origin, key: &str, what: String, hint: &str| {
        problems.push(Problem {
            origin,
            key: Some(key.to_owned()),
            what,
            hint: hint.to_owned(),
        });
    };
    let (certificate, key) = (text("tls.certificate"), text("tls.key"));
    let has_tls = certificate.as_deref() != Some("");
    for listen in GUARDED {
        let Some((address, origin)) = value(listen) else {
            continue;
        };
        let address = SocketAddr::read(&address, Kind::Listen);
        if let Ok(address) = address
            && !address.ip().is_loopback()
            && !has_tls
        {
            let what = format!(
                "`{address}` can be reached from other machines, and there is no TLS to keep tokens and \
                 numbers from whoever listens in"
            );
            let hint = "set tls.certificate and tls.key, or keep it on loopback, such as \
                        \"127.0.0.1:50051\", and put the sidecar beside the dialer";
            wrong(origin, listen, what, hint);
        }
    }
    let (issuer, client) = (text("oidc.issuer"), text("oidc.client_id"));
    let redirect = text("oidc.redirect");
    let needs = [
        ("tls.certificate", "tls.key", key.as_deref()),
        ("tls.key", "tls.certificate", certificate.as_deref()),
        ("tls.client_ca", "tls.certificate", certificate.as_deref()),
        (
            "tls.client_callers",
            "tls.client_ca",
            text("tls.client_ca").as_deref(),
        ),
        ("oidc.issuer", "oidc.client_id", client.as_deref()),
        ("oidc.issuer", "oidc.redirect", redirect.as_deref()),
        ("oidc.client_id", "oidc.issuer", issuer.as_deref()),
        ("oidc.client_secret_file", "oidc.issuer", issuer.as_deref()),
        ("oidc.redirect", "oidc.issuer", issuer.as_deref()),
        ("oidc.name", "oidc.issuer", issuer.as_deref()),
        ("oidc.ca_file", "oidc.issuer", issuer.as_deref()),
    ]
    .map(|(key, other, has)| (key, other, has == Some("")));
    for (key, other, is_missing) in needs {
        if let Some((text, origin)) = value(key)
            && !text.trim().is_empty()
            && is_missing
        {
            let what = format!("means nothing without {other}");
            wrong(origin, key, what, "set both, or neither");
        }
    }
    if let Some((redirect, origin)) = value("oidc.redirect")
        && !redirect.is_empty()
        && !redirect.ends_with(CALLBACK_PATH)
    {
        let what = format!("does not end in {CALLBACK_PATH}");
        let hint = "write the pages' address as browsers have it, and that after it, such as \
                    \"https://verzet.example.org/sign-in/oidc/callback\"";
        wrong(origin, "oidc.redirect", what, hint);
    }
    reader.problems.extend(problems);
}
