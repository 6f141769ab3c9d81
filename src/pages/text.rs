//! The texts of the pages: one file a language, the same keys in both.

use std::{collections::BTreeMap, sync::LazyLock};

use crate::sidecar::Language;

/// Every text of one language, by its dotted key.
#[derive(Debug)]
pub(crate) struct Texts(BTreeMap<String, Vec<String>>);

static NL: LazyLock<Texts> = LazyLock::new(|| Texts::read(include_str!("text/nl.toml")));
static EN: LazyLock<Texts> = LazyLock::new(|| Texts::read(include_str!("text/en.toml")));

impl Texts {
    /// The texts of a language.
    pub(crate) fn of(language: Language) -> &'static Self {
        match language {
            Language::Nl => &NL,
            Language::En => &EN,
        }
    }

    fn read(file: &str) -> Self {
        let mut texts = BTreeMap::new();
        // A test reads both files: a fault in one never reaches a user.
        if let Ok(table) = file.parse::<toml::Table>() {
            flatten(String::new(), toml::Value::Table(table), &mut texts);
        }
        Self(texts)
    }

    /// A text; the key itself if there is none.
    pub(crate) fn get<'k>(&'static self, key: &'k str) -> &'k str {
        self.find(key).unwrap_or(key)
    }

    /// A text, if there is one.
    pub(crate) fn find(&'static self, key: &str) -> Option<&'static str> {
        Some(self.0.get(key)?.first()?)
    }

    /// The items of a list; none if there is no such list.
    pub(crate) fn list(&'static self, key: &str) -> &'static [String] {
        self.0.get(key).map_or(&[], Vec::as_slice)
    }

    /// A text with its `{names}` replaced.
    pub(crate) fn fill(&'static self, key: &str, values: &[(&str, &str)]) -> String {
        fill(self.get(key), values)
    }

    /// Every key.
    #[cfg(test)]
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// A text with its `{names}` replaced.
pub(crate) fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let after = &rest[open + 1..];
        let Some(close) = after.find('}') else {
            rest = &rest[open..];
            break;
        };
        match values.iter().find(|(name, _)| *name == &after[..close]) {
            Some((_, value)) => out.push_str(value),
            None => out.push_str(&rest[open..open + close + 2]),
        }
        rest = &after[close + 1..];
    }
    out.push_str(rest);
    out
}

fn flatten(at: String, value: toml::Value, into: &mut BTreeMap<String, Vec<String>>) {
    match value {
        toml::Value::Table(table) => {
            for (key, value) in table {
                let key = if at.is_empty() {
                    key
                } else {
                    format!("{at}.{key}")
                };
                flatten(key, value, into);
            }
        }
        toml::Value::Array(items) => {
            let items = items.into_iter().map(plain).collect();
            into.insert(at, items);
        }
        one => {
            into.insert(at, vec![plain(one)]);
        }
    }
}

fn plain(value: toml::Value) -> String {
    match value {
        toml::Value::String(text) => text,
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn names(text: &str) -> BTreeSet<&str> {
        text.split('{')
            .skip(1)
            .filter_map(|part| part.split_once('}').map(|(name, _)| name))
            .collect()
    }

    #[test]
    fn both_languages_have_the_same_keys_and_the_same_names_in_each() {
        for file in [include_str!("text/nl.toml"), include_str!("text/en.toml")] {
            file.parse::<toml::Table>().unwrap();
        }
        let (nl, en) = (Texts::of(Language::Nl), Texts::of(Language::En));
        let keys = |t: &Texts| t.keys().map(str::to_owned).collect::<BTreeSet<_>>();
        let (left, right) = (keys(nl), keys(en));
        let only: Vec<_> = left.symmetric_difference(&right).collect();
        assert!(only.is_empty(), "in one language only: {only:?}");
        for key in nl.keys() {
            let joined = |t: &'static Texts| t.list(key).join("\n");
            assert_eq!(names(&joined(nl)), names(&joined(en)), "{key}");
            assert!(
                !joined(nl).trim().is_empty() && !joined(en).trim().is_empty(),
                "{key}"
            );
        }
    }

    #[test]
    fn a_name_without_a_value_stays_and_values_are_not_read_again() {
        assert_eq!(fill("{a} and {b}", &[("a", "{b}")]), "{b} and {b}");
        assert_eq!(fill("open {", &[]), "open {");
    }

    /// Every text the pages ask for by name is there.
    #[test]
    fn every_text_that_is_asked_for_is_there() {
        let texts = Texts::of(Language::Nl);
        let mut missing = Vec::new();
        let mut asked = 0;
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        for dir in ["templates", "src/pages"] {
            for file in files(&root.join(dir)) {
                if !matches!(
                    file.extension().and_then(|e| e.to_str()),
                    Some("html" | "rs")
                ) {
                    continue;
                }
                let source = std::fs::read_to_string(&file).unwrap();
                for call in [
                    "s.t(\"",
                    "s.f(\"",
                    "s.list(\"",
                    "texts.get(\"",
                    "texts.fill(\"",
                ] {
                    for part in source.split(call).skip(1) {
                        let key = part.split('"').next().unwrap();
                        asked += 1;
                        if texts.find(key).is_none() {
                            missing.push(format!("{}: {key}", file.display()));
                        }
                    }
                }
            }
        }
        assert!(missing.is_empty(), "{missing:#?}");
        assert!(
            asked > 100,
            "only {asked} texts are asked for: the search is wrong"
        );
    }

    fn files(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => found.extend(files(&path)),
                false => found.push(path),
            }
        }
        found
    }
}
