//! What proves the decisions: records as they lie in the ledger, the words they use, and the chain they
//! are in. Of other decisions there are only hashes.

use std::{collections::BTreeSet, io::Write};

use serde::Serialize;

use super::{ExportError, hex};
use crate::{
    clock::Day,
    ledger::{DecisionId, RawGroup},
    report::Reports,
};

#[derive(Serialize)]
struct Record<'a> {
    decision_id: &'a str,
    day: String,
    seq: u64,
    public: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    personal: Option<String>,
}

#[derive(Serialize)]
struct Word {
    day: String,
    seq: u64,
    public: String,
}

#[derive(Serialize)]
struct Chain {
    day: String,
    previous: String,
    groups: Vec<Group>,
}

#[derive(Serialize)]
struct Group {
    first: u64,
    count: u64,
    root: String,
    /// Of the groups that hold one of the decisions or words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    leaves: Vec<String>,
}

pub(super) fn days(ids: &[DecisionId]) -> BTreeSet<Day> {
    ids.iter().map(|id| id.day).collect()
}

fn line(out: &mut impl Write, value: &impl Serialize) -> Result<(), ExportError> {
    serde_json::to_writer(&mut *out, value).map_err(std::io::Error::from)?;
    Ok(out.write_all(b"\n")?)
}

pub(super) fn records(
    reports: &Reports,
    ids: &[DecisionId],
    masked: bool,
    out: &mut impl Write,
) -> Result<(), ExportError> {
    let mut reader = reports.index.ledger.reader();
    for id in ids {
        let Some(record) = reader.raw_record(*id)? else {
            continue;
        };
        let personal = record.personal.filter(|_| !masked);
        line(
            out,
            &Record {
                decision_id: &id.to_string(),
                day: id.day.to_string(),
                seq: id.seq,
                public: hex(&record.public),
                personal: personal.map(|bytes| hex(&bytes)),
            },
        )?;
    }
    Ok(())
}

pub(super) fn words(
    reports: &Reports,
    days: &BTreeSet<Day>,
    out: &mut impl Write,
) -> Result<(), ExportError> {
    let mut reader = reports.index.ledger.reader();
    for day in days {
        for word in reader.raw_words(*day)? {
            line(
                out,
                &Word {
                    day: day.to_string(),
                    seq: word.seq,
                    public: hex(&word.public),
                },
            )?;
        }
    }
    Ok(())
}

pub(super) fn chains(
    reports: &Reports,
    ids: &[DecisionId],
    out: &mut impl Write,
) -> Result<(), ExportError> {
    let mut reader = reports.index.ledger.reader();
    for day in days(ids) {
        let Some(chain) = reader.raw_chain(day)? else {
            continue;
        };
        // Decisions and the words they use, in the order of their numbers.
        let words = reader.raw_words(day)?;
        let mut shown: Vec<u64> = words.iter().map(|word| word.seq).collect();
        shown.extend(ids.iter().filter(|id| id.day == day).map(|id| id.seq));
        shown.sort_unstable();
        let mut shown = shown.into_iter().peekable();
        let mut groups = Vec::with_capacity(chain.groups.len());
        for group in &chain.groups {
            let mut holds = false;
            while shown.next_if(|seq| *seq < end(group)).is_some() {
                holds = true;
            }
            let leaves = match holds {
                true => reader.raw_leaves(day, group)?,
                false => Vec::new(),
            };
            groups.push(Group {
                first: group.first_seq,
                count: group.count,
                root: hex(&group.root),
                leaves: leaves.iter().map(|leaf| hex(leaf)).collect(),
            });
        }
        line(
            out,
            &Chain {
                day: day.to_string(),
                previous: hex(&chain.previous),
                groups,
            },
        )?;
    }
    Ok(())
}

fn end(group: &RawGroup) -> u64 {
    group.first_seq + group.count
}
