//! The texts made of the table of settings: the sample file and the page.

use verzet::config::{Origin, sample, settings_markdown};

use crate::load;

#[test]
fn the_sample_file_is_the_table() {
    let shipped = include_str!("../../deploy/verzet.toml");
    assert_eq!(
        shipped,
        sample(),
        "write it anew: `cargo run -- config sample > deploy/verzet.toml`"
    );
}

#[test]
fn the_sample_means_the_defaults_commented_or_not() {
    let commented = load(&sample(), &[], &[]).unwrap();
    assert!(
        commented
            .values()
            .iter()
            .all(|v| v.origin == Origin::Default)
    );
    let is_setting = |l: &str| l.starts_with('#') && !l.starts_with("# ") && l.contains(" = ");
    let open: String = sample()
        .lines()
        .map(|l| {
            if is_setting(l) {
                format!("{}\n", &l[1..])
            } else {
                format!("{l}\n")
            }
        })
        .collect();
    let open = load(&open, &[], &[]).unwrap();
    for value in open.values() {
        assert!(
            matches!(value.origin, Origin::File(..)),
            "{}",
            value.setting.key
        );
        assert_eq!(value.text, value.setting.default);
    }
}

#[test]
fn the_page_has_the_table() {
    let page = include_str!("../../docs/config.md");
    assert!(
        page.contains(&settings_markdown()),
        "put this table in docs/config.md (`cargo run -- config sample --markdown`):\n{}",
        settings_markdown()
    );
}
