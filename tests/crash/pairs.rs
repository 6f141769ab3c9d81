//! Never fails open: every fault alone and every pair of faults, under load, on one sidecar that lives
//! through all of them. Each ALLOW is held against what was acknowledged before its question was sent, and
//! afterwards against the record.
//!
//! Disk and clock fail at libc (`fault.c`); everything else is real: kills, a second process, files moved,
//! cut off and put back, connections that take all file descriptors.

use std::{
    fs,
    net::TcpStream,
    path::PathBuf,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::task::JoinSet;
use verzet::proto::v1::Verdict;

use crate::{
    clock::let_a_consent_end,
    descriptors,
    examine::{assert_blocked, examine},
    faults::{Faults, Knob},
    load::{Load, check},
    model::Model,
    process::{Place, Process, runtime, tell, until_async},
    world,
};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fault {
    SyncFails,
    SlowSync,
    NoSpace,
    ReadOnly,
    Gone,
    ClockBack,
    ClockAhead,
    NoDescriptors,
    SecondProcess,
    Killed,
    RegisterTorn,
    PackDamaged,
    FactsDamaged,
    FactsOlder,
}

const ALL: [Fault; 14] = [
    Fault::SyncFails,
    Fault::SlowSync,
    Fault::NoSpace,
    Fault::ReadOnly,
    Fault::Gone,
    Fault::ClockBack,
    Fault::ClockAhead,
    Fault::NoDescriptors,
    Fault::SecondProcess,
    Fault::Killed,
    Fault::RegisterTorn,
    Fault::PackDamaged,
    Fault::FactsDamaged,
    Fault::FactsOlder,
];

const CUSTOMERS: u64 = 4_000;
/// Objections recorded by the callers of one life of the process, at most.
const OBJECTIONS: u64 = 8;

#[test]
fn no_fault_and_no_pair_of_faults_lets_anything_through() {
    let mut place = Place::new();
    let Some(faults) = Faults::below(&mut place) else {
        return;
    };
    runtime().block_on(async {
        let mut system = System::new(place, faults).await;
        let mut combinations = 0;
        for (i, first) in ALL.into_iter().enumerate() {
            system.suffer(&[first]).await;
            for second in &ALL[i + 1..] {
                system.suffer(&[first, *second]).await;
            }
            combinations += ALL.len() - i;
        }
        let all = system.model.told().objected.clone();
        assert_blocked(&system.process().connect().await, &all).await;
        system.place.done(&["ledger", "verify"]);
        let told = system.model.told();
        tell(&format!(
            "faults alone and in pairs: {combinations}, checks answered {} ({} ALLOW), objections \
             acknowledged {}, refusals {:?}",
            told.checks,
            told.allows,
            told.objected.len(),
            told.codes
        ));
    });
}

/// A sidecar with callers, and what is wrong with it.
struct System {
    place: Place,
    faults: Faults,
    model: Arc<Model>,
    load: Arc<Load>,
    process: Option<Process>,
    callers: JoinSet<()>,
    seed: u64,
    taken: Vec<TcpStream>,
    away: PathBuf,
    /// Facts as they were before there was any objection.
    older: Vec<u8>,
    /// Facts and register as they are to be put back.
    facts: Option<PathBuf>,
    register: Option<Vec<u8>>,
}

impl System {
    async fn new(mut place: Place, faults: Faults) -> Self {
        world::fill(&place, CUSTOMERS);
        let older = fs::read(place.data.join("facts.db")).unwrap();
        descriptors::limit(&mut place);
        let model = Arc::new(Model::default());
        let load = Arc::new(Load::new(model.clone(), CUSTOMERS));
        let mut system = Self {
            away: place.beside("disk").join("away"),
            process: None,
            place,
            faults,
            model,
            load,
            callers: JoinSet::new(),
            seed: 0,
            taken: Vec::new(),
            older,
            facts: None,
            register: None,
        };
        system.start().await;
        let channel = system.process().connect().await;
        let_a_consent_end(&system.model, &channel).await;
        system
    }

    fn process(&self) -> &Process {
        self.process.as_ref().unwrap()
    }

    /// One fault, then the other on top of it, then everything mended and looked at.
    async fn suffer(&mut self, faults: &[Fault]) {
        for fault in faults {
            self.cause(*fault).await;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        self.mend().await;
        // Else they are told more than can be looked up meanwhile.
        self.hush().await;
        let channel = self.process().connect().await;
        examine(&self.model, &channel).await;
        self.model.assert_right();
        self.call();
    }

    async fn cause(&mut self, fault: Fault) {
        match fault {
            Fault::SyncFails => self.faults.set(Knob::SyncFails, 5),
            Fault::SlowSync => self.faults.set(Knob::SyncMillis, 60),
            Fault::NoSpace => self.faults.set(Knob::WriteFails, 28),
            Fault::ReadOnly => self.faults.set(Knob::WriteFails, 30),
            Fault::ClockBack => self.faults.set(Knob::ClockSeconds, -300),
            Fault::ClockAhead => self.faults.set(Knob::ClockSeconds, 365 * 86_400),
            Fault::Gone => fs::rename(&self.place.data, &self.away).unwrap(),
            Fault::NoDescriptors => {
                if let Some(process) = &self.process {
                    self.taken = descriptors::take_all(process.host());
                }
            }
            Fault::SecondProcess => {
                let second = self.place.try_serve(&[]);
                match self.process {
                    Some(_) => drop(second.err().expect("two processes on one directory")),
                    None => drop(second),
                }
            }
            Fault::Killed => {
                self.end().await;
                self.start().await;
            }
            Fault::RegisterTorn => {
                self.end().await;
                self.load.register_sound.store(false, Ordering::SeqCst);
                let file = self.data().join("registers").join("bmnr-1.roaring");
                let sound = fs::read(&file).unwrap();
                fs::write(&file, &sound[..sound.len() / 2]).unwrap();
                self.register = Some(sound);
                self.start().await;
            }
            Fault::PackDamaged => {
                self.end().await;
                let packs = self.data().join("packs");
                fs::create_dir_all(&packs).unwrap();
                fs::write(packs.join("own.toml"), "id = \"nl-bmnr\"").unwrap();
                self.does_not_start().await;
            }
            Fault::FactsDamaged => {
                self.end().await;
                let mut bytes = self.keep_facts();
                bytes[8192..65_536].fill(0xa5);
                fs::write(self.data().join("facts.db"), bytes).unwrap();
                self.does_not_start().await;
            }
            Fault::FactsOlder => {
                self.end().await;
                self.keep_facts();
                fs::write(self.data().join("facts.db"), &self.older).unwrap();
                self.does_not_start().await;
            }
        }
    }

    /// Where the data directory is now.
    fn data(&self) -> PathBuf {
        match self.away.exists() {
            true => self.away.clone(),
            false => self.place.data.clone(),
        }
    }

    /// Puts the facts aside, once. Gives the bytes of the file.
    fn keep_facts(&mut self) -> Vec<u8> {
        let data = self.data();
        let aside = self.place.beside("facts");
        if self.facts.is_none() {
            let _ = fs::remove_dir_all(&aside);
            fs::create_dir(&aside).unwrap();
            for name in FACTS {
                let _ = fs::copy(data.join(name), aside.join(name));
            }
            self.facts = Some(aside.clone());
        }
        for name in FACTS {
            let _ = fs::remove_file(data.join(name));
        }
        fs::read(aside.join("facts.db")).unwrap()
    }

    async fn does_not_start(&mut self) {
        self.start().await;
        assert!(self.process.is_none(), "served what cannot be right");
    }

    /// Starts the sidecar if it starts, with callers.
    async fn start(&mut self) {
        self.process = self.place.try_serve(&[]).ok();
        self.call();
    }

    /// Sets callers on the sidecar, if there is one.
    fn call(&mut self) {
        let Some(process) = &self.process else {
            return;
        };
        self.load.stop.store(false, Ordering::SeqCst);
        self.seed += 10;
        for n in 0..2 {
            let dial = self
                .load
                .clone()
                .dial(process.connect_lazily(), self.seed + n);
            self.callers.spawn(dial);
        }
        let stream = self
            .load
            .clone()
            .stream(process.connect_lazily(), self.seed + 2);
        self.callers.spawn(stream);
        let object = self
            .load
            .clone()
            .object(process.connect_lazily(), OBJECTIONS);
        self.callers.spawn(object);
    }

    /// Kills the sidecar and lets the callers notice.
    async fn end(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill();
        }
        self.taken.clear();
        self.hush().await;
    }

    /// Lets the callers end.
    async fn hush(&mut self) {
        self.load.stop.store(true, Ordering::SeqCst);
        while let Some(done) = self.callers.join_next().await {
            done.unwrap();
        }
    }

    /// Makes everything right, and waits until it is served again.
    async fn mend(&mut self) {
        self.faults.none();
        self.taken.clear();
        if self.away.exists() {
            if self.place.data.exists() {
                // A process that was started meanwhile made a new one.
                self.end().await;
                fs::remove_dir_all(&self.place.data).unwrap();
            }
            fs::rename(&self.away, &self.place.data).unwrap();
        }
        let packs = self.place.data.join("packs");
        let changed = self.facts.is_some() || self.register.is_some() || packs.exists();
        if changed {
            self.end().await;
            let _ = fs::remove_dir_all(&packs);
        }
        if let Some(aside) = self.facts.take() {
            for name in FACTS {
                let _ = fs::remove_file(self.place.data.join(name));
                let _ = fs::copy(aside.join(name), self.place.data.join(name));
            }
        }
        if let Some(sound) = self.register.take() {
            let file = self.place.data.join("registers").join("bmnr-1.roaring");
            fs::write(file, sound).unwrap();
            self.load.register_sound.store(true, Ordering::SeqCst);
        }
        if self.process.is_none() {
            self.start().await;
        }
        let channel = self.process().connect().await;
        let never_objects = world::customer(0);
        let mut served = false;
        while !served {
            let answer = check(&self.model, &channel, world::CUSTOMERS, &never_objects).await;
            served = answer.is_ok_and(|a| a.verdict() == Verdict::Allow);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        until_async("the callers are answered again", || {
            self.model.told().answers.len() > 5
        })
        .await;
    }
}

const FACTS: [&str; 3] = ["facts.db", "facts.db-wal", "facts.db-shm"];
