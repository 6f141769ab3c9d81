//! Pack files: read or refused, and a pack that was read is as it says of itself.

use verzet::policy::Packs;

use super::text;

pub fn pack(data: &[u8]) {
    let text = text(data);
    let mut packs = Packs::built_in().unwrap();
    let before: Vec<String> = packs.iter().map(|r| r.id.to_string()).collect();
    if packs.add("fuzz.toml", &text).is_err() {
        let after: Vec<String> = packs.iter().map(|r| r.id.to_string()).collect();
        assert_eq!(before, after, "a pack that was refused left something");
        return;
    }
    let added = packs.iter().find(|r| !before.contains(&r.id.to_string()));
    let added = added.expect("a pack that was taken is not there").clone();
    assert!(added.from <= added.until, "in force until before it begins");
    assert_eq!(packs.get(&added.id).unwrap().hash_hex(), added.hash_hex());
    for channel in added.channels() {
        assert!(!added.table(channel).unwrap().rows.is_empty());
    }
    assert!(packs.add("again.toml", &text).is_err(), "the same id twice");
}
