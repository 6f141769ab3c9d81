//! Small dense worlds: few numbers, persons, products and moments, many rows that meet on
//! them. Every row is one the intake accepts (design, section 5).
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

pub use super::questions::generate_questions;
use super::rng::Rng;
use super::spelling::{instant, midnight, new_number, spelled};
use super::words::day_of;
use super::world::{
    Campaign, Category, Consent, Objection, Product, Relation, Seller, SimilarPair, Source, World,
};

/// When generated worlds were taken in, where nothing else is asked for. The day before,
/// the clocks went forward in the Netherlands.
pub const RECEIVED_AT: &str = "2026-03-30T09:30:00.25Z";

/// The channels of the wire contract.
pub const CHANNELS: [&str; 5] = ["VOICE", "SMS", "EMAIL", "APP", "POST"];

/// A world taken in at [`RECEIVED_AT`]; the same seed gives the same world.
pub fn generate_world(seed: u64) -> World {
    generate_world_at(seed, RECEIVED_AT.parse().unwrap())
}

/// A world taken in at a given moment, around which its own moments lie.
pub fn generate_world_at(seed: u64, received_at: Timestamp) -> World {
    let mut maker = Maker::new(Rng::new(seed), received_at);
    maker.catalogue();
    maker.sources();
    maker.campaigns();
    maker.relations();
    maker.consents();
    maker.objections();
    maker.register();
    maker.world
}

struct Maker {
    rng: Rng,
    world: World,
    /// Valid numbers, `+` and digits.
    numbers: Vec<String>,
    persons: Vec<String>,
    sellers: Vec<String>,
    /// The few moments around which this world happens, in microseconds.
    moments: Vec<i64>,
    /// The days of those moments.
    days: Vec<Date>,
}

impl Maker {
    fn new(mut rng: Rng, received_at: Timestamp) -> Maker {
        let today = day_of(received_at);
        let mut days = vec![today];
        for distance in [-2000, -400, -90, -29, -1, 1, 28] {
            if rng.chance(50) {
                days.push(today.checked_add(distance.days()).unwrap());
            }
        }
        let mut moments = vec![received_at.as_microsecond()];
        moments.extend(days.iter().map(|day| midnight(*day)));
        let numbers = (0..rng.between(8, 15))
            .map(|_| new_number(&mut rng))
            .collect();
        Maker {
            world: World::empty(received_at),
            numbers,
            persons: (1..=rng.between(5, 8)).map(|n| format!("p{n}")).collect(),
            sellers: (1..=rng.between(2, 3)).map(|n| format!("s{n}")).collect(),
            moments,
            days,
            rng,
        }
    }

    /// A moment of this world or one close by, so that equal, just before and just after
    /// are all frequent.
    fn moment(&mut self) -> i64 {
        const HOUR: i64 = 3_600_000_000;
        let nudge = self.rng.weighted(&[
            (40, 0),
            (15, -1),
            (15, 1),
            (10, -1_000_000),
            (10, 1_000_000),
            (5, -HOUR),
            (5, HOUR),
        ]);
        *self.rng.pick(&self.moments) + nudge
    }

    fn stamp(&mut self) -> String {
        let moment = self.moment();
        instant(&mut self.rng, moment)
    }

    /// A stamp long ago, so that enough is in force to be interesting.
    fn old_or_any_stamp(&mut self, percent_old: usize) -> String {
        if self.rng.chance(percent_old) {
            let years = self.rng.between(3, 9) as i64;
            let long_ago = self.world.received_at.as_microsecond() - years * 31_557_600_000_000;
            return instant(&mut self.rng, long_ago);
        }
        self.stamp()
    }

    /// A day of this world, or the day before or after.
    fn day(&mut self) -> Date {
        let nudge = self.rng.weighted(&[(60, 0), (20, -1), (20, 1)]);
        self.rng.pick(&self.days).checked_add(nudge.days()).unwrap()
    }

    fn old_or_any_day(&mut self, percent_old: usize) -> Date {
        if self.rng.chance(percent_old) {
            Date::constant(2018, 5, 4)
        } else {
            self.day()
        }
    }

    fn maybe_person(&mut self, percent: usize) -> String {
        if self.rng.chance(percent) {
            self.rng.pick(&self.persons).clone()
        } else {
            String::new()
        }
    }

    fn seller(&mut self) -> String {
        self.rng.pick(&self.sellers).clone()
    }

    fn number(&mut self) -> (String, String) {
        // The first numbers oftener, so that many rows meet on some.
        let at = self
            .rng
            .below(self.numbers.len())
            .min(self.rng.below(self.numbers.len()));
        let number = self.numbers[at].clone();
        spelled(&mut self.rng, &number)
    }

    /// A product, mostly of the seller.
    fn product(&mut self, seller: &str, percent_own: usize) -> String {
        let own_only = self.rng.chance(percent_own);
        let products = self.world.products.iter();
        let from: Vec<&Product> = products
            .filter(|p| !own_only || p.seller_id == seller)
            .collect();
        self.rng.pick(&from).product_id.clone()
    }

    /// One to three different products, mostly of the seller.
    fn products(&mut self, seller: &str) -> String {
        let mut products: Vec<String> = Vec::new();
        for _ in 0..self.rng.weighted(&[(66, 1), (26, 2), (8, 3)]) {
            let product = self.product(seller, 92);
            if !products.contains(&product) {
                products.push(product);
            }
        }
        products.join(if self.rng.chance(70) { ";" } else { " ; " })
    }

    /// `*`, or one to three different channels, in any case and spacing.
    fn channels(&mut self) -> String {
        let mut channels = self.rng.weighted(&[
            (25, "*"),
            (30, "VOICE"),
            (8, "SMS"),
            (8, "EMAIL"),
            (4, "APP"),
            (8, "POST"),
            (5, "EMAIL;VOICE"),
            (4, "VOICE;SMS"),
            (3, " VOICE ; SMS "),
            (3, "voice; Post"),
            (2, "POST;EMAIL;APP"),
        ]);
        if channels == "*" && self.rng.chance(10) {
            channels = " * ";
        }
        channels.to_owned()
    }

    fn catalogue(&mut self) {
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

    fn sources(&mut self) {
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

    fn campaigns(&mut self) {
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

    fn relations(&mut self) {
        for _ in 0..self.rng.between(20, 40) {
            let (number, region) = self.number();
            let seller_id = self.seller();
            let kind = self.rng.weighted(&[
                (38, "PURCHASE"),
                (26, "SERVICE_CONTRACT"),
                (4, "purchase"),
                (10, "NEWSLETTER"),
                (6, "SURVEY"),
                (5, "CONTEST"),
                (5, "ACCOUNT"),
                (3, "INQUIRY"),
                (3, "DONATION"),
            ]);
            let with_product = self.rng.chance(85);
            let (started, ended) = (self.old_or_any_day(50), self.day());
            let row = Relation {
                number,
                region,
                person_id: self.maybe_person(55),
                kind: kind.to_owned(),
                product_id: if with_product {
                    self.product(&seller_id, 85)
                } else {
                    String::new()
                },
                started_on: started.to_string(),
                ended_on: if self.rng.chance(30) && started <= ended {
                    ended.to_string()
                } else {
                    String::new()
                },
                paid: self
                    .rng
                    .weighted(&[(70, "yes"), (5, "YES"), (25, "no")])
                    .to_owned(),
                seller_id,
            };
            self.world.relations.push(row);
        }
    }

    fn consents(&mut self) {
        for n in 0..self.rng.between(15, 25) {
            let (number, region) = self.number();
            let seller_id = self.seller();
            let products = if self.rng.chance(45) {
                "*".to_owned()
            } else {
                self.products(&seller_id)
            };
            let row = Consent {
                number,
                region,
                person_id: self.maybe_person(55),
                channels: self.channels(),
                products,
                granted_at: self.old_or_any_stamp(45),
                expires_at: if self.rng.chance(28) {
                    self.stamp()
                } else {
                    String::new()
                },
                withdrawn_at: if self.rng.chance(24) {
                    self.stamp()
                } else {
                    String::new()
                },
                evidence: format!("form-{n}"),
                seller_id,
            };
            self.world.consents.push(row);
        }
    }

    fn objections(&mut self) {
        for _ in 0..self.rng.between(5, 12) {
            let (mut number, region) = self.number();
            let mut person_id = self.maybe_person(45);
            if self.rng.chance(15) {
                // A no of a person whose number was not given.
                number = String::new();
                person_id = self.rng.pick(&self.persons).clone();
            }
            let seller = self.seller();
            let seller_id = self
                .rng
                .weighted(&[(70, seller.as_str()), (15, "*"), (15, "")])
                .to_owned();
            let channels = if self.rng.chance(20) {
                String::new()
            } else {
                self.channels()
            };
            let row = Objection {
                number,
                region,
                person_id,
                seller_id,
                channels,
                recorded_at: self.old_or_any_stamp(15),
                source: "CALL".to_owned(),
            };
            self.world.objections.push(row);
        }
    }

    /// A copy of the register 0 to 40 days old, or none.
    fn register(&mut self) {
        if self.rng.chance(12) {
            return;
        }
        let age = self
            .rng
            .weighted(&[(30, 0), (15, 1), (15, 27), (15, 28), (15, 29), (10, 40)]);
        let today = day_of(self.world.received_at);
        self.world.register_as_of = Some(today.checked_sub(age.days()).unwrap());
        let dutch = self.numbers.iter().filter(|n| n.starts_with("+31"));
        let dutch: Vec<String> = dutch.cloned().collect();
        for number in dutch {
            if self.rng.chance(40) {
                let (typed, region) = spelled(&mut self.rng, &number);
                self.world
                    .register
                    .push(if region == "NL" { typed } else { number });
            }
        }
        // A copy without a number would be refused.
        let other = new_number(&mut self.rng);
        self.world.register.push(if other.starts_with("+31") {
            other
        } else {
            "+31207654321".to_owned()
        });
    }
}
