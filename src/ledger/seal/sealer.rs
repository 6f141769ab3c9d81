//! The thread that signs: what the open part holds, now and then; what is over, one part at a time.

use std::{
    collections::BTreeSet,
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::{groups::Groups, head::HeadKind, lock::Lock, rest, signing::Signing};
use crate::{
    clock::Day,
    ledger::{
        error::LedgerError,
        part::{self, meta, open_read_only},
    },
};

/// How soon after a start, and after sealing a part, it looks again.
const SOON: Duration = Duration::from_secs(1);

/// How long it goes on sealing old parts when it ends.
const AT_THE_END: Duration = Duration::from_secs(1);

/// Wakes the sealer.
#[derive(Default)]
pub(in crate::ledger) struct Bell {
    state: Mutex<Rung>,
    turn: Condvar,
}

#[derive(Default)]
struct Rung {
    over: bool,
    ends: bool,
}

impl Bell {
    fn ring(&self, set: impl FnOnce(&mut Rung)) {
        set(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.turn.notify_all();
    }

    /// A part is over and at rest.
    pub(in crate::ledger) fn part_is_over(&self) {
        self.ring(|rung| rung.over = true);
    }

    /// Sleeps, at most this long; whether it is the end.
    fn wait(&self, time: Duration) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut state, _) = self
            .turn
            .wait_timeout_while(state, time, |rung| !rung.over && !rung.ends)
            .unwrap_or_else(PoisonError::into_inner);
        state.over = false;
        state.ends
    }
}

/// The thread, and how to end it.
pub(in crate::ledger) struct Sealer {
    bell: Arc<Bell>,
    thread: JoinHandle<()>,
}

impl Sealer {
    /// Starts signing. Parts up to `over` are not written any more, whether there is a later one or not.
    pub(in crate::ledger) fn start(
        signing: Arc<Signing>,
        bell: Arc<Bell>,
        every: Duration,
        over: Option<Day>,
    ) -> Result<Self, LedgerError> {
        let mut work = Work {
            over,
            done: BTreeSet::new(),
            open: None,
            told: String::new(),
            signing,
        };
        let dir = work.signing.dir().to_owned();
        let rung = bell.clone();
        let thread = thread::Builder::new()
            .name("ledger-seal".into())
            .spawn(move || {
                let mut pause = SOON.min(every);
                loop {
                    let ends = rung.wait(pause);
                    let more = work.tick(ends);
                    pause = if more { SOON.min(every) } else { every };
                    if ends {
                        break;
                    }
                }
            })
            .map_err(LedgerError::io(&dir, "start the ledger's signing thread"))?;
        Ok(Self { bell, thread })
    }

    /// Signs what there is, now that nobody writes, and ends.
    pub(in crate::ledger) fn end(self) {
        self.bell.ring(|rung| rung.ends = true);
        if self.thread.join().is_err() {
            tracing::error!("the ledger's signing thread panicked");
        }
    }
}

struct Work {
    signing: Arc<Signing>,
    over: Option<Day>,
    /// Parts with nothing left to do.
    done: BTreeSet<Day>,
    open: Option<Open>,
    /// The error told last: told once, not every ten seconds.
    told: String,
}

/// The open part, as far as it was read and signed.
struct Open {
    day: Day,
    groups: Groups,
    signed: u64,
}

impl Work {
    /// Does what is to be done now; whether there is more.
    fn tick(&mut self, at_rest: bool) -> bool {
        let (more, error) = match self.work(at_rest) {
            Ok(more) => (more, String::new()),
            Err(e) => (false, e.to_string()),
        };
        if !error.is_empty() && error != self.told {
            tracing::error!(
                reason = error,
                "the ledger cannot be signed; it is written on"
            );
        }
        self.told = error;
        more
    }

    fn work(&mut self, at_rest: bool) -> Result<bool, LedgerError> {
        // An eraser or a purge is at work on the heads: later.
        let Some(_lock) = Lock::try_take(self.signing.dir())? else {
            return Ok(false);
        };
        let mut days = part::days(self.signing.dir())?;
        let mut open = None;
        while let Some(day) = days.pop() {
            if self.over.is_some_and(|over| day <= over) {
                days.push(day);
                break;
            }
            if self.is_begun(day)? {
                open = Some(day);
                break;
            }
        }
        // The open part first: its checkpoint must not wait for an error of another.
        let signed = open.map_or(Ok(()), |day| self.checkpoint(day, at_rest));
        let mut more = self.seal_one(&days);
        let began = Instant::now();
        while at_rest && matches!(more, Ok(true)) && began.elapsed() < AT_THE_END {
            more = self.seal_one(&days);
        }
        signed.and(more)
    }

    fn is_begun(&self, day: Day) -> Result<bool, LedgerError> {
        if self.open.as_ref().is_some_and(|open| open.day == day) {
            return Ok(true);
        }
        let path = part::path_of(self.signing.dir(), day);
        let conn = open_read_only(&path).map_err(LedgerError::db(&path, "open the part"))?;
        Ok(meta(&conn, &path, day)?.is_some())
    }

    fn checkpoint(&mut self, day: Day, at_rest: bool) -> Result<(), LedgerError> {
        let path = part::path_of(self.signing.dir(), day);
        // The file before the records, so that a reader's connection is never open while it is hashed.
        let file = match at_rest && rest::settle(&path)? {
            true => Some(rest::hash_file(&path)?),
            false => None,
        };
        let conn = open_read_only(&path).map_err(LedgerError::db(&path, "open the part"))?;
        if self.open.as_ref().is_none_or(|open| open.day != day) {
            let head = self.signing.head(day)?;
            let groups = self.signing.groups(&conn, day, head.as_ref())?;
            self.open = groups.map(|groups| Open {
                day,
                signed: groups.count(),
                groups,
            });
        }
        let Some(open) = &mut self.open else {
            return Ok(());
        };
        open.groups.read(&conn, &path, u64::MAX)?;
        if open.groups.count() > open.signed || file.is_some() {
            self.signing.checkpoint(&open.groups, file)?;
            open.signed = open.groups.count();
        }
        Ok(())
    }

    /// Seals the oldest part that is over and not sealed; whether there may be another.
    fn seal_one(&mut self, days: &[Day]) -> Result<bool, LedgerError> {
        let mut first = Ok(false);
        for day in days {
            if self.done.contains(day) {
                continue;
            }
            match self.seal(*day) {
                Ok(Some(sealed)) => {
                    self.done.insert(*day);
                    if sealed {
                        return Ok(true);
                    }
                }
                Ok(None) => {}
                // One damaged part does not keep the others from being sealed.
                Err(e) => first = first.and(Err(e)),
            }
        }
        first
    }

    /// Whether a part was sealed just now; `None` if it cannot be yet.
    fn seal(&self, day: Day) -> Result<Option<bool>, LedgerError> {
        match self.signing.head(day)? {
            Some(head) if head.kind == HeadKind::Purged => {
                // A purge that was broken off.
                let path = part::path_of(self.signing.dir(), day);
                rest::remove(&path).map_err(LedgerError::io(&path, "remove a purged part"))?;
                return Ok(Some(false));
            }
            Some(head) if head.is_final() => return Ok(Some(false)),
            _ => {}
        }
        let head = self.signing.seal(day)?;
        if let Some(head) = &head {
            tracing::debug!(
                day = %head.day,
                last_seq = head.last_seq,
                key = %head.key,
                "a part of the ledger is sealed"
            );
        }
        Ok(head.map(|_| true))
    }
}
