//! A power cut at every sync of a scripted run: what was acknowledged before is there, and whatever is
//! there can be opened.
//!
//! The run is done once, by the real binary; before each sync an image of the disk is taken (`fault.c`).
//! Out of these a disk is made as a power cut at that moment may leave it: what was synced is as it was at
//! its sync, and of what was not, each block and each directory is the old one or the new one.

use std::{fs, path::Path, sync::Arc, time::Duration};

use tokio_stream::StreamExt;
use verzet::{
    clock::{Micros, Zone},
    ledger::{Against, DecisionId, verify},
    policy::{Intent, Reason, Verdict},
    proto::v1::{self, import_folder_response::Event, intake_service_client::IntakeServiceClient},
    sidecar::{Ask, Query, Sidecar},
};

use crate::{
    common,
    faults::{Faults, Knob},
    images::Disk,
    load::{Random, check, dry_run, object},
    model::Model,
    process::{Place, runtime, tell, until_async},
    world,
};

/// What a caller was told.
enum Told {
    Enforced,
    Customers,
    Register,
    Objected(String),
    Decided(DecisionId),
    Nightly(u64),
}

const ROWS: u64 = 60;

#[test]
fn a_power_cut_at_any_sync_loses_nothing_acknowledged() {
    let mut place = Place::new();
    let Some(faults) = Faults::below(&mut place) else {
        return;
    };
    faults.set(Knob::Images, 1);
    let told = runtime().block_on(run(&place, &faults));
    faults.set(Knob::Images, 0);
    let syncs = faults.get(Knob::Syncs) as u64;
    assert!(syncs > 20, "{syncs}");

    let mut durable = Disk::default();
    let (mut random, mut cuts) = (Random(7), 0);
    for n in 0..syncs {
        let live = Disk::read(&faults.images.join(n.to_string()));
        for torn in [None, Some(false), Some(true), Some(true)] {
            let image = place.beside("image");
            let _ = fs::remove_dir_all(&image);
            fs::create_dir(&image).unwrap();
            match torn {
                None => durable.write(&live.root, &image),
                Some(false) => live.write(&live.root, &image),
                Some(true) => live.mixed(&durable, &mut random).write(&live.root, &image),
            }
            examine(&image.join("data"), &told, n, torn);
            cuts += 1;
        }
        durable.sync(&live);
    }
    tell(&format!(
        "power cuts: {cuts} at {syncs} syncs, {} acknowledgements",
        told.len()
    ));
}

/// The run: everything that writes, one thing after the other. What was told, and how many syncs were
/// done when it was.
async fn run(place: &Place, faults: &Faults) -> Vec<(i64, Told)> {
    let mut told = Vec::new();
    let mut tells = |what| told.push((faults.get(Knob::Syncs), what));
    let (folder, register) = (place.beside("crm"), place.beside("register.txt"));
    world::write_base(&folder, 20);
    world::write_register(&register, 0..50);
    place.done(&[
        "policy",
        "enforce",
        "nl-bmnr",
        "--by",
        "test",
        "--why",
        "the rules under test",
    ]);
    tells(Told::Enforced);
    place.done(&["import", folder.to_str().unwrap()]);
    tells(Told::Customers);
    let today = world::today().to_string();
    let import = [
        "register",
        "import",
        "bmnr",
        register.to_str().unwrap(),
        "--as-of",
        &today,
    ];
    place.done(&import);
    tells(Told::Register);

    let model = Arc::new(Model::default());
    for life in 0..2 {
        let written_only = world::customer(8 + life);
        killed_in_a_sync(place, faults, &model, &written_only).await;
        let mut process = place.serve();
        let channel = process.connect().await;
        // Nobody was told of it. But whoever sees it now relies on it, and does not object again.
        let seen = dry_run(
            &channel,
            world::CUSTOMERS,
            std::slice::from_ref(&written_only),
        )
        .await;
        assert_eq!(seen, [(v1::Verdict::Block, v1::Reason::Objected)]);
        tells(Told::Objected(written_only));
        // By then the ledger signed what it found.
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        for i in 0..3 {
            let number = world::customer(10 + i);
            let answer = check(&model, &channel, world::CUSTOMERS, &number)
                .await
                .unwrap();
            tells(Told::Decided(answer.decision_id.parse().unwrap()));
            let number = world::customer(life * 3 + i);
            object(&model, &channel, &number).await.unwrap();
            tells(Told::Objected(number));
        }
        let folder = place.beside("nightly");
        world::write_nightly(&folder, life + 1, ROWS);
        let request = v1::ImportFolderRequest {
            folder: folder.to_str().unwrap().to_owned(),
            origin: "nightly".into(),
            accept_shrink: true,
            ..Default::default()
        };
        let mut intake = IntakeServiceClient::new(process.over_socket());
        let mut events = intake.import_folder(request).await.unwrap().into_inner();
        while let Some(event) = events.next().await {
            if let Some(Event::Report(report)) = event.unwrap().event {
                assert!(report.applied, "{report:?}");
                tells(Told::Nightly(life + 1));
            }
        }
        world::write_register(&register, 0..51 + life);
        place.done(&import);
        match life {
            0 => {
                process.terminate();
                assert_eq!(process.ended().code, Some(0));
            }
            _ => process.kill(),
        }
    }
    told
}

/// A process that is killed while it syncs an objection and a decision: both are written, and on no disk.
async fn killed_in_a_sync(place: &Place, faults: &Faults, model: &Arc<Model>, number: &str) {
    let mut process = place.serve();
    let channel = process.connect().await;
    // Both logs are begun, so that what comes next is one write and one sync.
    object(model, &channel, &world::customer(7)).await.unwrap();
    let number = number.to_owned();
    let customer = world::customer(19);
    check(model, &channel, world::CUSTOMERS, &customer)
        .await
        .unwrap();
    let day = Zone::named("UTC").unwrap().day(Micros::system_now());
    let logs = ["facts.db-wal".to_owned(), format!("ledger/{day}.db-wal")];
    let changed = || {
        logs.clone().map(|log| {
            let log = fs::metadata(place.data.join(log)).unwrap();
            log.modified().unwrap()
        })
    };
    let before = changed();
    faults.set(Knob::SyncMillis, 60_000);
    let (of_object, of_check) = ((model.clone(), channel.clone()), (model.clone(), channel));
    let objects = tokio::spawn(async move { object(&of_object.0, &of_object.1, &number).await });
    let checks =
        tokio::spawn(
            async move { check(&of_check.0, &of_check.1, world::CUSTOMERS, &customer).await },
        );
    until_async("both are being synced", || {
        changed()
            .iter()
            .zip(before)
            .all(|(now, before)| *now > before)
    })
    .await;
    // A commit is several writes; the sync takes a minute.
    tokio::time::sleep(Duration::from_millis(200)).await;
    process.kill();
    faults.set(Knob::SyncMillis, 0);
    objects.await.unwrap().unwrap_err();
    assert!(checks.await.unwrap().is_err());
}

fn examine(data: &Path, told: &[(i64, Told)], syncs: u64, torn: Option<bool>) {
    let at = format!("cut before sync {syncs}, torn {torn:?}");
    let sidecar = Sidecar::open(common::settings(data)).unwrap_or_else(|e| panic!("{at}: {e}"));
    let ask = |campaign: &str, number: &str| decide(&sidecar, campaign, number);
    let allowed = |numbers: Vec<String>| {
        let all = numbers
            .iter()
            .filter(|n| ask(world::CUSTOMERS, n).0 == Verdict::Allow);
        all.count() as u64
    };
    let mut versions = 0;
    for (_, what) in told.iter().filter(|(done, _)| *done <= syncs as i64) {
        match what {
            Told::Enforced => assert!(!sidecar.world().enforced.is_empty(), "{at}: the regime"),
            Told::Customers => {
                assert_eq!(allowed(vec![world::customer(19)]), 1, "{at}: the customers");
            }
            Told::Register => {
                let listed = ask(world::STRANGERS, &world::registered(49));
                assert_eq!(
                    listed,
                    (Verdict::Block, Reason::Registered),
                    "{at}: the register"
                );
            }
            Told::Objected(number) => {
                let blocked = ask(world::CUSTOMERS, number);
                assert_eq!(
                    blocked,
                    (Verdict::Block, Reason::Objected),
                    "{at}: {number}"
                );
            }
            Told::Decided(id) => {
                let found = sidecar.ledger.reader().get(*id).unwrap();
                assert!(found.is_some(), "{at}: {id}");
            }
            Told::Nightly(version) => versions = *version,
        }
    }
    // An import is there wholly or not at all, and one of the versions is in force that may be.
    let of = |version| allowed((0..ROWS).map(|i| world::nightly(version, i)).collect());
    let [even, odd] = [of(2), of(1)];
    let right = match versions {
        0 => (even, odd) == (0, 0) || (even, odd) == (0, ROWS),
        1 => (even, odd) == (0, ROWS) || (even, odd) == (ROWS, 0),
        _ => (even, odd) == (ROWS, 0),
    };
    assert!(
        right,
        "{at}: import {versions} was acknowledged, {even} and {odd} rows are there"
    );
    drop(sidecar);
    let found = verify(&data.join("ledger"), &Against::default(), &mut |_| {}).unwrap();
    assert!(found.is_intact(), "{at}: {:?}", found.findings);
}

fn decide(sidecar: &Sidecar, campaign: &str, number: &str) -> (Verdict, Reason) {
    let query = Query {
        ask: Ask {
            number,
            region: None,
            campaign_id: campaign,
            channel: None,
            person_id: "",
            source_id: "",
            at: sidecar.now(),
        },
        region: "",
        call_id: "",
        agent_id: "",
        caller_id: "",
        intent: Intent::Dial,
        dry_run: true,
        min_revision: 0,
        behind: false,
    };
    let asked = sidecar.check(&query, |asked, _| {
        (asked.decision.verdict, asked.decision.reason)
    });
    asked.unwrap().0
}
