//! IntakeService: the CRM's nightly folder. Only on the socket, since it reads files of this machine.

use std::{
    path::PathBuf,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::mpsc;
use tokio_stream::{Stream, wrappers::ReceiverStream};
use tonic::{Request, Response, Status};

use super::{caller, fields::Fields, status};
use crate::{
    access::Action,
    intake::{FolderOptions, Imported},
    proto::v1::{self, import_folder_response::Event, intake_service_server::IntakeService},
    sidecar::Sidecar,
};

/// The service.
#[derive(Clone)]
pub struct IntakeDoor(pub Arc<Sidecar>);

/// At most this often progress is told.
const EVERY: Duration = Duration::from_millis(100);

#[tonic::async_trait]
impl IntakeService for IntakeDoor {
    type ImportFolderStream =
        Pin<Box<dyn Stream<Item = Result<v1::ImportFolderResponse, Status>> + Send>>;

    async fn import_folder(
        &self,
        request: Request<v1::ImportFolderRequest>,
    ) -> Result<Response<Self::ImportFolderStream>, Status> {
        let asker = caller::of(&request)?;
        asker.for_all_sellers(Action::ImportFolder)?;
        let asked = request.into_inner();
        let folder = PathBuf::from(&asked.folder);
        let mut fields = Fields::default();
        if !folder.is_absolute() {
            fields.bad("folder", "is not an absolute path");
        }
        fields.id("origin", &asked.origin);
        fields.check()?;
        let options = FolderOptions {
            origin: match asked.origin.as_str() {
                "" => "crm".to_owned(),
                origin => origin.to_owned(),
            },
            skip_bad_rows: asked.skip_bad_rows,
            accept_shrink: asked.accept_shrink,
            default_region: self.0.settings.default_region,
            received_at: self.0.receipt(),
        };
        let sidecar = self.0.clone();
        let (tell, told) = mpsc::channel(16);
        // Once begun, an import goes on whether or not anybody listens.
        tokio::task::spawn_blocking(move || {
            let mut last: Option<Instant> = None;
            let imported = sidecar.import_folder(&folder, &options, &mut |p| {
                if last.is_none_or(|at| at.elapsed() >= EVERY) {
                    last = Some(Instant::now());
                    let _ = tell.try_send(Ok(event(Event::Progress(v1::ImportProgress {
                        step: p.step.to_owned(),
                        bytes_read: p.bytes_read,
                        bytes_total: p.bytes_total,
                    }))));
                }
            });
            let end = match imported {
                Ok(imported) => {
                    tracing::info!(
                        origin = options.origin,
                        applied = imported.applied,
                        revision = imported.revision,
                        problems = imported.report.problems.len(),
                        "a folder was taken in"
                    );
                    let what = match imported.applied {
                        true => "applied",
                        false => "held",
                    };
                    let (action, key) = (Action::ImportFolder, &options.origin);
                    sidecar.access.note(asker.caller(), action, key, what);
                    Ok(event(Event::Report(report(imported))))
                }
                Err(error) => Err(status::intake(&error)),
            };
            let _ = tell.blocking_send(end);
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(told))))
    }
}

fn event(event: Event) -> v1::ImportFolderResponse {
    v1::ImportFolderResponse { event: Some(event) }
}

fn report(imported: Imported) -> v1::ImportReport {
    let report = imported.report;
    v1::ImportReport {
        applied: imported.applied,
        revision: imported.revision,
        files: report
            .files
            .into_iter()
            .map(|f| v1::ImportFile {
                file: f.file,
                rows: f.rows,
                added: f.added,
                unchanged: f.unchanged,
                ended: f.ended,
                bad: f.bad,
            })
            .collect(),
        problems: report.problems.iter().map(ToString::to_string).collect(),
        held: report.held,
        unclear: report.unclear,
        rejected_files: report
            .rejected_files
            .iter()
            .map(|p| p.display().to_string())
            .collect(),
        warnings: report.warnings,
    }
}
