//! Looking an installation over: what is well, what to see to, and how to mend it. It changes nothing but a
//! probe file it removes again, and works beside a running sidecar.

mod clock;
mod disk;
mod known;
mod ledger;
mod limits;
mod rights;

use std::{fmt, fs, path::Path};

use serde::Serialize;

use crate::config::Config;

/// How something stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It is well.
    Ok,
    /// It works, and should be seen to.
    Warn,
    /// It must be mended: calls are blocked, or will be, or a promise is not kept.
    Mend,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Mend => "mend",
        })
    }
}

/// Something looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at: `disk`, `clock` …
    pub area: &'static str,
    /// How it stands.
    pub state: State,
    /// What was found.
    pub found: String,
    /// What to do about it; empty if nothing.
    pub mend: String,
}

impl Finding {
    /// It is well.
    pub fn ok(area: &'static str, found: impl Into<String>) -> Self {
        Self {
            area,
            state: State::Ok,
            found: found.into(),
            mend: String::new(),
        }
    }

    /// It should be seen to.
    pub fn warn(area: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            state: State::Warn,
            mend: mend.into(),
            ..Self::ok(area, found)
        }
    }

    /// It must be mended.
    pub fn mend(area: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            state: State::Mend,
            mend: mend.into(),
            ..Self::ok(area, found)
        }
    }
}

/// How thoroughly to look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Depth {
    /// Whatever takes a moment.
    Quick,
    /// Reads the facts and the newest part of the ledger as a whole.
    Whole,
}

/// Looks over the data directory of a configuration.
pub fn examine(config: &Config, depth: Depth) -> Vec<Finding> {
    let mut findings = Vec::new();
    let dir = &config.data_dir;
    if !dir.is_dir() {
        let what = format!("{} is not there", dir.display());
        let how = "name it with --data-dir, or begin one: `verzet policy enforce …`";
        findings.push(Finding::mend("directory", what, how));
        return findings;
    }
    let pid = owner(dir);
    findings.extend(rights::look(config));
    findings.extend(disk::look(config));
    findings.extend(limits::look(config, pid));
    findings.extend(clock::look(config));
    findings.extend(known::look(config, depth));
    findings.extend(ledger::look(config, depth));
    findings
}

/// The process that owns a data directory, if one does: the lock is held.
pub fn owner(data_dir: &Path) -> Option<u32> {
    let path = data_dir.join("lock");
    let file = fs::File::open(&path).ok()?;
    match file.try_lock_shared() {
        Err(fs::TryLockError::WouldBlock) => fs::read_to_string(path).ok()?.trim().parse().ok(),
        // The lock goes with the file.
        _ => None,
    }
}
