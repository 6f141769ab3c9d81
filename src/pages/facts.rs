//! A fact about a person: who may see it, and in a sentence.

use super::shell::Shell;
use crate::{
    clock::{Day, Micros},
    facts::model::{Consent, Objection, Products, Relation, SellerSym},
    store::{FactBody, FactRow},
};

/// Whether a fact is of a seller this reader may see. An objection to all sellers is everybody's.
pub(crate) fn is_seen(s: &Shell, row: &FactRow) -> bool {
    let seller = match &row.body {
        FactBody::Relation(r) => r.seller,
        FactBody::Consent { fact, .. } => fact.seller,
        FactBody::Objection { fact, .. } if fact.seller == SellerSym(0) => return true,
        FactBody::Objection { fact, .. } => fact.seller,
    };
    s.viewer.sees(&s.world.symbols.seller_id(seller))
}

/// The fact in one sentence, without its id.
pub(crate) fn sentence(s: &Shell, row: &FactRow) -> String {
    match &row.body {
        FactBody::Relation(relation) => relation_words(s, relation),
        FactBody::Consent { fact, evidence, .. } => {
            let mut text = consent_words(s, fact);
            if !evidence.is_empty() {
                text += &s.f("fact.evidence", "evidence", evidence);
            }
            text
        }
        FactBody::Objection { fact, source, .. } => {
            let mut text = objection_words(s, fact);
            if !source.is_empty() {
                text += &s.f("fact.said", "source", s.word("said", source));
            }
            text
        }
    }
}

/// An objection in words.
pub(crate) fn objection_words(s: &Shell, objection: &Objection) -> String {
    s.texts.fill(
        "fact.objection",
        &[
            ("at", &s.moment(objection.in_force_from)),
            ("seller", &s.seller_of(objection.seller)),
            ("channels", &s.channels(objection.channels)),
        ],
    )
}

/// What a consent is for: products in words.
pub(crate) fn products_words(s: &Shell, products: &Products) -> String {
    match products {
        Products::AllOfSeller => s.t("fact.all_products").to_owned(),
        Products::Named(named) => s.join(
            named
                .iter()
                .map(|p| s.product(&s.world.symbols.product_id(*p)))
                .collect(),
        ),
    }
}

/// A consent in words.
pub(crate) fn consent_words(s: &Shell, consent: &Consent) -> String {
    let mut text = s.texts.fill(
        "fact.consent",
        &[
            ("at", &s.moment(consent.granted_at)),
            ("seller", &s.seller_of(consent.seller)),
            ("channels", &s.channels(consent.channels)),
            ("products", &products_words(s, &consent.products)),
        ],
    );
    if consent.withdrawn_at != Micros::NEVER {
        text += &s.f("fact.withdrawn", "at", s.moment(consent.withdrawn_at));
    } else if consent.expires_at != Micros::NEVER {
        text += &s.f("fact.expires", "at", s.moment(consent.expires_at));
    }
    text
}

/// A relation in words.
pub(crate) fn relation_words(s: &Shell, relation: &Relation) -> String {
    let product = s.world.symbols.product_id(relation.product);
    let values = [
        ("kind", s.word("relation", relation.kind.word())),
        ("seller", s.seller_of(relation.seller)),
        ("product", s.product(&product)),
        ("from", s.day(relation.started_on)),
    ];
    let values: Vec<_> = values.iter().map(|(name, v)| (*name, v.as_str())).collect();
    let mut text = match product.as_str() {
        "" => s.texts.fill("fact.relation", &values),
        _ => s.texts.fill("fact.relation_product", &values),
    };
    if relation.ended_on != Day::NEVER {
        text += &s.f("fact.ended", "until", s.day(relation.ended_on));
    }
    text += if relation.paid {
        s.texts.get("fact.paid")
    } else {
        s.texts.get("fact.unpaid")
    };
    text
}
