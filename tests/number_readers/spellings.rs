//! Numbers of every country and line, and the ways people write them.
use rlibphonenumber::{
    PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, PhoneNumberType, Region as Plan,
    interfaces::AsOriginal,
};
use verzet::number::{LineType, Region};

use super::oracle::line_type;

/// A valid number, in the parts that spellings are made of.
pub(crate) struct Sample {
    pub(crate) region: Region,
    pub(crate) line: LineType,
    /// `+31612345678`
    e164: String,
    /// `31`
    code: String,
    /// `612345678`
    nsn: String,
    /// `0`, or nothing where the country has none.
    trunk: String,
    /// `06 12345678`
    national: String,
    /// `+31 6 12345678`
    international: String,
    /// `tel:+31-6-12345678`
    uri: String,
}

impl Sample {
    fn new(region: Region, plan: Plan, line: LineType, number: &PhoneNumber) -> Self {
        let format = |as_| PHONE_NUMBER_UTIL.format(number, as_).into_owned();
        let e164 = format(PhoneNumberFormat::E164);
        let code = PHONE_NUMBER_UTIL
            .get_country_code_for_region(plan)
            .unwrap()
            .to_string();
        let metadata = PHONE_NUMBER_UTIL
            .as_original()
            .get_metadata_for_region(plan)
            .unwrap();
        Self {
            region,
            line,
            nsn: e164[1 + code.len()..].into(),
            e164,
            code,
            trunk: metadata.original.national_prefix().into(),
            national: format(PhoneNumberFormat::National),
            international: format(PhoneNumberFormat::International),
            uri: format(PhoneNumberFormat::RFC3966),
        }
    }
}

/// The library's example of every country and kind of line, and up to three more with other last digits.
pub(crate) fn samples() -> Vec<Sample> {
    const KINDS: [PhoneNumberType; 10] = [
        PhoneNumberType::FixedLine,
        PhoneNumberType::Mobile,
        PhoneNumberType::TollFree,
        PhoneNumberType::PremiumRate,
        PhoneNumberType::SharedCost,
        PhoneNumberType::VoIP,
        PhoneNumberType::PersonalNumber,
        PhoneNumberType::Pager,
        PhoneNumberType::UAN,
        PhoneNumberType::VoiceMail,
    ];
    let mut samples = Vec::new();
    for region in Region::all() {
        let plan = Plan::from_code(region.as_str()).unwrap();
        for kind in KINDS {
            let Ok(example) = PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(plan, kind)
            else {
                continue;
            };
            for last in [None, Some(284), Some(555), Some(826)] {
                let mut number = example.clone();
                if let Some(last) = last {
                    number.national_number = number.national_number / 1_000 * 1_000 + last;
                }
                if number.get_region_code() == Some(plan) && number.is_valid() {
                    samples.push(Sample::new(region, plan, line_type(kind), &number));
                }
            }
        }
    }
    samples
}

/// Writes a sample in one way; `None` where that makes no sense. Read in the number's own country, if
/// not told otherwise.
type Write = fn(&Sample) -> Option<String>;

/// A way of writing: its name, where it is read (`None`: in the number's own country), and how.
pub(crate) struct Spelling {
    pub(crate) name: &'static str,
    abroad: Option<&'static str>,
    write: Write,
}

impl Spelling {
    /// The text and the region to read it in.
    pub(crate) fn of(&self, sample: &Sample) -> Option<(String, Region)> {
        let region = match self.abroad {
            Some(code) => Region::parse(code).unwrap(),
            None => sample.region,
        };
        (self.write)(sample).map(|text| (text, region))
    }
}

const fn home(name: &'static str, write: Write) -> Spelling {
    Spelling {
        name,
        abroad: None,
        write,
    }
}

const fn abroad(name: &'static str, region: &'static str, write: Write) -> Spelling {
    Spelling {
        name,
        abroad: Some(region),
        write,
    }
}

fn dotted(text: &str) -> String {
    text.replace([' ', '-'], ".")
}

fn no_break(text: &str) -> String {
    text.replace(' ', "\u{a0}")
}

fn wide(text: &str) -> String {
    let widen = |c: char| match c {
        '+' => '＋',
        '0'..='9' => char::from_u32(c as u32 - '0' as u32 + '０' as u32).unwrap(),
        _ => c,
    };
    text.chars().map(widen).collect()
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn shorter(text: &str) -> Option<String> {
    Some(text[..text.len() - 1].into())
}

fn with_trunk(s: &Sample, open: &str, close: &str) -> Option<String> {
    (!s.trunk.is_empty()).then(|| format!("+{}{open}{}{close}{}", s.code, s.trunk, s.nsn))
}

pub(crate) const SPELLINGS: &[Spelling] = &[
    home("e164", |s| Some(s.e164.clone())),
    abroad("e164 in NL", "NL", |s| Some(s.e164.clone())),
    home("international", |s| Some(s.international.clone())),
    abroad("international in NL", "NL", |s| {
        Some(s.international.clone())
    }),
    abroad("international in US", "US", |s| {
        Some(s.international.clone())
    }),
    home("international, NBSP", |s| Some(no_break(&s.international))),
    home("international, dots", |s| Some(dotted(&s.international))),
    home("full-width", |s| Some(wide(&s.e164))),
    home("tel:", |s| Some(format!("tel:{}", s.e164))),
    home("tel: with hyphens", |s| Some(s.uri.clone())),
    abroad("00 in NL", "NL", |s| Some(format!("00{}{}", s.code, s.nsn))),
    abroad("011 in US", "US", |s| {
        Some(format!("011 {} {}", s.code, s.nsn))
    }),
    home("code without plus", |s| {
        Some(format!("{}{}", s.code, s.nsn))
    }),
    home("national", |s| Some(s.national.clone())),
    home("national, digits", |s| Some(digits(&s.national))),
    home("national, NBSP", |s| Some(no_break(&s.national))),
    home("national, dots", |s| Some(dotted(&s.national))),
    home("national, no trunk prefix", |s| Some(s.nsn.clone())),
    home("+code (0)", |s| with_trunk(s, " (", ")")),
    home("+code 0", |s| with_trunk(s, "", "")),
    abroad("+code (0) in NL", "NL", |s| with_trunk(s, " (", ")")),
    abroad("+code (0) in US", "US", |s| with_trunk(s, " (", ")")),
    home("national x12", |s| Some(format!("{} x12", s.national))),
    home("national ext. 123", |s| {
        Some(format!("{} ext. 123", s.national))
    }),
    home("e164 ;ext=12", |s| Some(format!("{};ext=12", s.e164))),
    home("tel: ;ext=12", |s| Some(format!("{};ext=12", s.uri))),
    home("word before", |s| Some(format!("Tel. {}", s.national))),
    home("word after", |s| Some(format!("{} (home)", s.national))),
    home("two numbers", |s| {
        Some(format!("{} / {}", s.national, s.national))
    }),
    home("e164, a digit short", |s| shorter(&s.e164)),
    home("e164, a digit long", |s| Some(format!("{}7", s.e164))),
    home("national, a digit short", |s| shorter(&s.national)),
    home("national, a digit long", |s| {
        Some(format!("{}7", s.national))
    }),
];
