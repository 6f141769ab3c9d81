//! `verzet user`: the accounts of people who sign in to the pages.

use clap::{Args as ClapArgs, Subcommand};
use serde::Serialize;

use super::{
    args::{Place, Target},
    connect::{Bare, ask},
    error::CliError,
    exit::Exit,
    output::{Out, Table},
    role::{Who, role},
    words::{local, rfc3339},
};
use crate::proto::v1::{
    AddUserRequest, DisableUserRequest, LinkUserRequest, ListUsersRequest, ResetUserRequest, User,
};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Make an account; its one-time password is printed now and never again
    Add(Add),
    /// Every account there ever was
    List(List),
    /// Close one; who is signed in with it is out at once
    Disable(Named),
    /// Link one to somebody at the provider (OpenID Connect); its password counts no longer
    Link(Link),
    /// A new one-time password; opens the account again, drops second factor and link
    Reset(Named),
}

#[derive(ClapArgs, Debug)]
pub(super) struct Add {
    /// The name to sign in with
    name: String,
    #[command(flatten)]
    who: Who,
    /// No password: it is of this subject at the provider (OpenID Connect)
    #[arg(long, value_name = "SUBJECT")]
    oidc: Option<String>,
    /// One JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    target: Target,
}

#[derive(ClapArgs, Debug)]
pub(super) struct Link {
    /// The account's name
    name: String,
    /// Who it is at the provider: the page says it to who signs in there without an account here
    subject: String,
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
pub(super) struct Named {
    /// The account's name
    name: String,
    /// One JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    target: Target,
}

#[derive(Serialize)]
struct Made<'a> {
    name: &'a str,
    one_time_password: Option<&'a str>,
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    role: &'a str,
    seller_ids: &'a [String],
    created_at: Option<String>,
    disabled_at: Option<String>,
    must_change_password: bool,
    has_totp: bool,
    oidc_issuer: &'a str,
    oidc_subject: &'a str,
}

pub(super) async fn run(place: &Place, command: Command) -> Result<Exit, CliError> {
    match command {
        Command::Add(args) => add(place, args).await,
        Command::List(args) => list(place, args).await,
        Command::Disable(args) => disable(place, args).await,
        Command::Link(args) => link(place, args).await,
        Command::Reset(args) => reset(place, args).await,
    }
}

/// Prints a one-time password, and what it is for.
fn one_time(name: &str, password: &str, json: bool) -> Result<Exit, CliError> {
    let mut out = Out::new();
    if json {
        out.json(&Made {
            name,
            one_time_password: Some(password),
        })?;
    } else {
        out.line(password)?;
    }
    out.end()?;
    eprintln!(
        "the one-time password of {name}; it must be changed at the first sign-in and is not shown again"
    );
    Ok(Exit::Done)
}

async fn add(place: &Place, args: Add) -> Result<Exit, CliError> {
    let session = args.target.connect(place, Bare::Create).await?;
    let request = AddUserRequest {
        name: args.name.clone(),
        role: args.who.role(),
        seller_ids: args.who.sellers,
        oidc_subject: args.oidc.clone().unwrap_or_default(),
    };
    let done = session
        .access()
        .add_user(ask(request))
        .await
        .map_err(|s| CliError::refused("user add", s))?
        .into_inner();
    session.close().await?;
    match args.oidc {
        None => one_time(&args.name, &done.one_time_password, args.json),
        Some(_) => done_to(&args.name, "signs in at the provider", args.json),
    }
}

async fn link(place: &Place, args: Link) -> Result<Exit, CliError> {
    let session = args.target.connect(place, Bare::Refuse).await?;
    let request = LinkUserRequest {
        name: args.name.clone(),
        oidc_subject: args.subject,
    };
    session
        .access()
        .link_user(ask(request))
        .await
        .map_err(|s| CliError::refused("user link", s))?;
    session.close().await?;
    done_to(&args.name, "signs in at the provider", args.json)
}

/// Says what an account now is.
fn done_to(name: &str, what: &str, json: bool) -> Result<Exit, CliError> {
    let mut out = Out::new();
    if json {
        out.json(&Made {
            name,
            one_time_password: None,
        })?;
    } else {
        out.line(format!("{name} {what}"))?;
    }
    out.end()?;
    Ok(Exit::Done)
}

async fn list(place: &Place, args: List) -> Result<Exit, CliError> {
    let session = args.target.connect(place, Bare::Refuse).await?;
    let got = session
        .access()
        .list_users(ask(ListUsersRequest {}))
        .await
        .map_err(|s| CliError::refused("user list", s))?
        .into_inner();
    session.close().await?;
    let mut out = Out::new();
    let mut table = Table::new(&[
        "name",
        "role",
        "sellers",
        "created",
        "closed",
        "password",
        "second factor",
    ]);
    for u in &got.users {
        if args.json {
            out.json(&json(u))?;
            continue;
        }
        table.row([
            u.name.clone(),
            role(u.role).to_owned(),
            u.seller_ids.join(","),
            local(u.created_at.as_ref()),
            u.disabled_at
                .as_ref()
                .map(|at| local(Some(at)))
                .unwrap_or_default(),
            match (u.oidc_subject.as_str(), u.must_change_password) {
                ("", true) => "one-time".to_owned(),
                ("", false) => "own".to_owned(),
                (subject, _) => format!("at the provider: {subject}"),
            },
            if u.has_totp { "yes" } else { "no" }.to_owned(),
        ]);
    }
    if !args.json && !table.is_empty() {
        out.text(&table.to_string())?;
    }
    out.end()?;
    if got.users.is_empty() && !args.json {
        eprintln!("there is no account");
        super::next::tell(&place.command("user add NAME --role supervisor --sellers ID"));
    }
    Ok(Exit::Done)
}

fn json(u: &User) -> Row<'_> {
    Row {
        name: &u.name,
        role: role(u.role),
        seller_ids: &u.seller_ids,
        created_at: rfc3339(u.created_at.as_ref()),
        disabled_at: rfc3339(u.disabled_at.as_ref()),
        must_change_password: u.must_change_password,
        has_totp: u.has_totp,
        oidc_issuer: &u.oidc_issuer,
        oidc_subject: &u.oidc_subject,
    }
}

async fn disable(place: &Place, args: Named) -> Result<Exit, CliError> {
    let session = args.target.connect(place, Bare::Refuse).await?;
    let request = DisableUserRequest {
        name: args.name.clone(),
    };
    session
        .access()
        .disable_user(ask(request))
        .await
        .map_err(|s| CliError::refused("user disable", s))?;
    session.close().await?;
    done_to(&args.name, "closed", args.json)
}

async fn reset(place: &Place, args: Named) -> Result<Exit, CliError> {
    let session = args.target.connect(place, Bare::Refuse).await?;
    let request = ResetUserRequest {
        name: args.name.clone(),
    };
    let done = session
        .access()
        .reset_user(ask(request))
        .await
        .map_err(|s| CliError::refused("user reset", s))?
        .into_inner();
    session.close().await?;
    one_time(&args.name, &done.one_time_password, args.json)
}
