//! One part: its head, its file, its records, and the heads of it that were kept elsewhere.

use super::{
    PartReport, PartState, Run,
    link::{Continues, Link, contradiction},
};
use crate::{
    clock::{Day, Micros},
    ledger::{
        error::LedgerError,
        part::path_of,
        seal::{self, Head, HeadKind, Lock},
        walk,
    },
};

/// A part that was written for longer and never signed has lost its head.
const SIGNED_WITHIN: i64 = 10 * 60 * 1_000_000;

/// The head beside a part.
enum Beside {
    /// There is none.
    Bare,
    /// One that holds.
    Sound(Box<Head>),
    /// One that does not: told of already.
    Damaged,
}

impl Run<'_> {
    /// Proves a part, or that it was purged.
    pub(super) fn part(
        &mut self,
        day: Day,
        is_there: bool,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), LedgerError> {
        let before = self.found.findings.len();
        // The head and the file's hash in one breath: an eraser changes both, a purge ends both.
        let lock = Lock::to_read(self.dir);
        let head = self.head(day)?;
        let is_there = is_there && path_of(self.dir, day).exists();
        let file = match &head {
            Beside::Sound(head) if is_there => self.file(head)?,
            _ => None,
        };
        drop(lock);
        let kept = self.kept(day);
        let head = match head {
            Beside::Sound(head) => Some(*head),
            Beside::Bare => None,
            Beside::Damaged => {
                self.walk(day, None, &kept, progress)?;
                return Ok(());
            }
        };
        match &head {
            Some(head) if !is_there || head.kind == HeadKind::Purged => {
                self.gone(head, is_there, &kept);
            }
            None if !is_there => {
                let what = "the part is gone, and a head of it was kept elsewhere";
                self.finding(Some(day), format!("{day}.db"), None, what);
                self.before = Link::Unknown;
            }
            _ => {
                self.walk(day, head, &kept, progress)?;
                // What is wrong with a record says more than that the file is another.
                if let Some(what) = file.filter(|_| self.found.findings.len() == before) {
                    self.finding(Some(day), format!("{day}.db"), None, what);
                    if let Some(part) = self.found.parts.last_mut() {
                        part.sound = false;
                    }
                }
            }
        }
        Ok(())
    }

    fn head(&mut self, day: Day) -> Result<Beside, LedgerError> {
        let Some(ledger) = self.found.ledger.or_else(|| named(self.dir, day)) else {
            return Ok(Beside::Bare);
        };
        let head = match seal::load_head(self.dir, ledger, day) {
            Ok(None) => return Ok(Beside::Bare),
            Ok(Some(head)) => head,
            Err(e) => {
                self.damage(Some(day), e)?;
                return Ok(Beside::Damaged);
            }
        };
        if !self.keys.contains(&head.key) {
            let what = format!("signed with a key that is not the ledger's: {}", head.key);
            self.finding(Some(day), format!("{day}.head"), None, what);
            return Ok(Beside::Damaged);
        }
        Ok(Beside::Sound(Box::new(head)))
    }

    /// What is wrong with a part's file as a whole.
    fn file(&mut self, head: &Head) -> Result<Option<String>, LedgerError> {
        let path = path_of(self.dir, head.day);
        if head.kind == HeadKind::Purged {
            return Ok(None);
        }
        if head.kind == HeadKind::Sealed && head.file.is_none() {
            self.found.notes.push(format!(
                "{}.db: an erasure was broken off; `verzet ledger seal` signs its file again",
                head.day
            ));
        }
        let Some(signed) = head.file else {
            return Ok(None);
        };
        if let Some(log) = seal::log_of(&path) {
            let name = log.extension().unwrap_or_default().to_string_lossy();
            return Ok(Some(format!(
                "it was signed at rest, and SQLite's log lies beside it (.{name}): something was written"
            )));
        }
        let found = seal::hash_file(&path)?;
        Ok((found != signed).then(|| {
            format!(
                "the file is not the one signed at {} ({} bytes, then {}), though each record in it is: \
                 something that is no record was changed",
                head.signed_at, found.length, signed.length
            )
        }))
    }

    /// The heads of a part that were kept elsewhere and hold.
    fn kept(&mut self, day: Day) -> Vec<Head> {
        let mut kept = Vec::new();
        for head in self.against.heads.iter().filter(|head| head.day == day) {
            let what = if !head.is_signed() {
                "its signature does not hold"
            } else if !self.keys.contains(&head.key) {
                "it is signed with a key that is not the ledger's"
            } else if self
                .found
                .ledger
                .is_some_and(|ledger| head.ledger != ledger)
            {
                "it is of another ledger"
            } else {
                kept.push(head.clone());
                continue;
            };
            let what = format!(
                "a head kept elsewhere, up to record {}: {what}",
                head.last_seq
            );
            self.finding(Some(day), format!("{day}.head"), None, what);
        }
        kept
    }

    /// A part that is not there, or should not be.
    fn gone(&mut self, head: &Head, is_there: bool, kept: &[Head]) {
        let (day, purged) = (head.day, head.kind == HeadKind::Purged);
        if !purged {
            let what = "the part is gone, and its head does not say that it was purged";
            self.finding(Some(day), format!("{day}.db"), None, what);
        } else if is_there {
            self.found.notes.push(format!(
                "{day}.db: a purge was broken off; a running sidecar removes it, `verzet ledger purge` too"
            ));
        }
        self.link(day, format!("{day}.head"), &Continues::of_head(head));
        for other in kept {
            let same = other.groups != head.groups || other.mark() == head.mark();
            if other.groups > head.groups || !same {
                let what = format!("the head says other than one signed at {}", other.signed_at);
                self.finding(Some(day), format!("{day}.head"), None, what);
            }
        }
        self.before = Link::after_head(head);
        self.found.parts.push(PartReport {
            day,
            state: PartState::Purged,
            records: Some((head.first_seq, head.last_seq)),
            decisions: 0,
            erased: 0,
            chain: Some(head.chain),
            head: Some(head.clone()),
            sound: purged,
        });
    }

    fn link(&mut self, day: Day, file: String, next: &Continues) {
        if let Some(what) = self.before.broken_by(next) {
            self.finding(Some(day), file, None, what);
        }
    }

    /// Reads a part that is there, and holds it against what was signed.
    fn walk(
        &mut self,
        day: Day,
        head: Option<Head>,
        kept: &[Head],
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), LedgerError> {
        let path = path_of(self.dir, day);
        let file = format!("{day}.db");
        let state = match head.as_ref().map(|head| head.kind) {
            None => PartState::Unsigned,
            Some(HeadKind::Checkpoint) => PartState::Open,
            Some(_) => PartState::Sealed,
        };
        let signed: Vec<&Head> = head.iter().chain(kept).collect();
        let groups: Vec<u64> = signed.iter().map(|head| head.groups).collect();
        let mut report = PartReport {
            day,
            state,
            records: head.as_ref().map(|h| (h.first_seq, h.last_seq)),
            decisions: 0,
            erased: 0,
            chain: head.as_ref().map(|h| h.chain),
            head: head.clone(),
            sound: false,
        };
        let walked = match walk::walk(&path, &groups, progress) {
            Ok(walked) => walked,
            Err(LedgerError::Damaged { what, .. })
                if what == walk::NEVER_BEGUN && signed.is_empty() && self.is_newest(day)? =>
            {
                return Ok(());
            }
            Err(_) if self.was_purged(day, kept)? => return Ok(()),
            Err(e) => {
                self.damage(Some(day), e)?;
                self.before = match head.filter(|head| head.kind == HeadKind::Sealed) {
                    Some(head) => Link::after_head(&head),
                    None => Link::Unknown,
                };
                self.found.parts.push(report);
                return Ok(());
            }
        };
        let sum = &walked.summary;
        report.records = Some((sum.first_seq, sum.last_seq));
        (report.decisions, report.erased) = (sum.decisions, sum.erased);
        report.chain = Some(sum.chain);
        let before = self.found.findings.len();
        match self.found.ledger {
            Some(ledger) if ledger != sum.ledger => {
                let what = format!("of another ledger, {}", sum.ledger);
                self.finding(Some(day), &file, None, what);
            }
            Some(_) => {}
            None => self.found.ledger = Some(sum.ledger),
        }
        self.link(day, file.clone(), &Continues::of_part(sum));
        let contradicted = signed.iter().find_map(|head| contradiction(head, &walked));
        if let Some((record, what)) = contradicted {
            self.finding(Some(day), &file, Some(record), what);
        }
        let (first, last) = walked.times;
        let had_head = self.found.parts.iter().any(|p| p.head.is_some());
        if head.is_none() && had_head && span(first, last) > SIGNED_WITHIN && self.is_newest(day)? {
            let what = "the head is gone: the part was written for minutes, and is signed every ten seconds";
            self.finding(Some(day), format!("{day}.head"), None, what);
        }
        report.sound = self.found.findings.len() == before;
        self.before = match report.sound {
            true => Link::after_part(sum),
            false => Link::Unknown,
        };
        self.found.parts.push(report);
        Ok(())
    }

    /// Whether a purge took the part away while it was read; then it is a purged one.
    fn was_purged(&mut self, day: Day, kept: &[Head]) -> Result<bool, LedgerError> {
        if path_of(self.dir, day).exists() {
            return Ok(false);
        }
        let before = self.found.findings.len();
        match self.head(day)? {
            Beside::Sound(head) if head.kind == HeadKind::Purged => {
                self.gone(&head, false, kept);
                Ok(true)
            }
            _ => {
                // Told of already.
                self.found.findings.truncate(before);
                Ok(false)
            }
        }
    }

    fn is_newest(&self, day: Day) -> Result<bool, LedgerError> {
        Ok(crate::ledger::part::days(self.dir)?.last() == Some(&day))
    }
}

/// The ledger a head says it is of, where nothing else says it.
fn named(dir: &std::path::Path, day: Day) -> Option<crate::ledger::LedgerId> {
    let bytes = std::fs::read(seal::head_path(dir, day)).ok()?;
    Head::parse(&bytes).ok().map(|head| head.ledger)
}

fn span(first: Micros, last: Micros) -> i64 {
    last.0.saturating_sub(first.0)
}
