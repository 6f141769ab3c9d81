//! The closed set of checks. A row of a regime's table names one; the row gives its parameters,
//! verdict, reason and source of law. What a check means under a `semantics` version never changes.

use serde::Deserialize;

use super::question::{Facts, Question};
use crate::{
    clock::Micros,
    facts::model::{
        Channel, Consent, FactId, PersonSym, ProductSym, Products, Purpose, Relation, RelationKind,
        SellerSym, SourceKind,
    },
    number::LineType,
};

/// A check and its parameters, as a pack file writes it.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(tag = "check", deny_unknown_fields)]
pub enum Check {
    /// The number is not valid.
    NumberInvalid,
    /// The campaign is not known.
    CampaignUnknown,
    /// The campaign does not run on this day; both its ends are inside.
    CampaignNotRunning,
    /// No regime is enforced for the number's country, the channel and the day.
    RegimeNotEnforced,
    /// Voice or SMS to a line nobody should call.
    LineTypeNotCallable,
    /// The purpose is neither marketing nor mixed.
    PurposeNotMarketing,
    /// The number source is unknown, of another seller, or without a document.
    SourceNotLawful,
    /// A stop is in force, and no consent that counts was granted strictly after it.
    ObjectionInForce,
    /// A consent counts.
    ConsentCounts {
        /// Where the number is in the register, or its copy is missing or older than
        /// `max_age_days`, the consent must name the channel and each product.
        #[serde(default)]
        max_age_days: Option<u16>,
    },
    /// An offered product is not this seller's own.
    OtherCompanyOffer,
    /// A customer, and every offered product is similar to one bought.
    CustomerSimilar {
        /// Most steps to the node where two categories meet.
        similarity_level: u8,
    },
    /// A customer, but an offered product is similar to nothing bought.
    CustomerNotSimilar {
        /// Most steps to the node where two categories meet.
        similarity_level: u8,
    },
    /// Not a customer.
    NotACustomer {
        /// Only where the number source is one of these; empty means any.
        #[serde(default)]
        sources: Vec<String>,
    },
    /// The copy of the register is missing or more than `max_age_days` old.
    RegisterStale {
        /// Whole days.
        max_age_days: u16,
    },
    /// The number is in the register.
    RegisterHit,
    /// The campaign's purpose was assessed compatible (GDPR article 6(4)).
    PurposeCompatible,
    /// Always.
    Otherwise,
}

/// What a check found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// It matches.
    Match(Found),
    /// It does not.
    Pass(Found),
    /// It does not apply to this question.
    NotAsked(Found),
    /// It cannot be known.
    Unknown,
}

/// What an answer rests on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Found {
    /// Nothing to show.
    Nothing,
    /// A fact.
    Fact(FactId),
    /// A product of the offer.
    Product(ProductSym),
    /// In the register or not.
    Listed(bool),
}

/// What several checks ask, worked out once a decision.
#[derive(Clone, Copy)]
pub(super) struct Known {
    customer: Option<Option<FactId>>,
    consent_granted: Option<Option<(Micros, FactId)>>,
}

impl Known {
    pub(super) fn nothing() -> Self {
        Self {
            customer: None,
            consent_granted: None,
        }
    }
}

impl Check {
    /// The check's name, as packs and trails write it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::NumberInvalid => "NumberInvalid",
            Self::CampaignUnknown => "CampaignUnknown",
            Self::CampaignNotRunning => "CampaignNotRunning",
            Self::RegimeNotEnforced => "RegimeNotEnforced",
            Self::LineTypeNotCallable => "LineTypeNotCallable",
            Self::PurposeNotMarketing => "PurposeNotMarketing",
            Self::SourceNotLawful => "SourceNotLawful",
            Self::ObjectionInForce => "ObjectionInForce",
            Self::ConsentCounts { .. } => "ConsentCounts",
            Self::OtherCompanyOffer => "OtherCompanyOffer",
            Self::CustomerSimilar { .. } => "CustomerSimilar",
            Self::CustomerNotSimilar { .. } => "CustomerNotSimilar",
            Self::NotACustomer { .. } => "NotACustomer",
            Self::RegisterStale { .. } => "RegisterStale",
            Self::RegisterHit => "RegisterHit",
            Self::PurposeCompatible => "PurposeCompatible",
            Self::Otherwise => "Otherwise",
        }
    }

    pub(super) fn ask(&self, q: &Question<'_>, f: &Facts<'_>, known: &mut Known) -> Answer {
        let Some(number) = q.number else {
            return match self {
                Self::NumberInvalid => Answer::Match(Found::Nothing),
                _ => Answer::Unknown,
            };
        };
        let Some(campaign) = q.campaign else {
            return match self {
                Self::NumberInvalid => Answer::Pass(Found::Nothing),
                Self::CampaignUnknown => Answer::Match(Found::Nothing),
                _ => Answer::Unknown,
            };
        };
        let Some(channel) = q.channel else {
            return Answer::Unknown;
        };
        let matches = |yes: bool| {
            if yes {
                Answer::Match(Found::Nothing)
            } else {
                Answer::Pass(Found::Nothing)
            }
        };
        match self {
            Self::NumberInvalid | Self::CampaignUnknown => Answer::Pass(Found::Nothing),
            Self::CampaignNotRunning => {
                matches(q.today < campaign.starts_on || q.today > campaign.ends_on)
            }
            Self::RegimeNotEnforced => matches(!q.enforced),
            Self::LineTypeNotCallable => match channel {
                Channel::Voice | Channel::Sms => matches(matches!(
                    number.line_type,
                    LineType::TollFree
                        | LineType::PremiumRate
                        | LineType::SharedCost
                        | LineType::Pager
                        | LineType::Voicemail
                )),
                Channel::Email | Channel::App | Channel::Post => Answer::NotAsked(Found::Nothing),
            },
            Self::PurposeNotMarketing => matches(!matches!(
                campaign.purpose,
                Purpose::Marketing | Purpose::Mixed
            )),
            Self::SourceNotLawful => matches(
                q.source
                    .is_none_or(|s| s.seller != campaign.seller || s.document.is_empty()),
            ),
            Self::ObjectionInForce => {
                let lifted_before = newest_consent(q, f, channel, known).map(|(at, _)| at);
                match newest_stop(q, f, channel) {
                    Some((at, id)) if lifted_before.is_none_or(|granted| granted <= at) => {
                        Answer::Match(Found::Fact(id))
                    }
                    Some((_, lifted)) => Answer::Pass(Found::Fact(lifted)),
                    None => Answer::Pass(Found::Nothing),
                }
            }
            Self::ConsentCounts { max_age_days } => {
                let Some((_, id)) = newest_consent(q, f, channel, known) else {
                    return Answer::Pass(Found::Nothing);
                };
                let binds = max_age_days
                    .is_some_and(|max| stale(q, f, max) || f.register.is_some_and(|r| r.listed));
                if !binds {
                    return Answer::Match(Found::Fact(id));
                }
                let named = f.consents.iter().find(|c| {
                    consent_counts(c, q, f, channel)
                        && c.channels.names(channel)
                        && matches!(c.products, Products::Named(_))
                });
                match named {
                    Some(c) => Answer::Match(Found::Fact(c.id)),
                    None => Answer::Pass(Found::Fact(id)),
                }
            }
            Self::OtherCompanyOffer => campaign
                .products
                .iter()
                .find(|p| f.catalogue.owner(**p) != Some(campaign.seller))
                .map_or(Answer::Pass(Found::Nothing), |p| {
                    Answer::Match(Found::Product(*p))
                }),
            Self::CustomerSimilar { similarity_level } => match customer(q, f, known) {
                None => Answer::NotAsked(Found::Nothing),
                Some(_) => match first_not_similar(q, f, *similarity_level) {
                    NotSimilar::Product(p) => Answer::Pass(Found::Product(p)),
                    NotSimilar::None(relation) => Answer::Match(Found::Fact(relation)),
                },
            },
            Self::CustomerNotSimilar { similarity_level } => match customer(q, f, known) {
                None => Answer::NotAsked(Found::Nothing),
                Some(_) => match first_not_similar(q, f, *similarity_level) {
                    NotSimilar::Product(p) => Answer::Match(Found::Product(p)),
                    NotSimilar::None(_) => Answer::Pass(Found::Nothing),
                },
            },
            Self::NotACustomer { sources } => {
                if let Some(id) = customer(q, f, known) {
                    return Answer::Pass(Found::Fact(id));
                }
                let applies = sources.is_empty()
                    || q.source
                        .is_some_and(|s| sources.iter().any(|k| k == s.kind.word()));
                // The relation that does not make a customer: newsletter, survey, contest, account …
                let other = relations_of(q, f, campaign.seller)
                    .next()
                    .map_or(Found::Nothing, |r| Found::Fact(r.id));
                if applies {
                    Answer::Match(other)
                } else {
                    Answer::NotAsked(other)
                }
            }
            Self::RegisterStale { max_age_days } => {
                let is_stale = stale(q, f, *max_age_days);
                if !register_asked(q, f, known) {
                    Answer::NotAsked(Found::Nothing)
                } else {
                    matches(is_stale)
                }
            }
            Self::RegisterHit => {
                let Some(view) = f.register else {
                    return Answer::Unknown;
                };
                let found = Found::Listed(view.listed);
                if !register_asked(q, f, known) {
                    Answer::NotAsked(found)
                } else if view.listed {
                    Answer::Match(found)
                } else {
                    Answer::Pass(found)
                }
            }
            Self::PurposeCompatible => matches(campaign.purpose_compatible == Some(true)),
            Self::Otherwise => Answer::Match(Found::Nothing),
        }
    }
}

/// The register is asked only for people who are not customers, from a source outside the seller's
/// own files.
fn register_asked(q: &Question<'_>, f: &Facts<'_>, known: &mut Known) -> bool {
    customer(q, f, known).is_none()
        && q.source
            .is_some_and(|s| matches!(s.kind, SourceKind::ThirdPartyList | SourceKind::Public))
}

/// A copy that is missing, or was taken more than `max_age` days before today. A copy taken after the
/// moment asked about counts as fresh.
fn stale(q: &Question<'_>, f: &Facts<'_>, max_age: u16) -> bool {
    f.register
        .is_none_or(|r| i64::from(q.today.0) - i64::from(r.as_of.0) > i64::from(max_age))
}

/// A permit counts if it is on the number, unless the check and the row name different persons.
fn same_person(row: PersonSym, asked: PersonSym) -> bool {
    row == PersonSym::NONE || asked == PersonSym::NONE || row == asked
}

fn relations_of<'a>(
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

fn customer(q: &Question<'_>, f: &Facts<'_>, known: &mut Known) -> Option<FactId> {
    *known.customer.get_or_insert_with(|| {
        let seller = q.campaign?.seller;
        purchases(q, f, seller).next().map(|r| r.id)
    })
}

enum NotSimilar {
    Product(ProductSym),
    /// All similar; the relation the last one is similar through.
    None(FactId),
}

/// A mixed offer passes only if every item does; one match is enough for an item.
fn first_not_similar(q: &Question<'_>, f: &Facts<'_>, level: u8) -> NotSimilar {
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
fn newest_consent(
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
fn consent_counts(c: &Consent, q: &Question<'_>, f: &Facts<'_>, channel: Channel) -> bool {
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
fn newest_stop(q: &Question<'_>, f: &Facts<'_>, channel: Channel) -> Option<(Micros, FactId)> {
    let campaign = q.campaign?;
    let objects = |o: &&crate::facts::model::Objection| {
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
