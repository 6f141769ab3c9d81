//! `verzet token`: what dialers and other programs show to say who they are.

use clap::{Args as ClapArgs, Subcommand};
use serde::Serialize;

use super::{
    args::{Place, Target},
    connect::{Bare, ask},
    error::CliError,
    exit::Exit,
    output,
    role::{Who, role},
    words::{local, rfc3339, wire},
};
use crate::{
    proto::v1::{CreateTokenRequest, ListTokensRequest, RevokeTokenRequest, Token},
    wire::access::in_days,
};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Make a token; it is printed now and never again
    Create(Create),
    /// Every token there ever was
    List(List),
    /// Revoke one, at once
    Revoke(Revoke),
}

#[derive(ClapArgs, Debug)]
pub(super) struct Create {
    /// The token's name, such as dialer-1
    name: String,
    #[command(flatten)]
    who: Who,
    /// How many days it counts
    #[arg(long, value_name = "DAYS", default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: u32,
    /// One JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    target: Target,
}

#[derive(ClapArgs, Debug)]
pub(super) struct List {
    /// A JSON object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    target: Target,
}

#[derive(ClapArgs, Debug)]
pub(super) struct Revoke {
    /// The token's name
    name: String,
    /// One JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    target: Target,
}

#[derive(Serialize)]
struct Created<'a> {
    name: &'a str,
    token: &'a str,
}

#[derive(Serialize)]
struct Revoked<'a> {
    name: &'a str,
    revoked: bool,
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    role: &'a str,
    seller_ids: &'a [String],
    created_at: Option<String>,
    expires_at: Option<String>,
    revoked_at: Option<String>,
}

impl<'a> Row<'a> {
    fn of(t: &'a Token) -> Self {
        Self {
            name: &t.name,
            role: role(t.role),
            seller_ids: &t.seller_ids,
            created_at: rfc3339(t.created_at.as_ref()),
            expires_at: rfc3339(t.expires_at.as_ref()),
            revoked_at: rfc3339(t.revoked_at.as_ref()),
        }
    }
}

pub(super) async fn run(place: &Place, command: Command) -> Result<Exit, CliError> {
    match command {
        Command::Create(args) => create(place, args).await,
        Command::List(args) => list(place, args).await,
        Command::Revoke(args) => revoke(place, args).await,
    }
}

async fn create(place: &Place, args: Create) -> Result<Exit, CliError> {
    let session = args.target.connect(place, Bare::Create).await?;
    let request = CreateTokenRequest {
        name: args.name.clone(),
        role: args.who.role(),
        seller_ids: args.who.sellers,
        expires_at: Some(wire(in_days(args.days))),
    };
    let done = session
        .once("token create", async |s| {
            s.access().create_token(ask(request)).await
        })
        .await?;
    let made = Created {
        name: &args.name,
        token: &done.token,
    };
    output::answer(args.json, &made, &format!("{}\n", done.token))?;
    eprintln!(
        "keep it in a file only the caller can read, and send it as `authorization: Bearer …`; \
         it is not shown again"
    );
    Ok(Exit::Done)
}

async fn list(place: &Place, args: List) -> Result<Exit, CliError> {
    let session = args.target.connect(place, Bare::Refuse).await?;
    let got = session
        .once("token list", async |s| {
            s.access().list_tokens(ask(ListTokensRequest {})).await
        })
        .await?;
    let titles = ["name", "role", "sellers", "created", "expires", "revoked"];
    output::list(args.json, &got.tokens, Row::of, &titles, |t| {
        [
            t.name.clone(),
            role(t.role).to_owned(),
            t.seller_ids.join(","),
            local(t.created_at.as_ref()),
            local(t.expires_at.as_ref()),
            local(t.revoked_at.as_ref()),
        ]
    })?;
    if got.tokens.is_empty() && !args.json {
        eprintln!("there is no token");
        super::next::tell(&place.command("token create dialer-1 --role dialer"));
    }
    Ok(Exit::Done)
}

async fn revoke(place: &Place, args: Revoke) -> Result<Exit, CliError> {
    let session = args.target.connect(place, Bare::Refuse).await?;
    let request = RevokeTokenRequest {
        name: args.name.clone(),
    };
    let done = session
        .once("token revoke", async |s| {
            s.access().revoke_token(ask(request)).await
        })
        .await?;
    let revoked = Revoked {
        name: &args.name,
        revoked: done.revoked,
    };
    let said = match done.revoked {
        true => "revoked",
        false => "was revoked before",
    };
    output::answer(args.json, &revoked, &format!("{} {said}\n", args.name))?;
    Ok(Exit::Done)
}
