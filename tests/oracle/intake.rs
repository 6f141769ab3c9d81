//! What the intake asks of rows, so that a generated world is one it accepts.
use super::generate::CHANNELS;
use super::words::{self, day_if_given, instant, instant_if_given, list, word};
use super::world::World;

const KINDS: [&str; 11] = [
    "PURCHASE",
    "SERVICE_CONTRACT",
    "NEWSLETTER",
    "SURVEY",
    "CONTEST",
    "ACCOUNT",
    "INQUIRY",
    "DONATION",
    "VOLUNTEER",
    "EVENT_VISIT",
    "OTHER",
];
const SOURCES: [&str; 4] = ["CUSTOMER_FILE", "HOUSE_FILE", "THIRD_PARTY_LIST", "PUBLIC"];
const PURPOSES: [&str; 5] = ["", "MARKETING", "MIXED", "SERVICE", "RESEARCH"];

/// Every row of a world that breaks a rule of the files; empty for a world to be accepted.
pub fn problems(world: &World) -> Vec<String> {
    let mut problems = Problems {
        world,
        found: vec![],
    };
    problems.of_catalogue();
    problems.of_facts();
    problems.of_register();
    problems.found
}

struct Problems<'a> {
    world: &'a World,
    found: Vec<String>,
}

impl Problems<'_> {
    fn unless(&mut self, good: bool, row: &dyn std::fmt::Debug) {
        if !good {
            self.found.push(format!("{row:?}"));
        }
    }

    fn is_seller(&self, id: &str) -> bool {
        self.world.sellers.iter().any(|s| s.seller_id == id)
    }

    fn is_product(&self, id: &str) -> bool {
        self.world.products.iter().any(|p| p.product_id == id)
    }

    fn is_category(&self, id: &str) -> bool {
        self.world.categories.iter().any(|c| c.category_id == id)
    }

    /// Known references; unique ids; pairs signed, not contradictory, no `no` that expires.
    fn of_catalogue(&mut self) {
        let world = self.world;
        for (at, row) in world.categories.iter().enumerate() {
            // A parent stands above its child, so there is no cycle.
            let above = &world.categories[..at];
            let known =
                row.parent_id.is_empty() || above.iter().any(|c| c.category_id == row.parent_id);
            self.unless(
                known && above.iter().all(|c| c.category_id != row.category_id),
                row,
            );
        }
        for (at, row) in world.products.iter().enumerate() {
            let once = world.products[..at]
                .iter()
                .all(|p| p.product_id != row.product_id);
            let placed = row.category_id.is_empty() || self.is_category(&row.category_id);
            self.unless(once && placed && self.is_seller(&row.seller_id), row);
        }
        for (at, row) in world.similar.iter().enumerate() {
            let once = world.similar[..at].iter().all(|p| {
                p.bought_product_id != row.bought_product_id
                    || p.offered_product_id != row.offered_product_id
            });
            let known =
                self.is_product(&row.bought_product_id) && self.is_product(&row.offered_product_id);
            let signed = !row.signed_by.is_empty() && day_if_given(&row.signed_on).is_some();
            let ends = day_if_given(&row.expires_on);
            let no = word(&row.similar) == "NO";
            let well = words::is_one_of(&row.similar, &["YES", "NO"])
                && ends.is_none_or(|end| !no && Some(end) >= day_if_given(&row.signed_on));
            self.unless(once && known && signed && well, row);
        }
        for (at, row) in world.sources.iter().enumerate() {
            let once = world.sources[..at]
                .iter()
                .all(|s| s.source_id != row.source_id);
            let good = words::is_one_of(&row.kind, &SOURCES) && self.is_seller(&row.seller_id);
            self.unless(once && good, row);
        }
        for (at, row) in world.campaigns.iter().enumerate() {
            let once = world.campaigns[..at]
                .iter()
                .all(|c| c.campaign_id != row.campaign_id);
            let offer = list(&row.products);
            let offers = !offer.is_empty() && offer.iter().all(|id| self.is_product(id));
            let source = world
                .sources
                .iter()
                .any(|s| s.source_id == row.source_id && s.seller_id == row.seller_id);
            let words = words::is_one_of(&row.channel, &CHANNELS)
                && words::is_one_of(&row.purpose, &PURPOSES)
                && words::is_one_of(&row.purpose_compatible, &["", "YES", "NO"]);
            let (first, last) = (day_if_given(&row.starts_on), day_if_given(&row.ends_on));
            let days = first.is_none() || last.is_none() || first <= last;
            self.unless(
                once && offers && source && words && days && self.is_seller(&row.seller_id),
                row,
            );
        }
    }

    /// "A consent needs evidence, a relation needs its start, a permit needs a number; an
    /// objection needs a number or a person."
    fn of_facts(&mut self) {
        let world = self.world;
        let reads = |number: &str, region: &str| words::number(number, region).is_some();
        let channels_good = |channels: &str| {
            list(channels)
                .iter()
                .all(|c| *c == "*" || words::is_one_of(c, &CHANNELS))
        };
        for row in &world.relations {
            let (first, last) = (day_if_given(&row.started_on), day_if_given(&row.ended_on));
            let days = first.is_some() && (last.is_none() || first <= last);
            let product = row.product_id.is_empty() || self.is_product(&row.product_id);
            let words =
                words::is_one_of(&row.kind, &KINDS) && words::is_one_of(&row.paid, &["YES", "NO"]);
            let seller = self.is_seller(&row.seller_id);
            self.unless(
                reads(&row.number, &row.region) && days && product && words && seller,
                row,
            );
        }
        for row in &world.consents {
            // "An empty `channels` or `seller_id` … of a consent … is a bad row."
            let channels = !list(&row.channels).is_empty() && channels_good(&row.channels);
            let products = list(&row.products);
            let products =
                !products.is_empty() && products.iter().all(|p| *p == "*" || self.is_product(p));
            instant(&row.granted_at);
            instant_if_given(&row.expires_at);
            instant_if_given(&row.withdrawn_at);
            let seller = self.is_seller(&row.seller_id);
            let number = reads(&row.number, &row.region);
            self.unless(
                number && channels && products && seller && !row.evidence.is_empty(),
                row,
            );
        }
        for row in &world.objections {
            let whom = if row.number.is_empty() {
                !row.person_id.is_empty()
            } else {
                reads(&row.number, &row.region)
            };
            let seller =
                ["", "*"].contains(&row.seller_id.as_str()) || self.is_seller(&row.seller_id);
            instant(&row.recorded_at);
            self.unless(whom && seller && channels_good(&row.channels), row);
        }
    }

    /// "A register copy that is … dated in the future, truncated … is refused".
    fn of_register(&mut self) {
        let world = self.world;
        let today = words::day_of(world.received_at);
        let good = match world.register_as_of {
            None => world.register.is_empty(),
            Some(day) => day <= today && !world.register.is_empty(),
        };
        self.unless(good, &world.register_as_of);
        for number in &world.register {
            self.unless(words::number(number, "NL").is_some(), number);
        }
    }
}
