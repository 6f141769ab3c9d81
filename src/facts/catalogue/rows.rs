//! The rows of a catalogue: what a seller, a product, a campaign says.

use std::sync::Arc;

use crate::{
    clock::Day,
    facts::model::{Channel, ProductSym, Purpose, SellerSym, SourceKind},
    number::Region,
};

/// The legal entity on whose behalf contact is made (GDPR article 4(7), the controller).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seller {
    /// Its id.
    pub id: Arc<str>,
    /// Its number in facts.
    pub sym: SellerSym,
    /// Its name.
    pub name: String,
}

/// A node of the taxonomy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Category {
    /// Its id.
    pub id: Arc<str>,
    /// The node above; `None` for a root.
    pub parent: Option<Arc<str>>,
    /// Its name.
    pub name: String,
}

/// Something a seller sells in its own name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Product {
    /// Its id.
    pub id: Arc<str>,
    /// Its number in facts.
    pub sym: ProductSym,
    /// The seller whose own product it is.
    pub owner: SellerSym,
    /// Its place in the taxonomy; without one it is similar only to itself.
    pub category: Option<Arc<str>>,
    /// Its name.
    pub name: String,
}

/// A signed judgement on a pair, in that direction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SimilarPair {
    /// What was bought.
    pub bought: ProductSym,
    /// What is offered.
    pub offered: ProductSym,
    /// The judgement.
    pub similar: bool,
    /// Who signed.
    pub signed_by: String,
    /// From this day (inside).
    pub signed_on: Day,
    /// A yes: through this day (inside); a no: [`Day::NEVER`].
    pub expires_on: Day,
    /// Why.
    pub note: String,
}

/// Where numbers came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NumberSource {
    /// Its id.
    pub id: Arc<str>,
    /// Whose it is.
    pub seller: SellerSym,
    /// What it is.
    pub kind: SourceKind,
    /// The document that shows the numbers were lawfully obtained; empty if there is none.
    pub document: String,
    /// When they were obtained.
    pub obtained_on: Option<Day>,
}

/// An offer of a seller over a channel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Campaign {
    /// Its id.
    pub id: Arc<str>,
    /// On whose behalf.
    pub seller: SellerSym,
    /// The seller's id.
    pub seller_id: Arc<str>,
    /// What for.
    pub purpose: Purpose,
    /// Over which channel.
    pub channel: Channel,
    /// The offered products.
    pub products: Box<[ProductSym]>,
    /// The default number source; empty if none.
    pub source_id: Arc<str>,
    /// The region national numbers are read in.
    pub region: Option<Region>,
    /// First day (inside).
    pub starts_on: Day,
    /// Last day (inside).
    pub ends_on: Day,
    /// Numbers shown.
    pub caller_ids: Vec<String>,
    /// The recorded assessment under GDPR article 6(4), if there is one.
    pub purpose_compatible: Option<bool>,
}

/// The rows a catalogue is built from.
#[derive(Clone, Default, Debug)]
#[allow(missing_docs)]
pub struct CatalogueRows {
    pub sellers: Vec<Seller>,
    pub categories: Vec<Category>,
    pub products: Vec<Product>,
    pub pairs: Vec<SimilarPair>,
    pub sources: Vec<NumberSource>,
    pub campaigns: Vec<Campaign>,
}
