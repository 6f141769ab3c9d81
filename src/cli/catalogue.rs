//! `verzet catalogue`: sellers, products and what is offered.

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use serde::Serialize;

use super::{
    args::{Place, Target},
    connect::{Bare, Session, ask},
    error::CliError,
    exit::Exit,
    output::{Ordered, Out, Table},
};
use crate::proto::v1 as wire;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// What is in force
    List(List),
}

#[derive(ClapArgs, Debug)]
pub(super) struct List {
    /// Which part of the catalogue
    kind: Kind,
    /// A JSON object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    target: Target,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum Kind {
    Sellers,
    Categories,
    Products,
    Similar,
    Sources,
    Campaigns,
}

/// A list: the columns of the CSV file of the same name, and a row of them for each entry.
struct Listing {
    columns: &'static [&'static str],
    rows: Vec<Vec<Cell>>,
}

/// A value: text, or several.
#[derive(Serialize)]
#[serde(untagged)]
enum Cell {
    Text(String),
    List(Vec<String>),
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<String>> for Cell {
    fn from(items: Vec<String>) -> Self {
        Self::List(items)
    }
}

impl Cell {
    fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::List(items) => items.join(";"),
        }
    }
}

/// Turns entries into rows of the fields named, which are the columns.
macro_rules! listing {
    ($entries:expr, $($field:ident),+) => {
        Listing {
            columns: &[$(stringify!($field)),+],
            rows: $entries.into_iter().map(|e| vec![$(Cell::from(e.$field)),+]).collect(),
        }
    };
}

pub(super) async fn run(place: &Place, Command::List(args): Command) -> Result<Exit, CliError> {
    let session = args.target.connect(place, Bare::Refuse).await?;
    let listing = fetch(&session, args.kind)
        .await
        .map_err(|s| CliError::refused("catalogue list", s))?;
    session.close().await?;
    let mut out = Out::new();
    if args.json {
        for row in &listing.rows {
            let object = Ordered(listing.columns.iter().zip(row).collect());
            out.json(&object)?;
        }
    } else {
        let mut table = Table::new(listing.columns);
        for row in &listing.rows {
            table.row(row.iter().map(Cell::shown));
        }
        out.text(&table.to_string())?;
    }
    out.end()?;
    Ok(Exit::Done)
}

async fn fetch(session: &Session, kind: Kind) -> Result<Listing, tonic::Status> {
    let mut client = session.catalogue();
    Ok(match kind {
        Kind::Sellers => {
            let got = client
                .list_sellers(ask(wire::ListSellersRequest {}))
                .await?
                .into_inner();
            listing!(got.sellers, seller_id, name)
        }
        Kind::Categories => {
            let got = client
                .list_categories(ask(wire::ListCategoriesRequest {}))
                .await?
                .into_inner();
            listing!(got.categories, category_id, parent_id, name)
        }
        Kind::Products => {
            let got = client
                .list_products(ask(wire::ListProductsRequest {}))
                .await?
                .into_inner();
            listing!(got.products, product_id, seller_id, category_id, name)
        }
        Kind::Similar => {
            let got = client
                .list_similar_pairs(ask(wire::ListSimilarPairsRequest {}))
                .await?
                .into_inner();
            listing!(
                got.similar_pairs,
                bought_product_id,
                offered_product_id,
                similar,
                signed_by,
                signed_on,
                expires_on,
                note
            )
        }
        Kind::Sources => {
            let got = client
                .list_number_sources(ask(wire::ListNumberSourcesRequest {}))
                .await?
                .into_inner();
            listing!(
                got.number_sources,
                source_id,
                seller_id,
                kind,
                lawful_basis_document,
                obtained_on
            )
        }
        Kind::Campaigns => {
            let got = client
                .list_campaigns(ask(wire::ListCampaignsRequest {}))
                .await?
                .into_inner();
            listing!(
                got.campaigns,
                campaign_id,
                seller_id,
                purpose,
                channel,
                products,
                source_id,
                region,
                starts_on,
                ends_on,
                caller_ids,
                purpose_compatible
            )
        }
    })
}
