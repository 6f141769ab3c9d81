//! A day of checks on a real sidecar, with everything changing between them. Shared with
//! `benches/replay.rs`.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
    thread,
};

use verzet::{
    clock::{Day, Micros},
    facts::model::{Channel, FactId},
    intake::{ConsentFields, FolderOptions, ObjectionFields, RegisterHeader, RelationFields},
    ledger::{AppendError, Durability},
    number::Region,
    policy::Intent,
    replay::Period,
    sample,
    sidecar::{Ask, Query, Settings, Sidecar},
    store::CatalogueKind,
};

/// The n-th of a sequence without pattern (SplitMix64).
pub fn scatter(n: u64) -> u64 {
    let mut z = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Choices, one after the other.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(1);
        scatter(self.0) % n
    }

    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }
}

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
        // A day that is over: nothing is recorded later than the system's clock says.
        let begun = Micros(Micros::system_now().0 - DAY - DAY / 24);
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

pub fn customer(i: u64) -> u64 {
    31_610_000_000 + i
}

pub fn objector(i: u64) -> u64 {
    31_620_000_000 + i
}

pub fn listed(k: u64) -> u64 {
    sample::registered(k)
}

const CAMPAIGNS: [&str; 17] = [
    "extra",
    "gas-customers",
    "gas-list",
    "gas-list",
    "solar-customers",
    "gas-newsletter",
    "gas-old-list",
    "gas-sms",
    "gas-email",
    "gas-app",
    "gas-post",
    "gas-2023",
    "meter-reading",
    "buildings-customers",
    "buildings-directory",
    "home-and-funeral",
    "no-such-campaign",
];

/// A question of a dialer.
pub struct Asked {
    pub number: String,
    pub region: &'static str,
    pub campaign: &'static str,
    pub channel: Option<Channel>,
    pub person: String,
    pub source: &'static str,
    pub call: String,
    pub intent: Intent,
    pub dry_run: bool,
    pub behind: bool,
}

/// The n-th question.
pub fn question(n: u64) -> Asked {
    let mut dice = Dice(n.wrapping_mul(1_000));
    let i = 1 + dice.below(3_000);
    let digits = match dice.below(10) {
        0..5 => customer(i),
        5 => objector(1 + i % 500),
        6..8 => listed(i),
        8 => 31_640_000_000 + i,
        _ => dice.of(&[
            31_800_123_456,
            31_900_123_456,
            32_470_123_456,
            4_915_112_345_678,
        ]),
    };
    let number = match dice.below(12) {
        0..6 => format!("+{digits}"),
        6..9 if digits / 1_000_000_000 == 31 => format!("0{}", digits % 1_000_000_000),
        9 => format!("00{digits}"),
        10 if digits / 1_000_000_000 == 31 => format!("06-{:08}", digits % 100_000_000),
        11 if dice.one_in(4) => dice
            .of(&["", "anonymous", "0612", "+3161000000000000"])
            .to_owned(),
        _ => format!("+{digits}"),
    };
    Asked {
        number,
        region: dice.of(&["", "", "", "NL", "NL", "BE"]),
        campaign: dice.of(&CAMPAIGNS),
        channel: match dice.below(8) {
            0 => Some(dice.of(Channel::ALL)),
            _ => None,
        },
        person: match dice.below(5) {
            0 => format!("p{i}"),
            1 if dice.one_in(2) => format!("p{}", 1 + dice.below(3_000)),
            2 if dice.one_in(4) => "nobody-known".to_owned(),
            _ => String::new(),
        },
        source: match dice.below(9) {
            0 => dice.of(&["noordlicht-list", "waterpoort-directory", "nowhere"]),
            _ => "",
        },
        call: match dice.below(9) {
            0 => format!("call-{}", dice.below(500)),
            _ => format!("call-{n}"),
        },
        intent: dice.of(Intent::ALL),
        dry_run: dice.one_in(60),
        behind: dice.one_in(150),
    }
}

/// Asks a question, as the service does, and says whether it was recorded.
pub fn ask(sidecar: &Sidecar, q: &Asked, at: Micros) -> bool {
    let query = Query {
        ask: Ask {
            number: &q.number,
            region: Region::parse(q.region).ok(),
            campaign_id: q.campaign,
            channel: q.channel,
            person_id: &q.person,
            source_id: q.source,
            at,
        },
        region: q.region,
        call_id: &q.call,
        agent_id: "agent-7",
        caller_id: "",
        intent: q.intent,
        dry_run: q.dry_run,
        min_revision: if q.behind { u64::MAX >> 1 } else { 0 },
        behind: q.behind,
    };
    loop {
        match sidecar.check(&query, |_, _| ()) {
            Ok(((), ticket)) => return ticket.is_some(),
            Err(AppendError::Busy(_)) => thread::yield_now(),
            Err(e) => panic!("{e}"),
        }
    }
}

/// Checks of several dialers with the changes of a day between them; how many were recorded.
pub fn work(scene: &Scene, sidecar: &Arc<Sidecar>, first: u64, checks: u64, changes: u64) -> u64 {
    const DIALERS: u64 = 2;
    let (done, over) = (AtomicU64::new(0), AtomicBool::new(false));
    let recorded = AtomicU64::new(0);
    thread::scope(|scope| {
        for dialer in 0..DIALERS {
            let (done, recorded) = (&done, &recorded);
            scope.spawn(move || {
                for n in (dialer..checks).step_by(DIALERS as usize) {
                    // Some take their moment and are overtaken.
                    let at = Micros(scene.clock.fetch_add(scene.step, Ordering::Relaxed));
                    if n % 97 == 0 {
                        thread::yield_now();
                    }
                    let was = ask(sidecar, &question(first + n), at);
                    recorded.fetch_add(u64::from(was), Ordering::Relaxed);
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let (done, over) = (&done, &over);
        scope.spawn(move || {
            let mut writer = Writer::new(scene, sidecar, first);
            for n in 0..changes {
                while done.load(Ordering::Relaxed) < n * checks / changes {
                    thread::yield_now();
                }
                writer.change(first + n);
            }
            over.store(true, Ordering::Relaxed);
        });
    });
    assert!(over.load(Ordering::Relaxed));
    recorded.load(Ordering::Relaxed)
}

/// Whoever changes what is known.
struct Writer<'s> {
    scene: &'s Scene,
    sidecar: &'s Sidecar,
    dice: Dice,
    consents: Vec<FactId>,
    relations: Vec<FactId>,
}

impl<'s> Writer<'s> {
    fn new(scene: &'s Scene, sidecar: &'s Sidecar, seed: u64) -> Self {
        Self {
            scene,
            sidecar,
            dice: Dice(seed ^ 0xfeed),
            consents: Vec::new(),
            relations: Vec::new(),
        }
    }

    fn change(&mut self, n: u64) {
        let dice = &mut self.dice;
        let number = format!("+{}", customer(1 + dice.below(3_000)));
        let today = self.sidecar.home.zone.day(self.scene.now());
        match n % 40 {
            7 => self.scene.import(self.sidecar, n),
            13 => self.scene.register(self.sidecar, n),
            17 => self.scene.enforce(self.sidecar, "nl-own", today),
            23 => self.scene.enforce(self.sidecar, "nl-2026", Day::NEVER),
            26 | 33 => self.scene.enforce(self.sidecar, "nl-bmnr", Day::NEVER),
            29 => {
                let owner = dice.of(&["noordlicht-list", "noordlicht-newsletter"]);
                // Another company's product in the offer.
                let fields = [
                    "extra",
                    "noordlicht",
                    "MARKETING",
                    "VOICE",
                    "gas;buildings",
                    owner,
                    "NL",
                    "2024-01-01",
                    "",
                    "+31201234567",
                    "",
                ];
                let row = fields.map(str::to_owned).to_vec();
                self.sidecar
                    .put_catalogue(&[(CatalogueKind::Campaign, row)])
                    .unwrap();
            }
            _ => self.fact(&number),
        }
    }

    fn fact(&mut self, number: &str) {
        let now = self.scene.now().to_string();
        let today = self.sidecar.home.zone.day(self.scene.now());
        let dice = &mut self.dice;
        match dice.below(6) {
            0 | 1 => {
                let person = match dice.below(3) {
                    0 => format!("p{}", 1 + dice.below(3_000)),
                    _ => String::new(),
                };
                let fields = ObjectionFields {
                    number: if person.is_empty() || dice.one_in(2) {
                        number
                    } else {
                        ""
                    },
                    region: "",
                    person_id: &person,
                    seller_id: dice.of(&["", "noordlicht", "waterpoort"]),
                    channels: dice.of(&["", "VOICE", "SMS;EMAIL"]),
                    recorded_at: &now,
                    source: "CALL",
                };
                self.sidecar.record_objection(&fields).unwrap();
            }
            2 => {
                let expires = match dice.one_in(2) {
                    true => Micros(self.scene.now().0 + (1 + dice.below(20)) as i64 * DAY / 24)
                        .to_string(),
                    false => String::new(),
                };

                let fields = ConsentFields {
                    number,
                    region: "",
                    person_id: "",
                    seller_id: "noordlicht",
                    channels: dice.of(&["*", "VOICE", "VOICE;EMAIL"]),
                    products: dice.of(&["*", "gas", "gas;solar"]),
                    granted_at: &now,
                    expires_at: &expires,
                    withdrawn_at: "",
                    evidence: "call",
                };
                let recorded = self.sidecar.record_consent(&fields).unwrap();
                self.consents.extend(recorded.fact_ids);
            }
            3 => {
                let Some(id) = self.consents.pop() else {
                    return;
                };
                // It may have ended with a folder since; then there is nothing to withdraw.
                let _ = self.sidecar.withdraw_consent(id, Some(self.scene.now()));
            }
            4 => {
                let fields = RelationFields {
                    number,
                    region: "",
                    person_id: dice.of(&["", "p7", "p1234"]),
                    seller_id: "noordlicht",
                    kind: dice.of(&["PURCHASE", "NEWSLETTER", "SERVICE_CONTRACT"]),
                    product_id: dice.of(&["gas", "power", "solar"]),
                    started_on: "2024-03-01",
                    ended_on: "",
                    paid: dice.of(&["yes", "yes", "no"]),
                };
                if let Ok(recorded) = self.sidecar.record_relation(&fields) {
                    self.relations.extend(recorded.fact_ids);
                }
            }
            _ => {
                let Some(id) = self.relations.pop() else {
                    return;
                };
                let _ = self.sidecar.end_relation(id, Some(today));
            }
        }
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
