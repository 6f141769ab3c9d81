//! What the generator needs of a CRM folder: a campaign, and whom it knows.

use std::{collections::HashMap, fs::File, path::Path};

use anyhow::{Context, Result, bail};
use verzet::{clock::Day, intake::csv::Reader, sample};

/// Who is in a folder, seen from one campaign.
#[derive(Debug)]
pub(crate) struct Folder {
    /// The campaign.
    pub(crate) campaign_id: String,
    /// A documented `CUSTOMER_FILE` of the campaign's seller; empty if it has none.
    pub(crate) customer_source: String,
    /// Numbers with a paid purchase or contract with the seller, as typed.
    pub(crate) customers: Vec<Known>,
    /// Numbers with an objection to the seller, or to all, that covers voice.
    pub(crate) objected: Vec<Known>,
}

/// A number as typed, and how to read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) number: String,
    pub(crate) region: String,
    pub(crate) person_id: String,
}

type Row = HashMap<String, String>;

impl Folder {
    /// The folder of `verzet serve --sample`.
    pub(crate) fn sample(campaign: Option<&str>) -> Result<Self> {
        let dir = tempfile::tempdir()?;
        // Its register file is written too, with a date that nobody asks about here.
        let files = sample::write(dir.path(), Day(0))?;
        Self::read(&files.folder, campaign)
    }

    /// Reads a folder. Without a campaign it takes the first voice marketing campaign without an end
    /// that calls strangers from a documented source.
    pub(crate) fn read(dir: &Path, campaign: Option<&str>) -> Result<Self> {
        let sources = table(dir, "sources.csv")?;
        let documented = |row: &&Row| !get(row, "lawful_basis_document").is_empty();
        let strangers: Vec<_> = sources
            .iter()
            .filter(documented)
            .filter(|s| matches!(get(s, "kind"), "THIRD_PARTY_LIST" | "PUBLIC"))
            .map(|s| get(s, "source_id"))
            .collect();
        let campaigns = table(dir, "campaigns.csv")?;
        let chosen = campaigns.iter().find(|c| match campaign {
            Some(id) => get(c, "campaign_id") == id,
            None => {
                get(c, "purpose") == "MARKETING"
                    && get(c, "channel") == "VOICE"
                    && get(c, "ends_on").is_empty()
                    && strangers.contains(&get(c, "source_id"))
            }
        });
        let Some(chosen) = chosen else {
            bail!(
                "{}: no {}; name one of campaigns.csv with --campaign",
                dir.display(),
                campaign.unwrap_or("voice marketing campaign without an end that calls strangers"),
            );
        };
        let seller = get(chosen, "seller_id");
        let customer_source = sources
            .iter()
            .filter(documented)
            .find(|s| get(s, "kind") == "CUSTOMER_FILE" && get(s, "seller_id") == seller)
            .map_or("", |s| get(s, "source_id"));
        let customer = |row: &&Row| {
            get(row, "seller_id") == seller
                && matches!(get(row, "kind"), "PURCHASE" | "SERVICE_CONTRACT")
                && get(row, "paid") == "yes"
        };
        let objects = |row: &&Row| {
            matches!(get(row, "seller_id"), "" | "*") || get(row, "seller_id") == seller
        };
        let to_voice = |row: &&Row| {
            let channels = get(row, "channels");
            channels.is_empty()
                || channels
                    .split(';')
                    .any(|c| matches!(c.trim(), "*" | "VOICE"))
        };
        let relations = table(dir, "relations.csv")?;
        let objections = table(dir, "objections.csv")?;
        Ok(Self {
            campaign_id: get(chosen, "campaign_id").to_owned(),
            customer_source: customer_source.to_owned(),
            customers: relations
                .iter()
                .filter(customer)
                .filter_map(known)
                .collect(),
            objected: objections
                .iter()
                .filter(objects)
                .filter(to_voice)
                .filter_map(known)
                .collect(),
        })
    }
}

fn known(row: &Row) -> Option<Known> {
    let number = get(row, "number");
    (!number.is_empty()).then(|| Known {
        number: number.to_owned(),
        region: get(row, "region").to_owned(),
        person_id: get(row, "person_id").to_owned(),
    })
}

fn get<'r>(row: &'r Row, column: &str) -> &'r str {
    row.get(column).map_or("", String::as_str)
}

fn table(dir: &Path, name: &str) -> Result<Vec<Row>> {
    let path = dir.join(name);
    let file = File::open(&path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut reader = Reader::new(file);
    let mut header: Option<Vec<String>> = None;
    let mut rows = Vec::new();
    loop {
        let row = match reader.next_row() {
            Ok(Some(row)) => row,
            Ok(None) => return Ok(rows),
            Err(bad) => bail!(
                "{}:{}:{}: {}",
                path.display(),
                bad.line,
                bad.column,
                bad.error
            ),
        };
        match &header {
            None => {
                header = Some(
                    (0..row.len())
                        .map(|i| row.get(i).trim().to_owned())
                        .collect(),
                )
            }
            Some(columns) => rows.push(
                columns
                    .iter()
                    .enumerate()
                    .map(|(i, column)| (column.clone(), row.get(i).trim().to_owned()))
                    .collect(),
            ),
        }
    }
}
