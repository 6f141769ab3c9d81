//! An import under way.

use std::fs::File;

use hashbrown::HashSet;

use super::{
    FolderOptions, IntakeError, Progress, Report,
    catalogue_files::CatalogueFiles,
    consents::Consents,
    files::{CONSENTS, Folder, OBJECTIONS, RELATIONS},
    objections::Objections,
    pass::{Job, Passed, Table, pass},
    rejected::Rejected,
    relations::Relations,
    seen::{Seen, held},
};
use crate::{
    facts::{catalogue::Catalogue, model::FactKind, symbols::Symbols},
    intake::{
        catalogue::KnownIds,
        problem::{Problem, Problems},
        row::{Ids, Reading},
    },
    store::{Change, Committed, RowHash, Store, StoreReader},
};

pub(super) struct Import<'i> {
    pub(super) options: &'i FolderOptions,
    pub(super) symbols: &'i Symbols,
    pub(super) folder: Folder,
    pub(super) report: Report,
    problems: Problems,
    /// Bad rows that were passed over.
    rejected: Vec<Rejected>,
    /// Whether a file could not be taken as a whole.
    broken: bool,
    progress: &'i mut dyn FnMut(Progress<'_>),
    /// Bytes of the files done.
    done: u64,
}

/// What became of the folder as a whole.
pub(super) enum Whole {
    Applied(Box<Committed>, Option<Catalogue>),
    /// Held; with what its stops may name.
    Held(KnownIds),
}

/// What a file's rows end, once it is certain that they may.
struct Ends {
    name: &'static str,
    seen: Seen,
}

impl<'i> Import<'i> {
    pub(super) fn new(
        folder: Folder,
        options: &'i FolderOptions,
        symbols: &'i Symbols,
        progress: &'i mut dyn FnMut(Progress<'_>),
    ) -> Self {
        Self {
            options,
            symbols,
            report: Report {
                warnings: folder.warnings.clone(),
                ..Report::default()
            },
            folder,
            problems: Problems::default(),
            rejected: Vec::new(),
            broken: false,
            progress,
            done: 0,
        }
    }

    /// The whole folder as one change set.
    pub(super) fn whole(&mut self, store: &mut Store) -> Result<Whole, IntakeError> {
        let mut before = store.reader()?;
        let settled = store.unclear(true)?;
        let settled = settled.iter().filter(|row| row.settled.is_some());
        let settled: HashSet<RowHash> = settled.map(|row| row.hash).collect();

        let mut change = store.begin(self.options.origin.trim(), self.options.received_at)?;
        let catalogue = CatalogueFiles::read(self, change.catalogue_rows()?)?;
        if !self.doomed() {
            catalogue.apply(&mut change)?;
        }
        let ends = self.facts(&catalogue.known, &settled, &mut before, &mut change)?;
        if self.is_sound() {
            self.end(ends, &before, &mut change)?;
        }
        drop(before);
        if self.doomed() {
            return Ok(Whole::Held(catalogue.known));
        }
        self.rejected.extend(catalogue.rejected);
        self.keep_rejected();
        if self.doomed() {
            return Ok(Whole::Held(catalogue.known));
        }
        let committed = change.commit(self.symbols)?;
        if self.options.skip_bad_rows {
            self.folder.remove_stale(&self.report.rejected_files);
        }
        let rows = catalogue.rows;
        let catalogue = committed.catalogue_changed.then(|| Catalogue::build(rows));
        Ok(Whole::Applied(Box::new(committed), catalogue))
    }

    /// Objections first, then consents, then relations.
    fn facts(
        &mut self,
        known: &KnownIds,
        settled: &HashSet<RowHash>,
        before: &mut StoreReader,
        change: &mut Change<'_>,
    ) -> Result<Vec<Ends>, IntakeError> {
        let symbols = self.symbols;
        let ever = known.ever(symbols);
        let (with, stops_with) = (self.reading(known), self.reading(&ever));
        let mut ends = Vec::new();
        if let Some(file) = self.open(OBJECTIONS) {
            let table = Objections {
                with: stops_with,
                symbols,
                seen: Seen::load(FactKind::Objection, &file, before, change)?,
            };
            self.table(OBJECTIONS, file, table, settled, change)?;
        }
        if let Some(file) = self.open(CONSENTS) {
            let table = Consents {
                with,
                stops_with,
                symbols,
                seen: Seen::load(FactKind::Consent, &file, before, change)?,
                stops_only: false,
            };
            let table = self.table(CONSENTS, file, table, settled, change)?;
            ends.push(Ends {
                name: CONSENTS,
                seen: table.seen,
            });
        }
        if let Some(file) = self.open(RELATIONS) {
            let table = Relations {
                with,
                symbols,
                seen: Seen::load(FactKind::Relation, &file, before, change)?,
            };
            let table = self.table(RELATIONS, file, table, settled, change)?;
            ends.push(Ends {
                name: RELATIONS,
                seen: table.seen,
            });
        }
        Ok(ends)
    }

    /// Ends what is gone, unless it is too much.
    fn end(
        &mut self,
        ends: Vec<Ends>,
        before: &StoreReader,
        change: &mut Change<'_>,
    ) -> Result<(), IntakeError> {
        let mut all = Vec::new();
        for Ends { name, seen } in ends {
            let gone = seen.gone();
            if !self.options.accept_shrink
                && let Some((lost, of)) = seen.shrinks(&gone, before)?
            {
                let origin = self.options.origin.trim();
                self.report.held.push(held(name, lost, of, origin));
            }
            if let Some(report) = self.report.files.iter_mut().find(|f| f.file == name) {
                report.ended = gone.len() as u64;
            }
            all.push(gone);
        }
        if self.doomed() {
            return Ok(());
        }
        for id in all.into_iter().flatten() {
            change.end(id)?;
        }
        Ok(())
    }

    /// Puts the files of rejected rows in their places, once all are whole.
    fn keep_rejected(&mut self) {
        let mut rejected = std::mem::take(&mut self.rejected);
        let failed = rejected.iter_mut().find_map(|file| file.finish().err());
        if let Some(failed) = failed {
            self.report.held.push(failed);
            return;
        }
        for file in rejected {
            match file.keep() {
                Ok(path) => self.report.rejected_files.push(path),
                Err(failed) => self.report.held.push(failed),
            }
        }
    }

    /// The stops of a held folder, as a change set of their own. What is wrong was told already.
    pub(super) fn stops(
        &mut self,
        store: &mut Store,
        known: &KnownIds,
    ) -> Result<Committed, IntakeError> {
        let symbols = self.symbols;
        let ever = known.ever(symbols);
        let with = self.reading(&ever);
        for report in &mut self.report.files {
            (report.added, report.unchanged, report.ended) = (0, 0, 0);
        }
        let mut before = store.reader()?;
        let mut change = store.begin(self.options.origin.trim(), self.options.received_at)?;
        if let Some(Ok(file)) = self.folder.file(OBJECTIONS) {
            let table = Objections {
                with,
                symbols,
                seen: Seen::load(FactKind::Objection, &file, &mut before, &change)?,
            };
            self.stop_table(OBJECTIONS, file, table, &mut change)?;
        }
        if let Some(Ok(file)) = self.folder.file(CONSENTS) {
            let table = Consents {
                with,
                stops_with: with,
                symbols,
                seen: Seen::load(FactKind::Consent, &file, &mut before, &change)?,
                stops_only: true,
            };
            self.stop_table(CONSENTS, file, table, &mut change)?;
        }
        Ok(change.commit(symbols)?)
    }

    /// Passes over a file of facts.
    fn table<T: Table>(
        &mut self,
        name: &'static str,
        file: File,
        table: T,
        settled: &HashSet<RowHash>,
        change: &mut Change<'_>,
    ) -> Result<T, IntakeError> {
        let job = Job {
            name,
            stops_only: false,
            rejected: (self.options.skip_bad_rows).then(|| self.folder.rejected(name)),
            doomed: self.doomed(),
            settled,
        };
        let (done, total) = (self.done, self.folder.total);
        let progress = &mut *self.progress;
        let passed = pass(job, file, table, change, &mut |bytes| {
            progress(Progress {
                step: name,
                bytes_read: (done + bytes).min(total),
                bytes_total: total,
            });
        })?;
        let Passed {
            table,
            report,
            problems,
            rejected,
            sound,
            whole,
        } = passed;
        self.problems.append(problems);
        self.report.files.push(report);
        self.rejected.extend(rejected);
        if !(sound && whole) {
            self.broken_file(name, Vec::new());
        }
        self.step_done(name);
        Ok(table)
    }

    /// Passes over a file for its stops only.
    fn stop_table<T: Table>(
        &mut self,
        name: &'static str,
        file: File,
        table: T,
        change: &mut Change<'_>,
    ) -> Result<(), IntakeError> {
        let job = Job {
            name,
            stops_only: true,
            rejected: None,
            doomed: false,
            settled: &HashSet::new(),
        };
        let passed = pass(job, file, table, change, &mut |_| {})?;
        if let Some(report) = self.report.files.iter_mut().find(|f| f.file == name) {
            report.added = passed.report.added;
            report.unchanged = passed.report.unchanged;
        }
        Ok(())
    }

    fn reading<'c>(&self, ids: &'c dyn Ids) -> Reading<'c> {
        Reading {
            default_region: self.options.default_region,
            received_at: self.options.received_at,
            ids,
        }
    }

    /// Opens a file that is there, or tells why it cannot be.
    pub(super) fn open(&mut self, name: &'static str) -> Option<File> {
        match self.folder.file(name)? {
            Ok(file) => Some(file),
            Err(problem) => {
                self.broken_file(name, vec![problem]);
                None
            }
        }
    }

    pub(super) fn problem(&mut self, problem: Problem) {
        self.problems.add(|| problem);
    }

    /// A file that cannot be taken as a whole holds the folder, whether bad rows are passed over or
    /// not: it is not a row.
    pub(super) fn broken_file(&mut self, name: &str, problems: Vec<Problem>) {
        self.broken = true;
        for problem in problems {
            self.problem(problem);
        }
        if self.options.skip_bad_rows {
            self.report.held.push(format!(
                "{name}: cannot be taken in as a whole; mend it, or take it out of the folder"
            ));
        }
    }

    /// Tells that a file is done.
    pub(super) fn step_done(&mut self, name: &str) {
        self.done += self.folder.size(name);
        (self.progress)(Progress {
            step: name,
            bytes_read: self.done.min(self.folder.total),
            bytes_total: self.folder.total,
        });
    }

    /// Whether the files are the full state, so that what is gone from them can be told.
    pub(super) fn is_sound(&self) -> bool {
        !self.broken && (self.options.skip_bad_rows || self.problems.is_empty())
    }

    /// Whether it is certain that the folder is held.
    pub(super) fn doomed(&self) -> bool {
        !self.report.held.is_empty() || !self.options.skip_bad_rows && !self.problems.is_empty()
    }

    pub(super) fn into_report(self) -> Report {
        Report {
            problems: self.problems.into_list(),
            ..self.report
        }
    }
}
