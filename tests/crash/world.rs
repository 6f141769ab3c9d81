//! What the sidecars under test know: customers of one seller, a register, and a second origin whose
//! folder changes whole from import to import.

use std::{fmt::Write, fs, ops::Range, path::Path};

use verzet::clock::{Day, Micros, Zone};

use crate::process::Place;

/// The customers' numbers that an objection may be recorded for, in order.
pub(crate) fn customer(i: u64) -> String {
    format!("+31610{i:06}")
}

/// Numbers of the second origin's folder, in two blocks that take turns.
pub(crate) fn nightly(version: u64, i: u64) -> String {
    format!("+3162{}{i:06}", version % 2)
}

/// Numbers that object in one version of that folder.
pub(crate) fn objector(version: u64, i: u64) -> String {
    format!("+3163{:07}", version * OBJECTORS + i)
}

/// A number in the register.
pub(crate) fn registered(i: u64) -> String {
    format!("+31640{i:06}")
}

/// A number that nothing is known of: not in the register, no customer's.
pub(crate) fn stranger(i: u64) -> String {
    format!("+31650{i:06}")
}

/// A number of nobody's customer, whose consent may have ended.
pub(crate) fn lapsed() -> String {
    "+31660000001".to_owned()
}

/// How many numbers a version of the second origin's folder has.
pub(crate) const NIGHTLY: u64 = 1_500;
/// How many objections it brings.
pub(crate) const OBJECTORS: u64 = 25;
/// Numbers in the register.
pub(crate) const REGISTERED: u64 = 1_000;

/// Asks about customers.
pub(crate) const CUSTOMERS: &str = "gas-customers";
/// Asks about strangers from a bought list, where the register decides.
pub(crate) const STRANGERS: &str = "gas-list";

/// Asks about customers in a campaign that has not begun.
pub(crate) const NEXT_YEAR: &str = "gas-next-year";

const CATALOGUE: [(&str, &str); 5] = [
    (
        "sellers.csv",
        "seller_id,name\nnoordlicht,Noordlicht Energie\n",
    ),
    (
        "categories.csv",
        "category_id,parent_id,name\nenergy,,Energy\n",
    ),
    (
        "products.csv",
        "product_id,seller_id,category_id,name\ngas,noordlicht,energy,Gas\n",
    ),
    (
        "sources.csv",
        "source_id,seller_id,kind,lawful_basis_document,obtained_on\n\
         customers,noordlicht,CUSTOMER_FILE,ROPA-12,2020-01-01\n\
         list,noordlicht,THIRD_PARTY_LIST,contract-7,2025-01-01\n",
    ),
    (
        "campaigns.csv",
        "campaign_id,seller_id,purpose,channel,products,source_id,region,starts_on,ends_on,caller_ids,purpose_compatible\n\
         gas-customers,noordlicht,MARKETING,VOICE,gas,customers,NL,2024-01-01,,+31201234567,\n\
         gas-list,noordlicht,MARKETING,VOICE,gas,list,NL,2024-01-01,,+31201234567,\n",
    ),
];

fn relations(numbers: impl Iterator<Item = String>) -> String {
    let mut out = String::from(
        "number,region,person_id,seller_id,kind,product_id,started_on,ended_on,paid\n",
    );
    for number in numbers {
        let _ = writeln!(
            out,
            "{number},NL,,noordlicht,SERVICE_CONTRACT,gas,2022-03-01,,yes"
        );
    }
    out
}

/// Writes the folder of the catalogue and `customers` customers.
pub(crate) fn write_base(folder: &Path, customers: u64) {
    fs::create_dir_all(folder).unwrap();
    for (name, text) in CATALOGUE {
        fs::write(folder.join(name), text).unwrap();
    }
    let next_year = Day(today().0 + 200);
    let campaigns = fs::read_to_string(folder.join("campaigns.csv")).unwrap();
    let next_year = format!(
        "{NEXT_YEAR},noordlicht,MARKETING,VOICE,gas,customers,NL,{next_year},,+31201234567,\n"
    );
    fs::write(folder.join("campaigns.csv"), campaigns + &next_year).unwrap();
    fs::write(
        folder.join("relations.csv"),
        relations((0..customers).map(customer)),
    )
    .unwrap();
}

/// Writes a version of the second origin's folder: the numbers of its block, and new objections.
pub(crate) fn write_nightly(folder: &Path, version: u64, rows: u64) {
    fs::create_dir_all(folder).unwrap();
    let numbers = (0..rows).map(|i| nightly(version, i));
    fs::write(folder.join("relations.csv"), relations(numbers)).unwrap();
    let mut objections =
        String::from("number,region,person_id,seller_id,channels,recorded_at,source\n");
    for i in 0..OBJECTORS {
        let _ = writeln!(
            objections,
            "{},NL,,,,2026-01-05T10:00:00Z,CALL",
            objector(version, i)
        );
    }
    fs::write(folder.join("objections.csv"), objections).unwrap();
}

/// Writes a register file.
pub(crate) fn write_register(file: &Path, numbers: Range<u64>) {
    let lines: Vec<_> = numbers.map(registered).collect();
    fs::write(file, lines.join("\n") + "\n").unwrap();
}

/// Today in Amsterdam.
pub(crate) fn today() -> Day {
    Zone::named("Europe/Amsterdam")
        .unwrap()
        .day(Micros::system_now())
}

/// Fills a new data directory through the commands an operator uses.
pub(crate) fn fill(place: &Place, customers: u64) {
    let (folder, register) = (place.beside("crm"), place.beside("register.txt"));
    write_base(&folder, customers);
    write_register(&register, 0..REGISTERED);
    place.done(&[
        "policy",
        "enforce",
        "nl-bmnr",
        "--by",
        "test",
        "--why",
        "the rules under test",
    ]);
    place.done(&["import", folder.to_str().unwrap()]);
    place.done(&[
        "register",
        "import",
        "bmnr",
        register.to_str().unwrap(),
        "--as-of",
        &today().to_string(),
    ]);
}
