//! Sending a file in chunks. What the sidecar takes in is the whole file or nothing: it is told the size,
//! so a call that ends early is no copy.

use std::{fs::File, io::Read, path::Path};

use tokio::sync::mpsc;
use tokio_stream::{StreamExt, wrappers::ReceiverStream};
use tonic::Code;

use crate::{
    cli::{connect::Wire, error::CliError, progress},
    proto::v1::{
        ImportRegisterRequest, ImportRegisterResponse, RegisterHeader,
        import_register_request::Part, register_service_client::RegisterServiceClient,
    },
};

/// Bytes of a chunk.
const CHUNK: usize = 256 << 10;

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
    if !about.is_file() {
        return Err(CliError::failed(
            format!("is not a plain file: {shown}"),
            "write the register to a file, and name that",
        ));
    }
    Ok(Upload {
        bytes: about.len(),
        file,
        shown,
    })
}

impl Upload {
    /// Its size, by which the sidecar knows that all of it came.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Sends header and file, and waits for what became of it.
    pub(super) async fn send(
        self,
        mut client: RegisterServiceClient<Wire>,
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
        let chunk = chunk(&mut file)?;
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
            "nothing was applied; the old copy stands",
        ),
        _ => CliError::refused("register import", status.clone()),
    }
}
