//! The people of the sample, by rule.

use std::fmt::Write;

use super::{CUSTOMERS, OBJECTED};

/// A number in one of the spellings that CRMs hold.
pub(super) fn spelled(digits: u64, i: u64) -> String {
    let national = format!("0{}", digits % 10_000_000_000 % 1_000_000_000);
    match i % 5 {
        0 => format!("+{digits}"),
        1 => national,
        2 => format!(
            "06 {} {} {} {}",
            &national[2..4],
            &national[4..6],
            &national[6..8],
            &national[8..]
        ),
        3 => format!("06-{}", &national[2..]),
        _ => format!("+31 (0)6 {}", &national[2..]),
    }
}

pub(super) fn customer(i: u64) -> u64 {
    31_610_000_000 + i
}

pub(super) fn objector(i: u64) -> u64 {
    31_620_000_000 + i
}

/// Two of three are noordlicht's; what they have goes round.
pub(super) fn relations() -> String {
    let mut out = String::from(
        "number,region,person_id,seller_id,kind,product_id,started_on,ended_on,paid\n",
    );
    for i in 1..=CUSTOMERS {
        let (seller, products): (_, &[&str]) = if i % 3 > 0 {
            ("noordlicht", &["power", "gas", "green-power", "solar"])
        } else {
            ("waterpoort", &["home-contents", "buildings", "funeral"])
        };
        let product = products[(i / 3) as usize % products.len()];
        let (kind, product, paid) = match i % 12 {
            3 => ("NEWSLETTER", "", "no"),
            7 => ("SURVEY", "", "no"),
            10 => ("ACCOUNT", "", "no"),
            n if n % 2 == 0 => ("PURCHASE", product, "yes"),
            _ => ("SERVICE_CONTRACT", product, "yes"),
        };
        let year = 2015 + i % 10;
        let ended = match i % 8 {
            5 if !product.is_empty() => format!("{}-06-30", year + 1),
            _ => String::new(),
        };
        let number = spelled(customer(i), i);
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "{number},NL,p{i},{seller},{kind},{product},{year}-{:02}-15,{ended},{paid}",
            i % 12 + 1
        );
    }
    out
}

/// Every tenth gave a consent; every fiftieth took it back.
pub(super) fn consents() -> String {
    let mut out = String::from(
        "number,region,person_id,seller_id,channels,products,granted_at,expires_at,withdrawn_at,evidence\n",
    );
    for i in (10..=CUSTOMERS).step_by(10) {
        let (seller, product) = if i % 3 > 0 {
            ("noordlicht", "gas")
        } else {
            ("waterpoort", "buildings")
        };
        let (channels, products) = match i % 4 {
            0 => ("VOICE;SMS", product),
            2 => ("*", "*"),
            _ => ("EMAIL", "*"),
        };
        let withdrawn = match i % 50 {
            0 => "2025-03-03T10:00:00+01:00",
            _ => "",
        };
        let _ = writeln!(
            out,
            "{},NL,p{i},{seller},{channels},{products},2024-0{}-01T12:00:00+01:00,,{withdrawn},form-{i}",
            spelled(customer(i), i),
            i % 9 + 1
        );
    }
    out
}

/// People who said no to all, to one seller, or to calls only; every fortieth customer too.
pub(super) fn objections() -> String {
    let mut out = String::from("number,region,person_id,seller_id,channels,recorded_at,source\n");
    for i in 1..=OBJECTED {
        let (seller, channels) = match i % 4 {
            0 => ("", ""),
            1 => ("noordlicht", "VOICE"),
            2 => ("waterpoort", "*"),
            _ => ("*", "VOICE;SMS"),
        };
        let _ = writeln!(
            out,
            "{},NL,,{seller},{channels},2023-0{}-09T11:00:00+02:00,CALL",
            spelled(objector(i), i),
            i % 9 + 1
        );
    }
    for i in (40..=CUSTOMERS).step_by(40) {
        let _ = writeln!(out, ",,p{i},*,VOICE,2025-09-01T09:30:00+02:00,LETTER");
    }
    out
}
