//! What can go wrong with a command, told as `what: where; hint: what to do`.

use std::io;

use tonic_types::StatusExt;

use super::exit::is_transport;
use crate::config::Problem;

/// Why a command did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The configuration is wrong; every problem in it.
    #[error("the configuration is wrong")]
    Config(Vec<Problem>),
    /// The command line cannot be meant.
    #[error("{what}; hint: {hint}")]
    Usage {
        /// What is wrong.
        what: String,
        /// What to do.
        hint: String,
    },
    /// It was tried and did not work.
    #[error("{what}; hint: {hint}")]
    Failed {
        /// What did not work, and where.
        what: String,
        /// What to do.
        hint: String,
    },
    /// An import was held or refused.
    #[error("{what}; hint: {hint}")]
    Held {
        /// Why.
        what: String,
        /// What to do.
        hint: String,
    },
    /// There is no sidecar to ask.
    #[error("{what}; hint: {hint}")]
    Unreachable {
        /// What was tried, and where.
        what: String,
        /// What to do.
        hint: String,
    },
    /// The sidecar answered with an error.
    #[error("{}", refusal(doing, status))]
    Refused {
        /// What was asked.
        doing: &'static str,
        /// Its answer.
        status: Box<tonic::Status>,
    },
    /// Standard output cannot be written.
    #[error("standard output cannot be written: {0}; hint: look at where it goes")]
    Output(#[from] io::Error),
    /// Interrupted from the keyboard.
    #[error("interrupted; hint: what was recorded stays, files half written are removed")]
    Interrupted,
}

impl CliError {
    pub(super) fn usage(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Usage {
            what: what.into(),
            hint: hint.into(),
        }
    }

    pub(super) fn failed(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Failed {
            what: what.into(),
            hint: hint.into(),
        }
    }

    pub(super) fn unreachable(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Unreachable {
            what: what.into(),
            hint: hint.into(),
        }
    }

    pub(super) fn held(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Held {
            what: what.into(),
            hint: hint.into(),
        }
    }

    pub(super) fn refused(doing: &'static str, status: tonic::Status) -> Self {
        Self::Refused {
            doing,
            status: Box::new(status),
        }
    }

    /// Tells it on standard error; a closed pipe is not worth a word.
    pub(super) fn print(&self) {
        match self {
            Self::Config(problems) => {
                for problem in problems {
                    eprintln!("{problem}");
                }
            }
            Self::Output(e) if e.kind() == io::ErrorKind::BrokenPipe => {}
            other => eprintln!("error: {other}"),
        }
    }
}

/// The words of an answer that is an error, with every field it names.
fn refusal(doing: &str, status: &tonic::Status) -> String {
    if is_transport(status) {
        return format!(
            "{doing}: the connection to the sidecar broke ({}); hint: see whether it still runs, \
             then ask again",
            innermost(status)
        );
    }
    let mut text = format!("{doing}: {}", status.message());
    if let Some(bad) = status.get_details_bad_request() {
        for violation in bad.field_violations {
            text.push_str(&format!(
                "\n  {}: {}",
                violation.field, violation.description
            ));
        }
    }
    let hint = match status.code() {
        tonic::Code::DeadlineExceeded => "ask again; if it stays slow, see the sidecar's log",
        tonic::Code::ResourceExhausted => "the sidecar is busy; ask again in a moment",
        tonic::Code::Unimplemented => {
            "this sidecar does not serve it here; is it of another version, or is this command \
             served only on the data directory (--data-dir)?"
        }
        _ => return text,
    };
    format!("{text}; hint: {hint}")
}

/// The cause at the bottom, which is the one that says something.
pub(super) fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
