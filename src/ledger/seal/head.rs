//! A head: what a part holds, in 278 bytes, signed (`docs/ledger.md`).

use std::path::{Path, PathBuf};

use super::key::{PublicKey, Signer};
use crate::{
    clock::{Day, Micros},
    durable,
    ledger::{
        bytes::{Cursor, Malformed},
        chain::{self, Hash},
        error::LedgerError,
        id::LedgerId,
    },
};

const VERSION: u8 = 1;
/// The bytes that are signed.
const SIGNED: usize = 214;
/// What is signed begins with it, so that no other signature can be passed off as a head's.
const DOMAIN: &[u8] = b"\x06verzet ledger head";
/// The part before, where there is none.
const NONE: i32 = i32::MIN;

/// What a head says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadKind {
    /// The part holds at least this; it may grow.
    Checkpoint = 1,
    /// The part holds this and no more; its day is over.
    Sealed = 2,
    /// The part held this and was dropped on purpose.
    Purged = 3,
}

impl HeadKind {
    /// As a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Checkpoint => "checkpoint",
            Self::Sealed => "sealed",
            Self::Purged => "purged",
        }
    }
}

/// A part's file as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileHash {
    /// Its length in bytes.
    pub length: u64,
    /// SHA-256 of its bytes.
    pub sha256: Hash,
}

/// A signed statement of what a part holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// What it says.
    pub kind: HeadKind,
    /// The ledger.
    pub ledger: LedgerId,
    /// The part.
    pub day: Day,
    /// The part before; `None` of the first.
    pub previous: Option<Day>,
    /// The chain the part continues.
    pub previous_chain: Hash,
    /// Its first record.
    pub first_seq: u64,
    /// Its last record.
    pub last_seq: u64,
    /// Its commit groups.
    pub groups: u64,
    /// The chain of the last group.
    pub chain: Hash,
    /// The Merkle tree hash over the groups, so that one can be proved without the others.
    pub tree: Hash,
    /// When it was signed.
    pub signed_at: Micros,
    /// The part's file, byte for byte; `None` while it is open or being changed by an eraser.
    pub file: Option<FileHash>,
    /// Who signed.
    pub key: PublicKey,
    /// The signature.
    pub signature: [u8; 64],
}

/// Bytes that are not a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a head: {0}")]
pub struct HeadError(&'static str);

impl From<Malformed> for HeadError {
    fn from(Malformed(what): Malformed) -> Self {
        Self(what)
    }
}

impl Head {
    /// The length of every head.
    pub const LENGTH: usize = SIGNED + 64;

    /// Reads a head; whether it is signed by whom it says is [`Head::is_signed`].
    ///
    /// # Errors
    /// If it is not the one encoding of a head.
    pub fn parse(bytes: &[u8]) -> Result<Self, HeadError> {
        let mut cursor = Cursor(bytes);
        let head = Self::take(&mut cursor)?;
        cursor.end()?;
        Ok(head)
    }

    pub(in crate::ledger) fn take(cursor: &mut Cursor<'_>) -> Result<Self, HeadError> {
        let [version, kind] = *cursor.array()?;
        if version != VERSION {
            return Err(HeadError("a version this build does not know"));
        }
        let kind = match kind {
            1 => HeadKind::Checkpoint,
            2 => HeadKind::Sealed,
            3 => HeadKind::Purged,
            _ => return Err(HeadError("a kind this build does not know")),
        };
        let number = |cursor: &mut Cursor<'_>| cursor.array().map(|b| u64::from_be_bytes(*b));
        let head = Self {
            kind,
            ledger: LedgerId(u32::from_be_bytes(*cursor.array()?)),
            day: Day(i32::from_be_bytes(*cursor.array()?)),
            previous: Some(i32::from_be_bytes(*cursor.array()?))
                .filter(|day| *day != NONE)
                .map(Day),
            previous_chain: *cursor.array()?,
            first_seq: number(cursor)?,
            last_seq: number(cursor)?,
            groups: number(cursor)?,
            chain: *cursor.array()?,
            tree: *cursor.array()?,
            signed_at: Micros(i64::from_be_bytes(*cursor.array()?)),
            file: match (number(cursor)?, *cursor.array()?) {
                (0, sha256) if sha256 == [0; 32] => None,
                (0, _) => return Err(HeadError("a file of no length")),
                (length, sha256) => Some(FileHash { length, sha256 }),
            },
            key: PublicKey(*cursor.array()?),
            signature: *cursor.array()?,
        };
        head.check()?;
        Ok(head)
    }

    fn check(&self) -> Result<(), HeadError> {
        let records = self.last_seq.checked_sub(self.first_seq);
        if self.first_seq == 0 || records.is_none_or(|n| n >= u64::MAX - 1) {
            return Err(HeadError("a first record that cannot be"));
        }
        if self.groups == 0 || records.is_some_and(|n| n < self.groups - 1) {
            return Err(HeadError("more groups than records"));
        }
        if self.previous.is_some_and(|day| day >= self.day) {
            return Err(HeadError("a part before that is not before"));
        }
        let begins = self.first_seq == 1 && self.previous_chain == chain::genesis(self.ledger);
        if self.previous.is_none() != (self.first_seq == 1) || self.previous.is_none() && !begins {
            return Err(HeadError("it does not begin this ledger"));
        }
        Ok(())
    }

    /// Its bytes.
    pub fn to_bytes(&self) -> [u8; Self::LENGTH] {
        let mut out = [0; Self::LENGTH];
        let mut rest = &mut out[..];
        let mut put = |bytes: &[u8]| {
            let (here, behind) = std::mem::take(&mut rest).split_at_mut(bytes.len());
            here.copy_from_slice(bytes);
            rest = behind;
        };
        put(&[VERSION, self.kind as u8]);
        put(&self.ledger.0.to_be_bytes());
        put(&self.day.0.to_be_bytes());
        put(&self.previous.map_or(NONE, |day| day.0).to_be_bytes());
        put(&self.previous_chain);
        for number in [self.first_seq, self.last_seq, self.groups] {
            put(&number.to_be_bytes());
        }
        put(&self.chain);
        put(&self.tree);
        put(&self.signed_at.0.to_be_bytes());
        put(&self.file.map_or(0, |file| file.length).to_be_bytes());
        put(&self.file.map_or([0; 32], |file| file.sha256));
        put(&self.key.0);
        put(&self.signature);
        out
    }

    /// The bytes that are signed.
    pub fn message(&self) -> Vec<u8> {
        [DOMAIN, &self.to_bytes()[..SIGNED]].concat()
    }

    /// Whether nothing is left to be said of the part, unless an eraser changes it.
    pub(in crate::ledger) fn is_final(&self) -> bool {
        match self.kind {
            HeadKind::Checkpoint => false,
            HeadKind::Sealed => self.file.is_some(),
            HeadKind::Purged => true,
        }
    }

    /// Signs what it says.
    pub(in crate::ledger) fn sign(mut self, signer: &Signer) -> Self {
        self.key = signer.public();
        self.signature = signer.sign(&self.message());
        self
    }

    /// Whether it was signed with the key it names.
    pub fn is_signed(&self) -> bool {
        self.key.signed(&self.message(), &self.signature)
    }

    /// Writes it beside its part.
    pub(in crate::ledger) fn save(&self, dir: &Path) -> Result<(), LedgerError> {
        let path = path_of(dir, self.day);
        durable::write_whole(&path, &self.to_bytes())
            .map_err(LedgerError::io(&path, "write the part's head"))
    }
}

/// The file of a part's head.
pub(in crate::ledger) fn path_of(dir: &Path, day: Day) -> PathBuf {
    dir.join(format!("{day}.head"))
}

/// The head beside a part; `None` if there is none. It says of itself that it is of this part, of this
/// ledger and signed; by whom is for the caller to look at.
pub(in crate::ledger) fn load(
    dir: &Path,
    ledger: LedgerId,
    day: Day,
) -> Result<Option<Head>, LedgerError> {
    let path = path_of(dir, day);
    let bytes = durable::read(&path).map_err(LedgerError::io(&path, "read the part's head"))?;
    let Some(bytes) = bytes else {
        return Ok(None);
    };
    let head = Head::parse(&bytes).map_err(|e| LedgerError::damaged(&path, e.to_string()))?;
    if head.day != day || head.ledger != ledger {
        let what = format!("the head of part {} of ledger {}", head.day, head.ledger);
        return Err(LedgerError::damaged(&path, what));
    }
    if !head.is_signed() {
        return Err(LedgerError::damaged(&path, "its signature does not hold"));
    }
    Ok(Some(head))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    fn head(signer: &Signer) -> Head {
        let ledger = LedgerId(0x7f3a_09c1);
        Head {
            kind: HeadKind::Sealed,
            ledger,
            day: Day(20_781),
            previous: None,
            previous_chain: chain::genesis(ledger),
            first_seq: 1,
            last_seq: 400,
            groups: 16,
            chain: [7; 32],
            tree: [8; 32],
            signed_at: Micros(1_795_512_600_000_000),
            file: Some(FileHash {
                length: 4_096,
                sha256: [9; 32],
            }),
            key: signer.public(),
            signature: [0; 64],
        }
        .sign(signer)
    }

    #[test]
    fn a_head_survives_bytes_and_a_flipped_one_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let head = head(&Signer::open(dir.path()).unwrap());
        let bytes = head.to_bytes();
        assert_eq!(Head::parse(&bytes), Ok(head.clone()));
        assert!(head.is_signed());
        for place in 0..bytes.len() * 8 {
            let mut bytes = bytes;
            bytes[place / 8] ^= 1 << (place % 8);
            let sound = Head::parse(&bytes).is_ok_and(|head| head.is_signed());
            assert!(!sound, "bit {place}");
        }
        assert!(Head::parse(&bytes[1..]).is_err());
        assert!(Head::parse(&[&bytes[..], &[0]].concat()).is_err());
    }

    #[test]
    fn a_head_is_of_its_part_and_ledger() {
        let dir = tempfile::tempdir().unwrap();
        let head = head(&Signer::open(dir.path()).unwrap());
        assert_eq!(load(dir.path(), head.ledger, head.day).unwrap(), None);
        head.save(dir.path()).unwrap();
        let read = load(dir.path(), head.ledger, head.day).unwrap();
        assert_eq!(read.as_ref(), Some(&head));
        assert!(load(dir.path(), LedgerId(1), head.day).is_err());
        let other = Day(head.day.0 + 1);
        std::fs::rename(path_of(dir.path(), head.day), path_of(dir.path(), other)).unwrap();
        assert!(load(dir.path(), head.ledger, other).is_err());
    }
}
