//! A browser's trip to the provider and back. All that must be unguessable is made of one secret, which
//! only this browser has, in a cookie: so nothing is kept here, and nobody can fill up or empty a store of
//! trips.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::access::{AccessError, Secret, secret};

/// How a secret is written: 256 bits in base64url.
const SECRET_LENGTH: usize = 43;

/// A trip.
#[derive(Debug)]
pub(super) struct Trip {
    secret: String,
    /// The page wanted afterwards.
    pub(super) next: String,
}

impl Trip {
    /// A new one.
    pub(super) fn new(next: &str) -> Result<Self, AccessError> {
        Ok(Self {
            secret: Secret::random("")?.show().to_owned(),
            next: next.to_owned(),
        })
    }

    /// What the browser keeps.
    pub(super) fn to_cookie(&self) -> String {
        format!("{}.{}", self.secret, URL_SAFE_NO_PAD.encode(&self.next))
    }

    /// Reads [`Trip::to_cookie`] back.
    pub(super) fn of_cookie(value: &str) -> Option<Self> {
        let (secret, next) = value.split_once('.')?;
        let next = URL_SAFE_NO_PAD.decode(next).ok()?;
        (secret.len() == SECRET_LENGTH).then_some(Self {
            secret: secret.to_owned(),
            next: String::from_utf8(next).ok()?,
        })
    }

    /// What the provider must send back with the browser.
    pub(super) fn state(&self) -> String {
        self.made("state")
    }

    /// Whether it did.
    pub(super) fn is_state(&self, sent: &str) -> bool {
        secret::same(self.state().as_bytes(), sent.as_bytes())
    }

    /// What must stand in the ID token.
    pub(super) fn nonce(&self) -> String {
        self.made("nonce")
    }

    /// What shows that the code was asked for here (RFC 7636 4.1): 43 characters of base64url.
    pub(super) fn verifier(&self) -> String {
        self.made("verifier")
    }

    /// What the provider checks that by (S256).
    pub(super) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier()))
    }

    /// State and nonce are seen by others; a hash of 256 random bits gives away neither them nor another.
    fn made(&self, what: &str) -> String {
        URL_SAFE_NO_PAD.encode(secret::hash(&format!("verzet oidc {what} {}", self.secret)))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn a_trip_comes_back_as_it_left_and_is_no_other() {
        let trip = Trip::new("/decisions?number=%2B31").unwrap();
        let back = Trip::of_cookie(&trip.to_cookie()).unwrap();
        assert_eq!(back.next, "/decisions?number=%2B31");
        assert!(back.is_state(&trip.state()));
        assert_eq!(back.verifier(), trip.verifier());
        assert_eq!(trip.verifier().len(), 43);
        let other = Trip::new("/").unwrap();
        assert!(!other.is_state(&trip.state()));
        let made = [
            trip.state(),
            trip.nonce(),
            trip.verifier(),
            trip.challenge(),
        ];
        for (i, one) in made.iter().enumerate() {
            assert!(made.iter().skip(i + 1).all(|m| m != one));
            assert!(!trip.to_cookie().contains(one.as_str()));
        }
        for bad in ["", ".", "short.Lw", "x", &trip.to_cookie()[1..]] {
            assert!(Trip::of_cookie(bad).is_none(), "{bad}");
        }
    }
}
