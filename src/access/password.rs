//! Passwords: argon2id, with OWASP's parameters (the crate's default: 19 MiB, two passes).

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};

use super::AccessError;

/// The shortest password a person may choose (NIST SP 800-63B-4: 15 without a second factor).
pub(super) const SHORTEST: usize = 15;
/// The longest, in bytes: hashing must stay cheap to refuse.
pub(super) const LONGEST: usize = 256;

/// As long as a real one, of no password anybody knows.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$\
                       kq0ZTCmXvgYRiUYq1Cuz8mMWV1Fv2z1gG3cGk7o2VJE";

/// Hashes a password for keeping.
pub(super) fn hash(password: &str) -> Result<String, AccessError> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|e| AccessError::Random(e.to_string()))
}

/// Whether a password is the kept one. Where there is none, the time it takes is the same.
pub(super) fn is_right(password: &str, kept: Option<&str>) -> bool {
    let is_kept = kept.is_some_and(|k| !k.is_empty());
    let text = kept.filter(|k| !k.is_empty()).unwrap_or(NOBODYS);
    let right = PasswordHash::new(text).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok()
    });
    right && is_kept
}

/// Whether a person may choose this password.
pub(super) fn is_good(password: &str, name: &str) -> Result<(), String> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(format!(
            "has {length} characters; take at least {SHORTEST}, such as four words"
        ));
    }
    if password.len() > LONGEST {
        return Err(format!(
            "is longer than {LONGEST} bytes; take a shorter one"
        ));
    }
    let lower = password.to_lowercase();
    let mut letters: Vec<char> = lower.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    if letters.len() < 5 || lower.contains(&name.to_lowercase()) {
        return Err(
            "is easy to guess; take four words that have nothing to do with you".to_owned(),
        );
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn only_the_kept_password_is_right_and_nobodys_is_hashed_alike() {
        let kept = hash("correct horse battery").unwrap();
        assert!(
            kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{kept}"
        );
        assert!(is_right("correct horse battery", Some(&kept)));
        assert!(!is_right("correct horse batterz", Some(&kept)));
        assert!(!is_right("correct horse battery", None));
        assert!(!is_right("", Some("")));
        assert!(PasswordHash::new(NOBODYS).is_ok());
    }

    #[test]
    fn a_password_that_is_easy_to_guess_is_refused() {
        assert!(is_good("four words of mine", "s-1").is_ok());
        assert!(is_good("short", "s-1").unwrap_err().starts_with("has 5"));
        assert!(is_good("aaaaaaaaaaaaaaaaaaaa", "x").is_err());
        assert!(is_good("supervisor-north-1", "Supervisor-north").is_err());
        assert!(is_good(&"long words ".repeat(30), "x").is_err());
    }
}
