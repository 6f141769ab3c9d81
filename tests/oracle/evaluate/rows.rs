//! The tables as lists of rows, and one function a row.
use rlibphonenumber::PhoneNumberType;

use super::super::facts::Case;
use super::super::words::{day_within, word};

/// A verdict and a reason by their names.
pub type Decided = (&'static str, &'static str);
/// A row: what it decides, where it matches.
pub type Row = fn(&Case) -> Option<Decided>;

const ALLOW: &str = "ALLOW";
const BLOCK: &str = "BLOCK";

/// "**The question** (all regimes, all channels)", from row 3 on.
pub const QUESTION: &[Row] = &[
    row_3_campaign_not_running,
    row_4_no_regime,
    row_5_line_type_not_callable,
    row_6_purpose_not_covered,
];

/// "**Voice (telemarketing)**"
pub const VOICE: &[Row] = &[
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
pub const MESSAGES: &[Row] = &[
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
pub const POST: &[Row] = &[
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
pub fn row_1_invalid_number() -> Decided {
    (BLOCK, "INVALID_NUMBER")
}

/// "campaign unknown"
pub fn row_2_unknown_campaign() -> Decided {
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
