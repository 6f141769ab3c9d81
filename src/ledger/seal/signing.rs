//! Making heads: of a part that is over, of one that grows.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::{
    groups::Groups,
    head::{FileHash, Head, HeadKind, load, path_of},
    key::{PublicKey, Signer},
    rest,
};
use crate::{
    clock::{Day, Micros},
    durable,
    ledger::{
        error::LedgerError,
        id::LedgerId,
        part::{self, meta, open_read_only},
    },
};

/// A ledger's directory and its key.
#[derive(Debug)]
pub(in crate::ledger) struct Signing {
    dir: PathBuf,
    ledger: LedgerId,
    signer: Signer,
}

impl Signing {
    /// With the key in the directory, made if there is none.
    pub(in crate::ledger) fn open(dir: &Path, ledger: LedgerId) -> Result<Self, LedgerError> {
        Ok(Self {
            dir: dir.to_owned(),
            ledger,
            signer: Signer::open(dir)?,
        })
    }

    pub(in crate::ledger) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(in crate::ledger) fn public(&self) -> PublicKey {
        self.signer.public()
    }

    /// The head beside a part.
    pub(in crate::ledger) fn head(&self, day: Day) -> Result<Option<Head>, LedgerError> {
        load(&self.dir, self.ledger, day)
    }

    /// Signs a head and puts it beside its part.
    pub(in crate::ledger) fn put(&self, head: Head) -> Result<Head, LedgerError> {
        let head = head.sign(&self.signer);
        head.save(&self.dir)?;
        Ok(head)
    }

    /// Seals a part whose day is over, or seals it again after an eraser changed it. `None` if it was never
    /// begun, or a reader holds its log: try again later.
    ///
    /// The caller holds the [`super::Lock`].
    pub(in crate::ledger) fn seal(&self, day: Day) -> Result<Option<Head>, LedgerError> {
        let old = self.head(day)?;
        if let Some(old) = old.as_ref().filter(|old| old.is_final()) {
            return Ok(Some(old.clone()));
        }
        let path = part::path_of(&self.dir, day);
        if !rest::settle(&path)? {
            return Ok(None);
        }
        let file = rest::hash_file(&path)?;
        let conn = open_read_only(&path).map_err(LedgerError::db(&path, "open the part"))?;
        let Some(mut groups) = self.groups(&conn, day, old.as_ref())? else {
            return Ok(None);
        };
        groups.read(&conn, &path, u64::MAX)?;
        if groups.count() == 0 {
            return Err(LedgerError::damaged(&path, "a part without a commit group"));
        }
        if let Some(old) = old.filter(|old| old.kind == HeadKind::Sealed)
            && old.groups != groups.count()
        {
            return Err(LedgerError::damaged(&path, "records behind its sealed end"));
        }
        self.put(groups.head(HeadKind::Sealed, Some(file), Micros::system_now()))
            .map(Some)
    }

    /// The groups of a part as far as its head states them, which they must bear out. `None` if the part
    /// was never begun.
    pub(super) fn groups(
        &self,
        conn: &Connection,
        day: Day,
        head: Option<&Head>,
    ) -> Result<Option<Groups>, LedgerError> {
        let path = part::path_of(&self.dir, day);
        let Some(meta) = meta(conn, &path, day)? else {
            return Ok(None);
        };
        if meta.ledger != self.ledger {
            return Err(LedgerError::OtherLedger {
                path,
                found: meta.ledger.to_string(),
                expected: self.ledger.to_string(),
            });
        }
        let mut groups = Groups::begin(&path, day, &meta)?;
        if let Some(head) = head {
            groups.read(conn, &path, head.groups)?;
            if groups.mark() != head.mark() {
                // Not to be signed anew: the head is what shows it.
                let what = format!(
                    "its head, signed at {}, says otherwise: `verzet ledger verify` tells what",
                    head.signed_at
                );
                return Err(LedgerError::damaged(&path, what));
            }
        }
        Ok(Some(groups))
    }

    /// Signs what an open part holds by now.
    pub(super) fn checkpoint(
        &self,
        groups: &Groups,
        file: Option<FileHash>,
    ) -> Result<Head, LedgerError> {
        self.put(groups.head(HeadKind::Checkpoint, file, Micros::system_now()))
    }

    /// Whether a part still is what its head says, group by group.
    pub(in crate::ledger) fn bears_out(&self, head: &Head) -> Result<(), LedgerError> {
        let path = part::path_of(&self.dir, head.day);
        let conn = open_read_only(&path).map_err(LedgerError::db(&path, "open the part"))?;
        match self.groups(&conn, head.day, Some(head))? {
            Some(_) => Ok(()),
            None => Err(LedgerError::damaged(
                &path,
                "its head states records, and there are none",
            )),
        }
    }

    /// Signs an open part whose sidecar is stopped, byte for byte; without its bytes if a log is left.
    pub(in crate::ledger) fn rest(&self, day: Day) -> Result<(), LedgerError> {
        let path = part::path_of(&self.dir, day);
        let file = match rest::log_of(&path) {
            None => Some(rest::hash_file(&path)?),
            Some(_) => None,
        };
        let head = self.head(day)?;
        let conn = open_read_only(&path).map_err(LedgerError::db(&path, "open the part"))?;
        if let Some(mut groups) = self.groups(&conn, day, head.as_ref())? {
            groups.read(&conn, &path, u64::MAX)?;
            self.checkpoint(&groups, file)?;
        }
        Ok(())
    }

    /// Takes the file out of what a head states, since it is about to change.
    pub(in crate::ledger) fn open_file(&self, head: Head) -> Result<Head, LedgerError> {
        self.put(Head {
            file: None,
            signed_at: Micros::system_now(),
            ..head
        })
    }
}

/// The newest part that has a head: what it says. `None` if no part has, or it cannot be relied upon.
pub(in crate::ledger) fn newest(dir: &Path) -> Result<Option<Head>, LedgerError> {
    for day in part::days(dir)?.into_iter().rev() {
        let path = path_of(dir, day);
        let bytes = durable::read(&path).map_err(LedgerError::io(&path, "read the part's head"))?;
        let Some(bytes) = bytes else {
            continue;
        };
        let head = Head::parse(&bytes).ok();
        let sound = head.filter(|head| head.day == day && head.is_signed());
        if sound.is_none() {
            tracing::error!(path = %path.display(), "a head is damaged: keep it as evidence, and see `verzet ledger verify`");
        }
        return Ok(sound);
    }
    Ok(None)
}
