//! The table of known differences.
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Write},
};

use verzet::number::{LineType, Region};

/// What the second reader does, seen from the first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Outcome {
    /// The first reads a number, the second none: the stop is taken in by the first alone.
    Nothing,
    /// The first reads none, the second does: the stop is unclear.
    Alone,
    /// They read different numbers: the stop is unclear and recorded under both.
    Another,
}

impl Outcome {
    pub(crate) const ALL: [Self; 3] = [Self::Nothing, Self::Alone, Self::Another];

    fn word(self) -> &'static str {
        match self {
            Self::Nothing => "reads none",
            Self::Alone => "reads alone",
            Self::Another => "reads another",
        }
    }
}

/// A class of difference: country and line are the number's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Class {
    pub(crate) outcome: Outcome,
    pub(crate) spelling: &'static str,
    pub(crate) region: Region,
    pub(crate) line: LineType,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = self.outcome.word();
        write!(
            f,
            "{word}, {}, {}, {}",
            self.spelling, self.region, self.line
        )
    }
}

/// A difference nobody has explained yet; never committed.
pub(crate) const UNEXPLAINED: &str = "UNEXPLAINED";

/// Why the second reader differs; the same table is in `docs/numbers.md`.
pub(crate) const REASONS: [(&str, &str); 7] = [
    (
        "READERS_PLAN",
        "strips the trunk prefix of the country it reads in from a number of another country, and leaves \
         that country's own",
    ),
    (
        "TRUNK",
        "strips a trunk prefix though what is left is too short for the country",
    ),
    (
        "CODE_FIRST",
        "takes leading digits for the country code though the number is whole with them",
    ),
    ("LENGTH", "does not hold the length against the plan"),
    ("DIGITS", "knows no digits but ASCII ones"),
    (
        "EXT",
        "knows `;ext=` only where a hyphen, dot or bracket ends the country code",
    ),
    (
        "NBSP",
        "takes text without a plain blank for RFC 3966, and a no-break space for part of the country code",
    ),
];

/// The classes that were asked, with a text that shows the difference where there is one.
type Found = BTreeMap<Class, Option<String>>;

pub(crate) struct Table(BTreeMap<Class, String>);

impl Table {
    /// Rows of outcome, spellings, reason, and `all` or `NL` or `NL:MOBILE+PAGER` and so on.
    pub(crate) fn read(text: &str, asked: &Found) -> Self {
        let mut rows = BTreeMap::new();
        for line in text.lines().filter(|l| !l.starts_with('#')) {
            let columns: Vec<_> = line.split('\t').collect();
            let [outcome, spellings, reason, cases] = columns[..] else {
                panic!("not four columns: {line:?}");
            };
            for spelling in spellings.split(" | ") {
                for case in cases.split(' ') {
                    let (region, lines) = case.split_once(':').unwrap_or((case, ""));
                    let lines: Vec<_> = lines.split('+').filter(|l| !l.is_empty()).collect();
                    let named = asked.keys().filter(|class| {
                        class.outcome.word() == outcome
                            && class.spelling == spelling
                            && (region == "all" || class.region.as_str() == region)
                            && (lines.is_empty() || lines.contains(&class.line.word()))
                    });
                    let before = rows.len();
                    rows.extend(named.map(|class| (*class, reason.to_string())));
                    assert!(
                        rows.len() > before,
                        "{outcome}, {spelling}, {case}: not a class, or twice"
                    );
                }
            }
        }
        Self(rows)
    }

    pub(crate) fn reason(&self, class: &Class) -> Option<&str> {
        self.0.get(class).map(String::as_str)
    }

    pub(crate) fn gives(&self, reason: &str) -> bool {
        self.0.values().any(|r| r == reason)
    }

    /// The table of what was found, with the reasons known so far: of the class itself, else of the
    /// same outcome and spelling in the same country.
    pub(crate) fn written_anew(&self, found: &Found) -> String {
        let reason = |class: &Class| {
            let alike = |(known, _): &(&Class, &String)| {
                (known.outcome, known.spelling, known.region)
                    == (class.outcome, class.spelling, class.region)
            };
            self.reason(class)
                .or_else(|| self.0.iter().find(alike).map(|(_, r)| r.as_str()))
                .unwrap_or(UNEXPLAINED)
        };
        // By outcome, reason and cases, so that spellings with the same cases share a row.
        let mut rows: BTreeMap<(Outcome, &str, String), Vec<&str>> = BTreeMap::new();
        for spelling in found.keys().map(|c| c.spelling).collect::<BTreeSet<_>>() {
            for outcome in Outcome::ALL {
                let of_spelling = |c: &&Class| c.outcome == outcome && c.spelling == spelling;
                let asked: Vec<&Class> = found.keys().filter(of_spelling).collect();
                let reasons: BTreeSet<&str> = asked
                    .iter()
                    .filter(|c| found[**c].is_some())
                    .map(|c| reason(c))
                    .collect();
                for because in reasons {
                    let cases = cases(&asked, |c| found[c].is_some() && reason(c) == because);
                    rows.entry((outcome, because, cases))
                        .or_default()
                        .push(spelling);
                }
            }
        }
        let mut text =
            String::from("# what the second reader does\tspellings\treason\tnumbers of\n");
        for ((outcome, reason, cases), spellings) in rows {
            let word = outcome.word();
            let _ = writeln!(text, "{word}\t{}\t{reason}\t{cases}", spellings.join(" | "));
        }
        text
    }
}

/// `all`, or the countries; with the lines where not every line of a country differs.
fn cases(asked: &[&Class], differs: impl Fn(&Class) -> bool) -> String {
    if asked.iter().all(|c| differs(c)) {
        return "all".into();
    }
    let mut words = Vec::new();
    for of_region in asked.chunk_by(|a, b| a.region == b.region) {
        let lines: Vec<_> = of_region
            .iter()
            .filter(|c| differs(c))
            .map(|c| c.line.word())
            .collect();
        if lines.len() == of_region.len() {
            words.push(of_region[0].region.to_string());
        } else if !lines.is_empty() {
            words.push(format!("{}:{}", of_region[0].region, lines.join("+")));
        }
    }
    words.join(" ")
}
