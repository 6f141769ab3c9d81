//! Everything that was said, to be looked through.

use std::{fs, path::Path};

/// Everything that was said, and where.
#[derive(Default)]
pub(super) struct Said(pub(super) Vec<(String, String)>);

impl Said {
    /// What is no text is read as one: a secret is ASCII wherever it stands.
    pub(super) fn add(&mut self, place: impl Into<String>, said: impl AsRef<[u8]>) {
        let said = String::from_utf8_lossy(said.as_ref()).into_owned();
        self.0.push((place.into(), said));
    }

    /// Every file in a directory and below.
    pub(super) fn files(&mut self, dir: &Path) {
        for entry in fs::read_dir(dir).unwrap() {
            let entry = entry.unwrap();
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                self.files(&entry.path());
            } else if kind.is_file() {
                let bytes = fs::read(entry.path()).unwrap();
                self.add(entry.path().display().to_string(), bytes);
            }
        }
    }

    pub(super) fn tells(&self, secret: &str) -> Option<&str> {
        assert!(secret.len() >= 6, "{secret:?} is too short to look for");
        let found = self.0.iter().find(|(_, said)| said.contains(secret));
        found.map(|(place, _)| place.as_str())
    }
}
