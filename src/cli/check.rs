//! `verzet check`: one question, one answer.

mod answer;

use clap::Args as ClapArgs;

use super::{
    args::{Place, Target},
    connect::{Bare, ask},
    error::CliError,
    exit::Exit,
    output::Out,
    words::{moment, number, parser, wire},
};
use crate::{
    clock::Micros,
    proto::v1::{Channel, CheckRequest, Intent},
};

pub(super) use answer::{Trail, trail_table};

/// Ask whether a campaign may contact a number
///
/// Asks with intent PRECHECK, and records the answer unless --dry-run or --as-of is given.
#[derive(ClapArgs, Debug)]
pub(super) struct Args {
    /// The number, in any spelling
    #[arg(allow_hyphen_values = true)]
    number: String,
    /// The campaign
    #[arg(long, value_name = "ID")]
    campaign: String,
    /// Region to read a national number in [default: the campaign's]
    #[arg(long, value_name = "XX")]
    region: Option<String>,
    /// Channel [default: the campaign's]
    #[arg(long, ignore_case = true, value_parser = parser::<Channel>())]
    channel: Option<String>,
    /// Number source [default: the campaign's]
    #[arg(long, value_name = "ID")]
    source: Option<String>,
    /// The person meant, by the operator's own id
    #[arg(long, value_name = "ID")]
    person: Option<String>,
    /// The number shown to the person called; recorded
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    caller_id: Option<String>,
    /// The call, by the caller's id; recorded
    #[arg(long, value_name = "ID")]
    call: Option<String>,
    /// The agent; recorded
    #[arg(long, value_name = "ID")]
    agent: Option<String>,
    /// Wait for the facts to reach this revision
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    min_revision: u64,
    /// Decide without a record
    #[arg(long)]
    dry_run: bool,
    /// Decide at this moment with the facts known now (RFC 3339); without a record
    #[arg(long, value_name = "TIME", value_parser = moment)]
    as_of: Option<Micros>,
    /// Show every row of the regime's table
    #[arg(long)]
    explain: bool,
    /// One JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    target: Target,
}

pub(super) async fn run(place: &Place, args: Args) -> Result<Exit, CliError> {
    let session = args.target.connect(place, Bare::Refuse).await?;
    let request = CheckRequest {
        number: args.number,
        region: args.region.unwrap_or_default(),
        campaign_id: args.campaign,
        channel: number::<Channel>(args.channel.as_deref()),
        call_id: args.call.unwrap_or_default(),
        agent_id: args.agent.unwrap_or_default(),
        caller_id: args.caller_id.unwrap_or_default(),
        person_id: args.person.unwrap_or_default(),
        source_id: args.source.unwrap_or_default(),
        intent: Intent::Precheck as i32,
        min_revision: args.min_revision,
        dry_run: args.dry_run || args.as_of.is_some(),
        as_of: args.as_of.map(wire),
        // The reason in words comes only with the trail.
        explain: true,
    };
    let response = session
        .once("check", async |s| s.check().check(ask(request)).await)
        .await?;
    let mut out = Out::new();
    if args.json {
        out.json(&answer::Answer::of(&response, args.explain))?;
    } else {
        out.text(&answer::text(&response))?;
        if args.explain {
            out.text(&format!("\n{}", trail_table(&response.trail)))?;
        }
    }
    out.end()?;
    let exit = Exit::of_verdict(response.verdict);
    if exit == Exit::Failed {
        return Err(CliError::failed(
            "check: the answer has no verdict this version knows",
            "do not dial; bring `verzet` and the sidecar to one version",
        ));
    }
    Ok(exit)
}
