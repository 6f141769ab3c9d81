//! An export, in chunks.

use std::io::{Read, Seek, SeekFrom};

use tokio::sync::mpsc;
use tonic::Status;

use super::{behind, failed};
use crate::{
    access::Caller,
    proto::v1,
    report::export::{Export, ExportError},
    sidecar::Sidecar,
};

type Chunks = mpsc::Sender<Result<v1::ExportDecisionsResponse, Status>>;

/// Makes the file, then sends it.
#[allow(clippy::result_large_err)]
pub(super) fn send(
    sidecar: &Sidecar,
    export: &Export,
    caller: &Caller,
    to: &Chunks,
) -> Result<(), Status> {
    use v1::export_decisions_response::Part;
    let io = |e: std::io::Error| Status::unavailable(format!("the export cannot be written: {e}"));
    // Beside the data, since it may be large and is as personal as they are.
    let mut file = tempfile::tempfile_in(&sidecar.settings.data_dir).map_err(io)?;
    let written = file.try_clone().map_err(io)?;
    let done = sidecar
        .reports
        .export(export, || sidecar.bundle_facts(&caller.sellers), written);
    let done = done.map_err(|e| match e {
        ExportError::Report(e) => failed(&e),
        ExportError::NoPeriod => Status::invalid_argument(e.to_string()),
        e => Status::unavailable(e.to_string()),
    })?;
    let bytes = file.seek(SeekFrom::End(0)).map_err(io)?;
    file.rewind().map_err(io)?;
    let part = |part| Ok(v1::ExportDecisionsResponse { part: Some(part) });
    let header = Part::Header(v1::ExportHeader {
        file_name: format!("verzet.{}", export.format.ending()),
        media_type: export.format.media_type().to_owned(),
        bytes,
        rows: done.rows,
        sheets: done.sheets,
        behind: behind(caller, done.behind),
    });
    let mut gone = to.blocking_send(part(header)).is_err();
    let mut chunk = vec![0; 64 << 10];
    while !gone {
        let read = file.read(&mut chunk).map_err(io)?;
        if read == 0 {
            break;
        }
        let bytes = chunk[..read].to_vec();
        gone = to.blocking_send(part(Part::Chunk(bytes))).is_err();
    }
    Ok(())
}
