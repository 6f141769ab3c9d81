//! Feeding the index out of the ledger, in small batches behind its durable end.

use std::{
    fs,
    ops::ControlFlow,
    path::Path,
    sync::{Arc, PoisonError, atomic::Ordering},
    time::Duration,
};

use rusqlite::Connection;

use super::{Combo, Index, Live, Row, file};
use crate::{
    clock::{Day, Micros},
    ledger::{Filter, Reader, StoredDecision},
    process,
    report::error::ReportError,
};

/// Records read at a time: some milliseconds.
const BATCH: usize = 1_984;
/// The feeder stands back for everybody (nice(2)).
const LAST: i32 = 19;
/// How often the feeder looks for more by itself.
const PACE: Duration = Duration::from_millis(500);
/// How long it waits after a failure.
const PAUSE: Duration = Duration::from_secs(10);

/// Who feeds: one at a time, the thread or whoever asks.
#[derive(Debug, Default)]
pub(super) struct Feeder {
    file: Option<Connection>,
    /// Let go when there is nothing to read, so that a part that is over can come to rest.
    reader: Option<Reader>,
    /// What of the dictionaries is in the file.
    combos: usize,
    agents: usize,
    /// What is on disk was compared with the ledger's days.
    days: Vec<Day>,
    batch: Vec<StoredDecision>,
}

impl Index {
    /// The thread's work.
    pub(in crate::report) fn feed(&self) {
        process::stand_back(LAST);
        let mut failed = String::new();
        // What comes in while a pass goes on is the next one's: else the last rounds were of a few rows each.
        let mut through = self.ledger.durable_seq();
        while !self.stopped.load(Ordering::Acquire) {
            let round = { self.feeder().round(self, through) };
            let pause = match round {
                Ok(true) => {
                    // Whoever asks comes first.
                    std::thread::yield_now();
                    continue;
                }
                Ok(false) => match self.forget_marked() {
                    Ok(()) => {
                        failed.clear();
                        PACE
                    }
                    Err(error) => {
                        tracing::error!(%error, "what was erased is not forgotten yet");
                        PAUSE
                    }
                },
                Err(error) => {
                    let error = error.to_string();
                    if error != failed {
                        tracing::error!(error, "the reports' index cannot be fed");
                        failed = error;
                    }
                    PAUSE
                }
            };
            let rung = self.wake.0.lock().unwrap_or_else(PoisonError::into_inner);
            let (mut rung, _) = self
                .wake
                .1
                .wait_timeout_while(rung, pause, |rung| !*rung)
                .unwrap_or_else(PoisonError::into_inner);
            *rung = false;
            through = self.ledger.durable_seq();
        }
    }
}

impl Feeder {
    pub(super) fn let_go(&mut self) {
        self.reader = None;
    }

    pub(super) fn is_open(&self) -> bool {
        self.file.is_some()
    }

    /// Takes some decisions in, up to a record that is durable; whether there may be more up to it.
    pub(super) fn round(&mut self, index: &Index, durable: u64) -> Result<bool, ReportError> {
        self.open(index)?;
        let taken = index.taken.load(Ordering::Acquire);
        if taken >= durable {
            self.reader = None;
            self.keep_days(index)?;
            return Ok(false);
        }
        let (mut day, room) = {
            let live = index.live();
            (live.tail_day, index.segment.saturating_sub(live.tail.len()))
        };
        if room == 0 {
            self.pack(index)?;
            return Ok(true);
        }
        let mut through = durable.min(taken + BATCH.min(room) as u64);
        let filter = Filter {
            after: Some(taken),
            before: Some(through + 1),
            ..Filter::default()
        };
        let mut over = false;
        let batch = &mut self.batch;
        batch.clear();
        let reader = self.reader.get_or_insert_with(|| index.ledger.reader());
        reader.take(&filter, &mut |d| {
            if day.is_some_and(|day| day != d.id.day) {
                over = true;
                return ControlFlow::Break(());
            }
            day = Some(d.id.day);
            batch.push(d);
            ControlFlow::Continue(())
        })?;
        if !over && batch.last().is_none_or(|last| last.id.seq < through) {
            // The rest are words; or the directory is another than the one that is written to.
            let shown = reader.span(&Filter::default())?.map_or(0, |(_, last)| last);
            if shown < through {
                self.reader = None;
                return Err(ReportError::Behind {
                    written: through,
                    shown,
                });
            }
        }
        if over {
            // What comes before the first decision of the next part are words.
            through = batch.last().map_or(taken, |last| last.id.seq);
        }
        {
            let mut live = index.live_mut();
            for d in batch.drain(..) {
                live.tail_day = Some(d.id.day);
                live.take(&d);
            }
            index.taken.store(through, Ordering::Release);
        }
        if over {
            self.pack(index)?;
            self.reader = None;
            index.ledger.rest();
        }
        Ok(over || through < durable)
    }

    /// Writes the rows in memory as a segment.
    fn pack(&mut self, index: &Index) -> Result<(), ReportError> {
        let Some(conn) = &self.file else {
            return Ok(());
        };
        let path = index.path();
        let day = {
            let live = index.live();
            let Some(day) = live.tail_day.filter(|_| !live.tail.is_empty()) else {
                return Ok(());
            };
            let (combos, agents) = (live.combos.values(), live.agents.values());
            let sums = super::count::hour_sums(&index.zone, &live.tail);
            file::add(
                conn,
                &file::NewSegment {
                    day,
                    rows: &live.tail,
                    sums: &sums,
                    combos: combos.get(self.combos..).unwrap_or_default(),
                    first_combo: self.combos,
                    agents: agents.get(self.agents..).unwrap_or_default(),
                    first_agent: self.agents,
                },
            )
            .map_err(ReportError::index(&path, "write a segment"))?;
            (self.combos, self.agents) = (combos.len(), agents.len());
            day
        };
        let mut live = index.live_mut();
        live.tail.clear();
        live.tail_day = None;
        if self.days.last() != Some(&day) {
            self.days.push(day);
        }
        Ok(())
    }

    /// Opens the file and goes on where it ends, if that is what the ledger has there.
    fn open(&mut self, index: &Index) -> Result<(), ReportError> {
        if self.file.is_some() {
            return Ok(());
        }
        let path = index.path();
        fs::create_dir_all(&index.dir)
            .map_err(ReportError::io(&index.dir, "make the reports' directory"))?;
        match self.load(index, &path) {
            Ok(true) => return Ok(()),
            Ok(false) => tracing::info!("the reports' index is made anew: it is of other data"),
            Err(ReportError::Index { source, .. }) if is_damage(&source) => {
                tracing::warn!(reason = %source, "the reports' index is damaged and made anew");
            }
            Err(error) => return Err(error),
        }
        remove(&path)?;
        match self.load(index, &path)? {
            true => Ok(()),
            false => Err(ReportError::index(&path, "begin the reports' index")(
                rusqlite::Error::InvalidQuery,
            )),
        }
    }

    fn load(&mut self, index: &Index, path: &Path) -> Result<bool, ReportError> {
        let zone = index.zone.tz().iana_name().unwrap_or_default();
        let failed = || ReportError::index(path, "open the reports' index");
        let conn = file::open_writer(path, index.ledger.id(), zone).map_err(failed())?;
        let Some(conn) = conn else {
            return Ok(false);
        };
        let read = || {
            let combos = file::combos(&conn)?;
            let agents = file::agents(&conn)?;
            let segments = file::segments(&conn, u64::MAX, None, None)?;
            let days = file::days(&conn)?;
            let last = segments.last().copied();
            let combo = match last {
                Some(s) => file::column::<u32>(&conn, s.no, file::Column::Combos)?.pop(),
                None => None,
            };
            Ok((combos, agents, last, days, combo))
        };
        let (combos, agents, last, days, combo) = read().map_err(failed())?;
        let taken = match last {
            None => 0,
            Some(last) => {
                // A ledger put back from a copy may have other decisions behind these numbers.
                let id = crate::ledger::DecisionId {
                    day: last.day,
                    ledger: index.ledger.id(),
                    seq: last.last_seq,
                };
                let same = match index.ledger.reader().get(id)? {
                    Some(d) => {
                        d.at == last.last_at
                            && combo.and_then(|c| combos.get(c as usize)) == Some(&Combo::of(&d))
                    }
                    // Retention takes whole parts, and never the newest.
                    None => index.ledger.durable_seq() > last.last_seq,
                };
                if !same {
                    return Ok(false);
                }
                last.last_seq
            }
        };
        (self.combos, self.agents, self.days) = (combos.len(), agents.len(), days);
        let mut live = index.live_mut();
        *live = Live::default();
        for combo in combos {
            live.combos.number(Arc::new(combo), |c| c);
        }
        for agent in agents {
            live.agents.number(agent, |a| a);
        }
        if live.agents.values().is_empty() {
            live.agents.number(Arc::default(), |a| a);
        }
        index.taken.store(taken, Ordering::Release);
        drop(live);
        self.file = Some(conn);
        Ok(true)
    }

    /// Drops what is no longer in the ledger: retention takes whole parts.
    fn keep_days(&mut self, index: &Index) -> Result<(), ReportError> {
        if self.days.is_empty() {
            return Ok(());
        }
        let there = index.ledger.reader().days()?;
        let gone: Vec<_> = {
            let gone = self.days.iter().copied();
            gone.filter(|day| there.binary_search(day).is_err())
                .collect()
        };
        if let Some(conn) = self.file.as_ref().filter(|_| !gone.is_empty()) {
            file::drop_days(conn, &gone).map_err(ReportError::index(
                &index.path(),
                "drop the days the ledger dropped",
            ))?;
            self.days.retain(|day| !gone.contains(day));
        }
        Ok(())
    }

    /// Drops everything; the next round begins anew.
    pub(super) fn begin_anew(&mut self, index: &Index) -> Result<(), ReportError> {
        *self = Self::default();
        index.drop_readers();
        remove(&index.path())?;
        *index.live_mut() = Live::default();
        index.taken.store(0, Ordering::Release);
        Ok(())
    }

    /// The file, open for writing.
    pub(super) fn file(&self) -> Option<&Connection> {
        self.file.as_ref()
    }
}

impl Live {
    fn take(&mut self, d: &StoredDecision) {
        let personal = d.personal.as_ref();
        let agent = personal.map_or("", |p| &p.agent_id);
        let row = Row {
            seq: d.id.seq,
            at: Micros(d.at.0),
            combo: self.combos.number(Arc::new(Combo::of(d)), |combo| {
                Arc::new(Combo {
                    campaign: "…".into(),
                    source: "…".into(),
                    ..Combo::clone(&combo)
                })
            }),
            agent: match agent {
                "" => 0,
                agent => self.agents.number(agent.into(), |_| "…".into()),
            },
            number: personal
                .and_then(|p| p.e164)
                .map_or(0, |number| number.digits()),
            fact: d
                .deciding_row
                .and_then(|row| d.fact(row))
                .map_or(0, |fact| fact.code()),
        };
        self.tail.push(row);
    }
}

/// Whether the file, not the disk, is at fault.
pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    match error.sqlite_error_code() {
        Some(code) => matches!(code, DatabaseCorrupt | NotADatabase),
        // What was read is not what this build writes.
        None => true,
    }
}

fn remove(path: &Path) -> Result<(), ReportError> {
    for end in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        match fs::remove_file(&name) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                return Err(ReportError::io(path, "remove the reports' index")(e));
            }
            _ => {}
        }
    }
    Ok(())
}
