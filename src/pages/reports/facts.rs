//! What the facts tell of a period: objections and how soon they were in force, calls on contracts that ended
//! long ago, consents about to expire.

use super::Period;
use crate::{
    clock::{Day, Micros},
    pages::{fail::Failure, shell::Shell},
    sidecar::Sidecar,
    store::StoreReader,
};

/// Objections received.
pub(crate) struct Objections {
    /// How many.
    pub(crate) received: String,
    /// The middle time from said to in force.
    pub(crate) median: String,
    /// The longest.
    pub(crate) longest: String,
    /// How many took more than a day.
    pub(crate) late: u64,
    /// By day: day, received, middle, longest.
    pub(crate) days: Vec<(String, String, String, String)>,
}

/// Calls on contracts that ended long ago.
pub(crate) struct EndedLine {
    /// The campaign.
    pub(crate) campaign: String,
    /// Its seller.
    pub(crate) seller: String,
    /// Calls.
    pub(crate) calls: String,
    /// Contracts.
    pub(crate) contracts: String,
    /// The longest ended.
    pub(crate) longest: String,
    /// Where the calls are.
    pub(crate) link: String,
}

/// A consent about to expire.
pub(crate) struct ExpiringLine {
    /// Whose number, as this reader may see it.
    pub(crate) number: String,
    /// Its digits, for an address; empty if the reader may not see it.
    pub(crate) digits: String,
    /// To whom.
    pub(crate) seller: String,
    /// For what contact.
    pub(crate) channels: String,
    /// About what.
    pub(crate) products: String,
    /// Until when.
    pub(crate) until: String,
}

/// All of them.
pub(crate) struct Told {
    /// Objections.
    pub(crate) objections: Objections,
    /// Calls on ended contracts.
    pub(crate) ended: Vec<EndedLine>,
    /// Consents, the next to expire first.
    pub(crate) expiring: Vec<ExpiringLine>,
    /// How many more there are.
    pub(crate) expiring_more: usize,
}

/// Days ahead in which a consent's end is told.
const AHEAD: i32 = 60;
/// Consents listed.
const LISTED: usize = 50;

/// Tells a period.
pub(crate) fn of(
    s: &Shell,
    sidecar: &Sidecar,
    reader: &StoreReader,
    period: &Period,
    months: u16,
) -> Result<Told, Failure> {
    let filter = period.filter(s);
    let sellers = &s.viewer.caller.sellers.narrowed(&period.seller);
    let symbols = &s.world.symbols;
    let (from, until) = (
        filter.from.unwrap_or_default(),
        filter.until.unwrap_or(Micros::NEVER),
    );
    let reports = &sidecar.reports;
    let received = reports.objections(reader, symbols, sellers, from, until)?;
    let ended = reports.long_ended(reader, &filter, months)?;
    let horizon = s.zone.start_of(Day(s.today().0.saturating_add(AHEAD)));
    let expiring = reports.consents_expiring(reader, symbols, sellers, s.now, horizon)?;
    let total = &received.total;
    // Of none there is no time.
    let time = |micros| match total.received {
        0 => "–".to_owned(),
        _ => duration(s, micros),
    };
    Ok(Told {
        objections: Objections {
            received: s.n(total.received),
            median: time(total.median),
            longest: time(total.longest),
            late: total.late,
            days: received
                .days
                .iter()
                .rev()
                .map(|(day, n)| {
                    let (median, longest) = (duration(s, n.median), duration(s, n.longest));
                    (s.day(*day), s.n(n.received), median, longest)
                })
                .collect(),
        },
        ended: ended
            .rows
            .iter()
            .map(|((seller, campaign), row)| EndedLine {
                campaign: campaign.clone(),
                seller: s.seller(seller),
                calls: s.n(row.calls),
                contracts: s.n(row.contracts),
                longest: s.day(row.longest),
                link: period.link(&[("verdict", "ALLOW"), ("campaign", campaign)]),
            })
            .collect(),
        expiring_more: expiring.len().saturating_sub(LISTED),
        expiring: expiring
            .into_iter()
            .take(LISTED)
            .map(|c| ExpiringLine {
                number: s.number(c.e164),
                digits: match s.can("SeeNumber") {
                    true => c.e164.digits().to_string(),
                    false => String::new(),
                },
                seller: s.seller(&c.seller),
                channels: s.channels(c.channels),
                products: match c.products.as_slice() {
                    [all] if all == "*" => s.t("fact.all_products").to_owned(),
                    named => s.join(named.iter().map(|p| s.product(p)).collect()),
                },
                until: s.moment(c.expires_at),
            })
            .collect(),
    })
}

/// A length of time in the largest unit that says enough.
fn duration(s: &Shell, micros: i64) -> String {
    let seconds = micros / 1_000_000;
    match seconds {
        ..1 => s.t("reports.at_once").to_owned(),
        1..120 => s.f("reports.seconds", "n", seconds),
        120..7_200 => s.f("reports.minutes", "n", seconds / 60),
        7_200..172_800 => s.f("reports.hours", "n", seconds / 3_600),
        _ => s.f("reports.days", "n", seconds / 86_400),
    }
}
