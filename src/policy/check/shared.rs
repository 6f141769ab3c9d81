//! What several checks ask of the facts: who is a customer, which consent counts, which stop is the last.

use crate::{
    clock::Micros,
    facts::model::{
        Channel, Consent, FactId, Objection, PersonSym, ProductSym, Products, Relation,
        RelationKind, SellerSym, SourceKind,
    },
    policy::question::{Facts, Question},
};

/// What several checks ask, worked out once a decision.
#[derive(Clone, Copy)]
pub(in crate::policy) struct Known {
    customer: Option<Option<FactId>>,
    consent_granted: Option<Option<(Micros, FactId)>>,
}

impl Known {
    pub(in crate::policy) fn nothing() -> Self {
        Self {
            customer: None,
            consent_granted: None,
        }
    }
}

/// The register is asked only for people who are not customers, from a source outside the seller's
/// own files.
pub(super) fn register_asked(q: &Question<'_>, f: &Facts<'_>, known: &mut Known) -> bool {
    customer(q, f, known).is_none()
        && q.source
            .is_some_and(|s| matches!(s.kind, SourceKind::ThirdPartyList | SourceKind::Public))
}

/// A copy that is missing, or was taken more than `max_age` days before today. A copy taken after the
/// moment asked about counts as fresh.
pub(super) fn stale(q: &Question<'_>, f: &Facts<'_>, max_age: u16) -> bool {
    f.register
        .is_none_or(|r| i64::from(q.today.0) - i64::from(r.as_of.0) > i64::from(max_age))
}

/// A permit counts if it is on the number, unless the check and the row name different persons.
fn same_person(row: PersonSym, asked: PersonSym) -> bool {
    row == PersonSym::NONE || asked == PersonSym::NONE || row == asked
}

pub(super) fn relations_of<'a>(
    q: &Question<'_>,
    f: &Facts<'a>,
    seller: SellerSym,
) -> impl Iterator<Item = &'a Relation> {
    let person = q.person;
    f.relations
        .iter()
        .filter(move |r| r.seller == seller && same_person(r.person, person))
}

/// "Er moet sprake zijn van een koopovereenkomst of dienstverleningsovereenkomst waarin u verplicht
/// bent of was om iets te leveren en de klant om daarvoor te betalen." Are *or were*: an ended
/// contract still counts.
fn purchases<'a>(
    q: &Question<'_>,
    f: &Facts<'a>,
    seller: SellerSym,
) -> impl Iterator<Item = &'a Relation> {
    let today = q.today;
    relations_of(q, f, seller).filter(move |r| {
        matches!(
            r.kind,
            RelationKind::Purchase | RelationKind::ServiceContract
        ) && r.paid
            && r.started_on <= today
    })
}

pub(super) fn customer(q: &Question<'_>, f: &Facts<'_>, known: &mut Known) -> Option<FactId> {
    *known.customer.get_or_insert_with(|| {
        let seller = q.campaign?.seller;
        purchases(q, f, seller).next().map(|r| r.id)
    })
}

pub(super) enum NotSimilar {
    Product(ProductSym),
    /// All similar; the relation the last one is similar through.
    None(FactId),
}

/// A mixed offer passes only if every item does; one match is enough for an item.
pub(super) fn first_not_similar(q: &Question<'_>, f: &Facts<'_>, level: u8) -> NotSimilar {
    let Some(campaign) = q.campaign else {
        return NotSimilar::Product(ProductSym::default());
    };
    let mut through = None;
    for offered in &campaign.products {
        let found = purchases(q, f, campaign.seller).find(|r| {
            r.product != ProductSym::default()
                && f.catalogue
                    .similarity(r.product, *offered, q.today, level)
                    .is_similar()
        });
        match found {
            Some(r) => through = Some(r.id),
            None => return NotSimilar::Product(*offered),
        }
    }
    // An empty offer is similar to nothing: there is nothing the customer could expect.
    through.map_or(NotSimilar::Product(ProductSym::default()), NotSimilar::None)
}

/// The consent that counts and was granted last.
pub(super) fn newest_consent(
    q: &Question<'_>,
    f: &Facts<'_>,
    channel: Channel,
    known: &mut Known,
) -> Option<(Micros, FactId)> {
    *known.consent_granted.get_or_insert_with(|| {
        f.consents
            .iter()
            .filter(|c| consent_counts(c, q, f, channel))
            .map(|c| (c.granted_at, c.id))
            .max_by_key(|(at, _)| *at)
    })
}

/// A consent counts when `granted_at <= now`, before it expires or is withdrawn, for its seller,
/// naming the channel (or `*`) and every offered product; `*` means all products of that seller.
pub(super) fn consent_counts(
    c: &Consent,
    q: &Question<'_>,
    f: &Facts<'_>,
    channel: Channel,
) -> bool {
    let Some(campaign) = q.campaign else {
        return false;
    };
    c.seller == campaign.seller
        && same_person(c.person, q.person)
        && c.granted_at <= q.now
        && q.now < c.expires_at
        && q.now < c.withdrawn_at
        && c.channels.covers(channel)
        && !campaign.products.is_empty()
        && campaign.products.iter().all(|p| names_product(c, *p, f))
}

fn names_product(c: &Consent, product: ProductSym, f: &Facts<'_>) -> bool {
    match &c.products {
        Products::AllOfSeller => f.catalogue.owner(product) == Some(c.seller),
        Products::Named(named) => named.contains(&product),
    }
}

/// The last stop in force for this seller, channel and (for a withdrawal) product: on the number, or
/// on a person meant.
///
/// Only the last matters: a stop is lifted by a consent granted strictly after it, so a consent that
/// lifts the last lifts them all.
pub(super) fn newest_stop(
    q: &Question<'_>,
    f: &Facts<'_>,
    channel: Channel,
) -> Option<(Micros, FactId)> {
    let campaign = q.campaign?;
    let objects = |o: &&Objection| {
        o.in_force_from <= q.now
            && (o.seller == SellerSym::default() || o.seller == campaign.seller)
            && o.channels.covers(channel)
    };
    // A withdrawal is a no in the scope of the yes: same seller, same channels, an offer with any of
    // its products.
    let withdraws = |c: &&Consent| {
        c.withdrawn_at <= q.now
            && c.seller == campaign.seller
            && c.channels.covers(channel)
            && campaign.products.iter().any(|p| names_product(c, *p, f))
    };
    let persons = f.persons.iter();
    let objections = f
        .objections
        .iter()
        .chain(persons.clone().flat_map(|p| p.objections))
        .filter(objects)
        .map(|o| (o.in_force_from, o.id));
    let withdrawals = f
        .consents
        .iter()
        .chain(persons.flat_map(|p| p.withdrawals))
        .filter(withdraws)
        .map(|c| (c.withdrawn_at, c.id));
    objections.chain(withdrawals).max_by_key(|(at, _)| *at)
}
