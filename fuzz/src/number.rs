//! Reading numbers: nothing panics, and what was read once is read the same from its own spelling.

use verzet::number::{Region, read, read_stop};

use super::{choice, text};

const REGIONS: [&str; 6] = ["NL", "BE", "DE", "US", "GB", "AQ"];

pub fn number(data: &[u8]) {
    let (first, rest) = choice(data);
    let region = Region::parse(REGIONS[usize::from(first) % REGIONS.len()]).unwrap();
    let typed = text(rest);
    let number = read(&typed, region);
    if let Some(number) = number {
        let again = read(&number.e164.to_string(), region).expect("its own spelling is not valid");
        assert_eq!(again.e164, number.e164, "{typed:?} in {region:?}");
    }
    // The second reader, where a stop is taken in: the first reader's number is always among them.
    let stop = read_stop(&typed, region);
    if let Some(number) = number {
        assert!(
            stop.keys().any(|n| n == number.e164),
            "{typed:?}: the stop is on another number"
        );
    }
}
