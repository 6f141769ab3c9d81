//! Relations, consents, objections and the register.
use jiff::ToSpan;

use super::super::words::day_of;
use super::super::world::{Consent, Objection, Relation};
use super::Maker;
use super::spelling::{new_number, spelled};

impl Maker {
    pub(super) fn relations(&mut self) {
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

    pub(super) fn consents(&mut self) {
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

    pub(super) fn objections(&mut self) {
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
    pub(super) fn register(&mut self) {
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
