//! The cookies: that of a session, and that of a sign-in at a provider that is under way.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::access::Secret;

/// A cookie of these pages.
struct Cookie {
    /// Under TLS the name begins with `__Host-`: a browser then takes it only with `Secure`, for this very
    /// host and the whole of it (RFC 6265bis 4.1.3).
    secure: &'static str,
    clear: &'static str,
}

const SESSION: Cookie = Cookie {
    secure: "__Host-verzet",
    clear: "verzet",
};
const TRIP: Cookie = Cookie {
    secure: "__Host-verzet-oidc",
    clear: "verzet-oidc",
};

/// How long a sign-in at a provider may take, in seconds.
const TRIP_SECONDS: u32 = 600;

/// The session's secret that a request carries.
pub fn cookie_of(headers: &HeaderMap) -> Option<&str> {
    SESSION.of(headers)
}

/// `Set-Cookie` of a session that begins. It ends with the browser, or here, whichever is first.
pub fn cookie_to_begin(secret: &Secret, tls: bool) -> HeaderValue {
    SESSION.set(secret.show(), tls, "")
}

/// `Set-Cookie` of a session that ended.
pub fn cookie_to_end(tls: bool) -> HeaderValue {
    SESSION.set("", tls, "; Max-Age=0")
}

/// What a browser kept of a sign-in at a provider.
pub fn trip_cookie_of(headers: &HeaderMap) -> Option<&str> {
    TRIP.of(headers)
}

/// `Set-Cookie` of a sign-in at a provider that begins (`Departure::cookie`).
pub fn trip_cookie_to_begin(value: &str, tls: bool) -> HeaderValue {
    TRIP.set(value, tls, &format!("; Max-Age={TRIP_SECONDS}"))
}

/// `Set-Cookie` of one that ended, however it did: it serves once.
pub fn trip_cookie_to_end(tls: bool) -> HeaderValue {
    TRIP.set("", tls, "; Max-Age=0")
}

impl Cookie {
    fn of<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        let value_of = |wanted: &str| {
            headers
                .get_all(header::COOKIE)
                .iter()
                .filter_map(|v| v.to_str().ok())
                .flat_map(|line| line.split(';'))
                .filter_map(|pair| pair.trim().split_once('='))
                .find_map(|(name, value)| (name == wanted).then_some(value))
        };
        value_of(self.secure).or_else(|| value_of(self.clear))
    }

    fn set(&self, value: &str, tls: bool, more: &str) -> HeaderValue {
        let (name, secure) = match tls {
            true => (self.secure, "; Secure"),
            false => (self.clear, ""),
        };
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{more}");
        // The value is base64url: every byte of it may stand in a header.
        let mut value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
        value.set_sensitive(true);
        value
    }
}
