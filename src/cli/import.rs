//! `verzet import`: the CRM's folder, as one change.

mod report;

use std::path::PathBuf;

use clap::Args as ClapArgs;
use tonic::{Request, Streaming};

use super::{
    args::Place,
    connect::{Bare, Session},
    error::CliError,
    exit::Exit,
    next,
    output::Out,
    progress,
};
use crate::proto::v1::{
    ImportFolderRequest, ImportFolderResponse, ImportReport, import_folder_response::Event,
};

/// Take in the CRM's folder of CSV files as one change
///
/// Files that are there are the full state of the origin; a file that is absent changes nothing. Stops
/// are only ever added. A bad row holds back the folder, never a stop.
#[derive(ClapArgs, Debug)]
pub(super) struct Args {
    /// The folder of CSV files
    dir: PathBuf,
    /// Whose full state the files are
    #[arg(long, value_name = "NAME", default_value = "crm")]
    origin: String,
    /// Apply the good rows, and write the rejected ones beside the file
    #[arg(long)]
    skip_bad_rows: bool,
    /// Accept that more than 10 % of a table's rows end
    #[arg(long)]
    accept_shrink: bool,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(place: &Place, args: Args) -> Result<Exit, CliError> {
    let shown = args.dir.display();
    let folder = std::fs::canonicalize(&args.dir).map_err(|e| {
        CliError::failed(
            format!("cannot be read: {shown} ({e})"),
            "name the folder of CSV files",
        )
    })?;
    if !folder.is_dir() {
        return Err(CliError::failed(
            format!("is not a folder: {shown}"),
            "name the folder the file is in",
        ));
    }
    let config = place.load(&[])?;
    // Served only on the socket: the sidecar reads files of its own machine.
    let session = Session::on_directory(place, &config, Bare::Create).await?;
    let request = ImportFolderRequest {
        folder: folder.to_string_lossy().into_owned(),
        origin: args.origin,
        skip_bad_rows: args.skip_bad_rows,
        accept_shrink: args.accept_shrink,
    };
    let events = session
        .intake()
        .import_folder(Request::new(request))
        .await
        .map_err(|s| CliError::refused("import", s))?
        .into_inner();
    let report = follow(events).await?;
    let next = if report.applied {
        next::after_facts(place, &session).await
    } else {
        None
    };
    session.close().await?;
    let mut out = Out::new();
    if args.json {
        out.json(&report::Json::of(&report))?;
    } else {
        out.text(&report::text(&report))?;
    }
    out.end()?;
    if !args.json {
        eprint!("{}", report::messages(&report));
        if report.unclear > 0 {
            next::tell(&place.command("unclear list"));
        } else if let Some(next) = next {
            next::tell(&next);
        }
    }
    if report.applied {
        return Ok(Exit::Done);
    }
    Err(CliError::held(
        "the folder was held; nothing was applied but stops",
        report::remedy(&report),
    ))
}

/// Shows how far it is, up to the report.
async fn follow(mut events: Streaming<ImportFolderResponse>) -> Result<ImportReport, CliError> {
    let bar = progress::bytes(0);
    loop {
        let event = events
            .message()
            .await
            .map_err(|s| CliError::refused("import", s))?;
        match event.map(|e| e.event) {
            Some(Some(Event::Progress(p))) => {
                bar.set_length(p.bytes_total);
                bar.set_position(p.bytes_read);
                bar.set_message(p.step);
            }
            Some(Some(Event::Report(report))) => {
                bar.finish_and_clear();
                return Ok(report);
            }
            // Of a newer sidecar.
            Some(None) => {}
            None => {
                return Err(CliError::failed(
                    "import: the sidecar ended without a report",
                    "see its log; importing the same folder again is safe",
                ));
            }
        }
    }
}
