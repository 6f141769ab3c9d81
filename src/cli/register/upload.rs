//! Sending a file in chunks. What the sidecar takes in is the whole file or nothing: a read that fails
//! half-way breaks the call off, it never ends it early.

use std::{fs::File, io::Read, path::Path};

use tokio::sync::mpsc;
use tokio_stream::{StreamExt, wrappers::ReceiverStream};
use tonic::{Code, transport::Channel};

use crate::{
    cli::{error::CliError, progress},
    proto::v1::{
        ImportRegisterRequest, ImportRegisterResponse, RegisterHeader,
        import_register_request::Part, register_service_client::RegisterServiceClient,
    },
};

/// Bytes of a chunk.
const CHUNK: usize = 256 << 10;

/// The largest message sent; a chunk with its header is well under it.
const LARGEST: usize = 2 * CHUNK;

/// Chunks read ahead.
const AHEAD: usize = 4;

/// A file to be sent.
pub(super) struct Upload {
    file: File,
    bytes: u64,
    shown: String,
}

/// Opens it, before anything else is begun.
pub(super) fn open(path: &Path) -> Result<Upload, CliError> {
    let shown = path.display().to_string();
    let failed = |e| {
        CliError::failed(
            format!("cannot be read: {shown} ({e})"),
            "name a readable file",
        )
    };
    let file = File::open(path).map_err(failed)?;
    let about = file.metadata().map_err(failed)?;
    if about.is_dir() {
        return Err(CliError::failed(
            format!("is a directory: {shown}"),
            "name the file in it",
        ));
    }
    Ok(Upload {
        bytes: about.len(),
        file,
        shown,
    })
}

impl Upload {
    /// Sends header and file, and waits for what became of it.
    pub(super) async fn send(
        self,
        client: RegisterServiceClient<Channel>,
        header: RegisterHeader,
    ) -> Result<ImportRegisterResponse, CliError> {
        let Self { file, bytes, shown } = self;
        let (sender, receiver) = mpsc::channel(AHEAD);
        let bar = progress::bytes(bytes).with_message(header.register.clone());
        let sent = bar.clone();
        let reader = tokio::task::spawn_blocking(move || read(file, &sender));
        let first = ImportRegisterRequest {
            part: Some(Part::Header(header)),
        };
        let rest = ReceiverStream::new(receiver).map(move |chunk: Vec<u8>| {
            sent.inc(chunk.len() as u64);
            ImportRegisterRequest {
                part: Some(Part::Chunk(chunk)),
            }
        });
        let answer = client
            .max_encoding_message_size(LARGEST)
            .import_register(tokio_stream::once(first).chain(rest))
            .await;
        bar.finish_and_clear();
        // Why the file could not be read says more than the call that broke of it.
        if let Ok(Err(error)) = reader.await {
            return Err(CliError::failed(
                format!("cannot be read to the end: {shown} ({error})"),
                "nothing was applied; the old copy stands",
            ));
        }
        answer
            .map(tonic::Response::into_inner)
            .map_err(|status| refused(&status))
    }
}

/// Sends the file to its end; stops early only if nobody wants more.
fn read(mut file: File, sender: &mpsc::Sender<Vec<u8>>) -> std::io::Result<()> {
    loop {
        let chunk = match chunk(&mut file) {
            Ok(chunk) => chunk,
            Err(e) => {
                // The stream must not look finished. A message over the limit cannot be encoded, and
                // that resets it.
                let _ = sender.blocking_send(vec![0; LARGEST]);
                return Err(e);
            }
        };
        if chunk.is_empty() || sender.blocking_send(chunk).is_err() {
            return Ok(());
        }
    }
}

/// The next chunk; empty at the end.
fn chunk(file: &mut File) -> std::io::Result<Vec<u8>> {
    let mut chunk = Vec::with_capacity(CHUNK);
    file.take(CHUNK as u64).read_to_end(&mut chunk)?;
    Ok(chunk)
}

fn refused(status: &tonic::Status) -> CliError {
    match status.code() {
        Code::FailedPrecondition => CliError::held(
            format!("register import: {}", status.message()),
            "the old copy stands; only a copy that is merely smaller is accepted with --accept-shrink",
        ),
        _ => CliError::refused("register import", status.clone()),
    }
}
