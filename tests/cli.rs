//! The built binary: what it prints, where, and the code it ends with.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "cli/config.rs"]
mod config;
#[path = "cli/errors.rs"]
mod errors;
#[path = "cli/help.rs"]
mod help;
#[path = "support/sidecar.rs"]
mod sidecar;

use sidecar::Ended;

fn ended(code: i32, stdout: &str, stderr: &str) -> Ended {
    Ended {
        code: Some(code),
        stdout: stdout.to_owned(),
        stderr: stderr.to_owned(),
    }
}
