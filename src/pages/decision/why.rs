//! Why a decision was made, in a sentence a layman understands, from the facts in its record; and what
//! would have to be different.

use super::case::Case;
use crate::{
    access::Action,
    clock::{Day, Micros},
    facts::{
        catalogue::Campaign,
        model::{ChannelSet, ProductSym, SellerSym},
    },
    pages::{facts::products_words, shell::Shell, when},
    policy::{Reason, Verdict, check::Check},
    store::FactBody,
};

/// A decision told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Told {
    /// The sentence.
    pub(crate) sentence: String,
    /// What would have to be different, each by itself.
    pub(crate) differ: Vec<String>,
}

/// A reason with what its sentence names; `variant` picks the sentence, empty for the general one.
struct Because {
    variant: &'static str,
    values: Vec<(&'static str, String)>,
}

/// Tells a decision.
pub(crate) fn tell(s: &Shell, case: &Case) -> Told {
    let reason = case.decision.reason;
    let because = because(s, case);
    let asked = common(s, case);
    // In the sentence what the fact says comes first; what would have to differ is about the question.
    let (mut values, mut question) = (because.values.clone(), asked.clone());
    values.extend(asked);
    question.extend(because.values);
    let values = as_texts(&values);
    let key = match because.variant {
        "" => format!("why.{reason}"),
        variant => format!("why.{reason}_{variant}"),
    };
    let clause = s.texts.fill(&key, &values);
    let told = match case.decision.verdict {
        Verdict::Allow => "told.ALLOW",
        Verdict::Block => "told.BLOCK",
        Verdict::Defer => "told.DEFER",
    };
    Told {
        sentence: s.f(told, "why", clause),
        differ: differ(s, reason, &as_texts(&question)),
    }
}

fn as_texts<'v>(values: &'v [(&'static str, String)]) -> Vec<(&'static str, &'v str)> {
    values.iter().map(|(name, v)| (*name, v.as_str())).collect()
}

/// What would have to be different for another verdict: of the reason, with the names of this case.
fn differ(s: &Shell, reason: Reason, values: &[(&str, &str)]) -> Vec<String> {
    let key = format!("differ.{reason}");
    let items = s.texts.list(&key).iter();
    items
        .map(|text| crate::pages::text::fill(text, values))
        .collect()
}

/// What every sentence may name.
fn common(s: &Shell, case: &Case) -> Vec<(&'static str, String)> {
    let d = &case.decision;
    let channel = d.channel.map(|c| s.channels(ChannelSet::default().with(c)));
    let seller = match &*d.seller {
        "" => s.t("app.this_seller").to_owned(),
        id => s.seller(id),
    };
    let campaign = s.world.catalogue.campaign(&d.campaign);
    let offered = campaign.map(|c| products(s, &c.products));
    let register = case.regime.as_ref().and_then(|r| r.register.clone());
    let max_age = case.regime.as_ref().and_then(|r| r.register_max_age);
    vec![
        ("seller", seller),
        ("campaign", d.campaign.to_string()),
        ("source", d.source.to_string()),
        (
            "channels",
            channel.unwrap_or_else(|| s.t("channel.none").to_owned()),
        ),
        ("day", when::day(s.texts, case.today)),
        (
            "offered",
            offered.unwrap_or_else(|| s.t("app.the_offer").to_owned()),
        ),
        (
            "register",
            register.map_or_else(String::new, |r| s.word("register", &r)),
        ),
        ("max", max_age.map_or_else(String::new, |n| n.to_string())),
        (
            "country",
            d.country
                .map_or_else(String::new, |c| s.word("country", c.as_str())),
        ),
    ]
}

fn products(s: &Shell, products: &[ProductSym]) -> String {
    s.join(
        products
            .iter()
            .map(|p| s.product(&s.world.symbols.product_id(*p)))
            .collect(),
    )
}

fn because(s: &Shell, case: &Case) -> Because {
    let d = &case.decision;
    let campaign = s.world.catalogue.campaign(&d.campaign);
    match d.reason {
        Reason::InvalidNumber => typed(s, case),
        Reason::CampaignNotRunning => campaign_days(s, case, campaign),
        Reason::LineTypeNotCallable => {
            let kind = s.word("line_type", d.line_type.word());
            named("", vec![("line_type", kind)])
        }
        Reason::PurposeNotCovered => match campaign {
            Some(c) => named("of", vec![("purpose", s.word("purpose", c.purpose.word()))]),
            None => general(),
        },
        Reason::SourceNotLawful => source(s, case, campaign),
        Reason::Objected => stop(s, case),
        Reason::Consent => consent(s, case),
        Reason::OtherCompanyOffer => other_company(s, campaign),
        Reason::CustomerSimilar => customer(s, case),
        Reason::ProductNotSimilar => not_similar(s, case, campaign),
        Reason::NotACustomer => not_a_customer(s, case),
        Reason::RegisterStale => match (&case.snapshot, case.copy_age()) {
            (Some(copy), Some(age)) => named(
                "copy",
                vec![("as_of", s.day(copy.as_of)), ("age", age.to_string())],
            ),
            _ => general(),
        },
        Reason::Registered | Reason::NotRegistered => match &case.snapshot {
            Some(copy) => named("copy", vec![("as_of", s.day(copy.as_of))]),
            None => general(),
        },
        Reason::FactsBehind => named(
            "",
            vec![
                (
                    "wanted",
                    d.min_revision
                        .map_or_else(|| "–".to_owned(), |r| r.to_string()),
                ),
                ("had", d.revision.to_string()),
            ],
        ),
        Reason::UnknownCampaign if d.campaign.is_empty() => named("none", vec![]),
        Reason::UnknownCampaign
        | Reason::NoRegime
        | Reason::CompatiblePurpose
        | Reason::PurposeNotCompatible
        | Reason::NoConsent => general(),
    }
}

fn general() -> Because {
    named("", Vec::new())
}

fn named(variant: &'static str, values: Vec<(&'static str, String)>) -> Because {
    Because { variant, values }
}

fn typed(s: &Shell, case: &Case) -> Because {
    match &case.decision.personal {
        Some(personal) if !s.viewer.caller.is_masked(Action::SeeDecision) => {
            named("typed", vec![("typed", personal.number.to_string())])
        }
        _ => general(),
    }
}

/// The campaign's days are those of now: where they no longer explain the decision, they are not named.
fn campaign_days(s: &Shell, case: &Case, campaign: Option<&Campaign>) -> Because {
    match campaign {
        Some(c) if case.today < c.starts_on => named("early", vec![("from", s.day(c.starts_on))]),
        Some(c) if case.today > c.ends_on => named("late", vec![("until", s.day(c.ends_on))]),
        _ => general(),
    }
}

fn source(s: &Shell, case: &Case, campaign: Option<&Campaign>) -> Because {
    let id = &*case.decision.source;
    if id.is_empty() {
        return named("none", vec![]);
    }
    match s.world.catalogue.source(id) {
        None => named("unknown", vec![]),
        Some(source) if campaign.is_some_and(|c| c.seller != source.seller) => {
            named("other", vec![("owner", s.seller_of(source.seller))])
        }
        Some(source) if source.document.is_empty() => named("undocumented", vec![]),
        Some(_) => general(),
    }
}

fn stop(s: &Shell, case: &Case) -> Because {
    match case.deciding().1.map(|fact| &fact.body) {
        Some(FactBody::Objection { fact, source, .. }) => {
            let values = vec![
                ("at", s.moment(fact.in_force_from)),
                ("seller", s.seller_of(fact.seller)),
                ("channels", s.channels(fact.channels)),
                ("said", source.clone()),
            ];
            let everyone = fact.seller == SellerSym(0);
            named(if everyone { "everyone" } else { "objection" }, values)
        }
        Some(FactBody::Consent { fact, .. }) if fact.withdrawn_at != Micros::NEVER => {
            let values = vec![
                ("at", s.moment(fact.withdrawn_at)),
                ("channels", s.channels(fact.channels)),
                ("products", products_words(s, &fact.products)),
            ];
            named("withdrawn", values)
        }
        _ => named("", vec![("at", s.exact(case.decision.at))]),
    }
}

fn consent(s: &Shell, case: &Case) -> Because {
    match case.deciding().1.map(|fact| &fact.body) {
        Some(FactBody::Consent { fact, .. }) => named(
            "given",
            vec![
                ("at", s.moment(fact.granted_at)),
                ("channels", s.channels(fact.channels)),
                ("products", products_words(s, &fact.products)),
            ],
        ),
        _ => general(),
    }
}

fn other_company(s: &Shell, campaign: Option<&Campaign>) -> Because {
    let Some(campaign) = campaign else {
        return general();
    };
    let catalogue = &s.world.catalogue;
    let foreign = campaign.products.iter().find_map(|p| {
        let owner = catalogue.owner(*p)?;
        (owner != campaign.seller).then_some((*p, owner))
    });
    match foreign {
        Some((product, owner)) => named(
            "of",
            vec![
                ("product", products(s, &[product])),
                ("owner", s.seller_of(owner)),
            ],
        ),
        None => general(),
    }
}

fn customer(s: &Shell, case: &Case) -> Because {
    match case.deciding().1.map(|fact| &fact.body) {
        Some(FactBody::Relation(relation)) => named(
            "of",
            vec![
                ("bought", products(s, &[relation.product])),
                ("from", s.day(relation.started_on)),
            ],
        ),
        _ => general(),
    }
}

/// What the customer had bought when it was decided, and which offered product is similar to none of it.
fn not_similar(s: &Shell, case: &Case, campaign: Option<&Campaign>) -> Because {
    let (Some(campaign), (Some(row), _)) = (campaign, case.deciding()) else {
        return general();
    };
    let Check::CustomerNotSimilar { similarity_level } = row.check else {
        return general();
    };
    let bought: Vec<ProductSym> = case
        .known
        .iter()
        .filter_map(|fact| match &fact.body {
            FactBody::Relation(r) if r.seller == campaign.seller && r.paid => Some(r.product),
            _ => None,
        })
        .collect();
    let similar = |offered: ProductSym| {
        bought.iter().any(|b| {
            *b != ProductSym::default()
                && s.world
                    .catalogue
                    .similarity(*b, offered, case.today, similarity_level)
                    .is_similar()
        })
    };
    let far = campaign.products.iter().find(|p| !similar(**p));
    let named_bought: Vec<_> = bought
        .iter()
        .copied()
        .filter(|b| *b != ProductSym::default())
        .collect();
    match far {
        Some(far) if !named_bought.is_empty() => named(
            "of",
            vec![
                ("bought", products(s, &named_bought)),
                ("product", products(s, &[*far])),
            ],
        ),
        _ => general(),
    }
}

fn not_a_customer(s: &Shell, case: &Case) -> Because {
    match case.deciding().1.map(|fact| &fact.body) {
        Some(FactBody::Relation(relation)) => {
            let kind = s.word("relation", relation.kind.word());
            let mut values = vec![("kind", kind)];
            let begun = relation.started_on != Day::ALWAYS;
            values.push(("from", s.day(relation.started_on)));
            named(if begun { "relation" } else { "" }, values)
        }
        _ => general(),
    }
}

#[cfg(test)]
mod tests;
