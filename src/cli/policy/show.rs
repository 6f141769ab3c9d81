//! A regime in full.

use serde::Serialize;

use super::{Exit, RegimeJson};
use crate::{
    cli::{
        error::CliError,
        output::{Out, Table, fields},
        words::word,
    },
    proto::v1::{Channel, GetRegimeResponse, Reason, Verdict},
};

#[derive(Serialize)]
struct RowJson<'a> {
    row: u32,
    channels: Vec<&'static str>,
    check: &'a str,
    verdict: &'static str,
    reason: &'static str,
    text: &'a str,
    legal_source: &'a str,
    unverified: bool,
}

#[derive(Serialize)]
struct ShowJson<'a> {
    #[serde(flatten)]
    regime: RegimeJson<'a>,
    rows: Vec<RowJson<'a>>,
    readings: &'a [String],
    pack: &'a str,
}

pub(super) fn print(got: &GetRegimeResponse, pack: bool, json: bool) -> Result<Exit, CliError> {
    let mut out = Out::new();
    let regime = got.regime.clone().unwrap_or_default();
    if pack {
        out.text(&got.pack)?;
    } else if json {
        let row = |r: &'_ crate::proto::v1::RegimeRow| -> Vec<&'static str> {
            r.channels.iter().map(|c| word::<Channel>(*c)).collect()
        };
        out.json(&ShowJson {
            regime: RegimeJson::of(&regime),
            rows: got
                .rows
                .iter()
                .map(|r| RowJson {
                    row: r.row,
                    channels: row(r),
                    check: &r.check,
                    verdict: word::<Verdict>(r.verdict),
                    reason: word::<Reason>(r.reason),
                    text: &r.text,
                    legal_source: &r.legal_source,
                    unverified: r.unverified,
                })
                .collect(),
            readings: &got.readings,
            pack: &got.pack,
        })?;
    } else {
        out.text(&text(got))?;
    }
    out.end()?;
    Ok(Exit::Done)
}

fn text(got: &GetRegimeResponse) -> String {
    let regime = got.regime.clone().unwrap_or_default();
    let mut text = fields(&[
        ("regime", regime.regime_id.clone()),
        ("title", regime.title.clone()),
        ("country", regime.country.clone()),
        ("law from", regime.in_force_from.clone()),
        ("until", regime.in_force_until.clone()),
        ("lapsed", regime.lapsed_notice.clone()),
        (
            "enforced",
            if regime.enforced { "yes" } else { "no" }.to_owned(),
        ),
        ("semantics", regime.semantics.to_string()),
        ("pack", format!("SHA-256 {}", regime.pack_hash)),
    ]);
    let mut table = Table::new(&[
        ">row",
        "channels",
        "gives",
        "check",
        "when",
        "source of law",
    ]);
    let mut unverified = false;
    for r in &got.rows {
        unverified |= r.unverified;
        let channels: Vec<_> = r.channels.iter().map(|c| word::<Channel>(*c)).collect();
        let source = if r.unverified {
            format!("{} (*)", r.legal_source)
        } else {
            r.legal_source.clone()
        };
        table.row([
            r.row.to_string(),
            channels.join(","),
            format!(
                "{} {}",
                word::<Verdict>(r.verdict),
                word::<Reason>(r.reason)
            ),
            r.check.clone(),
            r.text.clone(),
            source,
        ]);
    }
    text.push_str(&format!("\n{table}"));
    if unverified {
        text.push_str("(*) a source that was not seen in the original\n");
    }
    if !got.readings.is_empty() {
        text.push_str("\nreadings we chose:\n");
    }
    for reading in &got.readings {
        text.push_str(&format!("  {reading}\n"));
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::proto::v1::{Regime, RegimeRow};

    #[test]
    fn a_regime_for_people() {
        let got = GetRegimeResponse {
            regime: Some(Regime {
                regime_id: "nl-bmnr".into(),
                title: "The Netherlands".into(),
                country: "NL".into(),
                in_force_from: "2009-10-01".into(),
                pack_hash: "ab".into(),
                semantics: 1,
                ..Default::default()
            }),
            rows: vec![RegimeRow {
                row: 8,
                channels: vec![Channel::Voice as i32, Channel::Sms as i32],
                check: "ObjectionInForce".into(),
                verdict: Verdict::Block as i32,
                reason: Reason::Objected as i32,
                legal_source: "Tw 11.7".into(),
                text: "a stop is in force".into(),
                unverified: true,
            }],
            readings: vec!["(a) everyone".into()],
            pack: String::new(),
        };
        assert_eq!(
            text(&got),
            "regime     nl-bmnr\n\
             title      The Netherlands\n\
             country    NL\n\
             law from   2009-10-01\n\
             enforced   no\n\
             semantics  1\n\
             pack       SHA-256 ab\n\
             \n\
             row  channels   gives           check             when                source of law\n  \
               8  VOICE,SMS  BLOCK OBJECTED  ObjectionInForce  a stop is in force  Tw 11.7 (*)\n\
             (*) a source that was not seen in the original\n\
             \n\
             readings we chose:\n  \
               (a) everyone\n"
        );
    }
}
