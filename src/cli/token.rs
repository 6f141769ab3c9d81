//! `verzet token`: what dialers and other programs show to say who they are.

use clap::{Args as ClapArgs, Subcommand};
use serde::Serialize;

use super::{
    args::{Place, Target},
    connect::{Bare, ask},
    error::CliError,
    exit::Exit,
    output::{Out, Table},
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
        .access()
        .create_token(ask(request))
        .await
        .map_err(|s| CliError::refused("token create", s))?
        .into_inner();
    session.close().await?;
    let mut out = Out::new();
    if args.json {
        out.json(&Created {
            name: &args.name,
            token: &done.token,
        })?;
    } else {
        out.line(&done.token)?;
    }
    out.end()?;
    eprintln!(
        "keep it in a file only the caller can read, and send it as `authorization: Bearer …`; \
         it is not shown again"
    );
    Ok(Exit::Done)
}

async fn list(place: &Place, args: List) -> Result<Exit, CliError> {
    let session = args.target.connect(place, Bare::Refuse).await?;
    let got = session
        .access()
        .list_tokens(ask(ListTokensRequest {}))
        .await
        .map_err(|s| CliError::refused("token list", s))?
        .into_inner();
    session.close().await?;
    let mut out = Out::new();
    let mut table = Table::new(&["name", "role", "sellers", "created", "expires", "revoked"]);
    for t in &got.tokens {
        if args.json {
            out.json(&json(t))?;
            continue;
        }
        table.row([
            t.name.clone(),
            role(t.role).to_owned(),
            t.seller_ids.join(","),
            local(t.created_at.as_ref()),
            local(t.expires_at.as_ref()),
            t.revoked_at
                .as_ref()
                .map(|at| local(Some(at)))
                .unwrap_or_default(),
        ]);
    }
    if !args.json && !table.is_empty() {
        out.text(&table.to_string())?;
    }
    out.end()?;
    if got.tokens.is_empty() && !args.json {
        eprintln!("there is no token");
        super::next::tell(&place.command("token create dialer-1 --role dialer"));
    }
    Ok(Exit::Done)
}

fn json(t: &Token) -> Row<'_> {
    Row {
        name: &t.name,
        role: role(t.role),
        seller_ids: &t.seller_ids,
        created_at: rfc3339(t.created_at.as_ref()),
        expires_at: rfc3339(t.expires_at.as_ref()),
        revoked_at: rfc3339(t.revoked_at.as_ref()),
    }
}

async fn revoke(place: &Place, args: Revoke) -> Result<Exit, CliError> {
    let session = args.target.connect(place, Bare::Refuse).await?;
    let request = RevokeTokenRequest {
        name: args.name.clone(),
    };
    let done = session
        .access()
        .revoke_token(ask(request))
        .await
        .map_err(|s| CliError::refused("token revoke", s))?
        .into_inner();
    session.close().await?;
    let mut out = Out::new();
    if args.json {
        out.json(&Revoked {
            name: &args.name,
            revoked: done.revoked,
        })?;
    } else {
        let said = match done.revoked {
            true => "revoked",
            false => "was revoked before",
        };
        out.line(format!("{} {said}", args.name))?;
    }
    out.end()?;
    Ok(Exit::Done)
}
