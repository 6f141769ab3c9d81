//! `verzet doctor`: what is well, and what to mend.

use clap::Args as ClapArgs;
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use super::{
    args::Place,
    connect,
    error::CliError,
    exit::Exit,
    output::{Out, Table},
};
use crate::{
    config::Config,
    doctor::{self, Depth, Finding, State},
};

/// Look the installation over and tell what to mend
///
/// Looks at rights, disk (with a measured sync), limits, clock, facts, registers and ledger, and asks a running
/// sidecar how it is. Code 1 if anything must be mended.
#[derive(ClapArgs, Debug)]
pub(super) struct Args {
    /// Leave out what reads whole files
    #[arg(long)]
    quick: bool,
    /// A JSON object a line
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(place: &Place, args: Args) -> Result<Exit, CliError> {
    let config = place.load(&[])?;
    let depth = match args.quick {
        true => Depth::Quick,
        false => Depth::Whole,
    };
    let looked = {
        let config = config.clone();
        tokio::task::spawn_blocking(move || doctor::examine(&config, depth)).await
    };
    let mut findings =
        looked.map_err(|e| CliError::failed(e.to_string(), "this is a fault of verzet itself"))?;
    if config.data_dir.is_dir() {
        findings.extend(sidecar(&config).await);
    }
    let mut out = Out::new();
    if args.json {
        for finding in &findings {
            out.json(finding)?;
        }
    } else {
        let mut table = Table::new(&["", "about", "found"]);
        for f in &findings {
            table.row([f.state.to_string(), f.area.to_owned(), f.found.clone()]);
        }
        out.text(&table.to_string())?;
    }
    out.end()?;
    let mend: Vec<_> = findings.iter().filter(|f| f.state != State::Ok).collect();
    for f in &mend {
        eprintln!("{}: {}; hint: {}", f.area, f.found, f.mend);
    }
    let must = mend.iter().any(|f| f.state == State::Mend);
    Ok(if must { Exit::Failed } else { Exit::Done })
}

/// How a running sidecar says it is.
async fn sidecar(config: &Config) -> Vec<Finding> {
    const AREA: &str = "sidecar";
    let channel = match connect::running(config).await {
        Ok(Some(channel)) => channel,
        Ok(None) => return vec![Finding::ok(AREA, "none runs here")],
        Err(e) => return vec![Finding::mend(AREA, e.to_string(), "see its log")],
    };
    let asked = connect::ask(HealthCheckRequest {
        service: String::new(),
    });
    let answer = HealthClient::new(channel).check(asked).await;
    let mut findings = Vec::new();
    findings.push(match answer {
        Ok(answer) if answer.get_ref().status == ServingStatus::Serving as i32 => {
            Finding::ok(AREA, "it serves")
        }
        Ok(_) => {
            let what = "it runs and answers no check: every call is refused";
            Finding::mend(AREA, what, "its log names the cause (\"not serving\")")
        }
        Err(e) => Finding::mend(AREA, e.message().to_owned(), "see its log"),
    });
    if let Some(address) = config.metrics.listen {
        findings.push(match tokio::net::TcpStream::connect(address).await {
            Ok(_) => Finding::ok("metrics", format!("{address} answers")),
            Err(e) => Finding::warn(
                "metrics",
                format!("{address}: {e}"),
                "set metrics.listen to a free address; nobody watches otherwise",
            ),
        });
    }
    findings
}
