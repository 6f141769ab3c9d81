//! The session's cookie.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::access::Secret;

/// Under TLS the name begins with `__Host-`: a browser then takes it only with `Secure`, for this very
/// host and the whole of it (RFC 6265bis 4.1.3).
fn name(tls: bool) -> &'static str {
    if tls { "__Host-verzet" } else { "verzet" }
}

/// The session's secret that a request carries.
pub fn cookie_of(headers: &HeaderMap) -> Option<&str> {
    let value_of = |wanted: &str| {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|v| v.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(name, value)| (name == wanted).then_some(value))
    };
    value_of(name(true)).or_else(|| value_of(name(false)))
}

/// `Set-Cookie` of a session that begins. It ends with the browser, or here, whichever is first.
pub fn cookie_to_begin(secret: &Secret, tls: bool) -> HeaderValue {
    set(secret.show(), tls, "")
}

/// `Set-Cookie` of a session that ended.
pub fn cookie_to_end(tls: bool) -> HeaderValue {
    set("", tls, "; Max-Age=0")
}

fn set(value: &str, tls: bool, more: &str) -> HeaderValue {
    let secure = if tls { "; Secure" } else { "" };
    let text = format!(
        "{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{more}",
        name(tls)
    );
    // The secret is base64url: every byte of it may stand in a header.
    let mut value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}
