//! Sellers, products, taxonomy, signed pairs, number sources and campaigns, as checks read them.
//!
//! Immutable once built; [`crate::intake`] validates the rows before [`Catalogue::build`] sees them.

use std::{collections::BTreeMap, sync::Arc};

use hashbrown::HashMap;

use super::model::{ProductSym, SellerSym};
use crate::clock::Day;

mod rows;

pub use rows::{Campaign, CatalogueRows, Category, NumberSource, Product, Seller, SimilarPair};

/// Why two products are similar or not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Similarity {
    /// A signed yes.
    PairYes,
    /// A signed no.
    PairNo,
    /// The same product.
    Same,
    /// Near in the taxonomy.
    Taxonomy,
    /// None of these.
    Far,
}

impl Similarity {
    /// Whether it makes them similar.
    pub fn is_similar(self) -> bool {
        matches!(self, Self::PairYes | Self::Same | Self::Taxonomy)
    }
}

/// Everything but the facts about people.
#[derive(Default, Debug)]
pub struct Catalogue {
    sellers: BTreeMap<Arc<str>, Seller>,
    categories: BTreeMap<Arc<str>, Category>,
    products: BTreeMap<Arc<str>, Product>,
    pairs: HashMap<(ProductSym, ProductSym), Vec<SimilarPair>>,
    sources: HashMap<Arc<str>, NumberSource>,
    campaigns: HashMap<Arc<str>, Campaign>,
    /// By product: the owner, and the category with the nodes above it (nearest first).
    places: Vec<Option<Place>>,
}

#[derive(Debug, Clone)]
struct Place {
    owner: SellerSym,
    path: Box<[u32]>,
}

impl Catalogue {
    /// Builds it. Rows are taken as they are: references that do not resolve make a product that is
    /// similar only to itself, never an error.
    pub fn build(rows: CatalogueRows) -> Self {
        let index: HashMap<Arc<str>, u32> = rows
            .categories
            .iter()
            .zip(0u32..)
            .map(|(c, i)| (c.id.clone(), i))
            .collect();
        let parent: Vec<Option<u32>> = rows
            .categories
            .iter()
            .map(|c| c.parent.as_ref().and_then(|p| index.get(p).copied()))
            .collect();
        let path = |category: &Option<Arc<str>>| -> Box<[u32]> {
            let mut nodes = Vec::new();
            let mut at = category.as_ref().and_then(|c| index.get(c).copied());
            // INVARIANT: a path is no longer than the tree is large, so a cycle cannot hang it.
            while let Some(node) = at.filter(|_| nodes.len() <= parent.len()) {
                nodes.push(node);
                at = parent.get(node as usize).copied().flatten();
            }
            nodes.into()
        };
        let top = rows.products.iter().map(|p| p.sym.0 as usize).max();
        let mut places = vec![None; top.map_or(0, |t| t + 1)];
        for p in &rows.products {
            places[p.sym.0 as usize] = Some(Place {
                owner: p.owner,
                path: path(&p.category),
            });
        }
        let mut pairs: HashMap<_, Vec<SimilarPair>> = HashMap::new();
        for pair in rows.pairs {
            pairs
                .entry((pair.bought, pair.offered))
                .or_default()
                .push(pair);
        }
        Self {
            sellers: rows
                .sellers
                .into_iter()
                .map(|s| (s.id.clone(), s))
                .collect(),
            categories: rows
                .categories
                .into_iter()
                .map(|c| (c.id.clone(), c))
                .collect(),
            products: rows
                .products
                .into_iter()
                .map(|p| (p.id.clone(), p))
                .collect(),
            pairs,
            sources: rows
                .sources
                .into_iter()
                .map(|s| (s.id.clone(), s))
                .collect(),
            campaigns: rows
                .campaigns
                .into_iter()
                .map(|c| (c.id.clone(), c))
                .collect(),
            places,
        }
    }

    /// A campaign by id.
    pub fn campaign(&self, id: &str) -> Option<&Campaign> {
        self.campaigns.get(id)
    }

    /// A number source by id.
    pub fn source(&self, id: &str) -> Option<&NumberSource> {
        self.sources.get(id)
    }

    /// A seller by id.
    pub fn seller(&self, id: &str) -> Option<&Seller> {
        self.sellers.get(id)
    }

    /// A product by id.
    pub fn product(&self, id: &str) -> Option<&Product> {
        self.products.get(id)
    }

    /// Every seller, by id.
    pub fn sellers(&self) -> impl Iterator<Item = &Seller> {
        self.sellers.values()
    }

    /// Every category, by id.
    pub fn categories(&self) -> impl Iterator<Item = &Category> {
        self.categories.values()
    }

    /// Every product, by id.
    pub fn products(&self) -> impl Iterator<Item = &Product> {
        self.products.values()
    }

    /// Every signed pair, in no order.
    pub fn pairs(&self) -> impl Iterator<Item = &SimilarPair> {
        self.pairs.values().flatten()
    }

    /// Every number source, in no order.
    pub fn sources(&self) -> impl Iterator<Item = &NumberSource> {
        self.sources.values()
    }

    /// Every campaign, in no order.
    pub fn campaigns(&self) -> impl Iterator<Item = &Campaign> {
        self.campaigns.values()
    }

    /// The seller whose own product it is.
    pub fn owner(&self, product: ProductSym) -> Option<SellerSym> {
        self.place(product).map(|p| p.owner)
    }

    /// Whether `offered` is similar to `bought` on a day: the signed pair first (a no for good, a yes
    /// through its last day), then the same product, then the taxonomy: both at most `level` steps
    /// below the node where they meet.
    ///
    /// Source: the seed ("soortgelijke producten of diensten"); the model follows KG Berlin 5 W 59/11
    /// (an objective test on what was actually bought) and OLG Jena 2 U 88/10.
    pub fn similarity(
        &self,
        bought: ProductSym,
        offered: ProductSym,
        on: Day,
        level: u8,
    ) -> Similarity {
        if !self.pairs.is_empty()
            && let Some(pairs) = self.pairs.get(&(bought, offered))
        {
            let in_force = |p: &&SimilarPair| p.signed_on <= on && on <= p.expires_on;
            let mut found = None;
            for pair in pairs.iter().filter(in_force) {
                if !pair.similar {
                    return Similarity::PairNo;
                }
                found = Some(Similarity::PairYes);
            }
            if let Some(yes) = found {
                return yes;
            }
        }
        if bought == offered {
            return Similarity::Same;
        }
        let (Some(b), Some(o)) = (self.place(bought), self.place(offered)) else {
            return Similarity::Far;
        };
        let steps = usize::from(level) + 1;
        let meet = b
            .path
            .iter()
            .take(steps)
            .any(|node| o.path.iter().take(steps).any(|other| other == node));
        if meet {
            Similarity::Taxonomy
        } else {
            Similarity::Far
        }
    }

    fn place(&self, product: ProductSym) -> Option<&Place> {
        self.places.get(product.0 as usize)?.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue() -> Catalogue {
        let category = |id: &str, parent: &str| Category {
            id: id.into(),
            parent: (!parent.is_empty()).then(|| parent.into()),
            name: String::new(),
        };
        let product = |n: u32, category: &str| Product {
            id: format!("p{n}").into(),
            sym: ProductSym(n),
            owner: SellerSym(1),
            category: (!category.is_empty()).then(|| category.into()),
            name: String::new(),
        };
        let pair = |bought, offered, similar, from: &str, until: Option<&str>| SimilarPair {
            bought: ProductSym(bought),
            offered: ProductSym(offered),
            similar,
            signed_by: "x".into(),
            signed_on: Day::parse(from).unwrap(),
            expires_on: until.map_or(Day::NEVER, |u| Day::parse(u).unwrap()),
            note: String::new(),
        };
        Catalogue::build(CatalogueRows {
            categories: vec![
                category("energy", ""),
                category("supply", "energy"),
                category("power", "supply"),
                category("gas", "supply"),
                category("devices", "energy"),
                category("solar", "devices"),
                category("living", ""),
            ],
            products: vec![
                product(1, "power"),
                product(2, "gas"),
                product(3, "supply"),
                product(4, "energy"),
                product(5, "solar"),
                product(6, "living"),
                product(7, ""),
                product(8, ""),
                product(9, "devices"),
            ],
            pairs: vec![
                pair(1, 5, true, "2020-01-01", Some("2020-12-31")),
                pair(1, 2, false, "2021-01-01", None),
            ],
            ..Default::default()
        })
    }

    fn similar(bought: u32, offered: u32, on: &str) -> Similarity {
        let on = Day::parse(on).unwrap();
        catalogue().similarity(ProductSym(bought), ProductSym(offered), on, 1)
    }

    #[test]
    fn siblings_and_parent_and_child_are_similar_cousins_and_grandparents_are_not() {
        assert_eq!(similar(1, 2, "2019-01-01"), Similarity::Taxonomy);
        assert_eq!(similar(1, 3, "2019-01-01"), Similarity::Taxonomy);
        assert_eq!(similar(3, 1, "2019-01-01"), Similarity::Taxonomy);
        assert_eq!(similar(3, 9, "2019-01-01"), Similarity::Taxonomy);
        assert_eq!(similar(1, 4, "2019-01-01"), Similarity::Far);
        assert_eq!(similar(1, 5, "2019-01-01"), Similarity::Far);
    }

    #[test]
    fn two_roots_never_meet() {
        assert_eq!(similar(4, 6, "2019-01-01"), Similarity::Far);
    }

    #[test]
    fn a_product_without_a_category_is_similar_only_to_itself() {
        assert_eq!(similar(7, 7, "2019-01-01"), Similarity::Same);
        assert_eq!(similar(7, 8, "2019-01-01"), Similarity::Far);
    }

    #[test]
    fn a_signed_yes_counts_from_its_day_through_its_last_and_in_its_direction() {
        assert_eq!(similar(1, 5, "2019-12-31"), Similarity::Far);
        assert_eq!(similar(1, 5, "2020-01-01"), Similarity::PairYes);
        assert_eq!(similar(1, 5, "2020-12-31"), Similarity::PairYes);
        assert_eq!(similar(1, 5, "2021-01-01"), Similarity::Far);
        assert_eq!(similar(5, 1, "2020-06-01"), Similarity::Far);
    }

    #[test]
    fn a_signed_no_beats_the_taxonomy_for_good_on_its_own_pair() {
        assert_eq!(similar(1, 2, "2020-12-31"), Similarity::Taxonomy);
        assert_eq!(similar(1, 2, "2021-01-01"), Similarity::PairNo);
        assert_eq!(similar(1, 2, "2090-01-01"), Similarity::PairNo);
        assert_eq!(similar(2, 1, "2021-01-01"), Similarity::Taxonomy);
    }
}
