//! What ends by itself soon: consents, and pairs of similar products.

use crate::{
    access::Sellers,
    clock::{Day, Micros},
    facts::{
        catalogue::Catalogue,
        model::{ChannelSet, FactId, Products},
        symbols::Symbols,
    },
    number::E164,
    report::{ReportError, Reports},
    store::StoreReader,
};

/// A consent that ends soon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpiringConsent {
    /// Its id.
    pub id: FactId,
    /// Whose number.
    pub e164: E164,
    /// To whom it was given.
    pub seller: String,
    /// For what; `*` is every product of the seller.
    pub products: Vec<String>,
    /// For which channels.
    pub channels: ChannelSet,
    /// Until when.
    pub expires_at: Micros,
}

/// A signed yes that ends soon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpiringPair {
    /// The seller of the offered product.
    pub seller: String,
    /// What was bought.
    pub bought: String,
    /// What is offered.
    pub offered: String,
    /// Who signed.
    pub signed_by: String,
    /// The last day.
    pub expires_on: Day,
}

impl Reports {
    /// The consents that stand and end in a period, the next to end first.
    ///
    /// # Errors
    /// If the facts cannot be read.
    pub fn consents_expiring(
        &self,
        facts: &StoreReader,
        symbols: &Symbols,
        sellers: &Sellers,
        from: Micros,
        until: Micros,
    ) -> Result<Vec<ExpiringConsent>, ReportError> {
        let mut found = Vec::new();
        facts.consents_expiring(from, until, |e164, consent| {
            let seller = symbols.seller_id(consent.seller);
            if sellers.has(&seller) {
                found.push(ExpiringConsent {
                    id: consent.id,
                    e164,
                    seller,
                    products: match &consent.products {
                        Products::AllOfSeller => vec!["*".to_owned()],
                        Products::Named(named) => {
                            named.iter().map(|p| symbols.product_id(*p)).collect()
                        }
                    },
                    channels: consent.channels,
                    expires_at: consent.expires_at,
                });
            }
        })?;
        found.sort_by_key(|c| (c.expires_at, c.id));
        Ok(found)
    }
}

/// The signed pairs whose last day is in a period (both ends inside), the next to end first.
pub fn pairs_expiring(
    catalogue: &Catalogue,
    symbols: &Symbols,
    sellers: &Sellers,
    from: Day,
    until: Day,
) -> Vec<ExpiringPair> {
    let ends = catalogue
        .pairs()
        .filter(|pair| pair.similar && (from..=until).contains(&pair.expires_on));
    let mut found: Vec<_> = ends
        .map(|pair| ExpiringPair {
            seller: catalogue
                .owner(pair.offered)
                .map(|seller| symbols.seller_id(seller))
                .unwrap_or_default(),
            bought: symbols.product_id(pair.bought),
            offered: symbols.product_id(pair.offered),
            signed_by: pair.signed_by.clone(),
            expires_on: pair.expires_on,
        })
        .filter(|pair| sellers.has(&pair.seller))
        .collect();
    found.sort_by(|a, b| {
        let key = |p: &ExpiringPair| (p.expires_on, p.bought.clone(), p.offered.clone());
        key(a).cmp(&key(b))
    });
    found
}
