//! Sellers, taxonomy, products, pairs, sources and campaigns.
use super::super::world::{Campaign, Category, Product, Seller, SimilarPair, Source};
use super::Maker;

impl Maker {
    pub(super) fn catalogue(&mut self) {
        for id in self.sellers.clone() {
            let row = Seller {
                name: format!("Seller {id}, NV"),
                seller_id: id,
            };
            self.world.sellers.push(row);
        }
        // Three levels: roots a and b, their children a1, a2 …, and theirs a11, a12 …
        let mut nodes = vec![String::new()];
        for root in ["a", "b"] {
            self.category(&mut nodes, root, "");
            for child in ["1", "2"] {
                let child = format!("{root}{child}");
                self.category(&mut nodes, &child, root);
                for leaf in ["1", "2"] {
                    self.category(&mut nodes, &format!("{child}{leaf}"), &child);
                }
            }
        }
        let sellers = self.sellers.clone();
        for n in 0..self.rng.between(6, 12) {
            // Each seller has one of its own first; the first root is the denser one.
            let owner = sellers
                .get(n)
                .unwrap_or_else(|| self.rng.pick(&sellers))
                .clone();
            let dense = &nodes[..8];
            let node = if self.rng.chance(70) {
                self.rng.pick(dense)
            } else {
                self.rng.pick(&nodes)
            };
            let row = Product {
                product_id: format!("{owner}-{n}"),
                seller_id: owner,
                category_id: node.clone(),
                name: format!("Product \"{n}\""),
            };
            self.world.products.push(row);
        }
        self.pairs();
    }

    fn category(&mut self, nodes: &mut Vec<String>, id: &str, parent: &str) {
        nodes.push(id.to_owned());
        let row = Category {
            category_id: id.to_owned(),
            parent_id: parent.to_owned(),
            name: format!("Category {id}"),
        };
        self.world.categories.push(row);
    }

    /// Signed judgements, at most one for a pair; of different products.
    fn pairs(&mut self) {
        let ids: Vec<String> = self
            .world
            .products
            .iter()
            .map(|p| p.product_id.clone())
            .collect();
        for _ in 0..self.rng.between(5, 12) {
            let (bought, offered) = (self.rng.pick(&ids).clone(), self.rng.pick(&ids).clone());
            let listed =
                |p: &SimilarPair| p.bought_product_id == bought && p.offered_product_id == offered;
            if bought == offered || self.world.similar.iter().any(listed) {
                continue;
            }
            let yes = self.rng.chance(55);
            let signed_on = self.old_or_any_day(40);
            let last = self.day();
            let expires_on = if yes && self.rng.chance(50) && signed_on <= last {
                last.to_string()
            } else {
                String::new()
            };
            let word = if yes { ["yes", "Yes"] } else { ["no", "NO"] };
            let row = SimilarPair {
                bought_product_id: bought,
                offered_product_id: offered,
                similar: (*self.rng.pick(&word)).to_owned(),
                signed_by: "compliance".to_owned(),
                signed_on: signed_on.to_string(),
                expires_on,
                note: "as minuted, item 4".to_owned(),
            };
            self.world.similar.push(row);
        }
    }

    pub(super) fn sources(&mut self) {
        for seller in self.sellers.clone() {
            for kind in ["CUSTOMER_FILE", "HOUSE_FILE", "THIRD_PARTY_LIST", "PUBLIC"] {
                self.source(&seller, kind, "ROPA-7");
                if self.rng.chance(12) {
                    self.source(&seller, kind, "");
                }
            }
        }
    }

    fn source(&mut self, seller: &str, kind: &str, document: &str) {
        let bare = if document.is_empty() {
            "-undocumented"
        } else {
            ""
        };
        let row = Source {
            source_id: format!("{seller}-{}{bare}", kind.to_lowercase()),
            seller_id: seller.to_owned(),
            kind: if self.rng.chance(90) {
                kind.to_owned()
            } else {
                kind.to_lowercase()
            },
            lawful_basis_document: document.to_owned(),
            obtained_on: "2017-02-03".to_owned(),
        };
        self.world.sources.push(row);
    }

    pub(super) fn campaigns(&mut self) {
        for n in 0..self.rng.between(16, 24) {
            let seller_id = self.seller();
            let channel = self.rng.weighted(&[
                (42, "VOICE"),
                (12, "SMS"),
                (10, "EMAIL"),
                (5, "APP"),
                (29, "POST"),
                (2, "voice"),
            ]);
            let (first, last) = (self.old_or_any_day(40), self.day());
            let ends = self.rng.chance(15) && first <= last;
            let sources = self.world.sources.iter();
            let own: Vec<&Source> = sources.filter(|s| s.seller_id == seller_id).collect();
            let row = Campaign {
                campaign_id: format!("c{n}"),
                source_id: self.rng.pick(&own).source_id.clone(),
                purpose: self
                    .rng
                    .weighted(&[
                        (68, "MARKETING"),
                        (10, ""),
                        (10, "MIXED"),
                        (3, "mixed"),
                        (6, "SERVICE"),
                        (3, "RESEARCH"),
                    ])
                    .to_owned(),
                channel: channel.to_owned(),
                products: self.products(&seller_id),
                region: self
                    .rng
                    .weighted(&[(75, "NL"), (18, ""), (7, "BE")])
                    .to_owned(),
                starts_on: if self.rng.chance(35) {
                    first.to_string()
                } else {
                    String::new()
                },
                ends_on: if ends {
                    last.to_string()
                } else {
                    String::new()
                },
                caller_ids: "+31201234567".to_owned(),
                purpose_compatible: self
                    .rng
                    .weighted(&[(45, "yes"), (5, "YES"), (25, "no"), (25, "")])
                    .to_owned(),
                seller_id,
            };
            self.world.campaigns.push(row);
        }
    }
}
