//! Words for what was found: made only when somebody reads.

use super::{Sidecar, ask::Asked};
use crate::{
    clock::{Day, Micros},
    facts::{
        model::{Consent, FactId, FactKind, Objection, Products, Relation, SellerSym},
        symbols::Symbols,
    },
    policy::{Found, Language},
};

impl Sidecar {
    /// What a row found, as a sentence; empty if there is nothing to tell.
    pub fn found_words(&self, asked: &Asked<'_>, found: Found, symbols: &Symbols) -> String {
        let lang = self.settings.language;
        match found {
            Found::Nothing => String::new(),
            Found::Product(p) => symbols.product_id(p),
            Found::Listed(listed) => {
                let copy = asked.register.map_or("", |(id, _)| id);
                let text = if listed {
                    lang.pick("staat in het register", "in the register")
                } else {
                    lang.pick("staat niet in het register", "not in the register")
                };
                format!("{text} ({copy})")
            }
            Found::Fact(id) => fact(asked, id, symbols, lang),
        }
    }
}

fn fact(asked: &Asked<'_>, id: FactId, symbols: &Symbols, lang: Language) -> String {
    let known = &asked.known;
    let words = match id.kind() {
        FactKind::Relation => known.relation(id).map(|r| relation(r, symbols, lang)),
        FactKind::Consent => known.consent(id).map(|c| consent(c, symbols, lang)),
        FactKind::Objection => known.objection(id).map(|o| objection(o, symbols, lang)),
    };
    words.unwrap_or_else(|| id.to_string())
}

fn seller(sym: SellerSym, symbols: &Symbols, lang: Language) -> String {
    if sym == SellerSym::default() {
        lang.pick("alle verkopers", "all sellers").to_owned()
    } else {
        symbols.seller_id(sym)
    }
}

/// A relation in words.
pub fn relation(r: &Relation, symbols: &Symbols, lang: Language) -> String {
    let product = symbols.product_id(r.product);
    let mut text = format!("{} {}", r.kind, seller(r.seller, symbols, lang));
    if !product.is_empty() {
        text += &format!(", {product}");
    }
    text += &format!(", {} {}", lang.pick("sinds", "since"), r.started_on);
    if r.ended_on != Day::NEVER {
        text += &format!(" {} {}", lang.pick("tot en met", "through"), r.ended_on);
    }
    text += match r.paid {
        true => lang.pick(", betaalplicht", ", owed payment"),
        false => lang.pick(", geen betaalplicht", ", owed no payment"),
    };
    text
}

/// A consent in words.
pub fn consent(c: &Consent, symbols: &Symbols, lang: Language) -> String {
    let products = match &c.products {
        Products::AllOfSeller => "*".to_owned(),
        Products::Named(named) => named
            .iter()
            .map(|p| symbols.product_id(*p))
            .collect::<Vec<_>>()
            .join(";"),
    };
    let mut text = format!(
        "{} {} {}, {} {}",
        lang.pick("toestemming van", "consent of"),
        c.granted_at,
        seller(c.seller, symbols, lang),
        c.channels,
        products
    );
    if c.expires_at != Micros::NEVER {
        text += &format!(", {} {}", lang.pick("tot", "until"), c.expires_at);
    }
    if c.withdrawn_at != Micros::NEVER {
        let word = lang.pick("ingetrokken op", "withdrawn at");
        text += &format!(", {word} {}", c.withdrawn_at);
    }
    text
}

/// An objection in words.
pub fn objection(o: &Objection, symbols: &Symbols, lang: Language) -> String {
    format!(
        "{} {}, {}, {}",
        lang.pick("verzet van", "objection of"),
        o.in_force_from,
        seller(o.seller, symbols, lang),
        o.channels
    )
}
