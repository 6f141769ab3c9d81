//! The first reader: libphonenumber in Rust (crate `rlibphonenumber`).

use std::panic::{AssertUnwindSafe, catch_unwind};

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType};

use super::{E164, LineType, Number, Region};

/// The version of the numbering plans inside `rlibphonenumber`; the crate tells it only in its readme,
/// so `tests/numbers.rs` holds a fingerprint of the plans themselves against this word.
const METADATA: &str = "9.0.42";

/// Longest text that is looked at, in characters: libphonenumber's own limit (`MAX_INPUT_STRING_LENGTH`
/// in its Java original), which the Rust crate leaves out.
const MAX_CHARS: usize = 250;

/// The version of the numbering plans [`read`](super::read) uses; recorded in every decision.
pub fn metadata_version() -> &'static str {
    METADATA
}

/// Loads the numbering plans (about 15 ms, 7 MB) and compiles the patterns of these countries (1 to
/// 15 ms and about 1 MB each), which the first number of a country would else pay for. To be called
/// before serving, with the countries that are called most.
pub fn warm_up(regions: impl IntoIterator<Item = Region>) {
    for region in regions {
        let example = rlibphonenumber::Region::from_code(region.as_str())
            .map(|plan| PHONE_NUMBER_UTIL.get_example_number(plan));
        if let Ok(Ok(example)) = example {
            let typed = PHONE_NUMBER_UTIL.format(&example, PhoneNumberFormat::National);
            std::hint::black_box(read(&typed, region));
        }
    }
}

/// Whether the text is longer than any reader looks at.
pub(super) fn too_long(typed: &str) -> bool {
    typed.len() > MAX_CHARS && typed.chars().nth(MAX_CHARS).is_some()
}

/// Calls a foreign reader; should it panic, the text is not a number. No panic is known that gets here
/// (`tests/numbers.rs` hunts for them), but one call's odd text must never take down its neighbours.
pub(super) fn guarded<T>(reader: impl FnOnce() -> Option<T>) -> Option<T> {
    catch_unwind(AssertUnwindSafe(reader)).unwrap_or(None)
}

/// Whether `rlibphonenumber` 2.2.15 would panic: it takes the text between `tel:` and
/// `;phone-context=`, in whatever order they come.
fn slices_backwards(typed: &str) -> bool {
    // The cheap question first: hardly any text has a `;`.
    typed.contains(';')
        && match (typed.find(";phone-context="), typed.find("tel:")) {
            (Some(context), Some(tel)) => tel > context,
            _ => false,
        }
}

/// As [`read`](super::read), always by the library.
pub(super) fn read(typed: &str, region: Region) -> Option<Number> {
    if too_long(typed) || slices_backwards(typed) {
        return None;
    }
    guarded(|| {
        let util = &*PHONE_NUMBER_UTIL;
        let region = rlibphonenumber::Region::from_code(region.as_str()).ok();
        let parsed = util.parse(typed, region).ok()?;
        // A number is valid exactly when its type is known; asking once saves a third of the time.
        let line_type = line_type(util.get_number_type(&parsed))?;
        let text = util.format(&parsed, PhoneNumberFormat::E164);
        Some(Number {
            e164: E164::from_digits(text.strip_prefix('+')?.parse().ok()?)?,
            line_type,
            country: util
                .get_region_for_number(&parsed)
                .and_then(|region| Region::parse(&region.as_region_str()).ok()),
        })
    })
}

fn line_type(of: PhoneNumberType) -> Option<LineType> {
    Some(match of {
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
        PhoneNumberType::Unknown => return None,
    })
}
