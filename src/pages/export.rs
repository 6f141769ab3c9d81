//! `/decisions/export`: a selection taken away as CSV, as a workbook, or as the evidence of a campaign.

use std::{
    fs::File,
    io::{self, Read, Seek},
};

use axum::{
    body::{Body, Bytes},
    extract::{Query, State},
    http::header,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::{Pages, decisions::Asked, fail::Failure, reading, shell::Shell};
use crate::{
    access::{Action, NewChange},
    report::export::{Export, ExportError, Format},
    sidecar::Sidecar,
};

/// What kind of file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Kind {
    format: String,
    masked: String,
}

/// Bytes sent at a time.
const CHUNK: usize = 64 * 1024;

/// The file, streamed.
pub(crate) async fn get(
    State(pages): State<Pages>,
    s: Shell,
    Query(asked): Query<Asked>,
    Query(kind): Query<Kind>,
) -> Result<Response, Failure> {
    s.needs(Action::ExportDecisions)?;
    let format = match kind.format.as_str() {
        "csv" => Format::Csv,
        "xlsx" => Format::Xlsx,
        "bundle" => Format::Bundle,
        _ => return Err(Failure::Unreadable),
    };
    let asked = asked.or_default_period(s.today());
    let filter = asked
        .read(&s, pages.sidecar.settings.default_region)
        .map_err(|_| Failure::Unreadable)?;
    let masked = !kind.masked.is_empty() || s.viewer.caller.is_masked(Action::ExportDecisions);
    let export = Export {
        filter,
        format,
        language: s.language,
        masked,
    };
    let seller = match asked.seller.as_str() {
        "" => s.viewer.only_seller().unwrap_or_default(),
        id => id,
    };
    // What leaves the house is on record before it does.
    s.looked(&pages, Action::ExportDecisions, seller, &asked.with(&[]))?;
    let (sidecar, frame) = (pages.sidecar.clone(), s.clone());
    let (file, rows) = reading(move || written(&frame, &sidecar, &export)).await?;
    s.did(
        &pages,
        Action::ExportDecisions,
        &NewChange {
            seller,
            key: &asked.with(&[]),
            new: &format!("{rows} decisions, {}", format.ending()),
            ..NewChange::default()
        },
    );
    let name = format!(
        "attachment; filename=\"verzet-{}.{}\"",
        s.today(),
        format.ending()
    );
    let headers = [
        (header::CONTENT_TYPE, format.media_type().to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((
        headers,
        Body::from_stream(ReceiverStream::new(chunks(file))),
    )
        .into_response())
}

/// Writes the export into a file that has no name any more, and goes with its last reader.
fn written(s: &Shell, sidecar: &Sidecar, export: &Export) -> Result<(File, u64), Failure> {
    let mut file = tempfile::tempfile_in(&sidecar.settings.data_dir).map_err(broken)?;
    let out = file.try_clone().map_err(broken)?;
    // Pairs of other sellers are not this reader's.
    let facts = || sidecar.bundle_facts(&s.viewer.caller.sellers);
    match sidecar.reports.export(export, facts, out) {
        Ok(done) => {
            file.rewind().map_err(broken)?;
            Ok((file, done.rows))
        }
        Err(ExportError::NoPeriod) => Err(Failure::Unreadable),
        Err(error) => Err(broken(error)),
    }
}

fn broken(error: impl std::fmt::Display) -> Failure {
    tracing::error!(%error, "an export broke off");
    Failure::Broken
}

/// The file in chunks, read by a thread that may wait for whoever takes them.
fn chunks(mut file: File) -> mpsc::Receiver<io::Result<Bytes>> {
    let (send, receive) = mpsc::channel(4);
    tokio::task::spawn_blocking(move || {
        loop {
            let mut chunk = vec![0; CHUNK];
            let read = file.read(&mut chunk).map(|n| {
                chunk.truncate(n);
                Bytes::from(chunk)
            });
            let end = read.as_ref().map_or(true, Bytes::is_empty);
            let done = read.as_ref().is_ok_and(Bytes::is_empty);
            if done || send.blocking_send(read).is_err() || end {
                return;
            }
        }
    });
    receive
}
