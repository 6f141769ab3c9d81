//! RegisterService: copies of official registers.

use std::{
    io::{self, Read},
    sync::Arc,
};

use tokio::sync::mpsc;
use tonic::{Request, Response, Status, Streaming};

use super::{
    caller,
    fields::{Fields, timestamp},
    status,
};
use crate::{
    access::Action,
    clock::Day,
    intake::RegisterHeader,
    number::Region,
    proto::v1::{self, import_register_request::Part, register_service_server::RegisterService},
    sidecar::Sidecar,
    store::SnapshotRow,
};

/// The service.
#[derive(Clone)]
pub struct RegisterDoor(pub Arc<Sidecar>);

/// Chunks that may wait for the reader.
const CHUNKS: usize = 16;

/// The chunks of a stream as one reader.
struct Chunks {
    from: mpsc::Receiver<Result<Vec<u8>, Status>>,
    rest: io::Cursor<Vec<u8>>,
    came: u64,
    bytes: u64,
}

impl Read for Chunks {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            let n = self.rest.read(buf)?;
            if n > 0 || buf.is_empty() {
                return Ok(n);
            }
            match self.from.blocking_recv() {
                Some(Ok(chunk)) => {
                    self.came += chunk.len() as u64;
                    self.rest = io::Cursor::new(chunk);
                }
                Some(Err(broken)) => return Err(io::Error::other(broken.message().to_owned())),
                // A call that was cancelled ends like one that is done; only the size tells.
                None if self.came == self.bytes => return Ok(0),
                None => {
                    return Err(io::Error::other(format!(
                        "{} bytes came of {}: the call was broken off, or the file changed",
                        self.came, self.bytes
                    )));
                }
            }
        }
    }
}

impl RegisterDoor {
    fn snapshot(&self, row: &SnapshotRow, today: Day) -> v1::Snapshot {
        let world = self.0.world();
        let copy = world.registers.get(row.register.as_str());
        let bytes = copy
            .filter(|c| *c.snapshot_id == *row.id())
            .map_or(0, |c| c.bytes());
        v1::Snapshot {
            register: row.register.clone(),
            snapshot_id: row.id(),
            as_of: row.as_of.to_string(),
            imported_at: Some(timestamp(row.imported_at)),
            numbers: row.numbers,
            age_days: today.0.saturating_sub(row.as_of.0),
            bytes,
            in_force: row.rev_until.is_none(),
        }
    }
}

#[tonic::async_trait]
impl RegisterService for RegisterDoor {
    async fn import_register(
        &self,
        request: Request<Streaming<v1::ImportRegisterRequest>>,
    ) -> Result<Response<v1::ImportRegisterResponse>, Status> {
        let asker = caller::of(&request)?;
        asker.for_all_sellers(Action::ImportRegister)?;
        let mut parts = request.into_inner();
        let Some(Part::Header(header)) = parts.message().await?.and_then(|m| m.part) else {
            return Err(Fields::one("header", "must come first".to_owned()));
        };
        let mut fields = Fields::default();
        fields.needed("header.register", &header.register);
        let as_of = fields.day("header.as_of", &header.as_of);
        if header.as_of.is_empty() {
            fields.bad("header.as_of", "is needed: the day the copy was taken");
        }
        let region = fields
            .region("header.region", &header.region)
            .unwrap_or(Region::NL);
        fields.check()?;
        let bytes = header.bytes;
        let (send, from) = mpsc::channel(CHUNKS);
        let sidecar = self.0.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let received_at = sidecar.receipt();
            let header = RegisterHeader {
                register: &header.register,
                as_of: as_of.unwrap_or_default(),
                format: &header.format,
                region,
                accept_shrink: header.accept_shrink,
                file: match header.file.as_str() {
                    "" => "the file",
                    file => file,
                },
                today: sidecar.home.zone.day(received_at),
                received_at,
            };
            let chunks = Chunks {
                from,
                rest: io::Cursor::default(),
                came: 0,
                bytes,
            };
            sidecar.import_register(&header, chunks)
        });
        loop {
            let chunk = match parts.message().await {
                Ok(None) => break,
                Ok(Some(v1::ImportRegisterRequest {
                    part: Some(Part::Chunk(chunk)),
                })) => Ok(chunk),
                Ok(Some(_)) => Err(Fields::one(
                    "part",
                    "chunks come after the header".to_owned(),
                )),
                Err(broken) => Err(broken),
            };
            let broken = chunk.as_ref().err().cloned();
            // A reader that has seen enough to refuse takes no more; its answer says why.
            if send.send(chunk).await.is_err() {
                break;
            }
            if let Some(broken) = broken {
                return Err(broken);
            }
        }
        drop(send);
        let imported = reading
            .await
            .map_err(|_| Status::internal("the import broke off; see the log"))?
            .map_err(|e| status::register(&e))?;
        let (access, id) = (self.0.access.clone(), imported.snapshot.id());
        let note = move || {
            access.note(asker.caller(), Action::ImportRegister, &id, "in force");
        };
        let _ = tokio::task::spawn_blocking(note).await;
        let today = self.0.home.zone.day(self.0.now());
        Ok(Response::new(v1::ImportRegisterResponse {
            snapshot: Some(self.snapshot(&imported.snapshot, today)),
            revision: imported.revision,
        }))
    }

    async fn list_snapshots(
        &self,
        request: Request<v1::ListSnapshotsRequest>,
    ) -> Result<Response<v1::ListSnapshotsResponse>, Status> {
        let only = request.into_inner().register;
        let sidecar = self.0.clone();
        let rows = tokio::task::spawn_blocking(move || sidecar.snapshots())
            .await
            .map_err(|_| Status::internal("the list broke off; see the log"))?
            .map_err(|e| status::store(&e))?;
        let today = self.0.home.zone.day(self.0.now());
        Ok(Response::new(v1::ListSnapshotsResponse {
            snapshots: rows
                .iter()
                .rev()
                .filter(|row| only.is_empty() || row.register == only)
                .map(|row| self.snapshot(row, today))
                .collect(),
        }))
    }
}
