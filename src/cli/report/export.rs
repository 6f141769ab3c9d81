//! `verzet report export`: decisions as a file.

use std::{io::Write, path::PathBuf};

use clap::{Args as ClapArgs, ValueEnum};
use tonic::Request;

use super::filter;
use crate::{
    cli::{
        args::{Place, Target},
        error::CliError,
        exit::Exit,
        output::count,
        progress,
    },
    proto::v1::{
        ExportDecisionsRequest, ExportFormat, ExportHeader, export_decisions_response::Part,
    },
};

/// What kind of file.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum Format {
    /// Text with separators, for spreadsheets
    Csv,
    /// A workbook
    Xlsx,
    /// The evidence of one campaign and period: a ZIP that can be checked without verzet
    Bundle,
}

#[derive(ClapArgs, Debug)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    filter: filter::Filter,
    /// The file to write; .csv, .xlsx or .zip says what kind
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The kind of file, whatever its name
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// The language of headings and explanations; default the sidecar's
    #[arg(long, value_name = "nl|en", value_parser = ["nl", "en"])]
    language: Option<String>,
    /// Show only the first and last digits of numbers
    #[arg(long)]
    masked: bool,
    #[command(flatten)]
    target: Target,
}

impl Args {
    fn format(&self) -> Result<ExportFormat, CliError> {
        let ending = self.out.extension().and_then(|e| e.to_str());
        let by_name = match ending {
            Some("csv") => Some(Format::Csv),
            Some("xlsx") => Some(Format::Xlsx),
            Some("zip") => Some(Format::Bundle),
            _ => None,
        };
        match self.format.or(by_name) {
            Some(Format::Csv) => Ok(ExportFormat::Csv),
            Some(Format::Xlsx) => Ok(ExportFormat::Xlsx),
            Some(Format::Bundle) => Ok(ExportFormat::Bundle),
            None => Err(CliError::usage(
                format!(
                    "--out does not say what kind of file: {}",
                    self.out.display()
                ),
                "end its name in .csv, .xlsx or .zip, or give --format",
            )),
        }
    }

    fn unwritable(&self, error: &std::io::Error) -> CliError {
        CliError::failed(
            format!("cannot be written: {} ({error})", self.out.display()),
            "name a file in a directory with room that this user may write to",
        )
    }
}

pub(super) async fn run(place: &Place, args: Args) -> Result<Exit, CliError> {
    let request = ExportDecisionsRequest {
        filter: Some(args.filter.wire()?),
        format: args.format()? as i32,
        language: args.language.clone().unwrap_or_default(),
        masked: args.masked,
    };
    let failed = |e: &std::io::Error| args.unwritable(e);
    let dir = match args.out.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => dir.to_owned(),
        _ => PathBuf::from("."),
    };
    // For this user alone, and in its place only once it is whole.
    let mut file = tempfile::NamedTempFile::new_in(&dir).map_err(|e| failed(&e))?;
    let session = super::connect(place, &args.target).await?;
    let refused = |status| CliError::refused("report export", status);
    let mut stream = session
        .report()
        .export_decisions(Request::new(request))
        .await
        .map_err(refused)?
        .into_inner();
    let (mut header, mut bar, mut bytes) = (ExportHeader::default(), None, 0);
    while let Some(message) = stream.message().await.map_err(refused)? {
        match message.part {
            Some(Part::Header(told)) => {
                bar = Some(progress::bytes(told.bytes));
                header = told;
            }
            Some(Part::Chunk(chunk)) => {
                file.write_all(&chunk).map_err(|e| failed(&e))?;
                bytes += chunk.len() as u64;
                if let Some(bar) = &bar {
                    bar.inc(chunk.len() as u64);
                }
            }
            None => {}
        }
    }
    session.close().await?;
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    if bytes != header.bytes {
        return Err(CliError::failed(
            format!(
                "the export broke off after {bytes} of {} bytes",
                header.bytes
            ),
            "export again; nothing was written",
        ));
    }
    file.as_file().sync_all().map_err(|e| failed(&e))?;
    file.persist(&args.out).map_err(|e| failed(&e.error))?;
    eprintln!("{} decisions in {}", count(header.rows), args.out.display());
    if header.sheets > 1 {
        eprintln!(
            "a sheet holds 1,048,575 of them: there are {} sheets",
            header.sheets
        );
    }
    Ok(Exit::Done)
}
