//! Secrets that are shown once: tokens, one-time passwords, cookies. Kept only as hashes.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::AccessError;

/// A secret just made. Its text is for one pair of eyes: neither `Debug` nor an error shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// What is kept of a random secret: its SHA-256. With 256 random bits there is nothing to guess, so a
/// slow hash such as argon2 would guard nothing here, and it would cost every check milliseconds.
pub(super) type Hash = [u8; 32];

impl Secret {
    /// 256 random bits after a prefix that says what it is, for people and secret scanners.
    ///
    /// # Errors
    /// If the system gives no random numbers.
    pub(super) fn random(prefix: &str) -> Result<Self, AccessError> {
        let bytes: [u8; 32] = random()?;
        Ok(Self(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes))))
    }

    /// 100 random bits in twenty letters and digits none of which is taken for another, for typing.
    ///
    /// # Errors
    /// If the system gives no random numbers.
    pub(super) fn to_type() -> Result<Self, AccessError> {
        const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
        let bytes: [u8; 20] = random()?;
        let mut text = String::new();
        for (i, byte) in bytes.iter().enumerate() {
            if i > 0 && i % 5 == 0 {
                text.push('-');
            }
            text.push(char::from(LETTERS[usize::from(byte % 32)]));
        }
        Ok(Self(text))
    }

    /// The text, to be shown.
    pub fn show(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What is kept of a secret.
pub(super) fn hash(secret: &str) -> Hash {
    Sha256::digest(secret).into()
}

/// Random bytes of the system.
pub(super) fn random<const N: usize>() -> Result<[u8; N], AccessError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|e| AccessError::Random(e.to_string()))?;
    Ok(bytes)
}

/// Whether two byte strings are the same, in a time that says nothing of where they differ.
pub(super) fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |diff, (a, b)| diff | (a ^ b)) == 0
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_long_and_not_shown_by_accident() {
        let token = Secret::random("vzt_").unwrap();
        assert_eq!(token.show().len(), 4 + 43);
        assert_eq!(format!("{token:?}"), "Secret(…)");
        assert_ne!(token, Secret::random("vzt_").unwrap());
        let typed = Secret::to_type().unwrap();
        assert_eq!(typed.show().len(), 23);
        assert!(same(b"abc", b"abc") && !same(b"abc", b"abd") && !same(b"abc", b"ab"));
    }
}
