//! `verzet objection record`: a no that an agent heard, from the shell.

use clap::{Args as ClapArgs, Subcommand};
use serde::Serialize;

use super::{
    args::{Place, Target},
    connect::{Bare, ask},
    error::CliError,
    exit::Exit,
    next,
    output::{self, fields},
    words::{moment, wire},
};
use crate::{
    clock::Micros,
    facts::model::Channel,
    proto::v1::{RecordObjectionRequest, RecordObjectionResponse},
};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Record a no, in force from now on
    Record(Record),
}

#[derive(ClapArgs, Debug)]
pub(super) struct Record {
    /// The number, in any spelling; or name a person with --person
    #[arg(allow_hyphen_values = true, required_unless_present = "person")]
    number: Option<String>,
    /// Region to read a national number in
    #[arg(long, value_name = "XX")]
    region: Option<String>,
    /// The person, by the operator's own id
    #[arg(long, value_name = "ID")]
    person: Option<String>,
    /// The seller objected to [default: all]
    #[arg(
        long,
        value_name = "ID",
        default_value = "*",
        hide_default_value = true
    )]
    seller: String,
    /// The channels objected to, such as voice,sms [default: all]
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = channel)]
    channels: Vec<String>,
    /// When it was said (RFC 3339) [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    at: Option<Micros>,
    /// Where it was heard, such as CALL
    #[arg(long, value_name = "WORD", default_value = "SHELL")]
    source: String,
    /// One JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    target: Target,
}

fn channel(text: &str) -> Result<String, String> {
    match Channel::parse(text.trim()) {
        Some(channel) => Ok(channel.word().to_owned()),
        None if text.trim() == "*" => Ok("*".to_owned()),
        None => {
            let words: Vec<_> = Channel::ALL.iter().map(|c| c.word()).collect();
            Err(format!("write * or one of {}", words.join(", ")))
        }
    }
}

#[derive(Serialize)]
struct Recorded<'a> {
    fact_id: &'a str,
    revision: u64,
    unclear: bool,
    e164: &'a [String],
}

pub(super) async fn run(place: &Place, Command::Record(args): Command) -> Result<Exit, CliError> {
    let session = args.target.connect(place, Bare::Create).await?;
    let request = RecordObjectionRequest {
        number: args.number.unwrap_or_default(),
        region: args.region.unwrap_or_default(),
        person_id: args.person.unwrap_or_default(),
        seller_id: args.seller,
        channels: args.channels,
        recorded_at: args.at.map(wire),
        source: args.source,
    };
    let done = session
        .once("objection record", async |s| {
            s.facts().record_objection(ask(request)).await
        })
        .await?;
    let RecordObjectionResponse {
        fact_id,
        revision,
        unclear,
        e164,
    } = &done;
    let recorded = Recorded {
        fact_id,
        revision: *revision,
        unclear: *unclear,
        e164,
    };
    let text = fields(&[
        ("recorded", fact_id.clone()),
        ("numbers", e164.join(", ")),
        ("revision", revision.to_string()),
    ]);
    output::answer(args.json, &recorded, &text)?;
    if *unclear && !args.json {
        let how = if e164.is_empty() {
            "cannot be read"
        } else {
            "can be read two ways"
        };
        eprintln!("warning: the number {how}; the stop is kept, and a person must look at it");
        next::tell(&place.command("unclear list"));
    }
    Ok(Exit::Done)
}
