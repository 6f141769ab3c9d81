//! Copies of registers: what is taken in, what is refused, and what a damaged file means.

#[path = "register/damaged.rs"]
mod damaged;
#[path = "register/refused.rs"]
mod refused;

use std::{fs, path::Path};

use verzet::{
    clock::Day,
    intake::{RegisterHeader, RegisterImported, RegisterRefused, import_register, load_registers},
    number::Region,
};

use crate::common::*;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn header() -> RegisterHeader<'static> {
    RegisterHeader {
        register: "bmnr",
        as_of: day("2026-11-20"),
        format: "lines",
        region: Region::NL,
        accept_shrink: false,
        file: "bmnr.txt",
        today: day("2026-11-24"),
        received_at: at(NOW),
    }
}

impl World {
    fn register(
        &mut self,
        header: RegisterHeader<'_>,
        content: impl AsRef<[u8]>,
    ) -> Result<RegisterImported, RegisterRefused> {
        import_register(&header, content.as_ref(), &mut self.store, &self.symbols)
    }

    fn refused(&mut self, header: RegisterHeader<'_>, content: impl AsRef<[u8]>) -> String {
        let before = (self.store.revision(), self.store.snapshots().unwrap());
        let error = self.register(header, content).unwrap_err();
        assert_eq!(
            before,
            (self.store.revision(), self.store.snapshots().unwrap())
        );
        error.to_string()
    }

    fn snapshot_file(&self, n: u64) -> std::path::PathBuf {
        self.store.snapshot_path("bmnr", n)
    }
}

/// So many lines.
fn lines(numbers: std::ops::Range<u32>) -> String {
    numbers.map(|n| format!("+3161234{n:04}\n")).collect()
}

#[test]
fn one_number_a_line_in_any_spelling() {
    let mut world = World::new();
    let text = "\u{feff}+31612345678\r\n\r\n  06 1234 5679 \r\n020-1234567\r\ntel:+31-20-123-4568\r\n\
                +31612345678\r\n０６１２３４５６７０\r\n";
    let imported = world.register(header(), text).unwrap();
    assert!(imported.changed);
    assert_eq!(imported.copy.len(), 5);
    assert_eq!(&*imported.copy.snapshot_id, "bmnr-1");
    assert_eq!(imported.snapshot.as_of, day("2026-11-20"));
    for n in [
        "+31612345678",
        "+31612345679",
        "+31201234567",
        "+31201234568",
        "+31612345670",
    ] {
        assert!(imported.copy.contains(number(n)), "{n}");
    }
    assert!(!imported.copy.contains(number("+31612345671")));
    assert!(imported.unreadable.is_empty());
    let (copies, missing) = load_registers(&world.reopen().store).unwrap();
    assert_eq!(copies, [imported.copy]);
    assert!(missing.is_empty());
}

#[test]
fn the_worked_copies_import() {
    for name in ["nl-bmnr", "nl-bmnr-stale"] {
        let mut world = World::new();
        let text = fs::read(Path::new("tests/data").join(name).join("bmnr.txt")).unwrap();
        let imported = world.register(header(), &text).unwrap();
        assert!(imported.unreadable.is_empty());
        assert_eq!(imported.copy.len(), imported.snapshot.numbers);
        assert!(imported.copy.len() > 100);
    }
}

#[test]
fn national_numbers_are_read_in_the_region_given() {
    let mut world = World::new();
    let de = RegisterHeader {
        region: Region::parse("DE").unwrap(),
        ..header()
    };
    let imported = world.register(de, "0151 23456789\n").unwrap();
    assert!(imported.copy.contains(number("+4915123456789")));
}

#[test]
fn a_last_line_without_its_end_is_taken_if_it_is_whole() {
    let mut world = World::new();
    let text = format!("{}+31612349999", lines(0..100));
    assert_eq!(world.register(header(), text).unwrap().copy.len(), 101);
    let mut world = World::new();
    assert_eq!(
        world.register(header(), "0612345678").unwrap().copy.len(),
        1
    );
}

#[test]
fn a_few_unreadable_lines_are_listed_with_their_place() {
    let mut world = World::new();
    let mut text = lines(0..1_500);
    text.push_str("nonsense\n");
    text.push_str(&lines(1_500..2_000));
    text.push_str("61212345624\n");
    let imported = world.register(header(), &text).unwrap();
    let told: Vec<_> = imported
        .unreadable
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        told,
        [
            "bmnr.txt:1501:1: \"nonsense\" is not a number; it is not in the copy",
            "bmnr.txt:2002:1: \"61212345624\" is not valid, but can be read as +3161212345624; it counts as \
             registered",
        ]
    );
    assert_eq!(imported.copy.len(), 2_001);

    // More than one in a thousand, and it is another format.
    let text = format!("{}nonsense\n", lines(0..998));
    assert!(
        world
            .refused(header(), text)
            .contains("1 of 999 lines are not numbers")
    );
}

#[test]
fn the_same_day_replaces_if_the_numbers_differ() {
    let mut world = World::new();
    let first = world.register(header(), lines(0..5)).unwrap();
    let again = world
        .register(header(), format!("\n{}", lines(0..5)))
        .unwrap();
    assert!(!again.changed);
    assert_eq!(
        (again.revision, &*again.copy.snapshot_id),
        (first.revision, "bmnr-1")
    );
    let other = world.register(header(), lines(0..6)).unwrap();
    assert!(other.changed);
    assert_eq!(
        (other.revision, &*other.copy.snapshot_id),
        (first.revision + 1, "bmnr-2")
    );
    // A newer day with the same numbers is a newer copy.
    let newer = RegisterHeader {
        as_of: day("2026-11-21"),
        ..header()
    };
    assert!(world.register(newer, lines(0..6)).unwrap().changed);
    let rows = world.store.snapshots().unwrap();
    let in_force: Vec<_> = rows
        .iter()
        .filter(|s| s.rev_until.is_none())
        .map(|s| s.id())
        .collect();
    assert_eq!(in_force, ["bmnr-3"]);
}
