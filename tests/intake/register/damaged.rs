//! Files and sources that fail: the register is missing or the old copy stands, and it is never empty.

use std::fs;

use verzet::intake::{RegisterHeader, RegisterRefused, import_register, load_registers};

use super::{day, header, lines};
use crate::common::*;

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
