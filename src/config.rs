//! The configuration: one TOML file, the environment and the flags over the defaults of one table.
//!
//! [`table`] is the only place that names a setting. Reading, `verzet config show`, the commented
//! sample `deploy/verzet.toml` and the table in `docs/config.md` all come from it.

mod kind;
mod problem;
mod render;
mod sources;
mod table;
mod together;

use std::{io, net::SocketAddr, path::Path, path::PathBuf};

use crate::trust::TrustError;

pub use kind::{Durability, Kind, Language, LogFormat, LogLevel, OpenLoopback, SecondPerson};
pub use problem::{Origin, Problem};
pub use render::{sample, settings_markdown};
pub use sources::{Flag, environment};
pub use table::{
    AccessConfig, CheckConfig, Config, LedgerConfig, LimitsConfig, LogConfig, MetricsConfig,
    OidcConfig, PagesConfig, ReportConfig, SETTINGS, ServeConfig, Setting, TlsConfig, TraceConfig,
};

/// The file that is read where no other is named, if it is there.
pub const DEFAULT_FILE: &str = "verzet.toml";

/// The socket in the data directory through which commands reach a running sidecar.
pub const SOCKET_FILE: &str = "verzet.sock";

/// A setting as it came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// The setting.
    pub setting: &'static Setting,
    /// Its value, as written.
    pub text: String,
    /// Where it came from.
    pub origin: Origin,
}

impl Config {
    /// Reads the file (the one named, else `./verzet.toml` if it is there), then `VERZET_…` of the
    /// environment, then the flags; the later wins over the earlier.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the file, then the environment, then the flags.
    pub fn load(
        path: Option<&Path>,
        env: impl IntoIterator<Item = (String, String)>,
        flags: &[Flag],
    ) -> Result<Self, Vec<Problem>> {
        let mut sources = sources::Sources::default();
        sources.read_file(path);
        sources.read_environment(env);
        sources.read_flags(flags);
        let mut reader = sources.into_reader();
        let config = Self::read(&mut reader);
        together::check(&mut reader);
        match config {
            Some(mut config) if reader.problems.is_empty() => {
                config.values = reader.values;
                Ok(config)
            }
            _ => {
                reader.problems.sort();
                Err(reader.problems)
            }
        }
    }

    /// Every setting as it came out, in the order of the table.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// Where a setting came from; the default's origin for a key that is none.
    fn origin(&self, key: &str) -> Origin {
        self.values
            .iter()
            .find(|v| v.setting.key == key)
            .map_or(Origin::Default, |v| v.origin.clone())
    }

    /// The socket in the data directory.
    pub fn socket(&self) -> PathBuf {
        self.data_dir.join(SOCKET_FILE)
    }

    /// Where the ledger is kept: `ledger.dir`, else `ledger` in the data directory.
    pub fn ledger_dir(&self) -> PathBuf {
        if self.ledger.dir.as_os_str().is_empty() {
            self.data_dir.join("ledger")
        } else {
            self.ledger.dir.clone()
        }
    }

    /// How many runtimes answer checks: `serve.threads`, where 0 is one per core, at most 8.
    pub fn threads(&self) -> usize {
        match self.serve.threads {
            0 => std::thread::available_parallelism().map_or(1, |n| n.get().min(8)),
            n => n,
        }
    }

    /// What to tell when the address of `listen` cannot be bound, such as a port in use.
    pub fn bind_problem(&self, error: &io::Error) -> Problem {
        self.bind_problem_of("listen", self.listen, error)
    }

    /// The same of `pages.listen`; `None` where nobody chose that address, so that the pages can be left
    /// out.
    pub fn pages_bind_problem(&self, error: &io::Error) -> Option<Problem> {
        let chosen = self.origin("pages.listen") != Origin::Default;
        chosen.then(|| self.bind_problem_of("pages.listen", self.pages.listen, error))
    }

    /// What to tell when the CA of `oidc.ca_file` cannot be believed.
    pub fn ca_problem(&self, error: &TrustError) -> Problem {
        const KEY: &str = "oidc.ca_file";
        Problem {
            origin: self.origin(KEY),
            key: Some(KEY.to_owned()),
            what: format!("{}: {error}", self.oidc.ca_file.display()),
            hint: "give the certificate of the CA, in PEM".to_owned(),
        }
    }

    fn bind_problem_of(&self, key: &str, address: SocketAddr, error: &io::Error) -> Problem {
        let what = match error.kind() {
            io::ErrorKind::AddrInUse => format!("{address} is in use by another program"),
            io::ErrorKind::AddrNotAvailable => {
                format!("{address} is not an address of this machine")
            }
            io::ErrorKind::PermissionDenied => {
                format!("{address} may not be listened on by this user")
            }
            _ => format!("{address} cannot be listened on ({error})"),
        };
        let flag = match key {
            "listen" => "with `--listen 127.0.0.1:PORT` or ",
            _ => "with ",
        };
        Problem {
            origin: self.origin(key),
            key: Some(key.to_owned()),
            what,
            hint: format!(
                "stop the other program, or choose another port {flag}`{key}` in the config file"
            ),
        }
    }
}
