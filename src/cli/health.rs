//! `verzet health`: the probe of containers and scripts.

use clap::Args as ClapArgs;
use serde::Serialize;
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use super::{args::Place, connect, error::CliError, exit::Exit, output};

/// Ask a running sidecar whether it serves
///
/// Asks grpc.health.v1 through the socket in the data directory, and never starts a sidecar. Code 0 if it serves, 1 if
/// not, 6 if none answers.
#[derive(ClapArgs, Debug)]
pub(super) struct Args {
    /// What to ask about, such as register/bmnr; by default whether checks are answered
    #[arg(long, value_name = "NAME", default_value = "")]
    service: String,
    /// Succeed if it answers at all, serving or not
    #[arg(long)]
    alive: bool,
    /// A JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Row {
    status: &'static str,
}

pub(super) async fn run(place: &Place, args: Args) -> Result<Exit, CliError> {
    let config = place.load(&[])?;
    let Some(channel) = connect::running(&config).await? else {
        return Err(CliError::unreachable(
            format!("no sidecar answers: {}", config.socket().display()),
            "start one with `verzet serve`",
        ));
    };
    let asked = connect::ask(HealthCheckRequest {
        service: args.service.clone(),
    });
    let answer = HealthClient::new(channel)
        .check(asked)
        .await
        .map_err(|e| CliError::refused("health", e))?;
    let status = match ServingStatus::try_from(answer.get_ref().status) {
        Ok(ServingStatus::Serving) => "SERVING",
        Ok(ServingStatus::NotServing) => "NOT_SERVING",
        _ => "UNKNOWN",
    };
    output::answer(args.json, &Row { status }, &format!("{status}\n"))?;
    Ok(match status == "SERVING" || args.alive {
        true => Exit::Done,
        false => Exit::Failed,
    })
}
