//! A question, a world, an answer: the rows of the tables are asked in order and the
//! "First row that matches decides."
mod rows;

use jiff::Timestamp;

use self::rows::{
    Decided, MESSAGES, POST, QUESTION, Row, VOICE, row_1_invalid_number, row_2_unknown_campaign,
};
use super::facts::Case;
use super::similar::SIMILARITY_LEVEL;
use super::words::{self, DEFAULT_REGION, Number, day_of, list, word};
use super::world::{Campaign, Consent, Objection, Relation, World};

/// "A check has a number and perhaps a `person_id`"; empty fields are not given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub number: String,
    pub region: String,
    pub campaign_id: String,
    pub channel: String,
    pub person_id: String,
    pub source_id: String,
    /// The moment asked about.
    pub now: Timestamp,
}

/// The verdict and reason by their names in the tables, and the number as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// `ALLOW` or `BLOCK`.
    pub verdict: String,
    /// Such as `NOT_REGISTERED`.
    pub reason: String,
    /// "returned whenever the number is valid, whatever the verdict", else empty.
    pub e164: String,
}

/// Answers one question; for many questions on one world take [`Reading`].
pub fn evaluate(world: &World, question: &Question) -> Answer {
    Reading::of(world).evaluate(question)
}

/// A world whose typed numbers have been read once.
pub struct Reading<'a> {
    pub world: &'a World,
    /// How many steps below the node where they meet two categories may be.
    pub similarity_level: usize,
    relations: Vec<Option<Number>>,
    consents: Vec<Option<Number>>,
    objections: Vec<Option<Number>>,
    register: Vec<Option<Number>>,
}

impl<'a> Reading<'a> {
    /// "Each row's own `region` reads its number."
    pub fn of(world: &'a World) -> Reading<'a> {
        let read = |number: &String, region: &String| words::number(number, region);
        Reading {
            world,
            similarity_level: SIMILARITY_LEVEL,
            relations: world
                .relations
                .iter()
                .map(|r| read(&r.number, &r.region))
                .collect(),
            consents: world
                .consents
                .iter()
                .map(|r| read(&r.number, &r.region))
                .collect(),
            objections: world
                .objections
                .iter()
                .map(|r| read(&r.number, &r.region))
                .collect(),
            register: world
                .register
                .iter()
                .map(|n| words::number(n, "NL"))
                .collect(),
        }
    }

    /// The same under a regime of another similarity level.
    pub fn at_level(self, similarity_level: usize) -> Reading<'a> {
        Reading {
            similarity_level,
            ..self
        }
    }

    pub fn relations(&self) -> impl Iterator<Item = (&Option<Number>, &'a Relation)> {
        self.relations.iter().zip(&self.world.relations)
    }

    pub fn consents(&self) -> impl Iterator<Item = (&Option<Number>, &'a Consent)> {
        self.consents.iter().zip(&self.world.consents)
    }

    pub fn objections(&self) -> impl Iterator<Item = (&Option<Number>, &'a Objection)> {
        self.objections.iter().zip(&self.world.objections)
    }

    pub fn register(&self) -> impl Iterator<Item = &Number> {
        self.register.iter().flatten()
    }

    /// "every person any row ties to the number".
    pub fn persons_on(&self, e164: &str) -> Vec<&'a str> {
        let is_on = |number: &Option<Number>| number.as_ref().is_some_and(|n| n.e164 == e164);
        let mut persons = Vec::new();
        for (number, row) in self.relations() {
            if is_on(number) {
                persons.push(row.person_id.trim());
            }
        }
        for (number, row) in self.consents() {
            if is_on(number) {
                persons.push(row.person_id.trim());
            }
        }
        for (number, row) in self.objections() {
            if is_on(number) {
                persons.push(row.person_id.trim());
            }
        }
        persons.retain(|person| !person.is_empty());
        persons
    }

    /// Answers one question.
    pub fn evaluate(&self, question: &Question) -> Answer {
        let campaign = self.campaign(question);
        let number = self.number(question, campaign);
        let e164 = number.as_ref().map(|n| n.e164.clone()).unwrap_or_default();
        let (verdict, reason) = self.decide(question, number, campaign);
        Answer {
            verdict: verdict.to_owned(),
            reason: reason.to_owned(),
            e164,
        }
    }

    fn campaign(&self, question: &Question) -> Option<&'a Campaign> {
        let mut campaigns = self.world.campaigns.iter();
        campaigns.find(|c| c.campaign_id.trim() == question.campaign_id.trim())
    }

    /// "`region` is the ISO 3166 region to read national numbers in, default the
    /// campaign's, else the configured `default_region`."
    fn number(&self, question: &Question, campaign: Option<&Campaign>) -> Option<Number> {
        let campaigns = campaign.map(|c| c.region.trim()).unwrap_or_default();
        let regions = [question.region.trim(), campaigns, DEFAULT_REGION];
        let region = regions
            .into_iter()
            .find(|r| !r.is_empty())
            .unwrap_or_default();
        words::number(&question.number, region)
    }

    /// "The question (all regimes, all channels)", then the table of the channel.
    fn decide(
        &self,
        question: &Question,
        number: Option<Number>,
        campaign: Option<&'a Campaign>,
    ) -> Decided {
        let Some(number) = number else {
            return row_1_invalid_number();
        };
        let Some(campaign) = campaign else {
            return row_2_unknown_campaign();
        };
        let case = self.case(question, number, campaign);
        let table: &[Row] = match case.channel.as_str() {
            "VOICE" => VOICE,
            "POST" => POST,
            _ => MESSAGES,
        };
        let rows = QUESTION.iter().chain(table);
        rows.into_iter()
            .find_map(|row| row(&case))
            .expect("the last row of a table matches")
    }

    fn case(&'a self, question: &Question, number: Number, campaign: &'a Campaign) -> Case<'a> {
        // "`channel`, `source_id` default to the campaign's."
        let channel = word(&question.channel);
        let channel = if channel.is_empty() {
            word(&campaign.channel)
        } else {
            channel
        };
        let source_id = question.source_id.trim();
        let source_id = if source_id.is_empty() {
            campaign.source_id.trim()
        } else {
            source_id
        };
        let person_given = question.person_id.trim().to_owned();
        let persons_meant = if person_given.is_empty() {
            let persons = self.persons_on(&number.e164).into_iter();
            persons.map(str::to_owned).collect()
        } else {
            vec![person_given.clone()]
        };
        Case {
            reading: self,
            number,
            person_given,
            persons_meant,
            campaign,
            seller: campaign.seller_id.trim(),
            channel,
            offer: list(&campaign.products),
            source: self
                .world
                .sources
                .iter()
                .find(|s| s.source_id.trim() == source_id),
            now: question.now.as_microsecond(),
            today: day_of(question.now),
        }
    }
}
