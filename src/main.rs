//! The `verzet` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    verzet::cli::main()
}
