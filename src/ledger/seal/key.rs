//! The key heads are signed with.

use std::{fmt, fs, os::unix::fs::PermissionsExt, path::Path, str::FromStr};

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use crate::{durable, ledger::error::LedgerError};

/// The private key; this user's alone.
const PRIVATE: &str = "key";
/// The public keys, one a line, the newest last.
const PUBLIC: &str = "key.pub";

/// A public key (Ed25519, RFC 8032): what heads and proofs are checked with. As text 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey(pub [u8; 32]);

/// A text that is not a public key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a public key; it has 64 hexadecimal digits: see `verzet ledger key`")]
pub struct PublicKeyError(pub String);

impl PublicKey {
    /// Whether it signed these bytes.
    pub(super) fn signed(&self, bytes: &[u8], signature: &[u8; 64]) -> bool {
        VerifyingKey::from_bytes(&self.0)
            .and_then(|key| key.verify_strict(bytes, &Signature::from_bytes(signature)))
            .is_ok()
    }
}

impl FromStr for PublicKey {
    type Err = PublicKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read_hex(text)
            .map(Self)
            .ok_or_else(|| PublicKeyError(text.chars().take(80).collect()))
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn read_hex(text: &str) -> Option<[u8; 32]> {
    let digit = |b: u8| {
        char::from(b)
            .to_digit(16)
            .filter(|_| !b.is_ascii_uppercase())
    };
    let digits: Option<Vec<u32>> = text.bytes().map(digit).collect();
    let digits = digits.filter(|d| d.len() == 64)?;
    Some(std::array::from_fn(|i| {
        (digits[2 * i] << 4 | digits[2 * i + 1]) as u8
    }))
}

/// Signs.
pub(in crate::ledger) struct Signer {
    key: SigningKey,
    public: PublicKey,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.public)
    }
}

impl Signer {
    /// The key of a ledger's directory, made if there is none; its public key is noted in `key.pub`.
    pub(in crate::ledger) fn open(dir: &Path) -> Result<Self, LedgerError> {
        let signer = match Self::load(dir)? {
            Some(signer) => signer,
            None => Self::make(dir)?,
        };
        let mut known = known_keys(dir)?;
        if !known.contains(&signer.public) {
            if !known.is_empty() {
                tracing::warn!(
                    key = %signer.public,
                    "the ledger's key is gone, and another was made: what was signed before is proved with the old one"
                );
            }
            known.push(signer.public);
            let lines: String = known.iter().map(|key| format!("{key}\n")).collect();
            let path = dir.join(PUBLIC);
            durable::write_whole(&path, lines.as_bytes())
                .map_err(LedgerError::io(&path, "write the ledger's public key"))?;
        }
        Ok(signer)
    }

    fn make(dir: &Path) -> Result<Self, LedgerError> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(LedgerError::Random)?;
        let signer = Self::of(&secret);
        let path = dir.join(PRIVATE);
        let text = format!("{}\n{}\n", hex(&secret), signer.public);
        durable::write_secret(&path, text.as_bytes())
            .map_err(LedgerError::io(&path, "write the ledger's key"))?;
        Ok(signer)
    }

    fn of(secret: &[u8; 32]) -> Self {
        let key = SigningKey::from_bytes(secret);
        let public = PublicKey(key.verifying_key().to_bytes());
        Self { key, public }
    }

    fn load(dir: &Path) -> Result<Option<Self>, LedgerError> {
        let path = dir.join(PRIVATE);
        let failed = || LedgerError::io(&path, "read the ledger's key");
        let Some(bytes) = durable::read(&path).map_err(failed())? else {
            return Ok(None);
        };
        let mode = fs::metadata(&path).map_err(failed())?.permissions().mode();
        if mode & 0o077 != 0 {
            tracing::warn!(path = %path.display(), mode = format!("{:o}", mode & 0o777),
                "others than this user may read the ledger's key; take that right away with `chmod 600`");
        }
        let read = || {
            let (secret, public) = std::str::from_utf8(&bytes).ok()?.split_once('\n')?;
            let signer = Self::of(&read_hex(secret)?);
            (read_hex(public.trim_end())? == signer.public.0).then_some(signer)
        };
        read()
            .map(Some)
            .ok_or_else(|| LedgerError::damaged(&path, "not a private key and its public key"))
    }

    pub(in crate::ledger) fn public(&self) -> PublicKey {
        self.public
    }

    pub(super) fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.key.sign(bytes).to_bytes()
    }
}

/// The public keys a ledger's directory names, the newest last; none before the first start that signs.
///
/// # Errors
/// If the file `key.pub` cannot be read, or is damaged.
pub fn known_keys(dir: &Path) -> Result<Vec<PublicKey>, LedgerError> {
    let path = dir.join(PUBLIC);
    let bytes = durable::read(&path).map_err(LedgerError::io(&path, "read the public keys"))?;
    let text = String::from_utf8(bytes.unwrap_or_default());
    text.ok()
        .and_then(|text| text.lines().map(|line| line.parse().ok()).collect())
        .ok_or_else(|| LedgerError::damaged(&path, "not public keys of 64 hexadecimal digits"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    /// RFC 8032 section 7.1, test 2.
    #[test]
    fn it_signs_as_the_standard_says() {
        let secret = read_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        let signer = Signer::of(&secret.unwrap());
        assert_eq!(
            signer.public.to_string(),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
        );
        let signature = signer.sign(&[0x72]);
        assert!(
            hex(&signature).starts_with("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb376")
        );
        assert!(signer.public.signed(&[0x72], &signature));
        assert!(!signer.public.signed(&[0x73], &signature));
        assert!(!PublicKey([1; 32]).signed(&[0x72], &signature));
    }

    #[test]
    fn a_key_is_made_once_and_is_its_users_alone() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(known_keys(dir.path()).unwrap(), []);
        let made = Signer::open(dir.path()).unwrap().public();
        assert_eq!(Signer::open(dir.path()).unwrap().public(), made);
        assert_eq!(known_keys(dir.path()).unwrap(), [made]);
        let path = dir.path().join(PRIVATE);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        let mut text = fs::read_to_string(&path).unwrap();
        text.replace_range(..1, if text.starts_with('0') { "1" } else { "0" });
        fs::write(&path, text).unwrap();
        assert!(matches!(
            Signer::open(dir.path()),
            Err(LedgerError::Damaged { .. })
        ));

        fs::remove_file(&path).unwrap();
        let other = Signer::open(dir.path()).unwrap().public();
        assert_ne!(other, made);
        assert_eq!(known_keys(dir.path()).unwrap(), [made, other]);
    }

    #[test]
    fn a_public_key_has_one_spelling() {
        let text = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
        assert_eq!(text.parse::<PublicKey>().unwrap().to_string(), text);
        for wrong in ["", &text[1..], &text.to_uppercase(), &format!("{text}0")] {
            assert!(wrong.parse::<PublicKey>().is_err(), "{wrong}");
        }
    }
}
