//! What proves the decisions: records as they lie in the ledger, the words they use, and the chain they
//! are in. Of other decisions there are only hashes.

use std::{collections::BTreeSet, io::Write};

use base64::Engine;
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

/// The decisions of a day.
fn seqs(ids: &[DecisionId], day: Day) -> Vec<u64> {
    let of_day = ids.iter().filter(|id| id.day == day);
    of_day.map(|id| id.seq).collect()
}

pub(super) fn words(
    reports: &Reports,
    ids: &[DecisionId],
    out: &mut impl Write,
) -> Result<(), ExportError> {
    let mut reader = reports.index.ledger.reader();
    for day in days(ids) {
        for word in reader.raw_words(day, &seqs(ids, day))? {
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
        let words = reader.raw_words(day, &seqs(ids, day))?;
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

/// What comes before the 32 bytes of an Ed25519 key in a public key as others read it (RFC 8410, section 4).
const KEY_INFO: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// The signed heads of the days, as files: what is signed, the signature, and the keys.
pub(super) fn heads(
    reports: &Reports,
    days: &BTreeSet<Day>,
) -> Result<Vec<(String, Vec<u8>)>, ExportError> {
    let reader = reports.index.ledger.reader();
    let (mut files, mut keys) = (Vec::new(), BTreeSet::new());
    for day in days {
        let Some(head) = reader.head(*day)? else {
            continue;
        };
        let key = head.key.to_string();
        if keys.insert(head.key) {
            let info = [KEY_INFO.as_slice(), &head.key.0].concat();
            let text = base64::engine::general_purpose::STANDARD.encode(info);
            let pem = format!("-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n");
            files.push((format!("heads/{key}.pem"), pem.into_bytes()));
        }
        files.push((format!("heads/{day}.message"), head.message()));
        files.push((format!("heads/{day}.signature"), head.signature.to_vec()));
    }
    Ok(files)
}

fn end(group: &RawGroup) -> u64 {
    group.first_seq + group.count
}
