//! The second factor: six digits that change every 30 seconds (RFC 6238), SHA-1 as every app has it.

use totp_rs::{Builder, Totp};

use super::{AccessError, secret};

/// The secret shared with an app: 160 bits.
pub(super) type Key = [u8; 20];

/// Makes a secret.
pub(super) fn key() -> Result<Key, AccessError> {
    secret::random()
}

fn of(key: &[u8]) -> Option<Totp> {
    Builder::new().with_secret(key.to_vec()).build().ok()
}

/// The time step a code is of, if it is right now, give or take one step, and of a later step than the
/// last one taken: a code counts once.
pub(super) fn step(key: &[u8], code: &str, seconds: u64, last: u64) -> Option<u64> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    of(key)?.check(&digits, seconds).filter(|step| *step > last)
}

/// What an app reads from a QR code or as a link: `otpauth://` with the account's name.
pub(super) fn link(key: &Key, name: &str) -> String {
    let escaped: String = name
        .bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                char::from(b).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect();
    let secret = totp_rs::Secret::from(*key).to_base32();
    format!("otpauth://totp/verzet:{escaped}?secret={secret}&issuer=verzet")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B, cut to six digits.
    #[test]
    fn codes_are_those_of_the_rfc_and_count_once() {
        let key = b"12345678901234567890";
        assert_eq!(step(key, "287 082", 59, 0), Some(1));
        assert_eq!(step(key, "081804", 1_111_111_109, 0), Some(37_037_036));
        assert_eq!(step(key, "081804", 1_111_111_109, 37_037_036), None);
        assert_eq!(step(key, "081805", 1_111_111_109, 0), None);
        assert_eq!(step(key, "", 59, 0), None);
        assert_eq!(
            link(key, "s é"),
            "otpauth://totp/verzet:s%20%C3%A9?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=verzet"
        );
    }
}
