//! Who is signed in, as an extractor.

use std::sync::Arc;

use axum::{
    extract::{FromRef, FromRequestParts},
    http::{Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};

use super::cookie_of;
use crate::access::{Access, Caller, Session, secret::same};

/// Where one signs in.
pub const SIGN_IN_PATH: &str = "/sign-in";
/// Where one changes the password; the only page of an account whose password is a one-time one.
pub const PASSWORD_PATH: &str = "/password";

/// Somebody who is signed in. Whoever is not is sent to [`SIGN_IN_PATH`], whoever must change the
/// password to [`PASSWORD_PATH`].
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who.
    pub caller: Arc<Caller>,
    session: Session,
    cookie: String,
}

impl SignedIn {
    /// What every form must send back as the field `csrf`.
    pub fn csrf_token(&self) -> &str {
        &self.session.csrf
    }

    /// Whether a form sent it back: false for one that another site made.
    pub fn csrf_verify(&self, sent: &str) -> bool {
        same(self.session.csrf.as_bytes(), sent.as_bytes())
    }

    /// Whether only the password may be changed yet.
    pub fn must_change(&self) -> bool {
        self.session.must_change
    }

    /// The cookie's value, for [`Access::change_password`] and [`Access::sign_out`].
    pub fn cookie(&self) -> &str {
        &self.cookie
    }
}

impl<S> FromRequestParts<S> for SignedIn
where
    Arc<Access>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let access = Arc::<Access>::from_ref(state);
        let cookie = cookie_of(&parts.headers).unwrap_or_default();
        let Some(session) = access.session(cookie) else {
            return Err(to_sign_in(parts));
        };
        if session.must_change && !parts.uri.path().starts_with(PASSWORD_PATH) {
            return Err(Redirect::to(PASSWORD_PATH).into_response());
        }
        Ok(Self {
            caller: session.caller.clone(),
            cookie: cookie.to_owned(),
            session,
        })
    }
}

/// A page that was asked for is shown after signing in; a form must be sent again.
fn to_sign_in(parts: &Parts) -> Response {
    let wants_page = parts
        .headers
        .get(header::ACCEPT)
        .and_then(|v| v.to_str().ok())
        .is_none_or(|accept| accept.contains("text/html") || accept.contains("*/*"));
    if !wants_page {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let here = parts.uri.path_and_query().map_or("/", |p| p.as_str());
    if parts.method != Method::GET || here == "/" {
        return Redirect::to(SIGN_IN_PATH).into_response();
    }
    let escaped: String = here
        .bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' => {
                char::from(b).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect();
    Redirect::to(&format!("{SIGN_IN_PATH}?next={escaped}")).into_response()
}

impl SignedIn {
    /// Where to go after signing in: `next` of the address, only if it is a page of this sidecar.
    pub fn safe_next(next: &str) -> &str {
        let is_own = next.starts_with('/')
            && !next.starts_with("//")
            && !next.contains(['\\', '\r', '\n', '\t']);
        if is_own { next } else { "/" }
    }
}

#[cfg(test)]
mod tests {
    use super::SignedIn;

    #[test]
    fn one_is_sent_on_to_own_pages_only() {
        for own in ["/", "/decisions?number=%2B31", "/a//b"] {
            assert_eq!(SignedIn::safe_next(own), own);
        }
        for foreign in [
            "",
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/\t/x",
        ] {
            assert_eq!(SignedIn::safe_next(foreign), "/");
        }
    }
}
