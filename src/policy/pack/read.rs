//! Reading a pack file, and refusing one that could let something through by mistake.

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{Obligation, PackError, Regime, SEMANTICS, Table};
use crate::{
    clock::{Day, Zone},
    facts::model::{Channel, SourceKind},
    number::Region,
    policy::{
        check::Check,
        table::{MAX_ROWS, Row, Text},
        verdict::{Reason, Verdict},
    },
};

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
/// ends before it begins, or has a table that can end without a verdict.
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
    let from = day(&raw_pack.in_force_from)?;
    let until = raw_pack.in_force_until.as_deref();
    let until = until.map_or(Ok(Day::NEVER), day)?;
    if until < from {
        return Err(fail(format!(
            "in_force_until is {until}, before in_force_from, {from}; turn them round"
        )));
    }
    Ok(Regime {
        id: raw_pack.id.into(),
        title: raw_pack.title,
        country: Region::parse(&raw_pack.country).map_err(|e| fail(e.to_string()))?,
        zone: Zone::named(&raw_pack.zone).map_err(fail)?,
        semantics: raw_pack.semantics,
        from,
        until,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_that_ends_before_it_begins_is_refused() {
        let text = include_str!("../../../packs/nl-bmnr.toml");
        let until = "in_force_until = \"2021-06-30\"";
        assert!(text.contains(until));
        let dated = |day: &str| {
            let text = text.replace(until, &format!("in_force_until = \"{day}\""));
            read_pack("own.toml", &text, &[]).map(|_| ())
        };
        assert_eq!(dated("2009-10-01"), Ok(()), "one day is a time");
        let refused = dated("2009-09-30").map_err(|e| e.to_string());
        let want = "own.toml: in_force_until is 2009-09-30, before in_force_from, 2009-10-01; turn them round";
        assert_eq!(refused, Err(want.to_owned()));
    }
}
