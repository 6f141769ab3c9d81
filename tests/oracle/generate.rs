//! Small dense worlds: few numbers, persons, products and moments, many rows that meet on
//! them. Every row is one the intake accepts (design, section 5).
mod catalogue;
mod facts;
mod questions;
mod spelling;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

pub use self::questions::generate_questions;
use self::spelling::{instant, midnight, new_number, spelled};
use super::rng::Rng;
use super::words::day_of;
use super::world::{Product, World};

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
}
