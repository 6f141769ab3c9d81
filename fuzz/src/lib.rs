//! The bodies of the fuzz targets: each takes any bytes, and panics if something is wrong. They are run by
//! libFuzzer (`fuzz/run`), and by `tests/fuzz.rs` over the corpus and a bounded number of mutations of it.
#![allow(clippy::unwrap_used, clippy::expect_used, unreachable_pub)]

mod intake;
mod ledger;
mod number;
mod operations;
mod pack;
mod request;

pub use intake::{csv, register};
pub use ledger::{part, proof, record};
pub use number::number;
pub use operations::operations;
pub use pack::pack;
pub use request::request;

/// Runs a target as libFuzzer does: a panic that leaves it ends the process. One that the product catches
/// itself, as those of libraries on known texts, is not a finding, so libFuzzer's own hook, which ends the
/// process on any, is taken out.
pub fn run(target: fn(&[u8]), data: &[u8]) {
    static HOOK: std::sync::Once = std::sync::Once::new();
    HOOK.call_once(|| drop(std::panic::take_hook()));
    if std::panic::catch_unwind(|| target(data)).is_err() {
        std::process::abort();
    }
}

/// The bytes as text, what is not UTF-8 replaced.
fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}

/// The first byte, for a choice, and the rest.
fn choice(data: &[u8]) -> (u8, &[u8]) {
    data.split_first()
        .map_or((0, data), |(first, rest)| (*first, rest))
}
