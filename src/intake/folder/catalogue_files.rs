//! The files of the catalogue: read whole, checked together with what other origins have, compared
//! with what is there.

use std::fs::File;

use hashbrown::{HashMap, HashSet};

use super::{
    FileReport,
    import::Import,
    pass::{broken, empty, reasons},
    rejected::Rejected,
    seen::{held, too_many},
};
use crate::{
    facts::{catalogue::CatalogueRows, symbols::TooMany},
    intake::{
        catalogue::{Entry, KnownIds, Located, Place, build, check, columns, file_name, read_rows},
        csv::{Reader, Row},
        field::Told,
        header::Header,
        problem::{FieldProblem, Problem},
    },
    store::{CatalogueKind, CatalogueRow, Change, StoreError},
};

/// What the catalogue's files change.
#[derive(Default)]
pub(super) struct CatalogueFiles {
    puts: Vec<CatalogueRow>,
    ends: Vec<(CatalogueKind, String)>,
    /// The catalogue as it will be.
    pub(super) rows: CatalogueRows,
    /// The sellers and products that will be there.
    pub(super) known: KnownIds,
    /// Bad rows that were passed over.
    pub(super) rejected: Vec<Rejected>,
}

/// One file while it is read.
struct KindFile {
    kind: CatalogueKind,
    report: FileReport,
    header: Vec<String>,
    rejected: Option<Rejected>,
    entries: Vec<Located>,
    /// Whether it can be taken as the full state.
    sound: bool,
}

impl CatalogueFiles {
    /// Writes the changes: what others rest on first.
    pub(super) fn apply(&self, change: &mut Change<'_>) -> Result<(), StoreError> {
        for row in &self.puts {
            change.put_catalogue(row)?;
        }
        for (kind, key) in &self.ends {
            change.end_catalogue(*kind, key)?;
        }
        Ok(())
    }

    /// Reads the files that are there; `current` is what is in the store.
    pub(super) fn read(
        import: &mut Import<'_>,
        current: Vec<CatalogueRow>,
    ) -> Result<Self, TooMany> {
        let mut files = Vec::new();
        let mut open = HashSet::new();
        for kind in CatalogueKind::ALL {
            let name = file_name(*kind);
            if !import.folder.has(name) {
                continue;
            }
            let file = match import.open(name) {
                Some(file) => KindFile::read(*kind, file, import),
                None => KindFile::new(*kind),
            };
            import.step_done(name);
            // What a bad row would have named cannot be told, and is not held against others.
            if !file.sound || file.report.bad > 0 && !import.options.skip_bad_rows {
                open.insert(*kind);
            }
            files.push(file);
        }
        let (mine, stored) = Self::split(&mut files, current.clone(), import);
        let mut entries = mine;
        let from_files = entries.len();
        entries.extend(stored);
        let from_files = Self::check(&mut entries, from_files, &mut files, &open, import);
        Self::compare(entries, from_files, files, &current, &open, import)
    }

    /// The entries of the files, and the stored ones that stay beside them.
    fn split(
        files: &mut [KindFile],
        current: Vec<CatalogueRow>,
        import: &mut Import<'_>,
    ) -> (Vec<Located>, Vec<Located>) {
        let sound: HashSet<_> = files.iter().filter(|f| f.sound).map(|f| f.kind).collect();
        let mine: Vec<_> = files.iter_mut().flat_map(|f| f.entries.drain(..)).collect();
        let keys: HashSet<_> = mine
            .iter()
            .map(|l| (l.entry.kind(), l.entry.key()))
            .collect();
        let origin = import.options.origin.trim();
        let stays = |row: &CatalogueRow| {
            let read_again = row.origin == origin && sound.contains(&row.kind);
            !read_again && !keys.contains(&(row.kind, row.key.clone()))
        };
        let rest: Vec<_> = current.into_iter().filter(stays).collect();
        let (stored, problems) = read_rows(&rest);
        for problem in problems {
            import.problem(problem);
        }
        (mine, stored)
    }

    /// Checks all entries together. Where bad rows are passed over, takes those to blame out and checks
    /// again, until the rest is sound. Returns how many of the first `from_files` entries are left.
    fn check(
        entries: &mut Vec<Located>,
        mut from_files: usize,
        files: &mut [KindFile],
        open: &HashSet<CatalogueKind>,
        import: &mut Import<'_>,
    ) -> usize {
        loop {
            let mut found = check(entries, &|kind| open.contains(&kind))
                .into_iter()
                .peekable();
            if found.peek().is_none() {
                return from_files;
            }
            let mut blamed: Vec<(usize, Vec<FieldProblem>)> = Vec::new();
            for (at, problem) in found {
                import.problem(entries[at].problem(problem.clone()));
                match blamed.last_mut().filter(|(last, _)| *last == at) {
                    Some((_, problems)) => problems.push(problem),
                    None => blamed.push((at, vec![problem])),
                }
            }
            for (at, problems) in &blamed {
                let one = &entries[*at];
                let file = files.iter_mut().find(|f| f.kind == one.entry.kind());
                if let (Place::File { fields, .. }, Some(file)) = (&one.place, file) {
                    file.report.bad += 1;
                    file.reject(
                        fields.iter().map(String::as_str),
                        &reasons(problems),
                        import,
                    );
                } else if import.options.skip_bad_rows {
                    import.report.held.push(format!(
                        "{}; it is not in this folder, so it cannot be passed over",
                        one.problem(problems[0].clone())
                    ));
                }
            }
            if !import.options.skip_bad_rows || !import.report.held.is_empty() {
                return from_files;
            }
            for (at, _) in blamed.iter().rev() {
                entries.remove(*at);
                from_files -= 1;
            }
        }
    }

    /// What the files change of what is there.
    fn compare(
        entries: Vec<Located>,
        from_files: usize,
        files: Vec<KindFile>,
        current: &[CatalogueRow],
        open: &HashSet<CatalogueKind>,
        import: &mut Import<'_>,
    ) -> Result<Self, TooMany> {
        let mut step = Self::default();
        step.known.sellers_open = open.contains(&CatalogueKind::Seller);
        step.known.products_open = open.contains(&CatalogueKind::Product);
        for one in &entries {
            step.known.add(&one.entry, import.symbols)?;
        }
        let origin = import.options.origin.trim().to_owned();
        let there: HashMap<_, _> = current
            .iter()
            .map(|r| ((r.kind, r.key.as_str()), r))
            .collect();
        let mut keys = HashSet::new();
        let mut reports: HashMap<_, _> = files.into_iter().map(|f| (f.kind, f)).collect();
        for one in &entries[..from_files] {
            let row = CatalogueRow {
                kind: one.entry.kind(),
                origin: origin.clone(),
                key: one.entry.key(),
                fields: one.entry.fields(),
            };
            keys.insert((row.kind, row.key.clone()));
            let Some(file) = reports.get_mut(&row.kind) else {
                continue;
            };
            match there.get(&(row.kind, row.key.as_str())) {
                Some(same) if same.fields == row.fields => file.report.unchanged += 1,
                other => {
                    file.report.added += 1;
                    file.report.ended += u64::from(other.is_some());
                    step.puts.push(row);
                }
            }
        }
        for kind in CatalogueKind::ALL {
            let Some(mut file) = reports.remove(kind) else {
                continue;
            };
            if file.sound {
                let own = |r: &&CatalogueRow| r.kind == *kind && r.origin == origin;
                let before = current.iter().filter(own).count() as u64;
                let gone = |r: &&CatalogueRow| !keys.contains(&(r.kind, r.key.clone()));
                let gone: Vec<_> = current.iter().filter(own).filter(gone).collect();
                let count = gone.len() as u64;
                file.report.ended += count;
                step.ends
                    .extend(gone.iter().map(|r| (r.kind, r.key.clone())));
                if too_many(count, before) && !import.options.accept_shrink && import.is_sound() {
                    let held = held(file_name(*kind), count, before, &origin);
                    import.report.held.push(held);
                }
            }
            step.rejected.extend(file.rejected);
            import.report.files.push(file.report);
        }
        if !import.doomed() {
            step.rows = build(entries.iter().map(|l| &l.entry), import.symbols)?;
        }
        Ok(step)
    }
}

impl KindFile {
    fn new(kind: CatalogueKind) -> Self {
        Self {
            kind,
            report: FileReport {
                file: file_name(kind).to_owned(),
                ..FileReport::default()
            },
            header: Vec::new(),
            rejected: None,
            entries: Vec::new(),
            sound: false,
        }
    }

    fn read(kind: CatalogueKind, file: File, import: &mut Import<'_>) -> Self {
        let mut this = Self::new(kind);
        let name = file_name(kind);
        let mut reader = Reader::new(file);
        let header = match reader.next_row() {
            Ok(Some(row)) => {
                this.header = (0..row.len()).map(|i| row.get(i).to_owned()).collect();
                let (header, problems) = Header::read(&row, columns(kind), name);
                if !problems.is_empty() {
                    import.broken_file(name, problems);
                    return this;
                }
                header
            }
            Ok(None) => {
                import.broken_file(name, vec![empty(name, columns(kind))]);
                return this;
            }
            Err(bad) => {
                import.broken_file(name, vec![broken(name, &bad)]);
                return this;
            }
        };
        loop {
            match reader.next_row() {
                Ok(None) => break,
                Ok(Some(row)) => this.row(&header, &row, import),
                Err(bad) if bad.error.is_final() => {
                    import.broken_file(name, vec![broken(name, &bad)]);
                    return this;
                }
                Err(bad) => {
                    this.report.rows += 1;
                    this.report.bad += 1;
                    let problem = broken(name, &bad);
                    this.may_say_no(&problem, "", import);
                    import.problem(problem);
                    let why = bad.error.to_string();
                    this.reject(std::iter::once(bad.raw.as_str()), &why, import);
                }
            }
        }
        this.sound = true;
        this
    }

    fn row(&mut self, header: &Header, row: &Row<'_>, import: &mut Import<'_>) {
        self.report.rows += 1;
        let cell = |column: usize| header.cell(row, column);
        let mut told = Told::default();
        let misfit = header.misfit(row, &mut told);
        if !misfit && let Some(entry) = Entry::read(self.kind, &cell, &mut told) {
            let known = 0..columns(self.kind).len();
            let place = |column| row.place(header.place(column).unwrap_or(0)).1;
            self.entries.push(Located {
                entry,
                origin: import.options.origin.trim().to_owned(),
                place: Place::File {
                    line: row.line(),
                    columns: known.map(place).collect(),
                    fields: (0..row.len()).map(|i| row.get(i).to_owned()).collect(),
                },
            });
            return;
        }
        self.report.bad += 1;
        let why = reasons(&told.0);
        let similar = if misfit { "" } else { cell(2) };
        for problem in told.0 {
            let problem = header.problem(row, columns(self.kind), file_name(self.kind), problem);
            self.may_say_no(&problem, similar, import);
            import.problem(problem);
        }
        if misfit {
            self.reject(std::iter::once(row.raw()), &why, import);
        } else {
            self.reject((0..row.len()).map(|i| row.get(i)), &why, import);
        }
    }

    /// A bad pair that may say no cannot be passed over: without it, more would be allowed.
    fn may_say_no(&self, problem: &Problem, similar: &str, import: &mut Import<'_>) {
        let yes = similar.trim().eq_ignore_ascii_case("yes");
        if self.kind == CatalogueKind::Pair && import.options.skip_bad_rows && !yes {
            import.report.held.push(format!(
                "{}:{}: a bad pair that may say no cannot be passed over; mend it",
                problem.file, problem.line
            ));
        }
    }

    fn reject<'r>(
        &mut self,
        fields: impl Iterator<Item = &'r str>,
        why: &'r str,
        import: &Import<'_>,
    ) {
        if !import.options.skip_bad_rows {
            return;
        }
        let header = self.header.iter().map(String::as_str);
        let path = || import.folder.rejected(file_name(self.kind));
        let begin = || Rejected::begin(path(), header);
        self.rejected.get_or_insert_with(begin).row(fields, why);
    }
}
