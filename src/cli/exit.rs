//! What a command returns to the shell. Scripts rest on these numbers; they do not change.

use std::process::ExitCode;

use tonic::Code;

use super::error::CliError;
use crate::proto::v1::Verdict;

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Exit {
    /// Done; of `check`: ALLOW.
    Done = 0,
    /// The command failed.
    Failed = 1,
    /// Wrong usage or configuration.
    Usage = 2,
    /// `check`: BLOCK.
    Block = 3,
    /// `check`: DEFER.
    Defer = 4,
    /// `import`, `register import`: held or refused; nothing was applied but stops.
    Held = 5,
    /// The sidecar cannot be reached, or the data directory is locked.
    Unreachable = 6,
    /// `ledger verify`, `ledger check-proof`: not what was recorded; `replay`: it comes out otherwise.
    Differs = 7,
    /// `replay`: it cannot be told, an input is no longer there.
    Gone = 8,
    /// Interrupted from the keyboard (128 and SIGINT, as shells have it).
    Interrupted = 130,
}

/// The exit codes, for `--help`.
pub(super) const HELP: &str = "\
Exit codes:
  0    done; check: ALLOW
  1    the command failed
  2    wrong usage or configuration
  3    check: BLOCK
  4    check: DEFER
  5    import, register import: held or refused; nothing was applied but stops
  6    the sidecar cannot be reached, or the data directory is locked
  7    ledger verify, ledger check-proof: not what was recorded; replay: it comes out otherwise
  8    replay: it cannot be told, an input is no longer there
  130  interrupted";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl Exit {
    /// Of a verdict; an answer without one is a failure, never a permission.
    pub(super) fn of_verdict(verdict: i32) -> Self {
        match Verdict::try_from(verdict) {
            Ok(Verdict::Allow) => Self::Done,
            Ok(Verdict::Block) => Self::Block,
            Ok(Verdict::Defer) => Self::Defer,
            Ok(Verdict::Unspecified) | Err(_) => Self::Failed,
        }
    }
}

impl CliError {
    /// The exit code of an error.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Config(_) | Self::Usage { .. } => Exit::Usage,
            Self::Unreachable { .. } => Exit::Unreachable,
            Self::Held { .. } => Exit::Held,
            Self::Interrupted => Exit::Interrupted,
            Self::Failed { .. } => Exit::Failed,
            // Whoever read the output has read enough, as `head` does.
            Self::Output(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Exit::Done,
            Self::Output(_) => Exit::Failed,
            Self::Refused { status, .. } if is_transport(status) => Exit::Unreachable,
            Self::Refused { status, .. } => match status.code() {
                Code::InvalidArgument => Exit::Usage,
                _ => Exit::Failed,
            },
        }
    }
}

/// Whether the call never reached a sidecar, or its answer never came back.
pub(super) fn is_transport(status: &tonic::Status) -> bool {
    // A status sent by the sidecar has no source; one made here of a broken connection has.
    std::error::Error::source(status).is_some()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn only_allow_is_zero() {
        let of = |v: Verdict| Exit::of_verdict(v as i32) as u8;
        assert_eq!(of(Verdict::Allow), 0);
        assert_eq!(of(Verdict::Block), 3);
        assert_eq!(of(Verdict::Defer), 4);
        assert_eq!(of(Verdict::Unspecified), 1);
        assert_eq!(Exit::of_verdict(99) as u8, 1);
    }

    #[test]
    fn errors_have_their_codes() {
        let refused = |code| CliError::refused("check", tonic::Status::new(code, "x")).exit() as u8;
        assert_eq!(refused(Code::InvalidArgument), 2);
        assert_eq!(refused(Code::Unavailable), 1);
        assert_eq!(refused(Code::FailedPrecondition), 1);
        let broken = std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        let status = tonic::Status::from_error(Box::new(broken));
        assert_eq!(CliError::refused("check", status).exit() as u8, 6);
        let pipe = std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        assert_eq!(CliError::Output(pipe).exit() as u8, 0);
        let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
        assert_eq!(CliError::Output(full).exit() as u8, 1);
    }
}
