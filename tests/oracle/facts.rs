//! The sentences under the tables: who is meant, which stop is in force, which
//! consent counts, who is a customer, what the register says.
use jiff::civil::Date;

use super::evaluate::Reading;
use super::similar::is_similar;
use super::words::{Number, day_if_given, instant, instant_if_given, list, word};
use super::world::{Campaign, Consent, Relation, Source};

/// A question whose number, campaign and day are known, with what it is asked about.
pub struct Case<'a> {
    pub reading: &'a Reading<'a>,
    pub number: Number,
    /// The person the check names, or empty.
    pub person_given: String,
    /// "a person meant: the one given, else every person any row ties to the number".
    pub persons_meant: Vec<String>,
    pub campaign: &'a Campaign,
    pub seller: &'a str,
    pub channel: String,
    /// The offered products.
    pub offer: Vec<&'a str>,
    /// The number source, if it is known.
    pub source: Option<&'a Source>,
    /// The moment asked about, in microseconds.
    pub now: i64,
    /// The day in the Netherlands at that moment.
    pub today: Date,
}

/// What a consent says, in the shape the rules ask it.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    row: &'a Consent,
    pub granted_at: i64,
}

impl<'a> Case<'a> {
    /// "A **stop** counts if it is on the number, or on a person meant".
    fn stop_is_about(&self, number: &Option<Number>, person: &str) -> bool {
        self.is_on_the_number(number)
            || self
                .persons_meant
                .iter()
                .any(|meant| meant == person.trim())
    }

    /// "A **permit** counts if it is on the number, unless the check and the row name
    /// different persons."
    fn permit_is_about(&self, number: &Option<Number>, person: &str) -> bool {
        let person = person.trim();
        let both_named = !self.person_given.is_empty() && !person.is_empty();
        self.is_on_the_number(number) && !(both_named && self.person_given != person)
    }

    fn is_on_the_number(&self, number: &Option<Number>) -> bool {
        number.as_ref().is_some_and(|n| n.e164 == self.number.e164)
    }

    /// The moments from which stops for this check are in force, those not yet in force
    /// left out.
    pub fn stops_in_force(&self) -> Vec<i64> {
        let mut stops = self.objections();
        stops.extend(self.withdrawals());
        stops.retain(|from| *from <= self.now);
        stops
    }

    /// "a no (recht van verzet): to one seller or to all, for named channels or all; in
    /// force from the moment it is recorded".
    fn objections(&self) -> Vec<i64> {
        let mut stops = Vec::new();
        for (number, row) in self.reading.objections() {
            // "An empty `channels` or `seller_id` of an objection means all", "`*` means all".
            let seller = row.seller_id.trim();
            let channels = list(&row.channels);
            if self.stop_is_about(number, &row.person_id)
                && (seller.is_empty() || seller == "*" || seller == self.seller)
                && (channels.is_empty() || self.channel_is_in(&channels))
            {
                stops.push(self.in_force_from(instant_if_given(&row.recorded_at)));
            }
        }
        stops
    }

    /// "*A withdrawal* is from then on a no in the scope of the yes: same seller, same
    /// channels, an offer with any of its products. Expiry is not a no."
    fn withdrawals(&self) -> Vec<i64> {
        let mut stops = Vec::new();
        for (number, row) in self.reading.consents() {
            if self.stop_is_about(number, &row.person_id)
                && let Some(withdrawn_at) = instant_if_given(&row.withdrawn_at)
                && row.seller_id.trim() == self.seller
                && self.channel_is_in(&list(&row.channels))
                && self.offer.iter().any(|product| self.is_named(row, product))
            {
                stops.push(self.in_force_from(Some(withdrawn_at)));
            }
        }
        stops
    }

    /// "A stop stamped later than its receipt is in force from its receipt."
    fn in_force_from(&self, stamped: Option<i64>) -> i64 {
        let received = self.reading.world.received_at.as_microsecond();
        stamped.unwrap_or(received).min(received)
    }

    /// "*A stop is lifted* for a check only by a consent that counts for that check and
    /// was granted strictly after it."
    pub fn is_lifted(&self, stop: i64) -> bool {
        self.consents_that_count()
            .iter()
            .any(|consent| consent.granted_at > stop)
    }

    /// "*Consent counts* when `granted_at <= now`, before `expires_at` and `withdrawn_at`,
    /// for its seller, naming the channel (or `*`) and every offered product … One consent
    /// covers the whole offer; two do not add up." A withdrawal stamped later than its
    /// receipt ends the consent where it is in force, so that no yes lifts its own no.
    pub fn consents_that_count(&self) -> Vec<Given<'a>> {
        let mut counting = Vec::new();
        for (number, row) in self.reading.consents() {
            if !self.permit_is_about(number, &row.person_id) {
                continue;
            }
            let granted_at = instant(&row.granted_at);
            let withdrawn_at = instant_if_given(&row.withdrawn_at);
            let withdrawn_at = withdrawn_at.map(|at| self.in_force_from(Some(at)));
            if granted_at <= self.now
                && instant_if_given(&row.expires_at).is_none_or(|end| self.now < end)
                && withdrawn_at.is_none_or(|end| self.now < end)
                && row.seller_id.trim() == self.seller
                && self.channel_is_in(&list(&row.channels))
                && self.offer.iter().all(|product| self.is_named(row, product))
            {
                counting.push(Given { row, granted_at });
            }
        }
        counting
    }

    /// Row 9's clause: "that names the channel and each product", so `*` will not do.
    pub fn names_channel_and_each_product(&self, consent: &Given) -> bool {
        let channels = list(&consent.row.channels);
        let products = list(&consent.row.products);
        channels.iter().any(|c| word(c) == self.channel)
            && self.offer.iter().all(|product| products.contains(product))
    }

    fn channel_is_in(&self, channels: &[&str]) -> bool {
        channels
            .iter()
            .any(|c| *c == "*" || word(c) == self.channel)
    }

    /// "`*` means all products *of that seller*, another company's must be named."
    fn is_named(&self, consent: &Consent, product: &str) -> bool {
        let products = list(&consent.products);
        products.contains(&product)
            || (products.contains(&"*") && self.owner_of(product) == consent.seller_id.trim())
    }

    /// "products.csv … seller_id (the owner)".
    pub fn owner_of(&self, product: &str) -> &'a str {
        let products = &self.reading.world.products;
        let found = products.iter().find(|p| p.product_id.trim() == product);
        found.map(|p| p.seller_id.trim()).unwrap_or_default()
    }

    /// "*Customer*: a `PURCHASE` or `SERVICE_CONTRACT` with this seller that has begun and
    /// under which the person owes or owed payment … an ended contract still counts".
    fn relations_that_make_a_customer(&self) -> Vec<&'a Relation> {
        let mut making = Vec::new();
        for (number, row) in self.reading.relations() {
            if self.permit_is_about(number, &row.person_id)
                && row.seller_id.trim() == self.seller
                && ["PURCHASE", "SERVICE_CONTRACT"].contains(&word(&row.kind).as_str())
                && day_if_given(&row.started_on).is_some_and(|day| day <= self.today)
                && word(&row.paid) == "YES"
            {
                making.push(row);
            }
        }
        making
    }

    /// Whether any relation makes a customer.
    pub fn is_customer(&self) -> bool {
        !self.relations_that_make_a_customer().is_empty()
    }

    /// "*Similar*: looked up for each offered product against each product bought from this
    /// seller, one match is enough … A mixed offer passes only if every item does." "A
    /// relation without a product makes a customer to whom nothing is similar."
    pub fn every_offered_product_is_similar(&self) -> bool {
        let level = self.reading.similarity_level;
        let relations = self.relations_that_make_a_customer();
        let bought: Vec<&str> = relations
            .iter()
            .map(|r| r.product_id.trim())
            .filter(|product| !product.is_empty())
            .collect();
        let world = self.reading.world;
        self.offer.iter().all(|offered| {
            bought
                .iter()
                .any(|bought| is_similar(world, bought, offered, self.today, level))
        })
    }

    /// Whether the number is in the copy of the register.
    pub fn is_in_register(&self) -> bool {
        self.reading.register().any(|n| n.e164 == self.number.e164)
    }

    /// "register copy missing, or its date more than 28 days ago". "A copy taken after the
    /// moment asked about counts as fresh": its age is then negative.
    pub fn register_is_missing_or_too_old(&self) -> bool {
        match self.reading.world.register_as_of {
            None => true,
            Some(copied_on) => self.today.duration_since(copied_on).as_hours() / 24 > 28,
        }
    }
}
