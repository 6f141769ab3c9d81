//! The flags several commands share.

use std::path::PathBuf;

use clap::Args;

use super::{connect::Bare, connect::Session, error::CliError};
use crate::config::{self, Config, Flag};

/// Which installation a command is about.
#[derive(Args, Debug, Clone, Default)]
pub struct Place {
    /// Config file [default: ./verzet.toml if it is there]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Data directory, with or without a sidecar running on it [default: data_dir of the config]
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
}

impl Place {
    /// Reads the configuration, with the flags over it.
    pub(super) fn load(&self, more: &[Flag]) -> Result<Config, CliError> {
        let mut flags = more.to_vec();
        if let Some(dir) = &self.data_dir {
            flags.push(Flag {
                key: "data_dir",
                flag: "--data-dir",
                value: dir.to_string_lossy().into_owned(),
            });
        }
        Config::load(self.config.as_deref(), config::environment(), &flags)
            .map_err(CliError::Config)
    }

    /// A command to type next, on the same installation.
    pub(super) fn command(&self, rest: &str) -> String {
        let mut text = "verzet".to_owned();
        for (flag, value) in [("--config", &self.config), ("--data-dir", &self.data_dir)] {
            if let Some(path) = value {
                text.push_str(&format!(" {flag} {}", shell_word(&path.to_string_lossy())));
            }
        }
        format!("{text} {rest}")
    }
}

/// A word as a shell reads it back.
pub(super) fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Where the sidecar is reached.
#[derive(Args, Debug, Clone, Default)]
pub(super) struct Target {
    /// Ask the sidecar at this address instead of the one on the data directory
    #[arg(long, alias = "listen", value_name = "ADDR")]
    pub(super) address: Option<String>,
    /// A file with the token to show at --address
    #[arg(long, value_name = "FILE", requires = "address")]
    token_file: Option<PathBuf>,
    /// A file with the CA of an https --address [default: the well-known ones]
    #[arg(long, value_name = "FILE", requires = "address")]
    ca_file: Option<PathBuf>,
}

impl Target {
    /// Connects, to the address if one is given, else to the data directory.
    pub(super) async fn connect(&self, place: &Place, bare: Bare) -> Result<Session, CliError> {
        let config = place.load(&[])?;
        match &self.address {
            Some(address) => {
                let (token, ca) = (self.token_file.as_deref(), self.ca_file.as_deref());
                Session::over_tcp(address, token, ca).await
            }
            None => Session::on_directory(place, &config, bare).await,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn the_next_command_can_be_pasted() {
        let place = Place {
            config: None,
            data_dir: Some(PathBuf::from("/tmp/Anna's data")),
        };
        assert_eq!(
            place.command("policy list"),
            r"verzet --data-dir '/tmp/Anna'\''s data' policy list"
        );
        assert_eq!(Place::default().command("serve"), "verzet serve");
        assert_eq!(shell_word(""), "''");
    }
}
