//! What decisions rested on beside facts and the question: packs by hash, the home, the choices of
//! regime.

use sha2::{Digest, Sha256};

use super::result::Gone;
use crate::{
    clock::Zone,
    ledger::LedgerId,
    policy::{Packs, enforced::Enforced},
    sidecar::{Home, enforcements},
    store::{EnforcementRow, SetupRow, StoreError, StoreReader},
};

/// What one process decided with.
struct Setup {
    row: SetupRow,
    texts: Vec<Option<String>>,
    read: Option<Result<Read, Vec<Gone>>>,
    /// By how many choices had been made.
    enforced: Option<(usize, Result<Enforced, Vec<Gone>>)>,
}

/// A setup, its texts read.
pub(super) struct Read {
    pub(super) packs: Packs,
    pub(super) home: Home,
}

/// Every setup of a ledger, and every choice of regime.
pub(super) struct Setups {
    /// By the last record before their own.
    all: Vec<Setup>,
    choices: Vec<EnforcementRow>,
}

impl Setups {
    /// Reads them from the store.
    pub(super) fn load(store: &StoreReader, ledger: LedgerId) -> Result<Self, StoreError> {
        let ledger = ledger.to_string();
        let mut all = Vec::new();
        for row in store.setups()?.into_iter().filter(|s| s.ledger == ledger) {
            let texts = row.packs.iter().map(|sha256| store.pack(sha256));
            all.push(Setup {
                texts: texts.collect::<Result<_, _>>()?,
                row,
                read: None,
                enforced: None,
            });
        }
        Ok(Self {
            all,
            choices: store.enforcements()?,
        })
    }

    /// What a record was made with: its setup, and the choices that had been made at a revision.
    pub(super) fn at(&mut self, seq: u64, revision: u64) -> Result<(&Read, &Enforced), Vec<Gone>> {
        let made = self.choices.partition_point(|c| c.rev_from <= revision);
        // Of two setups behind the same record the first recorded nothing.
        let behind = self.all.partition_point(|s| s.row.after_seq < seq);
        let setup = behind.checked_sub(1).and_then(|i| self.all.get_mut(i));
        setup
            .ok_or_else(|| vec![Gone::Setup])?
            .at(&self.choices[..made])
    }
}

impl Setup {
    fn at(&mut self, made: &[EnforcementRow]) -> Result<(&Read, &Enforced), Vec<Gone>> {
        let read = self
            .read
            .get_or_insert_with(|| read(&self.row, &self.texts))
            .as_ref()
            .map_err(Clone::clone)?;
        if self
            .enforced
            .as_ref()
            .is_some_and(|(n, _)| *n != made.len())
        {
            self.enforced = None;
        }
        let (_, enforced) = self
            .enforced
            .get_or_insert_with(|| (made.len(), enforced(made, &read.packs)));
        Ok((read, enforced.as_ref().map_err(|gone| gone.clone())?))
    }
}

fn read(row: &SetupRow, texts: &[Option<String>]) -> Result<Read, Vec<Gone>> {
    let mut gone = Vec::new();
    let mut whole = Vec::new();
    for (sha256, text) in row.packs.iter().zip(texts) {
        let which = hex(sha256);
        match text {
            None => gone.push(Gone::Pack {
                which,
                why: "is not kept any more".to_owned(),
            }),
            Some(text) if *sha256 != <[u8; 32]>::from(Sha256::digest(text)) => {
                gone.push(Gone::Pack {
                    which,
                    why: "is not what was kept: its SHA-256 differs".to_owned(),
                });
            }
            Some(text) => whole.push((which, text)),
        }
    }
    if !gone.is_empty() {
        return Err(gone);
    }
    let unread = |which: &str, what: String| {
        vec![Gone::Pack {
            which: which.to_owned(),
            why: format!("cannot be read by this build: {what}"),
        }]
    };
    // A setup has at least the rows every table begins with.
    let (question, packs) = whole.split_first().ok_or_else(|| vec![Gone::Setup])?;
    let mut all =
        Packs::of_question(&question.0, question.1).map_err(|e| unread(&question.0, e.what))?;
    for (which, text) in packs {
        all.add(which, text).map_err(|e| unread(which, e.what))?;
    }
    let zone = Zone::named(&row.zone).map_err(|_| vec![Gone::Setup])?;
    Ok(Read {
        packs: all,
        home: Home {
            region: row.region,
            zone,
        },
    })
}

fn enforced(made: &[EnforcementRow], packs: &Packs) -> Result<Enforced, Vec<Gone>> {
    enforcements(made.to_vec(), packs)
        .map(Enforced::new)
        .map_err(|regime| {
            vec![Gone::Pack {
                which: format!("of regime `{regime}`"),
                why: "is not among those there were".to_owned(),
            }]
        })
}

/// A hash in hex.
pub(super) fn hex(bytes: &[u8; 32]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
