//! The report of a day: what a compliance officer finds in a folder, or in the mail, every morning.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use jiff::civil::Time;

use super::{
    Filter, GroupBy, Query, ReportError, Reports, Summary,
    export::csv_field,
    html::{self, safe},
    special::ReceivedObjections,
};
use crate::{
    access::Sellers,
    clock::{Day, Micros, Zone},
    facts::symbols::Symbols,
    policy::Language,
    store::StoreReader,
};

/// What happened on a day.
#[derive(Debug)]
pub struct Daily {
    /// The day in the jurisdiction's zone.
    pub day: Day,
    language: Language,
    campaigns: Summary,
    reasons: Summary,
    week_before: Summary,
    objections: ReceivedObjections,
    /// What needs a person, a sentence each.
    notes: Vec<String>,
}

impl Reports {
    /// The report of a day, over all sellers. `notes` are sentences about what needs a person.
    ///
    /// # Errors
    /// If index, ledger or facts cannot be read.
    pub fn daily(
        &self,
        facts: &StoreReader,
        symbols: &Symbols,
        day: Day,
        language: Language,
        notes: Vec<String>,
    ) -> Result<Daily, ReportError> {
        let period = |day: Day| {
            (
                self.zone().start_of(day),
                self.zone().start_of(Day(day.0 + 1)),
            )
        };
        let count = |day: Day, by: &[GroupBy]| {
            let (from, until) = period(day);
            self.summarise(&Query {
                filter: Filter {
                    from: Some(from),
                    until: Some(until),
                    ..Filter::default()
                },
                by: by.to_vec(),
            })
        };
        let (from, until) = period(day);
        Ok(Daily {
            day,
            language,
            campaigns: count(day, &[GroupBy::Seller, GroupBy::Campaign])?,
            reasons: count(day, &[GroupBy::Verdict, GroupBy::Reason])?,
            week_before: count(Day(day.0 - 7), &[])?,
            objections: self.objections(facts, symbols, &Sellers::All, from, until)?,
            notes,
        })
    }
}

impl Daily {
    /// What it is called, also as the subject of a mail.
    pub fn title(&self) -> String {
        let name = self.language.pick("Dagrapport", "Daily report");
        format!("verzet: {name} {}", self.day)
    }

    /// How many of the newest records were not in the index: then the report is not whole.
    pub fn behind(&self) -> u64 {
        self.reasons.behind.max(self.campaigns.behind)
    }

    /// The sentences above the tables.
    fn sentences(&self) -> Vec<String> {
        let (n, before) = (self.reasons.total, self.week_before.total);
        let o = &self.objections.total;
        let hours = |micros: i64| format!("{:.1}", micros as f64 / 3_600e6);
        let mut lines = match self.language {
            Language::Nl => vec![
                format!(
                    "Gevraagd {}, toegestaan {}, geblokkeerd {}, uitgesteld {}; een week eerder gevraagd {}, geblokkeerd {}.",
                    n.count, n.allowed, n.blocked, n.deferred, before.count, before.blocked
                ),
                format!(
                    "Van de toegestane gesprekken verbiedt de wet van die dag er {}.",
                    n.forbidden_today
                ),
                format!(
                    "Bezwaren ontvangen: {}; tijd tot van kracht: de helft binnen {} uur, de langste {} uur.",
                    o.received,
                    hours(o.median),
                    hours(o.longest)
                ),
            ],
            Language::En => vec![
                format!(
                    "Asked {}, allowed {}, blocked {}, deferred {}; a week earlier asked {}, blocked {}.",
                    n.count, n.allowed, n.blocked, n.deferred, before.count, before.blocked
                ),
                format!(
                    "Of the calls that were allowed, the law of that day forbids {}.",
                    n.forbidden_today
                ),
                format!(
                    "Objections received: {}; time to force: half of them within {} hours, the longest {} hours.",
                    o.received,
                    hours(o.median),
                    hours(o.longest)
                ),
            ],
        };
        lines.extend(self.notes.iter().cloned());
        lines
    }

    /// The report as a page that stands alone.
    pub fn html(&self) -> String {
        let mut body = String::new();
        for line in self.sentences() {
            body.push_str(&format!("<p>{}</p>", safe(&line)));
        }
        let lang = self.language;
        let campaigns = lang.pick("Per verkoper en campagne", "By seller and campaign");
        let reasons = lang.pick("Per reden", "By reason");
        body.push_str(&html::counts(lang, campaigns, &self.campaigns));
        body.push_str(&html::counts(lang, reasons, &self.reasons));
        html::page(lang, &self.title(), &body)
    }

    /// The report as plain text.
    pub fn text(&self) -> String {
        let mut text = format!("{}\n\n{}\n", self.title(), self.sentences().join("\n"));
        for of in [&self.campaigns, &self.reasons] {
            text.push('\n');
            for (keys, n) in &of.rows {
                text.push_str(&format!("{}: {}\n", keys.join(" "), n.count));
            }
        }
        text
    }

    /// The counts by campaign as CSV.
    pub fn csv(&self) -> String {
        let mut text = "\u{feff}day,seller,campaign,asked,allowed,blocked,deferred\r\n".to_owned();
        for (keys, n) in &self.campaigns.rows {
            let names: Vec<_> = keys.iter().map(|key| csv_field(key, ',')).collect();
            text.push_str(&format!(
                "{},{},{},{},{},{}\r\n",
                self.day,
                names.join(","),
                n.count,
                n.allowed,
                n.blocked,
                n.deferred
            ));
        }
        text
    }
}

/// The folder of daily reports. A day's page is written last, so a day with a page is done.
#[derive(Clone, Debug)]
pub struct Folder {
    dir: PathBuf,
}

/// The most days that are made up for after a standstill.
const MOST: i32 = 62;

impl Folder {
    /// In a directory, made when there is something to write.
    pub fn new(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
        }
    }

    fn path(&self, day: Day, ending: &str) -> PathBuf {
        self.dir.join(format!("verzet-{day}.{ending}"))
    }

    /// The days that are due at a moment, oldest first: each day at `at` of the next, those that were
    /// missed since the newest report included. In an empty folder only yesterday.
    ///
    /// # Errors
    /// If the directory cannot be read.
    pub fn due(&self, zone: &Zone, at: Time, now: Micros) -> io::Result<Vec<Day>> {
        let local = zone.tz().to_datetime(now.timestamp());
        let today = zone.day(now);
        let last = Day(today.0 - if local.time() >= at { 1 } else { 2 });
        let newest = self.days("html")?.into_iter().max();
        let from = newest.map_or(last.0, |day| day.0.saturating_add(1));
        let from = from.max(last.0 - MOST);
        Ok((from..=last.0).map(Day).collect())
    }

    /// The days whose report is still to be sent, oldest first.
    ///
    /// # Errors
    /// If the directory cannot be read.
    pub fn unsent(&self) -> io::Result<Vec<Day>> {
        self.days("unsent")
    }

    fn days(&self, ending: &str) -> io::Result<Vec<Day>> {
        let entries = match fs::read_dir(&self.dir) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut days = Vec::new();
        for entry in entries {
            let name = entry?.file_name();
            let name = name.to_str().and_then(|name| name.strip_prefix("verzet-"));
            let day = name.and_then(|name| name.strip_suffix(ending)?.strip_suffix('.'));
            days.extend(day.and_then(|day| Day::parse(day).ok()));
        }
        days.sort_unstable();
        Ok(days)
    }

    /// Writes a report, whole or not at all; `to_send` marks it as to be sent.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, report: &Daily, to_send: bool) -> io::Result<()> {
        fs::create_dir_all(&self.dir)?;
        if to_send {
            self.put(report.day, "unsent", "")?;
        }
        self.put(report.day, "csv", &report.csv())?;
        self.put(report.day, "html", &report.html())
    }

    fn put(&self, day: Day, ending: &str, text: &str) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(&self.dir)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(self.path(day, ending)).map_err(|e| e.error)?;
        fs::File::open(&self.dir)?.sync_all()
    }

    /// The page of a day that was written.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn page(&self, day: Day) -> io::Result<String> {
        fs::read_to_string(self.path(day, "html"))
    }

    /// Marks a day as sent.
    ///
    /// # Errors
    /// If the directory cannot be written; the report is sent again then.
    pub fn sent(&self, day: Day) -> io::Result<()> {
        fs::remove_file(self.path(day, "unsent"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_day_is_due_once_at_its_time_of_the_zone_and_missed_days_are_made_up_for() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(&dir.path().join("reports"));
        let zone = Zone::named("Europe/Amsterdam").unwrap();
        let at = Time::constant(6, 0, 0, 0);
        let due = |t: &str| -> Vec<String> {
            let days = folder.due(&zone, at, Micros::parse(t).unwrap()).unwrap();
            days.iter().map(ToString::to_string).collect()
        };
        // Six in the morning in Amsterdam, in winter and in summer.
        assert_eq!(due("2026-11-24T04:59:59Z"), ["2026-11-22"]);
        assert_eq!(due("2026-11-24T05:00:00Z"), ["2026-11-23"]);
        assert_eq!(due("2026-07-24T03:59:59Z"), ["2026-07-22"]);
        assert_eq!(due("2026-07-24T04:00:00Z"), ["2026-07-23"]);
        fs::create_dir(dir.path().join("reports")).unwrap();
        let done = |day: &str| {
            fs::write(dir.path().join(format!("reports/verzet-{day}.html")), "").unwrap();
        };
        done("2026-11-20");
        assert_eq!(
            due("2026-11-24T12:00:00Z"),
            ["2026-11-21", "2026-11-22", "2026-11-23"]
        );
        done("2026-11-23");
        assert_eq!(due("2026-11-24T12:00:00Z"), [""; 0]);
        // The clock was set back.
        assert_eq!(due("2026-11-20T12:00:00Z"), [""; 0]);
        // A year of standstill is not a year of mail.
        assert_eq!(due("2027-11-24T12:00:00Z").len(), MOST as usize + 1);
    }
}
