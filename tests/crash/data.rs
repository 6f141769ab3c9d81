//! Files that are not as they were left: facts, registers, packs; and a second process.

use std::fs;

use verzet::proto::v1::{Reason, Verdict};

use crate::{
    examine::examine,
    load::{check, dry_run, object},
    model::Model,
    process::{Place, copy_dir, runtime},
    world,
};

async fn found(
    process: &crate::process::Process,
    campaign: &str,
    number: String,
) -> (Verdict, Reason) {
    dry_run(&process.connect().await, campaign, &[number]).await[0]
}

#[test]
fn damaged_facts_are_not_served() {
    let place = Place::new();
    world::fill(&place, 500);
    let facts = place.data.join("facts.db");
    let sound = fs::read(&facts).unwrap();
    for page in [1, 2, sound.len() / 8192 / 2, sound.len() / 8192 - 1] {
        let mut bytes = sound.clone();
        bytes[page * 8192..page * 8192 + 512].fill(0xa5);
        fs::write(&facts, &bytes).unwrap();
        let Err(ended) = place.try_serve(&[]) else {
            // A page that nothing was read from yet, such as of an index; what was read is as it was written.
            continue;
        };
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(ended.said.contains("damaged"), "{ended:?}");
    }
    fs::write(&facts, &sound[..sound.len() / 2]).unwrap();
    let ended = place.try_serve(&[]).err().unwrap();
    assert!(ended.said.contains("damaged"), "{ended:?}");
    fs::write(&facts, &sound).unwrap();
    runtime().block_on(async {
        let process = place.serve();
        let customer = found(&process, world::CUSTOMERS, world::customer(1)).await;
        assert_eq!(customer.0, Verdict::Allow);
    });
}

#[test]
fn facts_older_than_the_ledger_are_not_served_unless_accepted() {
    runtime().block_on(async {
        let place = Place::new();
        world::fill(&place, 100);
        let backup = place.beside("backup");
        copy_dir(&place.data, &backup);
        let (model, mut process) = (Model::default(), place.serve());
        let channel = process.connect().await;
        for i in 1..4 {
            object(&model, &channel, &world::customer(i)).await.unwrap();
        }
        check(&model, &channel, world::CUSTOMERS, &world::customer(9))
            .await
            .unwrap();
        process.kill();
        for name in ["facts.db", "facts.db-wal", "facts.db-shm"] {
            let _ = fs::remove_file(place.data.join(name));
        }
        fs::copy(backup.join("facts.db"), place.data.join("facts.db")).unwrap();

        let ended = place.try_serve(&[]).err().unwrap();
        assert_eq!(ended.code, Some(1), "{ended:?}");
        for what in [
            "are at revision 3",
            "at revision 6",
            "stops among them",
            "--accept-older-facts",
        ] {
            assert!(ended.said.contains(what), "{what}: {ended:?}");
        }
        // A command that would open the directory by itself is refused too.
        let command = place.run(&["check", &world::customer(1), "--campaign", world::CUSTOMERS]);
        assert!(command.said.contains("--accept-older-facts"), "{command:?}");

        // Accepted once, it is served, and its revisions go on behind those that are lost.
        let process = place.try_serve(&["--accept-older-facts"]).unwrap();
        process.says("older facts are accepted");
        let channel = process.connect().await;
        let lost = world::customer(1);
        let answer = check(&Model::default(), &channel, world::CUSTOMERS, &lost).await;
        assert_eq!(answer.unwrap().revision, 7);
        drop(process);
        drop(place.serve());
    });
}

#[test]
fn a_second_process_is_told_who_owns_the_directory() {
    runtime().block_on(async {
        let place = Place::new();
        world::fill(&place, 100);
        let (model, process) = (Model::default(), place.serve());
        let channel = process.connect().await;
        for _ in 0..3 {
            let second = place.try_serve(&[]).err().unwrap();
            assert_eq!(second.code, Some(6), "{second:?}");
            assert!(second.said.contains("in use by process"), "{second:?}");
            let answer = check(&model, &channel, world::CUSTOMERS, &world::customer(1)).await;
            assert_eq!(answer.unwrap().verdict(), Verdict::Allow);
            object(&model, &channel, &world::customer(2)).await.unwrap();
        }
        examine(&model, &channel).await;
    });
}

#[test]
fn a_register_that_cannot_be_right_lets_no_stranger_through() {
    runtime().block_on(async {
        let place = Place::new();
        world::fill(&place, 100);
        let file = place.data.join("registers").join("bmnr-1.roaring");
        let sound = fs::read(&file).unwrap();
        let spoiled: [(&str, Option<&[u8]>); 3] = [
            ("is not there", None),
            ("is not what was written", Some(&sound[..sound.len() / 2])),
            ("is not what was written", Some(b"")),
        ];
        for (says, bytes) in spoiled {
            match bytes {
                Some(bytes) => fs::write(&file, bytes).unwrap(),
                None => fs::remove_file(&file).unwrap(),
            }
            let process = place.serve();
            process.says("a register copy counts as missing");
            process.says(says);
            let stale = (Verdict::Block, Reason::RegisterStale);
            for number in [world::stranger(1), world::registered(1)] {
                assert_eq!(found(&process, world::STRANGERS, number).await, stale);
            }
            // Customers are not asked for in it.
            let customer = found(&process, world::CUSTOMERS, world::customer(1)).await;
            assert_eq!(customer.0, Verdict::Allow);
        }
        // The same copy, imported again, mends it.
        let register = place.beside("register.txt");
        let import = |as_of: &str| {
            place.run(&[
                "register",
                "import",
                "bmnr",
                register.to_str().unwrap(),
                "--as-of",
                as_of,
            ])
        };
        assert_eq!(import(&world::today().to_string()).code, Some(0));

        // Smaller, older, cut off: refused or held, and the one in force stands.
        world::write_register(&register, 0..world::REGISTERED / 2);
        let smaller = import(&world::today().to_string());
        assert!(
            smaller.code != Some(0) && smaller.said.contains("more than 5 % fewer"),
            "{smaller:?}"
        );
        world::write_register(&register, 0..world::REGISTERED);
        let older = import("2026-01-05");
        assert!(
            older.code != Some(0) && older.said.contains("older than the one in force"),
            "{older:?}"
        );
        fs::write(&register, "+31640000000\n+316400").unwrap();
        let cut = import(&world::today().to_string());
        assert!(
            cut.code != Some(0) && cut.said.contains("cut off"),
            "{cut:?}"
        );
        let process = place.serve();
        let last = world::registered(world::REGISTERED - 1);
        let registered = found(&process, world::STRANGERS, last).await;
        assert_eq!(registered, (Verdict::Block, Reason::Registered));
        assert_eq!(
            found(&process, world::STRANGERS, world::stranger(1))
                .await
                .0,
            Verdict::Allow
        );
    });
}

#[test]
fn a_damaged_pack_is_not_served() {
    let place = Place::new();
    world::fill(&place, 100);
    let packs = place.data.join("packs");
    fs::create_dir_all(&packs).unwrap();
    let pack = packs.join("own.toml");
    let built_in = include_str!("../../packs/nl-bmnr.toml");
    let torn = &built_in[..built_in.len() / 2];
    for text in ["not a pack", torn] {
        fs::write(&pack, text).unwrap();
        let ended = place.try_serve(&[]).err().unwrap();
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(ended.said.contains("own.toml"), "{ended:?}");
    }
    fs::remove_file(&pack).unwrap();
    drop(place.serve());
}
