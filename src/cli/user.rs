//! `verzet user`: the accounts of people who sign in to the pages.

use clap::{Args as ClapArgs, Subcommand};
use serde::Serialize;

use super::{
    args::{Place, Target},
    connect::{Bare, ask},
    error::CliError,
    exit::Exit,
    output,
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

impl<'a> Row<'a> {
    fn of(u: &'a User) -> Self {
        Self {
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
    let made = Made {
        name,
        one_time_password: Some(password),
    };
    output::answer(json, &made, &format!("{password}\n"))?;
    eprintln!(
        "the one-time password of {name}; it must be changed at the first sign-in and is not shown again"
    );
    Ok(Exit::Done)
}

/// Says what an account now is.
fn done_to(name: &str, what: &str, json: bool) -> Result<Exit, CliError> {
    let made = Made {
        name,
        one_time_password: None,
    };
    output::answer(json, &made, &format!("{name} {what}\n"))?;
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
        .once("user add", async |s| {
            s.access().add_user(ask(request)).await
        })
        .await?;
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
        .once("user link", async |s| {
            s.access().link_user(ask(request)).await
        })
        .await?;
    done_to(&args.name, "signs in at the provider", args.json)
}

async fn list(place: &Place, args: List) -> Result<Exit, CliError> {
    let session = args.target.connect(place, Bare::Refuse).await?;
    let got = session
        .once("user list", async |s| {
            s.access().list_users(ask(ListUsersRequest {})).await
        })
        .await?;
    let titles = [
        "name",
        "role",
        "sellers",
        "created",
        "closed",
        "password",
        "second factor",
    ];
    output::list(args.json, &got.users, Row::of, &titles, |u| {
        [
            u.name.clone(),
            role(u.role).to_owned(),
            u.seller_ids.join(","),
            local(u.created_at.as_ref()),
            local(u.disabled_at.as_ref()),
            match (u.oidc_subject.as_str(), u.must_change_password) {
                ("", true) => "one-time".to_owned(),
                ("", false) => "own".to_owned(),
                (subject, _) => format!("at the provider: {subject}"),
            },
            if u.has_totp { "yes" } else { "no" }.to_owned(),
        ]
    })?;
    if got.users.is_empty() && !args.json {
        eprintln!("there is no account");
        super::next::tell(&place.command("user add NAME --role supervisor --sellers ID"));
    }
    Ok(Exit::Done)
}

async fn disable(place: &Place, args: Named) -> Result<Exit, CliError> {
    let session = args.target.connect(place, Bare::Refuse).await?;
    let request = DisableUserRequest {
        name: args.name.clone(),
    };
    session
        .once("user disable", async |s| {
            s.access().disable_user(ask(request)).await
        })
        .await?;
    done_to(&args.name, "closed", args.json)
}

async fn reset(place: &Place, args: Named) -> Result<Exit, CliError> {
    let session = args.target.connect(place, Bare::Refuse).await?;
    let request = ResetUserRequest {
        name: args.name.clone(),
    };
    let done = session
        .once("user reset", async |s| {
            s.access().reset_user(ask(request)).await
        })
        .await?;
    one_time(&args.name, &done.one_time_password, args.json)
}
