//! The first reader agrees with libphonenumber on every spelling of the worked set.
use verzet::number::{Region, read};

#[test]
fn every_spelling_of_the_worked_set_agrees() {
    let set = include_str!("data/numbers.tsv");
    let mut wrong = Vec::new();
    let mut rows = 0;
    for line in set.lines() {
        let cols: Vec<_> = line.split('\t').collect();
        let (region, typed, want) = (cols[0], cols[1], cols[2]);
        rows += 1;
        let got = read(typed, Region::parse(region).unwrap())
            .map(|n| n.e164.to_string())
            .unwrap_or_default();
        if got != want {
            wrong.push(format!("{region} {typed:?}: {got} is not {want}"));
        }
    }
    assert_eq!(rows, 5_000);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
