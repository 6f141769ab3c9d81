//! A working day: dialers ask, and somebody changes what is known.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

use verzet::{
    clock::{Day, Micros},
    facts::model::FactId,
    intake::{ConsentFields, ObjectionFields, RelationFields},
    sidecar::Sidecar,
    store::CatalogueKind,
};

use super::{
    DAY, Scene,
    questions::{Dice, ask, customer, question},
};

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
