//! Copies of registers: what is taken in, what is refused, and what a damaged file means.

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
fn the_name_becomes_a_file_name_so_it_is_plain() {
    let mut world = World::new();
    for register in ["", "../bmnr", "BMNR", "a b", "-x"] {
        let odd = RegisterHeader {
            register,
            ..header()
        };
        assert!(
            world
                .refused(odd, lines(0..5))
                .contains("cannot be a register's name")
        );
    }
    let csv = RegisterHeader {
        format: "csv",
        ..header()
    };
    assert!(
        world
            .refused(csv, lines(0..5))
            .contains("it can be `lines`")
    );
}

#[test]
fn an_empty_copy_is_refused() {
    let mut world = World::new();
    for text in ["", "\u{feff}", "\n\r\n \n"] {
        assert!(
            world
                .refused(header(), text)
                .contains("there is no number in it"),
            "{text:?}"
        );
    }
}

#[test]
fn a_copy_that_ends_in_the_middle_of_a_line_is_refused() {
    let mut world = World::new();
    for cut in ["+3161", "+", "+3161234999", "061234567"] {
        let told = world.refused(header(), format!("{}{cut}", lines(0..100)));
        assert!(
            told.contains("bmnr.txt:101: the file seems cut off"),
            "{told}"
        );
    }
    // Valid, but shorter than the others, so it may be the beginning of another.
    let german = RegisterHeader {
        region: Region::parse("DE").unwrap(),
        ..header()
    };
    let told = world.refused(german, "+4915123456789\n+4915123456780\n+493012345");
    assert!(told.contains("shorter than the others"), "{told}");
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
fn another_format_is_refused() {
    let mut world = World::new();
    let cases: [(&[u8], &str); 7] = [
        (b"number,since\n+31612345678,2020-01-01\n", "looks like CSV"),
        (b"<?xml version=\"1.0\"?>\n<r/>\n", "looks like XML"),
        (b"{\"numbers\": []}\n", "looks like JSON"),
        (b"\xff\xfe+\x003\x001\x00", "UTF-16"),
        (b"PK\x03\x04\x14\x00\x00", "unpack it"),
        (b"number\n+31612345678\n", "1 of 2 lines are not numbers"),
        (
            b"+31612345678;x\n+31612345679;y\n",
            "2 of 2 lines are not numbers",
        ),
    ];
    for (bytes, told) in cases {
        let got = world.refused(header(), bytes);
        assert!(got.contains(told), "{got}");
    }
    let got = world.refused(header(), vec![b'1'; 3 << 20]);
    assert!(got.contains("1 of 1 lines"), "{got}");
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
fn a_copy_of_a_day_to_come_is_refused() {
    let mut world = World::new();
    let future = RegisterHeader {
        as_of: day("2026-11-25"),
        ..header()
    };
    assert!(
        world
            .refused(future, lines(0..5))
            .contains("dated 2026-11-25, but today is 2026-11-24")
    );
    let today = RegisterHeader {
        as_of: day("2026-11-24"),
        ..header()
    };
    world.register(today, lines(0..5)).unwrap();
}

#[test]
fn a_copy_older_than_the_one_in_force_is_refused() {
    let mut world = World::new();
    world.register(header(), lines(0..5)).unwrap();
    let older = RegisterHeader {
        as_of: day("2026-11-19"),
        ..header()
    };
    let told = world.refused(older, lines(0..6));
    assert!(
        told.contains("dated 2026-11-19, older than the one in force, of 2026-11-20"),
        "{told}"
    );
    // Another register has its own dates.
    let other = RegisterHeader {
        register: "tps",
        ..older
    };
    assert_eq!(
        &*world.register(other, lines(0..6)).unwrap().copy.snapshot_id,
        "tps-1"
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

#[test]
fn a_copy_more_than_a_twentieth_smaller_is_held() {
    let mut world = World::new();
    world.register(header(), lines(0..100)).unwrap();
    let newer = RegisterHeader {
        as_of: day("2026-11-21"),
        ..header()
    };
    let error = world.register(newer, lines(0..94)).unwrap_err();
    assert!(error.is_held());
    assert!(
        error
            .to_string()
            .contains("94 numbers, more than 5 % fewer than the 100 in force")
    );
    let accepted = RegisterHeader {
        accept_shrink: true,
        ..newer
    };
    world.register(newer, lines(0..95)).unwrap();
    world.register(accepted, lines(0..2)).unwrap();
}

#[test]
fn a_missing_or_damaged_file_makes_the_register_missing_and_never_empty() {
    let mut world = World::new();
    world.register(header(), lines(0..100)).unwrap();
    let newer = RegisterHeader {
        as_of: day("2026-11-21"),
        ..header()
    };
    world.register(newer, lines(0..101)).unwrap();
    let path = world.snapshot_file(2);
    assert!(
        path.starts_with(world.data().join("registers")),
        "{}",
        path.display()
    );
    let whole = fs::read(&path).unwrap();

    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    for damaged in [&flipped[..], &whole[..whole.len() - 1], &[]] {
        fs::write(&path, damaged).unwrap();
        let (copies, missing) = load_registers(&world.store).unwrap();
        assert!(copies.is_empty(), "no older copy takes its place");
        let told = missing[0].to_string();
        assert!(told.contains("register `bmnr` counts as missing"), "{told}");
        assert!(told.contains("is not what was written"), "{told}");
    }
    fs::remove_file(&path).unwrap();
    let (copies, missing) = load_registers(&world.store).unwrap();
    assert!(copies.is_empty());
    assert!(
        missing[0].to_string().contains("is not there"),
        "{}",
        missing[0]
    );

    // Importing the same copy again mends it.
    let mended = world.register(newer, lines(0..101)).unwrap();
    assert!(mended.changed);
    let (copies, missing) = load_registers(&world.store).unwrap();
    assert_eq!((copies, missing.len()), (vec![mended.copy], 0));
}

#[test]
fn a_copy_that_cannot_be_written_leaves_the_old_one_in_force() {
    let mut world = World::new();
    world.register(header(), lines(0..5)).unwrap();
    // Where the next copy's file is to be made stands a directory.
    fs::create_dir(world.snapshot_file(2)).unwrap();
    let newer = RegisterHeader {
        as_of: day("2026-11-21"),
        ..header()
    };
    let error = world.register(newer, lines(0..6)).unwrap_err();
    assert!(matches!(error, RegisterRefused::Write { .. }), "{error}");
    let (copies, missing) = load_registers(&world.store).unwrap();
    assert_eq!((&*copies[0].snapshot_id, missing.len()), ("bmnr-1", 0));
}

#[test]
fn a_source_that_fails_leaves_the_old_one_in_force() {
    use std::io::{self, Read};
    struct Fails;
    impl Read for Fails {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the line dropped"))
        }
    }
    let mut world = World::new();
    let text = lines(0..5);
    let source = text.as_bytes().chain(Fails);
    let error = import_register(&header(), source, &mut world.store, &world.symbols).unwrap_err();
    assert!(error.to_string().contains("the line dropped"), "{error}");
    assert!(world.store.snapshots().unwrap().is_empty());
}
