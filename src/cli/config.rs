//! `verzet config`: the settings.

use clap::Subcommand;
use serde::Serialize;

use super::{
    args::Place,
    error::CliError,
    exit::Exit,
    output::{Out, Table},
};
use crate::config::{self, Config};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Every setting with its value and where that came from
    Show {
        /// A JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// A commented file with every default, the same as deploy/verzet.toml
    Sample {
        /// The table of docs/config.md instead
        #[arg(long)]
        markdown: bool,
    },
}

#[derive(Serialize)]
struct Row<'a> {
    key: &'a str,
    value: &'a str,
    origin: String,
}

pub(super) fn run(place: &Place, command: Command) -> Result<Exit, CliError> {
    let mut out = Out::new();
    match command {
        Command::Show { json } => show(&place.load(&[])?, json, &mut out)?,
        Command::Sample { markdown: false } => out.text(&config::sample())?,
        Command::Sample { markdown: true } => out.text(&config::settings_markdown())?,
    }
    out.end()?;
    Ok(Exit::Done)
}

fn show(config: &Config, json: bool, out: &mut Out) -> Result<(), CliError> {
    let mut table = Table::new(&["setting", "value", "from"]);
    for value in config.values() {
        let row = Row {
            key: value.setting.key,
            value: &value.text,
            origin: value.origin.to_string(),
        };
        if json {
            out.json(&row)?;
        } else {
            table.row([row.key.to_owned(), row.value.to_owned(), row.origin]);
        }
    }
    if json {
        Ok(())
    } else {
        out.text(&table.to_string())
    }
}
