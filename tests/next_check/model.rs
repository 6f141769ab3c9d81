//! A model of the small core (write, commit, publish, read), run under `shuttle`: every thread switch
//! that its scheduler can think of, rather than those that happen on this machine.
//!
//! The real code rests on `DashMap` and `ArcSwap`, which shuttle cannot see into, so this is a model of
//! it, line for line:
//!
//! | here | there |
//! |---|---|
//! | [`Groups::change`], [`Groups::get`] | `facts/groups.rs`: `Groups::change`, `Groups::get` |
//! | [`Sidecar::write`] | `sidecar/write.rs`: `record_fact`, `import_folder`: store, apply, `show` |
//! | [`Sidecar::check`] | `sidecar/check.rs`: `check`: load the world, look up, again if outdated |
//! | `shown` | `Sidecar::world`, the `ArcSwap`: loading and storing are one step each |
//! | `durable` | the SQLite transaction: there, whole, once committed |
//!
//! Each [`Mutant`] is a mistake one could make there. The model finds every one of them, which is why it
//! is believed where it finds nothing.

use std::collections::HashMap;

use shuttle::{
    sync::{Arc, Mutex},
    thread,
};

const SCHEDULES: usize = 2_000;

/// A way to get it wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mutant {
    /// None: as it is.
    Sound,
    /// The world is shown before the change is written into memory.
    ShowFirst,
    /// A change set is shown in two steps, its permits before its stops.
    PermitFirst,
    /// The write is acknowledged before the world is shown.
    AcknowledgeFirst,
    /// The write is acknowledged before it is durable.
    CommitLast,
    /// Readers take the newest version, whatever their revision.
    NoVersions,
    /// Two writers at once: the store's lock does not span the publishing.
    TwoWriters,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
struct Group {
    permit: bool,
    stop: bool,
}

impl Group {
    fn with(self, change: Group) -> Self {
        Group {
            permit: self.permit || change.permit,
            stop: self.stop || change.stop,
        }
    }
}

/// The two newest versions of a key's group, each with the revision it is to be seen from.
#[derive(Clone, Copy, Default)]
struct Versions {
    newest: (u64, Group),
    prior: Option<(u64, Group)>,
}

/// The overlay; each key's entry has a lock of its own, as a `DashMap` shard has.
struct Groups(HashMap<&'static str, Mutex<Versions>>);

impl Groups {
    fn change(&self, key: &str, revision: u64, change: Group) {
        let mut versions = self.0[key].lock().unwrap();
        let Versions { newest, prior } = &mut *versions;
        let group = newest.1.with(change);
        if newest.0 != revision {
            *prior = Some(*newest);
        }
        *newest = (revision, group);
    }

    /// `None` if the revision is older than what is kept.
    fn get(&self, key: &str, revision: u64) -> Option<Group> {
        let versions = *self.0[key].lock().unwrap();
        if versions.newest.0 <= revision {
            return Some(versions.newest.1);
        }
        let prior = versions.prior?;
        (prior.0 <= revision).then_some(prior.1)
    }
}

struct Sidecar {
    mutant: Mutant,
    groups: Groups,
    /// The revision that is shown: the world's pointer.
    shown: Mutex<u64>,
    /// The store and its lock; what is in it survives.
    store: Mutex<u64>,
    durable: Mutex<Vec<(&'static str, Group)>>,
    /// Not of the core, but for judging it: which revision was to bring a stop on which key.
    bringing: Mutex<Vec<(&'static str, u64)>>,
}

/// A change set: keys, and what becomes known of each.
type Change = Vec<(&'static str, Group)>;

impl Sidecar {
    fn new(mutant: Mutant) -> Self {
        let keys = ["number", "person", "other"];
        Self {
            mutant,
            groups: Groups(keys.map(|k| (k, Mutex::default())).into()),
            shown: Mutex::new(0),
            store: Mutex::new(0),
            durable: Mutex::default(),
            bringing: Mutex::default(),
        }
    }

    fn commit(&self, change: &Change) {
        self.durable.lock().unwrap().extend(change);
    }

    fn show(&self, revision: u64) {
        *self.shown.lock().unwrap() = revision;
    }

    /// Writes a change set and acknowledges it; `acknowledged` is called when the caller is told.
    fn write(&self, change: &Change, acknowledged: impl FnOnce()) {
        let mutant = self.mutant;
        let mut store = self.store.lock().unwrap();
        *store += 1;
        let revision = *store;
        let brings = change.iter().map(|(key, _)| (*key, revision));
        self.bringing.lock().unwrap().extend(brings);
        if mutant != Mutant::CommitLast {
            self.commit(change);
        }
        let mut acknowledged = Some(acknowledged);
        let mut acknowledge = || acknowledged.take().map_or((), |told| told());
        if mutant == Mutant::AcknowledgeFirst {
            acknowledge();
        }
        let store = (mutant != Mutant::TwoWriters).then_some(store);
        if mutant == Mutant::ShowFirst {
            self.show(revision);
        }
        if mutant == Mutant::PermitFirst {
            for (key, group) in change {
                self.groups.change(
                    key,
                    revision,
                    Group {
                        stop: false,
                        ..*group
                    },
                );
            }
            self.show(revision);
        }
        for (key, group) in change {
            self.groups.change(key, revision, *group);
        }
        self.show(revision);
        drop(store);
        acknowledge();
        if mutant == Mutant::CommitLast {
            self.commit(change);
        }
    }

    /// What is known of all keys of a question, in one world.
    fn check(&self, question: Question) -> (u64, Group) {
        loop {
            let shown = *self.shown.lock().unwrap();
            let revision = match self.mutant {
                Mutant::NoVersions => u64::MAX,
                _ => shown,
            };
            let known = question.iter().try_fold(Group::default(), |known, key| {
                Some(known.with(self.groups.get(key, revision)?))
            });
            if let Some(known) = known {
                return (shown, known);
            }
        }
    }

    /// What a sidecar knows that is started after the power went at this moment.
    fn after_a_crash(&self, question: Question) -> Group {
        let durable = self.durable.lock().unwrap();
        let rows = durable.iter().filter(|(k, _)| question.contains(k));
        rows.fold(Group::default(), |known, (_, group)| known.with(*group))
    }
}

const STOP: Group = Group {
    permit: false,
    stop: true,
};
const PERMIT: Group = Group {
    permit: true,
    stop: false,
};

/// The keys a question looks at: a number and the person tied to it, and another number.
type Question = &'static [&'static str];
const TIED: Question = &["number", "person"];
const OTHER: Question = &["other"];

/// Two writers and a reader: objections on one number, and a change set with a permit on another number
/// and, written into memory after it, a newer stop of the person tied to it.
fn run(mutant: Mutant) {
    let sidecar = Arc::new(Sidecar::new(mutant));
    let told = Arc::new(Mutex::new(Vec::new()));
    let writer = |question: Question, changes: Vec<Change>| {
        let (sidecar, told) = (sidecar.clone(), told.clone());
        thread::spawn(move || {
            for change in changes {
                sidecar.write(&change, || told.lock().unwrap().push(question));
                // The writer's own next check.
                let (_, known) = sidecar.check(question);
                assert!(known.stop, "the next check misses the stop");
            }
        })
    };
    let single = writer(OTHER, vec![vec![("other", STOP)], vec![("other", STOP)]]);
    let set = writer(TIED, vec![vec![("number", PERMIT), ("person", STOP)]]);
    let reader = {
        let (sidecar, told) = (sidecar.clone(), told.clone());
        thread::spawn(move || {
            let mut last = 0;
            for _ in 0..3 {
                let acknowledged = told.lock().unwrap().clone();
                for question in acknowledged {
                    let kept = sidecar.after_a_crash(question).stop;
                    assert!(kept, "an acknowledged stop is not on disk");
                    let (_, known) = sidecar.check(question);
                    assert!(known.stop, "another's next check misses the stop");
                }
                for question in [TIED, OTHER] {
                    let (revision, known) = sidecar.check(question);
                    assert!(!known.permit || known.stop, "the permit without its stop");
                    // Whoever asks for a revision, and replay, rest on this.
                    let bringing = sidecar.bringing.lock().unwrap().clone();
                    let mut brought = bringing.iter().filter(|(_, r)| *r <= revision);
                    let brought = brought.any(|(key, _)| question.contains(key));
                    assert!(
                        known.stop || !brought,
                        "the world without what it is said to hold"
                    );
                    assert!(revision >= last, "the world goes back");
                    last = revision;
                }
            }
        })
    };
    for thread in [single, set, reader] {
        thread.join().unwrap();
    }
}

#[test]
fn the_core_as_it_is_is_sound_in_every_schedule() {
    shuttle::check_random(|| run(Mutant::Sound), SCHEDULES);
    shuttle::check_pct(|| run(Mutant::Sound), SCHEDULES, 3);
}

/// Whether some schedule finds the mistake.
fn is_found(mutant: Mutant) -> bool {
    let found = |check: fn(Mutant)| std::panic::catch_unwind(|| check(mutant)).is_err();
    found(|m| shuttle::check_random(move || run(m), SCHEDULES))
        || found(|m| shuttle::check_pct(move || run(m), SCHEDULES, 3))
}

#[test]
fn every_way_to_get_it_wrong_is_found() {
    for mutant in [
        Mutant::ShowFirst,
        Mutant::PermitFirst,
        Mutant::AcknowledgeFirst,
        Mutant::CommitLast,
        Mutant::NoVersions,
        Mutant::TwoWriters,
    ] {
        assert!(is_found(mutant), "no schedule finds {mutant:?}");
    }
}
