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
        mut client: RegisterServiceClient<Channel>,
        header: RegisterHeader,
    ) -> Result<ImportRegisterResponse, CliError> {
        let Self { file, bytes, shown } = self;
        let (sender, receiver) = mpsc::channel(AHEAD);
        let bar = progress::bytes(bytes).with_message(header.register.clone());
        let sent = bar.clone();
        // The reader keeps `sender` when it fails, so the stream cannot look finished.
        let reader =
            tokio::task::spawn_blocking(move || read(file, &sender).map_err(|e| (sender, e)));
        let first = ImportRegisterRequest {
            part: Some(Part::Header(header)),
        };
        let rest = ReceiverStream::new(receiver).map(move |chunk: Vec<u8>| {
            sent.inc(chunk.len() as u64);
            ImportRegisterRequest {
                part: Some(Part::Chunk(chunk)),
            }
        });
        let call = client.import_register(tokio_stream::once(first).chain(rest));
        tokio::pin!(call);
        let answer = tokio::select! {
            biased;
            Ok(Err((_sender, error))) = reader => {
                return Err(CliError::failed(
                    format!("cannot be read to the end: {shown} ({error})"),
                    "nothing was applied; the old copy stands",
                ));
            }
            answer = &mut call => answer,
        };
        bar.finish_and_clear();
        answer
            .map(tonic::Response::into_inner)
            .map_err(|status| refused(&status))
    }
}

/// Reads to the end; stops early only if nobody wants more.
fn read(mut file: File, sender: &mpsc::Sender<Vec<u8>>) -> std::io::Result<()> {
    loop {
        let mut chunk = vec![0; CHUNK];
        let mut filled = 0;
        while filled < CHUNK {
            match file.read(&mut chunk[filled..]) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        chunk.truncate(filled);
        if filled == 0 || sender.blocking_send(chunk).is_err() {
            return Ok(());
        }
    }
}

fn refused(status: &tonic::Status) -> CliError {
    match status.code() {
        Code::FailedPrecondition => CliError::held(
            format!("register import: {}", status.message()),
            "the old copy stands; if a smaller copy is right, accept it with --accept-shrink",
        ),
        _ => CliError::refused("register import", status.clone()),
    }
}
