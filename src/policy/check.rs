//! The closed set of checks. A row of a regime's table names one; the row gives its parameters,
//! verdict, reason and source of law. What a check means under a `semantics` version never changes.

use serde::Deserialize;

use super::question::{Facts, Question};
use crate::{
    facts::model::{Channel, FactId, ProductSym, Products, Purpose},
    number::LineType,
};

mod shared;

pub(super) use shared::Known;
use shared::{
    NotSimilar, consent_counts, customer, first_not_similar, newest_consent, newest_stop,
    register_asked, relations_of, stale,
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

/// A [`Found`] in eight bytes: a fact's code, which never ends in the bits 11, or with those a kind in the
/// next two bits and a value above.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packed(u64);

impl Packed {
    pub(super) const NOTHING: Self = Self::of(0, 0);

    const fn of(kind: u64, value: u64) -> Self {
        Self(value << 4 | kind << 2 | 3)
    }

    pub(super) fn unpack(self) -> Found {
        if let Some(id) = FactId::from_code(self.0) {
            return Found::Fact(id);
        }
        let value = self.0 >> 4;
        match self.0 >> 2 & 3 {
            0 => Found::Nothing,
            1 => Found::Product(ProductSym(value as u32)),
            _ => Found::Listed(value != 0),
        }
    }
}

impl Found {
    pub(super) fn pack(self) -> Packed {
        match self {
            Self::Fact(id) => Packed(id.code()),
            Self::Nothing => Packed::NOTHING,
            Self::Product(p) => Packed::of(1, p.0.into()),
            Self::Listed(yes) => Packed::of(2, yes.into()),
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

    /// Its parameters by name, as packs write them; one that is left out is not here.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::ConsentCounts { max_age_days } => max_age_days
                .map(|days| ("max_age_days", days.to_string()))
                .into_iter()
                .collect(),
            Self::RegisterStale { max_age_days } => {
                vec![("max_age_days", max_age_days.to_string())]
            }
            Self::CustomerSimilar { similarity_level }
            | Self::CustomerNotSimilar { similarity_level } => {
                vec![("similarity_level", similarity_level.to_string())]
            }
            Self::NotACustomer { sources } if !sources.is_empty() => {
                vec![("sources", sources.join(";"))]
            }
            _ => Vec::new(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::model::FactKind;

    #[test]
    fn what_was_found_is_packed_without_loss() {
        let facts = [FactKind::Relation, FactKind::Consent, FactKind::Objection]
            .into_iter()
            .flat_map(|kind| [0, 1, 12_345, (1 << 62) - 1].map(|row| FactId::new(kind, row)))
            .map(Found::Fact);
        let others = [
            Found::Nothing,
            Found::Product(ProductSym(0)),
            Found::Product(ProductSym(u32::MAX)),
            Found::Listed(false),
            Found::Listed(true),
        ];
        for found in facts.chain(others) {
            assert_eq!(found.pack().unpack(), found);
        }
        assert_eq!(Packed::NOTHING.unpack(), Found::Nothing);
    }
}
