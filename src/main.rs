//! The `verzet` command.

use std::process::ExitCode;

/// A request allocates a few buffers over a kilobyte, which the system's allocator serves slowly.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    verzet::cli::main()
}
