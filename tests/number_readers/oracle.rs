//! libphonenumber, used as its own documentation shows: what the first reader is held against.
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType, Region as Plan};
use verzet::number::{E164, LineType, Number, Region};

/// A valid number as the library reads it, by its own words and in no hurry. Some of its plans have
/// numbers of more than 15 digits (Germany, Japan, Indonesia …): those are not E.164 and not ours.
pub(crate) fn by_library(typed: &str, region: Region) -> Option<Number> {
    let parsed = PHONE_NUMBER_UTIL
        .parse(typed, Plan::from_code(region.as_str()).ok())
        .ok()?;
    if !PHONE_NUMBER_UTIL.is_valid_number(&parsed) {
        return None;
    }
    let text = parsed.format_as(PhoneNumberFormat::E164).to_string();
    Some(Number {
        e164: E164::from_digits(text[1..].parse().unwrap())?,
        line_type: line_type(PHONE_NUMBER_UTIL.get_number_type(&parsed)),
        country: parsed
            .get_region_code()
            .and_then(|r| Region::parse(&r.as_region_str()).ok()),
    })
}

/// The library's kind of line in our words.
pub(crate) fn line_type(of: PhoneNumberType) -> LineType {
    match of {
        PhoneNumberType::FixedLine => LineType::FixedLine,
        PhoneNumberType::Mobile => LineType::Mobile,
        PhoneNumberType::FixedLineOrMobile => LineType::FixedLineOrMobile,
        PhoneNumberType::TollFree => LineType::TollFree,
        PhoneNumberType::PremiumRate => LineType::PremiumRate,
        PhoneNumberType::SharedCost => LineType::SharedCost,
        PhoneNumberType::VoIP => LineType::Voip,
        PhoneNumberType::PersonalNumber => LineType::PersonalNumber,
        PhoneNumberType::Pager => LineType::Pager,
        PhoneNumberType::UAN => LineType::Uan,
        PhoneNumberType::VoiceMail => LineType::Voicemail,
        PhoneNumberType::Unknown => LineType::Unknown,
    }
}
