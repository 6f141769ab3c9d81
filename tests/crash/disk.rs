//! A disk that is full, that fails, that is slow, that may not be written, that is gone.

use std::{fs, path::Path, process::Command};

use tonic::{Code, Status};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use verzet::proto::v1::Verdict;

use crate::{
    examine::examine,
    faults::{Faults, Knob},
    load::{check, dry_run, object},
    model::Model,
    process::{Place, Process, runtime, tell},
    world,
};

const EIO: i64 = 5;
const ENOSPC: i64 = 28;
const EROFS: i64 = 30;

/// What a dialer and an agent see while the disk fails, and that everything goes on by itself when it is
/// mended; then the process is killed and what it said is compared with what is there.
async fn refuses_and_goes_on(
    place: &Place,
    says: &str,
    break_it: impl FnOnce(&Process),
    mend_it: impl FnOnce(&Process),
) {
    let (model, mut process) = (Model::default(), place.serve());
    let channel = process.connect().await;
    let answer = check(&model, &channel, world::CUSTOMERS, &world::customer(1))
        .await
        .unwrap();
    assert_eq!(answer.verdict(), Verdict::Allow);
    object(&model, &channel, &world::customer(2)).await.unwrap();

    break_it(&process);
    let told = first_refusal(&model, &channel).await;
    assert_eq!(told.code(), Code::Unavailable, "{told:?}");
    assert!(told.message().contains(says), "{told:?}");
    let told = first_objection_refused(&model, &channel).await;
    assert_eq!(told.code(), Code::Unavailable, "{told:?}");
    is_serving(&channel, false).await;
    // What leaves no record needs no disk, and what was acknowledged holds.
    let both = [world::customer(1), world::customer(2)];
    let found = dry_run(&channel, world::CUSTOMERS, &both).await;
    assert_eq!((found[0].0, found[1].0), (Verdict::Allow, Verdict::Block));

    mend_it(&process);
    is_serving(&channel, true).await;
    let answer = check(&model, &channel, world::CUSTOMERS, &world::customer(1))
        .await
        .unwrap();
    assert_eq!(answer.verdict(), Verdict::Allow);
    object(&model, &channel, &world::customer(3)).await.unwrap();
    process.kill();
    let process = place.serve();
    examine(&model, &process.connect().await).await;
}

/// A page that is there already may still take some.
async fn first_refusal(model: &Model, channel: &tonic::transport::Channel) -> Status {
    loop {
        if let Err(status) = check(model, channel, world::CUSTOMERS, &world::customer(1)).await {
            return status;
        }
    }
}

async fn first_objection_refused(model: &Model, channel: &tonic::transport::Channel) -> Status {
    for i in 10.. {
        if let Err(status) = object(model, channel, &world::customer(i)).await {
            return status;
        }
    }
    unreachable!()
}

pub(crate) async fn is_serving(channel: &tonic::transport::Channel, wanted: bool) {
    let mut health = HealthClient::new(channel.clone());
    let asked = || HealthCheckRequest::default();
    let wanted = if wanted { 1 } else { 2 };
    let mut told = String::new();
    for _ in 0..2_000 {
        let mut asked = tonic::Request::new(asked());
        asked.set_timeout(std::time::Duration::from_secs(10));
        let answer = health.check(asked).await;
        if answer.as_ref().is_ok_and(|a| a.get_ref().status == wanted) {
            return;
        }
        told = format!("{answer:?}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("never {wanted}: {told}");
}

/// A file system in memory of this size; `None` where none may be mounted, which is told.
struct Mounted(std::path::PathBuf);

impl Mounted {
    fn on(dir: &Path, size: &str) -> Option<Self> {
        fs::create_dir_all(dir).unwrap();
        let size = format!("size={size}");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(dir);
        let done = mount.output().is_ok_and(|done| done.status.success());
        if !done {
            tell("a real full disk is skipped: file systems cannot be mounted here");
        }
        done.then(|| Self(dir.to_owned()))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // Lazily: the sidecar on it may not be gone yet.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_refuses_until_there_is_space() {
    runtime().block_on(async {
        let mut place = Place::new();
        let disk = place.beside("disk");
        let Some(_mounted) = Mounted::on(&disk, "6m") else {
            return;
        };
        place.data = disk.join("data");
        world::fill(&place, 100);
        let filler = disk.join("filler");
        let full = |_: &Process| {
            let all = vec![7; 6 << 20];
            // Takes what there is.
            let _ = fs::write(&filler, all);
        };
        let freed = |_: &Process| fs::remove_file(&filler).unwrap();
        refuses_and_goes_on(&place, "the disk is full", full, freed).await;
    });
}

#[test]
fn no_space_at_a_write_refuses_until_there_is_some() {
    at_libc("the disk is full", Knob::WriteFails, ENOSPC);
}

#[test]
fn a_failed_sync_refuses_until_the_file_was_opened_anew() {
    at_libc("disk I/O error", Knob::SyncFails, EIO);
}

#[test]
fn a_disk_that_becomes_read_only_refuses_until_it_can_be_written() {
    at_libc("disk I/O error", Knob::WriteFails, EROFS);
}

fn at_libc(says: &str, knob: Knob, errno: i64) {
    let mut place = Place::new();
    let Some(faults) = Faults::below(&mut place) else {
        return;
    };
    runtime().block_on(async {
        world::fill(&place, 100);
        let break_it = |_: &Process| faults.set(knob, errno);
        refuses_and_goes_on(&place, says, break_it, |_| faults.none()).await;
    });
}

#[test]
fn a_data_directory_that_is_gone_refuses_until_it_is_back() {
    runtime().block_on(async {
        let place = Place::new();
        world::fill(&place, 100);
        let away = place.beside("away");
        let gone = |_: &Process| fs::rename(&place.data, &away).unwrap();
        let back = |_: &Process| fs::rename(&away, &place.data).unwrap();
        refuses_and_goes_on(&place, "moved or deleted", gone, back).await;
    });
}

/// Deleted for good: nothing is allowed any more, and the next start says that it knows nothing.
#[test]
fn a_data_directory_that_was_deleted_allows_nothing() {
    runtime().block_on(async {
        let place = Place::new();
        world::fill(&place, 100);
        let (model, process) = (Model::default(), place.serve());
        let channel = process.connect().await;
        check(&model, &channel, world::CUSTOMERS, &world::customer(1))
            .await
            .unwrap();
        fs::remove_dir_all(&place.data).unwrap();
        for _ in 0..50 {
            let checked = check(&model, &channel, world::CUSTOMERS, &world::customer(1)).await;
            let objected = object(&model, &channel, &world::customer(2)).await;
            for told in [checked.unwrap_err(), objected.unwrap_err()] {
                let refused = [Code::Unavailable, Code::ResourceExhausted];
                assert!(
                    refused.contains(&told.code()),
                    "{told:?}\n{}",
                    process.said()
                );
            }
        }
        drop(process);
        let ended = place.try_serve(&[]).err().unwrap();
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.said.contains("no regime is enforced"), "{ended:?}");
    });
}

/// Every answer waits for its sync, and nobody else is told less.
#[test]
fn a_disk_that_takes_half_a_second_answers_late_and_never_before_the_sync() {
    let mut place = Place::new();
    let Some(faults) = Faults::below(&mut place) else {
        return;
    };
    runtime().block_on(async {
        world::fill(&place, 100);
        let (model, mut process) = (Model::default(), place.serve());
        let channel = process.connect().await;
        check(&model, &channel, world::CUSTOMERS, &world::customer(1))
            .await
            .unwrap();
        faults.set(Knob::SyncMillis, 500);
        for _ in 0..3 {
            let before = faults.get(Knob::Syncs);
            let asked = check(&model, &channel, world::CUSTOMERS, &world::customer(1)).await;
            assert_eq!(asked.unwrap().verdict(), Verdict::Allow);
            assert!(faults.get(Knob::Syncs) > before, "answered before the sync");
        }
        let before = faults.get(Knob::Syncs);
        object(&model, &channel, &world::customer(2)).await.unwrap();
        assert!(
            faults.get(Knob::Syncs) > before,
            "acknowledged before the sync"
        );
        // Who cannot wait gets a deadline, and no verdict.
        let mut hurried = tonic::Request::new(verzet::proto::v1::CheckRequest {
            number: world::customer(1),
            campaign_id: world::CUSTOMERS.into(),
            ..Default::default()
        });
        hurried.set_timeout(std::time::Duration::from_millis(100));
        let mut checks =
            verzet::proto::v1::check_service_client::CheckServiceClient::new(channel.clone());
        checks.check(hurried).await.unwrap_err();
        process.kill();
        faults.none();
        let process = place.serve();
        examine(&model, &process.connect().await).await;
    });
}
