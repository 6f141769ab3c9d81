//! `/data/imports`: what became of files, and their bad rows by file, line and column.

use askama::Template;
use axum::{extract::State, response::Response};

use super::{Tab, tabs};
use crate::{
    access::Action,
    clock::Micros,
    intake::{ImportRecord, import_records},
    pages::{Pages, fail::Failure, respond, shell::Shell, today, waiting},
    store::StoreReader,
};

struct RecordLine {
    at: String,
    machine: String,
    record: ImportRecord,
    /// Problems are of all sellers' rows, so they are only for those who see all.
    problems: bool,
    more: u64,
}

#[derive(Template)]
#[template(path = "imports.html")]
struct ImportsPage {
    s: Shell,
    tabs: Vec<Tab>,
    records: Vec<RecordLine>,
    changes: Vec<today::Import>,
    sees_all: bool,
}

/// Change sets listed.
const CHANGES: usize = 50;

/// The page.
pub(crate) async fn imports(State(pages): State<Pages>, s: Shell) -> Result<Response, Failure> {
    s.needs(Action::SeeImports)?;
    let data_dir = pages.sidecar.settings.data_dir.clone();
    let (records, revisions) = waiting(move || {
        let records = import_records(&data_dir).unwrap_or_else(|error| {
            tracing::warn!(%error, "the records of imports cannot be read");
            Vec::new()
        });
        let revisions = StoreReader::of(&data_dir)?.revisions(u64::MAX, CHANGES)?;
        Ok((records, revisions))
    })
    .await?;
    let sees_all = s.viewer.caller.sellers.are_all();
    let records = records
        .into_iter()
        .map(|record| {
            let at = Micros(record.at);
            RecordLine {
                at: s.moment(at),
                machine: s.machine(at),
                problems: sees_all && !record.problems.is_empty(),
                more: record
                    .problems_total
                    .saturating_sub(record.problems.len() as u64),
                record,
            }
        })
        .collect();
    let changes = revisions.iter().map(|row| today::import(&s, row)).collect();
    respond(&ImportsPage {
        tabs: tabs(&s),
        records,
        changes,
        sees_all,
        s,
    })
}
