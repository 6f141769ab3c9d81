//! Policy packs: regimes as data. A pack is a TOML file that orders checks and gives their
//! parameters, dates, sources of law and texts; `docs/packs.md` describes it.

use std::sync::Arc;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{
    check::Check,
    table::{MAX_ROWS, Row, Text},
    verdict::{Reason, Verdict},
};
use crate::{
    clock::{Day, Zone},
    facts::model::{Channel, SourceKind},
    number::Region,
};

/// The semantics version this build decides by.
pub const SEMANTICS: u32 = 1;

/// What is wrong with a pack file.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{file}: {what}")]
pub struct PackError {
    /// The file.
    pub file: String,
    /// What is wrong, where, and how to mend it.
    pub what: String,
}

/// Something the caller must do in an allowed contact.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Obligation {
    /// Say who calls and for which seller.
    StateIdentity = 1,
    /// Offer the right to object.
    OfferObjection = 2,
    /// Mention the register and offer entry in it.
    MentionRegister = 3,
    /// Show a number that can be called back.
    ShowNumber = 4,
}

/// The table of a channel.
#[derive(Clone, Debug)]
pub struct Table {
    /// The rows, the question's first.
    pub rows: Vec<Row>,
    /// What an allowed caller must do.
    pub obligations: Vec<Obligation>,
}

/// The rules of one jurisdiction between two dates.
#[derive(Clone, Debug)]
pub struct Regime {
    /// Its id, such as `nl-bmnr`.
    pub id: Arc<str>,
    /// Its title.
    pub title: Text,
    /// The country of the numbers it is for.
    pub country: Region,
    /// The zone whole days are counted in.
    pub zone: Zone,
    /// The semantics version it was written for.
    pub semantics: u32,
    /// First day it was the law.
    pub from: Day,
    /// Last day it was the law; [`Day::NEVER`] while it is.
    pub until: Day,
    /// Why it is no longer the law.
    pub lapsed: Option<Text>,
    /// Readings we chose.
    pub readings: Vec<Text>,
    /// The register its checks ask, if any.
    pub register: Option<Arc<str>>,
    /// The most days old that register's copy may be, if its checks ask it.
    pub register_max_age: Option<u16>,
    tables: [Option<Table>; 6],
    /// SHA-256 of the pack file.
    pub hash: [u8; 32],
    /// The pack file, word for word.
    pub text: Arc<str>,
}

impl Regime {
    /// The table of a channel; `None` if the regime does not cover it.
    pub fn table(&self, channel: Channel) -> Option<&Table> {
        self.tables[usize::from(channel.code())].as_ref()
    }

    /// The channels it covers.
    pub fn channels(&self) -> impl Iterator<Item = Channel> {
        Channel::ALL
            .iter()
            .copied()
            .filter(|c| self.table(*c).is_some())
    }

    /// Whether it is the law on a day.
    pub fn is_law_on(&self, day: Day) -> bool {
        self.from <= day && day <= self.until
    }

    /// The pack's hash in hex.
    pub fn hash_hex(&self) -> String {
        self.hash.iter().map(|b| format!("{b:02x}")).collect()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPack {
    id: String,
    title: Text,
    country: String,
    zone: String,
    semantics: u32,
    in_force_from: String,
    in_force_until: Option<String>,
    lapsed: Option<Text>,
    register: Option<String>,
    #[serde(default, rename = "reading")]
    readings: Vec<Text>,
    #[serde(rename = "table")]
    tables: Vec<RawTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTable {
    channels: Vec<String>,
    #[serde(default)]
    obligations: Vec<Obligation>,
    #[serde(rename = "row")]
    rows: Vec<RawRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawQuestion {
    #[serde(rename = "row")]
    rows: Vec<RawRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRow {
    check: String,
    #[serde(default)]
    with: toml::Table,
    verdict: String,
    reason: String,
    source: String,
    #[serde(default)]
    unverified: bool,
    text: Text,
}

impl RawRow {
    fn build(self) -> Result<Row, String> {
        let at = format!("row `{}`", self.check);
        let mut check = self.with;
        check.insert("check".into(), self.check.into());
        Ok(Row {
            check: check
                .try_into::<Check>()
                .map_err(|e| format!("{at}: {}", e.message()))?,
            verdict: Verdict::parse(&self.verdict).ok_or_else(|| {
                format!(
                    "{at}: `{}` is not a verdict; write ALLOW, BLOCK or DEFER",
                    self.verdict
                )
            })?,
            reason: Reason::parse(&self.reason).ok_or_else(|| {
                format!("{at}: `{}` is not a reason of common.proto", self.reason)
            })?,
            source: self.source,
            unverified: self.unverified,
            text: self.text,
        })
    }
}

fn raw<T: serde::de::DeserializeOwned>(file: &str, text: &str) -> Result<T, PackError> {
    toml::from_str(text).map_err(|e| {
        let line = e.span().map_or(1, |s| {
            text[..s.start.min(text.len())].matches('\n').count() + 1
        });
        PackError {
            file: format!("{file}:{line}"),
            what: e.message().to_owned(),
        }
    })
}

/// Reads the rows every regime begins with (`packs/question.toml`).
///
/// # Errors
/// If the file does not parse.
pub fn read_question(file: &str, text: &str) -> Result<Vec<Row>, PackError> {
    let question: RawQuestion = raw(file, text)?;
    build_rows(file, question.rows)
}

fn build_rows(file: &str, rows: Vec<RawRow>) -> Result<Vec<Row>, PackError> {
    rows.into_iter()
        .map(RawRow::build)
        .collect::<Result<_, _>>()
        .map_err(|what| PackError {
            file: file.to_owned(),
            what,
        })
}

/// Reads a pack file. `question` are the rows every table begins with.
///
/// # Errors
/// If the file does not parse, names what is not known, was written for another semantics version,
/// or has a table that can end without a verdict.
pub fn read_pack(file: &str, text: &str, question: &[Row]) -> Result<Regime, PackError> {
    let raw_pack: RawPack = raw(file, text)?;
    let fail = |what: String| PackError {
        file: file.to_owned(),
        what,
    };
    if raw_pack.semantics != SEMANTICS {
        return Err(fail(format!(
            "it was written for semantics {}, and this build decides by {SEMANTICS}; get the verzet that knows it",
            raw_pack.semantics
        )));
    }
    let mut tables: [Option<Table>; 6] = Default::default();
    let mut max_age: Option<u16> = None;
    for table in raw_pack.tables {
        let mut rows = question.to_vec();
        rows.extend(build_rows(file, table.rows)?);
        if rows.len() > MAX_ROWS {
            return Err(fail(format!(
                "a table has {} rows; the most is {MAX_ROWS}",
                rows.len()
            )));
        }
        sound(&rows, raw_pack.register.is_some()).map_err(fail)?;
        max_age = rows.iter().filter_map(register_age).chain(max_age).min();
        for word in &table.channels {
            let channel =
                Channel::parse(word).ok_or_else(|| fail(format!("`{word}` is not a channel")))?;
            let slot = &mut tables[usize::from(channel.code())];
            if slot.is_some() {
                return Err(fail(format!("two tables for channel {word}")));
            }
            *slot = Some(Table {
                rows: rows.clone(),
                obligations: table.obligations.clone(),
            });
        }
    }
    let day = |text: &str| Day::parse(text).map_err(fail);
    Ok(Regime {
        id: raw_pack.id.into(),
        title: raw_pack.title,
        country: Region::parse(&raw_pack.country).map_err(|e| fail(e.to_string()))?,
        zone: Zone::named(&raw_pack.zone).map_err(fail)?,
        semantics: raw_pack.semantics,
        from: day(&raw_pack.in_force_from)?,
        until: raw_pack
            .in_force_until
            .as_deref()
            .map_or(Ok(Day::NEVER), day)?,
        lapsed: raw_pack.lapsed,
        readings: raw_pack.readings,
        register: raw_pack.register.map(Into::into),
        register_max_age: max_age,
        tables,
        hash: Sha256::digest(text).into(),
        text: text.into(),
    })
}

/// The age of a register copy a row asks about.
fn register_age(row: &Row) -> Option<u16> {
    match row.check {
        Check::RegisterStale { max_age_days } => Some(max_age_days),
        Check::ConsentCounts { max_age_days } => max_age_days,
        _ => None,
    }
}

/// Refuses a table that could let something through by mistake.
fn sound(rows: &[Row], has_register: bool) -> Result<(), String> {
    let otherwise = rows.iter().position(|r| r.check == Check::Otherwise);
    if otherwise != rows.len().checked_sub(1) {
        return Err("a table must end with the check `Otherwise`, and have no other".to_owned());
    }
    let mut stale_is_asked = false;
    for row in rows {
        let name = row.check.name();
        let asks = register_age(row).is_some() || row.check == Check::RegisterHit;
        if asks && !has_register {
            return Err(format!(
                "row `{name}` asks a register, but the pack names none"
            ));
        }
        stale_is_asked |= matches!(row.check, Check::RegisterStale { .. });
        if row.check == Check::RegisterHit && !stale_is_asked {
            return Err(
                "row `RegisterHit` needs a row `RegisterStale` before it: without a copy nobody knows who is in it"
                    .to_owned(),
            );
        }
        if let Check::NotACustomer { sources } = &row.check
            && let Some(word) = sources.iter().find(|w| SourceKind::parse(w).is_none())
        {
            return Err(format!(
                "row `{name}`: `{word}` is not a kind of number source"
            ));
        }
        if row.verdict == Verdict::Defer {
            return Err(format!(
                "row `{name}` gives DEFER, which needs a time; no check of semantics {SEMANTICS} has one"
            ));
        }
    }
    Ok(())
}

/// The regimes this sidecar knows.
#[derive(Clone, Debug)]
pub struct Packs {
    regimes: Vec<Arc<Regime>>,
    question: Arc<[Row]>,
    question_text: Arc<str>,
}

impl Packs {
    /// The packs in the binary.
    ///
    /// # Errors
    /// If one does not parse; a test keeps that from happening.
    pub fn built_in() -> Result<Self, PackError> {
        let mut packs = Self::of_question(
            "packs/question.toml",
            include_str!("../../packs/question.toml"),
        )?;
        for (file, text) in [
            (
                "packs/nl-bmnr.toml",
                include_str!("../../packs/nl-bmnr.toml"),
            ),
            (
                "packs/nl-2026.toml",
                include_str!("../../packs/nl-2026.toml"),
            ),
        ] {
            packs.add(file, text)?;
        }
        Ok(packs)
    }

    /// No regime yet, only the rows every table begins with.
    ///
    /// # Errors
    /// If the file does not parse.
    pub fn of_question(file: &str, text: &str) -> Result<Self, PackError> {
        Ok(Self {
            regimes: Vec::new(),
            question: read_question(file, text)?.into(),
            question_text: text.into(),
        })
    }

    /// The files, word for word: the rows every table begins with, then every pack in order.
    pub fn texts(&self) -> Vec<&str> {
        let packs = self.regimes.iter().map(|regime| &*regime.text);
        std::iter::once(&*self.question_text).chain(packs).collect()
    }

    /// Adds a pack of the operator's own.
    ///
    /// # Errors
    /// If it does not parse, or its id is taken.
    pub fn add(&mut self, file: &str, text: &str) -> Result<(), PackError> {
        let regime = read_pack(file, text, &self.question)?;
        if self.get(&regime.id).is_some() {
            return Err(PackError {
                file: file.to_owned(),
                what: format!(
                    "there is already a regime `{}`; give this one another id",
                    regime.id
                ),
            });
        }
        self.regimes.push(Arc::new(regime));
        Ok(())
    }

    /// A regime by id.
    pub fn get(&self, id: &str) -> Option<&Arc<Regime>> {
        self.regimes.iter().find(|r| &*r.id == id)
    }

    /// Every regime.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Regime>> {
        self.regimes.iter()
    }

    /// The rows every table begins with, for questions no regime covers.
    pub fn question(&self) -> &[Row] {
        &self.question
    }

    /// The law of a country for a channel on a day: what the shadow is decided by.
    pub fn law_on(&self, country: Region, channel: Channel, day: Day) -> Option<&Arc<Regime>> {
        self.regimes
            .iter()
            .find(|r| r.country == country && r.is_law_on(day) && r.table(channel).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_packs_read() {
        let packs = Packs::built_in().unwrap();
        let bmnr = packs.get("nl-bmnr").unwrap();
        assert_eq!(bmnr.table(Channel::Voice).unwrap().rows.len(), 16);
        assert_eq!(bmnr.table(Channel::Sms).unwrap().rows.len(), 13);
        assert_eq!(bmnr.table(Channel::Post).unwrap().rows.len(), 14);
        assert_eq!(bmnr.channels().count(), 5);
        assert_eq!(bmnr.register_max_age, Some(28));
        let today = Day::parse("2026-11-24").unwrap();
        assert!(!bmnr.is_law_on(today));
        let law = packs.law_on(Region::NL, Channel::Voice, today).unwrap();
        assert_eq!(&*law.id, "nl-2026");
    }

    #[test]
    fn a_bad_pack_says_where_and_what() {
        let q = Packs::built_in().unwrap().question().to_vec();
        let good = include_str!("../../packs/nl-bmnr.toml");
        let of = |text: &str| read_pack("x.toml", text, &q).unwrap_err().to_string();
        assert!(of(&good.replace("semantics = 1", "semantics = 9")).contains("semantics 9"));
        assert!(
            of(&good.replace("check = \"ObjectionInForce\"", "check = \"Objection\""))
                .contains("Objection")
        );
        assert!(of(&good.replace("country = \"NL\"", "contry = \"NL\"")).starts_with("x.toml:"));
        assert!(of(&good.replace("register = \"bmnr\"\n", "")).contains("asks a register"));
        assert!(
            of(&good.replace("check = \"Otherwise\"", "check = \"OtherCompanyOffer\""))
                .contains("Otherwise")
        );
    }
}
