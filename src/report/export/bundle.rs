//! The evidence of a campaign and period: a ZIP that says what was decided and why, and can be checked
//! with nothing but a shell and Python (`check.py` in it, `docs/reports.md`).

mod archive;
mod page;
mod proof;

use std::{collections::BTreeMap, fs::File, io::Write};

use super::{Export, ExportError, Exported, csv};
use crate::{
    ledger::{DecisionId, StoredRegime},
    policy::Language,
    report::{GroupBy, Query, Reports},
    store::{SnapshotRow, StoreReader},
};
use archive::Archive;

/// What a bundle shows beside decisions, as it is known now.
pub struct BundleFacts {
    /// The stored facts, and the packs that ever decided.
    pub facts: StoreReader,
    /// Every register copy that was taken in.
    pub snapshots: Vec<SnapshotRow>,
    /// The signed pairs, as the columns of `similar.csv`.
    pub pairs: Vec<Vec<String>>,
}

/// The columns of `similar.csv`.
const PAIR: [&str; 7] = [
    "bought_product_id",
    "offered_product_id",
    "similar",
    "signed_by",
    "signed_on",
    "expires_on",
    "note",
];

/// What the decisions of a bundle rest on.
#[derive(Default)]
struct Rests {
    ids: Vec<DecisionId>,
    /// By pack hash.
    regimes: BTreeMap<[u8; 32], StoredRegime>,
    /// Register copies, and how many decisions asked each.
    snapshots: BTreeMap<String, u64>,
    rows: Vec<page::PageRow>,
}

pub(super) fn write(
    reports: &Reports,
    export: &Export,
    known: &BundleFacts,
    out: File,
) -> Result<Exported, ExportError> {
    let filter = &export.filter;
    let (Some(campaign), Some(from), Some(until)) = (&filter.campaign, filter.from, filter.until)
    else {
        return Err(ExportError::NoPeriod);
    };
    let mut archive = Archive::new(out);
    archive.begin("decisions.csv")?;
    let exported = csv::write_to(reports, export, &mut archive)?;
    let rests = rests(reports, export)?;

    archive.file("records.jsonl", |out| {
        proof::records(reports, &rests.ids, export.masked, out)
    })?;
    let days = proof::days(&rests.ids);
    archive.file("words.jsonl", |out| proof::words(reports, &rests.ids, out))?;
    archive.file("chains.jsonl", |out| {
        proof::chains(reports, &rests.ids, out)
    })?;
    for (name, bytes) in proof::heads(reports, &days)? {
        archive.file(&name, |out| Ok(out.write_all(&bytes)?))?;
    }
    let mut missing = Vec::new();
    for (hash, regime) in &rests.regimes {
        let hex = hex(hash);
        match known
            .facts
            .pack(hash)
            .map_err(crate::report::ReportError::from)?
        {
            Some(text) => archive.text(&format!("regimes/{}-{hex}.toml", regime.id), &text)?,
            None => missing.push(format!("{} (SHA-256 {hex})", regime.id)),
        }
    }
    archive.text("register-copies.csv", &snapshots(&rests, known))?;
    let pairs = known.pairs.iter().map(|row| row.as_slice());
    archive.text("signed-pairs.csv", &table(&PAIR, pairs))?;
    archive.text("check.py", include_str!("bundle/check.py"))?;
    let how = match export.language {
        Language::Nl => (
            "zelf-controleren.html",
            include_str!("bundle/check.nl.html"),
        ),
        Language::En => ("how-to-check.html", include_str!("bundle/check.en.html")),
    };
    archive.text(how.0, how.1)?;
    let counted = |by: &[GroupBy]| {
        reports.summarise(&Query {
            filter: filter.clone(),
            by: by.to_vec(),
        })
    };
    let page = page::Page {
        language: export.language,
        campaign,
        zone: reports.zone(),
        from,
        until,
        ledger: reports.index.ledger.id(),
        reasons: counted(&[GroupBy::Verdict, GroupBy::Reason])?,
        days: counted(&[GroupBy::Day])?,
        regimes: rests.regimes.values().collect(),
        missing: &missing,
        snapshots: &rests.snapshots,
        rows: &rests.rows,
        how: how.0,
        masked: export.masked,
    };
    archive.text("index.html", &page.html())?;
    archive.end()?;
    Ok(exported)
}

fn rests(reports: &Reports, export: &Export) -> Result<Rests, ExportError> {
    let mut rests = Rests::default();
    reports.each(&export.filter, |d| -> Result<(), ExportError> {
        rests.ids.push(d.id);
        for regime in d.regime.iter().chain(d.shadow.as_ref().map(|s| &s.regime)) {
            rests
                .regimes
                .entry(regime.pack_sha256)
                .or_insert_with(|| StoredRegime::clone(regime));
        }
        if !d.register_snapshot.is_empty() {
            let name = d.register_snapshot.to_string();
            *rests.snapshots.entry(name).or_default() += 1;
        }
        if rests.rows.len() < page::SHOWN {
            rests
                .rows
                .push(page::PageRow::of(d, reports.zone(), export.masked));
        }
        Ok(())
    })?;
    Ok(rests)
}

fn snapshots(rests: &Rests, known: &BundleFacts) -> String {
    let heading = [
        "register_copy",
        "decisions",
        "as_of",
        "imported_at",
        "numbers",
        "file_name",
        "sha256",
    ];
    let rows: Vec<Vec<String>> = rests
        .snapshots
        .iter()
        .map(|(id, decisions)| {
            let mut row = vec![id.clone(), decisions.to_string()];
            if let Some(s) = known.snapshots.iter().find(|s| s.id() == *id) {
                row.extend([
                    s.as_of.to_string(),
                    s.imported_at.to_string(),
                    s.numbers.to_string(),
                    s.file_name.clone(),
                    hex(&s.sha256),
                ]);
            }
            row
        })
        .collect();
    table(&heading, rows.iter().map(Vec::as_slice))
}

/// A small table as CSV.
fn table<'a>(heading: &[&str], rows: impl Iterator<Item = &'a [String]>) -> String {
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let fields: Vec<_> = cells.map(|cell| csv::field(cell, ',')).collect();
        format!("{}\r\n", fields.join(","))
    };
    let mut text = line(&mut heading.iter().copied());
    for row in rows {
        text.push_str(&line(&mut row.iter().map(String::as_str)));
    }
    text
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
