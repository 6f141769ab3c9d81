//! The tables: one function a row, asked in order; "First row that matches decides."
use jiff::Timestamp;
use rlibphonenumber::PhoneNumberType;

use super::facts::Case;
use super::words::{self, DEFAULT_REGION, Number, day_of, day_within, list, word};
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
        Case {
            reading: self,
            number,
            person_given: question.person_id.trim().to_owned(),
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

type Decided = (&'static str, &'static str);
type Row = fn(&Case) -> Option<Decided>;

const ALLOW: &str = "ALLOW";
const BLOCK: &str = "BLOCK";

/// "**The question** (all regimes, all channels)", from row 3 on.
const QUESTION: &[Row] = &[
    row_3_campaign_not_running,
    row_4_no_regime,
    row_5_line_type_not_callable,
    row_6_purpose_not_covered,
];

/// "**Voice (telemarketing)**"
const VOICE: &[Row] = &[
    row_7_source_not_lawful,
    row_8_objected,
    row_9_consent_with_register_clause,
    row_10_other_company_offer,
    row_11_customer_similar,
    row_12_product_not_similar,
    row_13_not_a_customer_from_own_files,
    row_14_register_stale,
    row_15_registered,
    row_16_not_registered,
];

/// "**SMS, e-mail, app**: 1–12 (9 without its register clause), then `BLOCK NOT_A_CUSTOMER`."
const MESSAGES: &[Row] = &[
    row_7_source_not_lawful,
    row_8_objected,
    row_9_consent,
    row_10_other_company_offer,
    row_11_customer_similar,
    row_12_product_not_similar,
    then_not_a_customer,
];

/// "**Post**: 1–10; not a customer → `NOT_A_CUSTOMER`; not similar → `PRODUCT_NOT_SIMILAR`;
/// then the campaign's recorded purpose-compatibility assessment". The worked cases settle
/// that row 9 is asked without its register clause here too: the register is of numbers
/// that may not be called.
const POST: &[Row] = &[
    row_7_source_not_lawful,
    row_8_objected,
    row_9_consent,
    row_10_other_company_offer,
    post_not_a_customer,
    post_product_not_similar,
    post_purpose_compatible,
];

fn when(matches: bool, verdict: &'static str, reason: &'static str) -> Option<Decided> {
    matches.then_some((verdict, reason))
}

/// "not a valid number (libphonenumber)"
fn row_1_invalid_number() -> Decided {
    (BLOCK, "INVALID_NUMBER")
}

/// "campaign unknown"
fn row_2_unknown_campaign() -> Decided {
    (BLOCK, "UNKNOWN_CAMPAIGN")
}

/// "campaign not running on this day (both ends included)"
fn row_3_campaign_not_running(case: &Case) -> Option<Decided> {
    let running = day_within(case.today, &case.campaign.starts_on, &case.campaign.ends_on);
    when(!running, BLOCK, "CAMPAIGN_NOT_RUNNING")
}

/// "no regime is enforced for the number's country and this channel and date": enforced is
/// `nl-bmnr`, for the Netherlands, all channels, any date.
fn row_4_no_regime(case: &Case) -> Option<Decided> {
    when(case.number.country != "NL", BLOCK, "NO_REGIME")
}

/// "voice or SMS to a line type not callable (toll-free, premium, shared cost, pager,
/// voicemail)"
fn row_5_line_type_not_callable(case: &Case) -> Option<Decided> {
    let not_callable = matches!(
        case.number.line,
        PhoneNumberType::TollFree
            | PhoneNumberType::PremiumRate
            | PhoneNumberType::SharedCost
            | PhoneNumberType::Pager
            | PhoneNumberType::VoiceMail
    );
    let voice_or_sms = case.channel == "VOICE" || case.channel == "SMS";
    when(
        voice_or_sms && not_callable,
        BLOCK,
        "LINE_TYPE_NOT_CALLABLE",
    )
}

/// "purpose is not marketing (empty or mixed is marketing)"
fn row_6_purpose_not_covered(case: &Case) -> Option<Decided> {
    let marketing = ["MARKETING", "MIXED", ""].contains(&word(&case.campaign.purpose).as_str());
    when(!marketing, BLOCK, "PURPOSE_NOT_COVERED")
}

/// "number source unknown, of another seller, or without a document that shows it lawful"
fn row_7_source_not_lawful(case: &Case) -> Option<Decided> {
    let lawful = case.source.is_some_and(|source| {
        source.seller_id.trim() == case.seller && !source.lawful_basis_document.trim().is_empty()
    });
    when(!lawful, BLOCK, "SOURCE_NOT_LAWFUL")
}

/// "a stop in force for this seller, channel (and, for a withdrawal, product), no later
/// consent that counts"
fn row_8_objected(case: &Case) -> Option<Decided> {
    let stands = case
        .stops_in_force()
        .into_iter()
        .any(|stop| !case.is_lifted(stop));
    when(stands, BLOCK, "OBJECTED")
}

/// "a consent that counts (and, if the number is in the register or the copy is missing or
/// too old: that names the channel and each product)"
fn row_9_consent_with_register_clause(case: &Case) -> Option<Decided> {
    let must_name = case.is_in_register() || case.register_is_missing_or_too_old();
    let consents = case.consents_that_count();
    let passes = consents
        .iter()
        .any(|c| !must_name || case.names_channel_and_each_product(c));
    when(passes, ALLOW, "CONSENT")
}

/// Row 9 "without its register clause".
fn row_9_consent(case: &Case) -> Option<Decided> {
    when(!case.consents_that_count().is_empty(), ALLOW, "CONSENT")
}

/// "an offered product belongs to another company than the seller"
fn row_10_other_company_offer(case: &Case) -> Option<Decided> {
    let others = case
        .offer
        .iter()
        .any(|product| case.owner_of(product) != case.seller);
    when(others, BLOCK, "OTHER_COMPANY_OFFER")
}

/// "customer, and every offered product similar to one bought"
fn row_11_customer_similar(case: &Case) -> Option<Decided> {
    let similar = case.is_customer() && case.every_offered_product_is_similar();
    when(similar, ALLOW, "CUSTOMER_SIMILAR")
}

/// "customer, but an offered product is not similar"
fn row_12_product_not_similar(case: &Case) -> Option<Decided> {
    let not_similar = case.is_customer() && !case.every_offered_product_is_similar();
    when(not_similar, BLOCK, "PRODUCT_NOT_SIMILAR")
}

/// "not a customer, source is `CUSTOMER_FILE` or `HOUSE_FILE`"
fn row_13_not_a_customer_from_own_files(case: &Case) -> Option<Decided> {
    let kind = case
        .source
        .map(|source| word(&source.kind))
        .unwrap_or_default();
    let own_files = kind == "CUSTOMER_FILE" || kind == "HOUSE_FILE";
    when(!case.is_customer() && own_files, BLOCK, "NOT_A_CUSTOMER")
}

/// "register copy missing, or its date more than 28 days ago"
fn row_14_register_stale(case: &Case) -> Option<Decided> {
    when(
        case.register_is_missing_or_too_old(),
        BLOCK,
        "REGISTER_STALE",
    )
}

/// "in the register"
fn row_15_registered(case: &Case) -> Option<Decided> {
    when(case.is_in_register(), BLOCK, "REGISTERED")
}

/// "otherwise … (the main rule: lawfully obtained, no objection, not in the register)"
fn row_16_not_registered(_: &Case) -> Option<Decided> {
    Some((ALLOW, "NOT_REGISTERED"))
}

/// "then `BLOCK NOT_A_CUSTOMER`"
fn then_not_a_customer(_: &Case) -> Option<Decided> {
    Some((BLOCK, "NOT_A_CUSTOMER"))
}

/// "not a customer → `NOT_A_CUSTOMER`"
fn post_not_a_customer(case: &Case) -> Option<Decided> {
    when(!case.is_customer(), BLOCK, "NOT_A_CUSTOMER")
}

/// "not similar → `PRODUCT_NOT_SIMILAR`"
fn post_product_not_similar(case: &Case) -> Option<Decided> {
    when(
        !case.every_offered_product_is_similar(),
        BLOCK,
        "PRODUCT_NOT_SIMILAR",
    )
}

/// "`yes` → `ALLOW COMPATIBLE_PURPOSE`, else `BLOCK PURPOSE_NOT_COMPATIBLE`"
fn post_purpose_compatible(case: &Case) -> Option<Decided> {
    if word(&case.campaign.purpose_compatible) == "YES" {
        Some((ALLOW, "COMPATIBLE_PURPOSE"))
    } else {
        Some((BLOCK, "PURPOSE_NOT_COMPATIBLE"))
    }
}
