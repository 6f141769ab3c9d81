//! `verzet report expiring`: consents, and signed pairs, that end by themselves soon.

use clap::Args as ClapArgs;
use serde::Serialize;
use tonic::Request;

use super::form::{Cell, Form};
use crate::{
    cli::{
        args::{Place, Target},
        connect::{Bare, Session},
        error::CliError,
        exit::Exit,
        output::count,
        words::{rfc3339, wire},
    },
    clock::Micros,
    proto::v1::{ExpiringConsent, ExpiringPair, ListExpiringRequest, ListExpiringResponse},
};

#[derive(ClapArgs, Debug)]
pub(in crate::cli) struct Args {
    /// How many days ahead
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=36500))]
    days: u32,
    /// Of this seller
    #[arg(long, value_name = "ID")]
    seller: Option<String>,
    /// The most consents listed; 0 lists all
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u64,
    #[command(flatten)]
    form: Form,
    #[command(flatten)]
    target: Target,
}

/// A consent or a pair.
enum Row {
    Consent(ExpiringConsent),
    Pair(ExpiringPair),
}

#[derive(Serialize)]
struct Json<'a> {
    kind: &'static str,
    seller_id: &'a str,
    fact_id: Option<&'a str>,
    e164: Option<&'a str>,
    channels: Option<&'a [String]>,
    products: Option<&'a [String]>,
    expires_at: Option<String>,
    bought_product_id: Option<&'a str>,
    offered_product_id: Option<&'a str>,
    signed_by: Option<&'a str>,
    expires_on: Option<&'a str>,
}

const TITLES: [&str; 6] = ["ends", "kind", "seller", "number", "channels", "products"];

fn cells(row: &Row) -> Vec<Cell> {
    match row {
        Row::Consent(c) => vec![
            Cell::At(c.expires_at),
            Cell::text("consent"),
            Cell::text(&c.seller_id),
            Cell::text(&c.e164),
            Cell::Text(c.channels.join(";")),
            Cell::Text(c.products.join(";")),
        ],
        Row::Pair(p) => vec![
            Cell::text(&p.expires_on),
            Cell::text("pair"),
            Cell::text(&p.seller_id),
            Cell::text(""),
            Cell::text(""),
            Cell::Text(format!(
                "{} -> {}",
                p.bought_product_id, p.offered_product_id
            )),
        ],
    }
}

fn json(row: &Row) -> Json<'_> {
    match row {
        Row::Consent(c) => Json {
            kind: "consent",
            seller_id: &c.seller_id,
            fact_id: Some(&c.fact_id),
            e164: Some(&c.e164),
            channels: Some(&c.channels),
            products: Some(&c.products),
            expires_at: rfc3339(c.expires_at.as_ref()),
            bought_product_id: None,
            offered_product_id: None,
            signed_by: None,
            expires_on: None,
        },
        Row::Pair(p) => Json {
            kind: "pair",
            seller_id: &p.seller_id,
            fact_id: None,
            e164: None,
            channels: None,
            products: None,
            expires_at: None,
            bought_product_id: Some(&p.bought_product_id),
            offered_product_id: Some(&p.offered_product_id),
            signed_by: Some(&p.signed_by),
            expires_on: Some(&p.expires_on),
        },
    }
}

async fn page(
    session: &Session,
    request: ListExpiringRequest,
) -> Result<ListExpiringResponse, CliError> {
    let page = session.report().list_expiring(Request::new(request)).await;
    Ok(page
        .map_err(|s| CliError::refused("report expiring", s))?
        .into_inner())
}

pub(super) async fn run(place: &Place, args: Args) -> Result<Exit, CliError> {
    let now = Micros::system_now();
    let until = Micros(now.0.saturating_add(i64::from(args.days) * 86_400_000_000));
    let most = match args.limit {
        0 => u64::MAX,
        n => n,
    };
    let session = args.target.connect(place, Bare::Refuse).await?;
    let (mut rows, mut consents, mut token) = (Vec::new(), 0, String::new());
    let total = loop {
        let left = most.saturating_sub(consents);
        let request = ListExpiringRequest {
            from: Some(wire(now)),
            until: Some(wire(until)),
            seller_id: args.seller.clone().unwrap_or_default(),
            page_size: u32::try_from(left).unwrap_or(super::PAGE).min(super::PAGE),
            page_token: token,
        };
        let got = page(&session, request).await?;
        rows.extend(got.pairs.into_iter().map(Row::Pair));
        consents += got.consents.len() as u64;
        rows.extend(got.consents.into_iter().map(Row::Consent));
        token = got.next_page_token;
        if token.is_empty() || consents >= most {
            break got.total_consents;
        }
    };
    session.close().await?;
    args.form.print(&TITLES, &rows, cells, json)?;
    if args.form.is_table() {
        eprintln!(
            "consents that end within {} days: {}",
            args.days,
            count(total)
        );
        if !token.is_empty() {
            eprintln!("there are more; --limit 0 lists all");
        }
    }
    Ok(Exit::Done)
}
