//! Progress on standard error; nothing where that is not a terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over bytes.
pub(super) fn bytes(total: u64) -> ProgressBar {
    bar(total, "{msg:24!} {wide_bar} {bytes}/{total_bytes} {eta}")
}

/// A bar over numbers looked at.
pub(super) fn numbers(total: u64) -> ProgressBar {
    bar(
        total,
        "{wide_bar} {human_pos}/{human_len} numbers, {per_sec}, {eta} left",
    )
}

/// A bar over records of the ledger.
pub(super) fn records(total: u64) -> ProgressBar {
    bar(
        total,
        "{wide_bar} {human_pos}/{human_len} records, {per_sec}, {eta} left",
    )
}

/// A bar over the ledger's parts.
pub(super) fn parts(total: u64) -> ProgressBar {
    bar(total, "{wide_bar} {pos}/{len} parts, {eta} left")
}

fn bar(total: u64, template: &str) -> ProgressBar {
    let bar = ProgressBar::new(total);
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        // A test reads the templates; the default style would do.
        Err(_) => bar,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_read() {
        for template in [
            "{msg:24!} {wide_bar} {bytes}/{total_bytes} {eta}",
            "{wide_bar} {human_pos}/{human_len} numbers, {per_sec}, {eta} left",
            "{wide_bar} {human_pos}/{human_len} records, {per_sec}, {eta} left",
            "{wide_bar} {pos}/{len} parts, {eta} left",
        ] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }
}
