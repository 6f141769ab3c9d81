//! Regions, kinds of line, and the numbering plans behind them.
use std::collections::BTreeSet;

use rlibphonenumber::{PHONE_NUMBER_UTIL, interfaces::AsOriginal};
use sha2::{Digest, Sha256};
use verzet::number::{LineType, Region, metadata_version};

#[test]
fn regions_are_the_assigned_codes() {
    let all: Vec<Region> = Region::all().collect();
    assert_eq!(all.len(), 249);
    for region in &all {
        assert_eq!(Region::parse(region.as_str()), Ok(*region));
        assert_eq!(Region::parse(&region.as_str().to_lowercase()), Ok(*region));
    }
    for plan in PHONE_NUMBER_UTIL.get_supported_regions() {
        let code = plan.as_region_str().to_string();
        let assigned = !["AC", "TA", "XK"].contains(&code.as_str());
        assert_eq!(Region::parse(&code).is_ok(), assigned, "{code}");
    }
    for wrong in [
        "", "N", "NLD", "ZZ", "AA", "UK", "EU", "001", "N ", "ñl", "n\u{0}", "@A", "[A",
    ] {
        let error = Region::parse(wrong).unwrap_err();
        assert!(error.to_string().contains(wrong), "{error}");
    }
}

#[test]
fn line_types_keep_their_numbers() {
    for (code, line) in (0_u8..).zip(LineType::ALL) {
        assert_eq!(line.code(), code);
        assert_eq!(LineType::from_code(code), Some(line));
    }
    assert_eq!(LineType::from_code(12), None);
    let words: BTreeSet<&str> = LineType::ALL.iter().map(|l| l.word()).collect();
    assert_eq!(words.len(), LineType::ALL.len());
    // The numbers of the wire, which are the same.
    assert_eq!(LineType::Voicemail.code(), 11);
    assert_eq!(LineType::Mobile.to_string(), "MOBILE");
}

/// The version of the plans, and a fingerprint of all in them that decides how a number is read.
const PLANS: (&str, &str) = ("9.0.42", "26570213e2eaa6380335d025e8b7623e");

#[test]
fn plans_are_of_the_version_that_decisions_name() {
    let mut hash = Sha256::new();
    let mut regions: Vec<_> = PHONE_NUMBER_UTIL.get_supported_regions().collect();
    regions.sort_by_key(|r| r.as_region_str().to_string());
    let util = PHONE_NUMBER_UTIL.as_original();
    let mut plans: Vec<_> = regions
        .iter()
        .map(|r| util.get_metadata_for_region(*r).unwrap())
        .collect();
    plans.extend((1..1_000).filter_map(|code| {
        util.get_metadata_for_region_or_calling_code(code, rlibphonenumber::Region::World)
    }));
    for plan in &plans {
        hash.update(format!(
            "{} {:?} {:?} {} {} {} {}",
            plan.original.id,
            plan.original.country_code,
            plan.original.national_prefix_transform_rule,
            plan.original.main_country_for_code(),
            plan.international_prefix().original_base(),
            plan.national_prefix_for_parsing().original_base(),
            plan.leading_digits().original_base(),
        ));
        for kind in [
            &plan.general_desc,
            &plan.fixed_line,
            &plan.mobile,
            &plan.toll_free,
            &plan.premium_rate,
            &plan.shared_cost,
            &plan.personal_number,
            &plan.voip,
            &plan.pager,
            &plan.uan,
            &plan.voicemail,
        ] {
            hash.update(format!(
                "{} {:?} {:?}",
                kind.national_number_pattern().original_base(),
                kind.original.possible_length,
                kind.original.possible_length_local_only,
            ));
        }
    }
    let fingerprint: String = hash.finalize()[..16]
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    assert_eq!(plans.len(), 254);
    assert_eq!(
        (metadata_version(), fingerprint.as_str()),
        PLANS,
        "the library's numbering plans changed: see docs/numbers.md, on updating"
    );
}
