//! Where values come from: file, environment, flags. Gathers them all before any is judged, so that
//! every problem is told at once.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    ops::Range,
    path::{Path, PathBuf},
};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    DEFAULT_FILE, Value,
    kind::Read,
    problem::{Origin, Problem},
    table::{SETTINGS, Setting},
};

/// A setting given as a flag.
#[derive(Clone, Debug)]
pub struct Flag {
    /// The setting's key.
    pub key: &'static str,
    /// The flag, such as `--data-dir`.
    pub flag: &'static str,
    /// The value given.
    pub value: String,
}

/// The variables of the environment that begin with `VERZET_`.
pub fn environment() -> Vec<(String, String)> {
    let text = |t: std::ffi::OsString| t.to_string_lossy().into_owned();
    std::env::vars_os()
        .map(|(name, value)| (text(name), text(value)))
        .filter(|(name, _)| name.starts_with("VERZET_"))
        .collect()
}

/// A value as found.
struct Raw {
    text: String,
    origin: Origin,
}

/// What was found, and what is wrong so far.
#[derive(Default)]
pub(super) struct Sources {
    found: BTreeMap<&'static str, Raw>,
    problems: Vec<Problem>,
}

/// Hands out typed values and keeps account.
pub(super) struct Reader {
    sources: BTreeMap<&'static str, Raw>,
    pub(super) values: Vec<Value>,
    pub(super) problems: Vec<Problem>,
}

impl Reader {
    /// The typed value of a setting; `None` if it is wrong, which is then among the problems.
    pub(super) fn take<T: Read>(&mut self, key: &str) -> Option<T> {
        let setting = Setting::of(key)?;
        let (text, origin) = match self.sources.remove(key) {
            Some(raw) => (raw.text, raw.origin),
            None => (setting.default.to_owned(), Origin::Default),
        };
        match T::read(&text, setting.kind) {
            Ok(value) => {
                self.values.push(Value {
                    setting,
                    text,
                    origin,
                });
                Some(value)
            }
            Err((what, hint)) => {
                self.problems.push(Problem {
                    origin,
                    key: Some(key.to_owned()),
                    what,
                    hint,
                });
                None
            }
        }
    }
}

impl Sources {
    pub(super) fn into_reader(self) -> Reader {
        Reader {
            sources: self.found,
            values: Vec::new(),
            problems: self.problems,
        }
    }

    fn problem(&mut self, origin: Origin, key: Option<&str>, what: String, hint: String) {
        self.problems.push(Problem {
            origin,
            key: key.map(str::to_owned),
            what,
            hint,
        });
    }

    pub(super) fn read_flags(&mut self, flags: &[Flag]) {
        for Flag { key, flag, value } in flags {
            let origin = Origin::Flag((*flag).to_owned());
            self.found.insert(
                key,
                Raw {
                    text: value.clone(),
                    origin,
                },
            );
        }
    }

    pub(super) fn read_environment(&mut self, env: impl IntoIterator<Item = (String, String)>) {
        for (name, text) in env {
            if !name.starts_with("VERZET_") || is_kubernetes(&name) {
                continue;
            }
            let origin = Origin::Environment(name.clone());
            if let Some(setting) = SETTINGS.iter().find(|s| s.variable() == name) {
                self.found.insert(setting.key, Raw { text, origin });
                continue;
            }
            // The prefix they share says nothing of likeness.
            let bare = |name: &str| name.trim_start_matches("VERZET_").to_owned();
            let known = SETTINGS.iter().map(|s| bare(&s.variable()));
            let near = nearest(&bare(&name), known).map(|near| format!("VERZET_{near}"));
            let what = format!("`{name}` sets nothing");
            self.problem(origin, None, what, suggest(near));
        }
    }

    pub(super) fn read_file(&mut self, path: Option<&Path>) {
        let file = path.unwrap_or(Path::new(DEFAULT_FILE));
        let text = match fs::read_to_string(file) {
            Ok(text) => text,
            // Only a file that was named must be there.
            Err(e) if path.is_none() && e.kind() == std::io::ErrorKind::NotFound => return,
            Err(e) => {
                return self.problem(
                    Origin::File(file.to_owned(), 0),
                    None,
                    format!("cannot be read ({e})"),
                    "name a readable TOML file with `--config FILE`; `verzet config sample` prints one"
                        .to_owned(),
                );
            }
        };
        let mut toml = File {
            sources: self,
            path: file,
            text: &text,
            broken: BTreeSet::new(),
        };
        let (table, errors) = DeTable::parse_recoverable(&text);
        for error in errors {
            toml.broken(&error);
        }
        toml.top(table.get_ref());
    }
}

/// A file being read.
struct File<'a> {
    sources: &'a mut Sources,
    path: &'a Path,
    text: &'a str,
    /// Lines that are not TOML; what was guessed from them is not told of.
    broken: BTreeSet<usize>,
}

impl File<'_> {
    fn line(&self, span: Range<usize>) -> usize {
        let before = self.text.as_bytes().iter().take(span.start);
        1 + before.filter(|b| **b == b'\n').count()
    }

    fn origin(&self, line: usize) -> Origin {
        Origin::File(PathBuf::from(self.path), line)
    }

    fn broken(&mut self, error: &toml::de::Error) {
        let line = error.span().map_or(0, |span| self.line(span));
        if self.broken.insert(line) {
            let what = format!("is not TOML ({})", error.message().replace('\n', ", "));
            let hint = "write `key = \"text\"`, `key = 12` or `[section]`".to_owned();
            self.sources.problem(self.origin(line), None, what, hint);
        }
    }

    fn problem(&mut self, line: usize, key: &str, what: String, hint: String) {
        if !self.broken.contains(&line) {
            self.sources
                .problem(self.origin(line), Some(key), what, hint);
        }
    }

    fn top(&mut self, table: &DeTable<'_>) {
        for (key, value) in table {
            let line = self.line(key.span());
            let name = key.get_ref().as_ref();
            let is_section = SETTINGS
                .iter()
                .any(|s| s.section() == name && !name.is_empty());
            match value.get_ref() {
                DeValue::Table(inner) if is_section => {
                    for (key, value) in inner {
                        let line = self.line(key.span());
                        self.setting(line, &format!("{name}.{}", key.get_ref()), value);
                    }
                }
                DeValue::Table(_) if Setting::of(name).is_none() => {
                    let sections = SETTINGS.iter().map(|s| s.section().to_owned());
                    let near = nearest(name, sections.filter(|s| !s.is_empty()));
                    self.problem(line, name, "is not a section".to_owned(), suggest(near));
                }
                _ if is_section => {
                    let hint = format!("write [{name}] on a line of its own, its settings below");
                    self.problem(line, name, "is a section, not a setting".to_owned(), hint);
                }
                _ => self.setting(line, name, value),
            }
        }
    }

    fn setting(&mut self, line: usize, key: &str, value: &Spanned<DeValue<'_>>) {
        let Some(setting) = Setting::of(key) else {
            let near = nearest(key, SETTINGS.iter().map(|s| s.key.to_owned()));
            return self.problem(line, key, "is not a setting".to_owned(), suggest(near));
        };
        let quoted = format!(
            "write it in quotes, such as {} = \"{}\"",
            setting.name(),
            setting.default
        );
        let text = match value.get_ref() {
            DeValue::String(text) if !setting.kind.is_number() => text.to_string(),
            DeValue::Integer(n) if setting.kind.is_number() => {
                // A negative number reads as text the kind then refuses with its bounds.
                i128::from_str_radix(n.as_str(), n.radix())
                    .map_or_else(|_| n.as_str().to_owned(), |n| n.to_string())
            }
            other if setting.kind.is_number() => {
                let hint = format!(
                    "write it without quotes, such as {} = {}",
                    setting.name(),
                    setting.default
                );
                return self.problem(
                    line,
                    key,
                    format!("is {}, not a whole number", a(other)),
                    hint,
                );
            }
            other => return self.problem(line, key, format!("is {}, not text", a(other)), quoted),
        };
        if !self.broken.contains(&line) {
            let origin = self.origin(line);
            self.sources.found.insert(setting.key, Raw { text, origin });
        }
    }
}

fn a(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a section",
    }
}

/// Kubernetes tells every container of a service named `verzet` where it is, in variables like these.
fn is_kubernetes(name: &str) -> bool {
    name == "VERZET_PORT" || name.starts_with("VERZET_PORT_") || name.starts_with("VERZET_SERVICE_")
}

/// The nearest key: of the same word under another section, or of a word with a few slips.
fn nearest(key: &str, known: impl Iterator<Item = String>) -> Option<String> {
    let split = |key: &str| {
        let (section, name) = key.rsplit_once('.').unwrap_or(("", key));
        (section.to_owned(), name.to_owned())
    };
    let (section, name) = split(key);
    let score = |other: &str| {
        let (other_section, other_name) = split(other);
        let likeness = strsim::normalized_damerau_levenshtein(&name, &other_name);
        likeness - if section == other_section { 0.0 } else { 0.05 }
    };
    known
        .map(|key| (score(&key), key))
        .filter(|(score, _)| *score >= 0.6)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, key)| key)
}

fn suggest(near: Option<String>) -> String {
    near.map_or_else(
        || "`verzet config sample` lists every setting".to_owned(),
        |near| format!("did you mean `{near}`?"),
    )
}
