//! What is done beside the answering: the index of facts by number is fed, and the report of each day is
//! written and sent.

use std::{
    sync::{
        Arc, TryLockError,
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use jiff::civil::Time;

use super::{Language, Sidecar};
use crate::{
    clock::{Day, Micros},
    report::{
        daily::{Daily, Folder},
        mail::MailOptions,
    },
};

/// The report of each day.
#[derive(Clone, Debug)]
pub struct DailyOptions {
    /// Where it is written.
    pub folder: Folder,
    /// When, in the jurisdiction's zone, on the day after.
    pub at: Time,
    /// Where it is sent, if it is.
    pub mail: Option<MailOptions>,
}

/// The thread that does it; it ends when this is dropped.
#[derive(Debug)]
pub struct Upkeep {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Between two steps.
const PACE: Duration = Duration::from_secs(1);
/// Facts taken into the index by number in a step: some ten milliseconds that a change set may wait.
const STEP: u64 = 2_000;
/// How often the day is looked at.
const LOOK: Duration = Duration::from_secs(20);
/// How long after a failure a report is tried again.
const AGAIN: Duration = Duration::from_secs(300);

impl Upkeep {
    /// Begins.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn start(sidecar: Arc<Sidecar>, daily: Option<DailyOptions>) -> std::io::Result<Self> {
        let (stop, stopped) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("upkeep".into())
            .spawn(move || {
                let mut next = Instant::now();
                let mut failed = String::new();
                while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(PACE) {
                    sidecar.index_some();
                    let Some(daily) = daily.as_ref().filter(|_| Instant::now() >= next) else {
                        continue;
                    };
                    next = Instant::now() + LOOK;
                    match sidecar.report_days(daily, Micros::system_now()) {
                        Ok(()) => failed.clear(),
                        Err(error) => {
                            if error != failed {
                                tracing::error!(
                                    error,
                                    "the daily report is not out; it is tried again"
                                );
                                failed = error;
                            }
                            next = Instant::now() + AGAIN;
                        }
                    }
                }
            })?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Upkeep {
    fn drop(&mut self) {
        drop(self.stop.take());
        if self.thread.take().is_some_and(|t| t.join().is_err()) {
            tracing::error!("the upkeep's thread panicked");
        }
    }
}

impl Sidecar {
    /// Takes some facts into the index by number, unless somebody is changing facts now.
    pub(crate) fn index_some(&self) {
        let mut store = match self.store.try_lock() {
            Ok(store) => store,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        if let Err(error) = store.index_numbers(STEP) {
            tracing::warn!(%error, "the index of facts by number is not fed");
        }
    }

    /// Writes the reports that are due at a moment, and sends those that were not sent.
    ///
    /// # Errors
    /// What went wrong, in words; what was done before stays done.
    pub fn report_days(&self, options: &DailyOptions, now: Micros) -> Result<(), String> {
        let folder = &options.folder;
        let text = |e: &dyn std::fmt::Display| e.to_string();
        for day in folder
            .due(&self.home.zone, options.at, now)
            .map_err(|e| text(&e))?
        {
            let report = self.report_day(day, now)?;
            if report.behind() > 0 {
                return Err("the reports' index is being made anew".to_owned());
            }
            folder
                .write(&report, options.mail.is_some())
                .map_err(|e| text(&e))?;
            tracing::info!(%day, "the daily report is written");
        }
        let Some(mail) = &options.mail else {
            return Ok(());
        };
        for day in folder.unsent().map_err(|e| text(&e))? {
            let report = self.report_day(day, now)?;
            let page = folder.page(day).map_err(|e| text(&e))?;
            mail.send(&report.title(), &report.text(), &page)
                .map_err(|e| text(&e))?;
            folder.sent(day).map_err(|e| text(&e))?;
            tracing::info!(%day, "the daily report is sent");
        }
        Ok(())
    }

    fn report_day(&self, day: Day, now: Micros) -> Result<Daily, String> {
        let facts = self.facts().map_err(|e| e.to_string())?;
        let symbols = self.world().symbols.clone();
        let language = self.settings.language;
        let notes = self.needs_a_person(now)?;
        self.reports
            .daily(&facts, &symbols, day, language, notes)
            .map_err(|e| e.to_string())
    }

    /// What needs a person, a sentence each.
    fn needs_a_person(&self, now: Micros) -> Result<Vec<String>, String> {
        let (world, dutch) = (self.world(), self.settings.language == Language::Nl);
        let mut notes = Vec::new();
        let today = self.home.zone.day(now);
        let mut registers: Vec<_> = world.registers.values().collect();
        registers.sort_by(|a, b| a.name.cmp(&b.name));
        for copy in registers {
            let (name, age) = (&copy.name, today.0 - copy.as_of.0);
            notes.push(match dutch {
                true => format!(
                    "Register {name}: kopie van {}, {age} dagen oud.",
                    copy.as_of
                ),
                false => format!("Register {name}: copy of {}, {age} days old.", copy.as_of),
            });
        }
        let unclear = self.unclear(false).map_err(|e| e.to_string())?.len();
        if unclear > 0 {
            notes.push(match dutch {
                true => format!("Onduidelijke bezwaren die op een mens wachten: {unclear}."),
                false => format!("Unclear stops that wait for a person: {unclear}."),
            });
        }
        for e in world.enforced.iter() {
            if !e.regime.is_law_on(today) && world.enforced.is_enforced(&e.regime, now) {
                let id = &e.regime.id;
                notes.push(match dutch {
                    true => format!("Het toegepaste regime {id} is niet meer de wet."),
                    false => format!("The enforced regime {id} is no longer the law."),
                });
                break;
            }
        }
        Ok(notes)
    }
}
