//! Copies that are not taken in: another format, cut off, too old, too small.

use verzet::{intake::RegisterHeader, number::Region};

use super::{day, header, lines};
use crate::common::*;

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
