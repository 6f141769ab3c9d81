//! A day of checks on a real sidecar, with everything changing between them. Shared with
//! `benches/replay.rs`.
#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    clippy::unwrap_used,
    clippy::expect_used
)]

mod changes;
mod questions;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use verzet::{
    clock::{Day, Micros},
    intake::{FolderOptions, RegisterHeader},
    ledger::Durability,
    number::Region,
    replay::Period,
    sample,
    sidecar::{Settings, Sidecar},
};

pub use self::{
    changes::work,
    questions::{ask, customer, listed, question},
};

pub const DAY: i64 = 86_400_000_000;

/// The operator's own pack; a changed file of the same regime is made with another `reason`.
pub fn own_pack(reason: &str) -> String {
    format!(
        r#"
        id = "nl-own"
        country = "NL"
        zone = "Europe/Amsterdam"
        semantics = 1
        in_force_from = "2009-10-01"
        in_force_until = "2021-06-30"
        title = {{ nl = "Eigen regels", en = "Rules of our own" }}
        [[table]]
        channels = ["VOICE", "SMS"]
        [[table.row]]
        check = "ObjectionInForce"
        verdict = "BLOCK"
        reason = "OBJECTED"
        source = "made up for this test"
        text = {{ nl = "Nee.", en = "No." }}
        [[table.row]]
        check = "ConsentCounts"
        verdict = "ALLOW"
        reason = "CONSENT"
        source = "made up for this test"
        text = {{ nl = "Ja.", en = "Yes." }}
        [[table.row]]
        check = "Otherwise"
        verdict = "BLOCK"
        reason = "{reason}"
        source = "made up for this test"
        text = {{ nl = "Anders niet.", en = "Else no." }}
        "#
    )
}

/// A directory with a sidecar's data.
pub struct Scene {
    pub dir: PathBuf,
    /// The moment of the next check.
    pub clock: AtomicI64,
    begun: Micros,
    /// How far a check moves it.
    pub step: i64,
}

impl Scene {
    pub fn new(dir: &Path, step: i64) -> Self {
        // From noon to noon, and over: nothing is recorded later than the system's clock says, and at whatever hour
        // this runs, the register is too old from midnight on and not before.
        let now = Micros::system_now().0;
        let begun = Micros(now - now % DAY - DAY - DAY / 2);
        Self {
            dir: dir.to_owned(),
            clock: AtomicI64::new(begun.0),
            begun,
            step,
        }
    }

    pub fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    pub fn ledger(&self) -> PathBuf {
        self.data().join("ledger")
    }

    pub fn now(&self) -> Micros {
        Micros(self.clock.load(Ordering::Relaxed))
    }

    /// Opens the sidecar, with an operator's pack and a home.
    pub fn open(&self, pack: &str, home: Region) -> Sidecar {
        let packs = self.data().join("packs");
        std::fs::create_dir_all(&packs).unwrap();
        std::fs::write(packs.join("own.toml"), pack).unwrap();
        Sidecar::open(Settings {
            default_region: home,
            durability: Durability::Async,
            ..crate::common::settings(&self.data())
        })
        .unwrap()
    }

    /// The CRM's folder of an evening: the sample's, with some relations and consents gone, some that are
    /// to expire within the day, and another title of a campaign.
    pub fn folder(&self, version: u64) -> PathBuf {
        let files = sample::write(&self.dir.join("sample"), Day(20_000)).unwrap();
        let folder = files.folder;
        let keep = |name: &str, more: &[String]| {
            let text = std::fs::read_to_string(folder.join(name)).unwrap();
            let mut lines: Vec<_> = text
                .lines()
                .enumerate()
                .filter(|(i, _)| *i == 0 || *i as u64 % 40 != version % 40)
                .map(|(_, line)| line.to_owned())
                .collect();
            lines.extend_from_slice(more);
            std::fs::write(folder.join(name), lines.join("\n") + "\n").unwrap();
        };
        keep("relations.csv", &[]);
        let soon: Vec<_> = (0..200)
            .map(|i| {
                let number = customer(11 + i * 13 % 3_000);
                let at = |later: u64| Micros(self.now().0 + (later % 24) as i64 * DAY / 24);
                let (expires, withdrawn) = match i % 3 {
                    0 => (String::new(), at(i * 7 + version).to_string()),
                    _ => (at(i * 5 + version).to_string(), String::new()),
                };
                format!(
                    "+{number},NL,,noordlicht,VOICE;EMAIL,gas;solar,2024-05-01T12:00:00Z,{expires},{withdrawn},\
                     evening-{version}-{i}"
                )
            })
            .collect();
        keep("consents.csv", &soon);
        let campaigns = std::fs::read_to_string(folder.join("campaigns.csv")).unwrap();
        let list = if version.is_multiple_of(2) {
            "noordlicht-list"
        } else {
            "noordlicht-newsletter"
        };
        let campaigns = campaigns.replacen("gas,noordlicht-list", &format!("gas,{list}"), 1);
        std::fs::write(folder.join("campaigns.csv"), campaigns).unwrap();
        folder
    }

    pub fn import(&self, sidecar: &Sidecar, version: u64) {
        let options = FolderOptions {
            origin: "crm".into(),
            skip_bad_rows: false,
            accept_shrink: true,
            default_region: Region::NL,
            received_at: self.now(),
        };
        let imported = sidecar
            .import_folder(&self.folder(version), &options, &mut |_| {})
            .unwrap();
        assert!(imported.applied, "{:?}", imported.report);
    }

    /// A copy of the register with other numbers in it each time, as old as it may be on the first day.
    pub fn register(&self, sidecar: &Sidecar, version: u64) {
        let lines: String = (0..2_000)
            .filter(|k| k % 10 != version % 10)
            .map(|k| format!("+{}\n", listed(k)))
            .collect();
        let today = sidecar.home.zone.day(self.now());
        let header = RegisterHeader {
            register: "bmnr",
            as_of: Day(sidecar.home.zone.day(self.begun).0 - 28),
            format: "lines",
            region: Region::NL,
            accept_shrink: true,
            file: "bmnr.txt",
            today,
            received_at: self.now(),
        };
        sidecar.import_register(&header, lines.as_bytes()).unwrap();
    }

    pub fn enforce(&self, sidecar: &Sidecar, regime: &str, until: Day) {
        let regime = sidecar.packs.get(regime).unwrap().clone();
        sidecar
            .enforce(regime, Day::ALWAYS, until, "compliance", "the day's plan")
            .unwrap();
    }
}

/// A day in two processes, the second with another file of the operator's pack and another home: so many
/// checks, with so many changes between them. How many were recorded, and the period they lie in.
pub fn day(scene: &Scene, checks: u64, changes: u64) -> (u64, Period) {
    let from = scene.now();
    let mut recorded = 0;
    for (half, (reason, home)) in [("NO_CONSENT", Region::NL), ("NOT_A_CUSTOMER", belgium())]
        .into_iter()
        .enumerate()
    {
        let sidecar = Arc::new(scene.open(&own_pack(reason), home));
        if half == 0 {
            // Before anything is known: no campaign, no regime.
            recorded += work(scene, &sidecar, 0, checks / 100, 0);
            scene.import(&sidecar, 0);
            scene.register(&sidecar, 0);
            scene.enforce(&sidecar, "nl-bmnr", Day::NEVER);
        }
        let first = 1_000_000 * (1 + half as u64);
        recorded += work(scene, &sidecar, first, checks / 2, changes / 2);
        sidecar.ledger.close();
    }
    let until = Micros(scene.now().0 + DAY);
    (recorded, Period { from, until })
}

pub fn belgium() -> Region {
    Region::parse("BE").unwrap()
}
