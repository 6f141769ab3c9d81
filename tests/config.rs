//! The configuration: defaults, what wins over what, every class of problem, and the files made of
//! the table of settings.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "config/texts.rs"]
mod texts;
#[path = "config/together.rs"]
mod together;
#[path = "config/values.rs"]
mod values;
#[path = "config/wrong.rs"]
mod wrong;

use std::fs;

use verzet::config::{Config, Flag};

/// Reads a file with this text; every problem, with the directory cut off.
fn load(text: &str, env: &[(&str, &str)], flags: &[Flag]) -> Result<Config, Vec<String>> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("v.toml");
    fs::write(&file, text).unwrap();
    let env = env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    Config::load(Some(&file), env, flags).map_err(|problems| {
        let cut = format!("{}/", dir.path().display());
        problems
            .iter()
            .map(|p| p.to_string().replace(&cut, ""))
            .collect()
    })
}

fn problems(text: &str) -> Vec<String> {
    load(text, &[], &[]).unwrap_err()
}
