//! What holds of regime `nl-bmnr` in every world: adding a stop never opens a door, taking a permit
//! away never lifts a stop, what is another's changes nothing, and asking again says the same.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "rules/random.rs"]
mod random;
#[path = "rules/world.rs"]
mod world;

use proptest::prelude::*;
use random::{has, no, question, scene, withdrawn, yes};
use verzet::{facts::delta::Delta, policy::RowOutcome};
use world::*;

const OBJECTED: &str = "BLOCK OBJECTED";

fn allows(answer: &Answer) -> bool {
    answer.says.starts_with("ALLOW")
}

/// A fact more may only leave the answer as it is, or block by the stop.
fn same_or_objected(before: &Answer, after: &Answer) {
    assert!(
        after.says == before.says || after.says == OBJECTED,
        "{} became {}",
        before.says,
        after.says
    );
    assert!(allows(before) || !allows(after));
}

/// The persons any row ties to the number asked about.
fn tied(scene: &Scene, q: &Q) -> Vec<&'static str> {
    let has = scene.has.iter().map(|f| (f.number, f.person));
    let yes = scene.yes.iter().map(|f| (f.number, f.person));
    let no = scene.no.iter().map(|f| (f.number, f.person));
    has.chain(yes)
        .chain(no)
        .filter(|(number, person)| *number == q.number && !person.is_empty())
        .map(|(_, person)| person)
        .collect()
}

/// What is left without one permit: a relation, or a consent that is not withdrawn.
fn without_a_permit(scene: &Scene) -> Vec<Scene> {
    let mut all = vec![];
    for i in 0..scene.has.len() {
        let mut less = scene.clone();
        less.has.remove(i);
        all.push(less);
    }
    for i in (0..scene.yes.len()).filter(|i| scene.yes[*i].withdrawn.is_empty()) {
        let mut less = scene.clone();
        less.yes.remove(i);
        all.push(less);
    }
    all
}

/// The answer without the ids of facts: of two that say the same, either may be named.
fn without_ids(mut answer: Answer) -> Answer {
    for step in &mut answer.trail {
        for kind in ["relation", "consent", "objection"] {
            if step.found.starts_with(kind) {
                step.found = "fact".into();
            }
        }
    }
    answer
}

/// 1,000 random worlds a property; `VERZET_LONG` times as many.
fn cases() -> u32 {
    let times = std::env::var("VERZET_LONG")
        .ok()
        .and_then(|n| n.parse().ok());
    1_000 * times.unwrap_or(1)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    /// "A stop is never lost": an objection more never makes an answer more permissive.
    #[test]
    fn an_objection_more_never_opens_a_door(scene in scene(), q in question(), no in no()) {
        same_or_objected(&scene.ask(q), &scene.clone().no(no).ask(q));
    }

    /// "A withdrawal is from then on a no": one more never makes an answer more permissive.
    #[test]
    fn a_withdrawal_more_never_opens_a_door(scene in scene(), q in question(), yes in withdrawn()) {
        same_or_objected(&scene.ask(q), &scene.clone().yes(yes).ask(q));
    }

    /// "In force from the moment it is recorded": nothing known can stand against a no of this moment.
    #[test]
    fn a_no_of_this_moment_always_blocks(scene in scene(), q in question(), to_all in any::<bool>()) {
        let now = No {
            number: NUMBER,
            seller: if to_all { "" } else { "noordlicht" },
            at: NOW,
            ..No::default()
        };
        let q = Q { number: NUMBER, ..q };
        let answer = scene.no(now).ask(q);
        prop_assert!(answer.says == OBJECTED || answer.decided_by < Some(8), "{}", answer.says);
        prop_assert!(!allows(&answer));
    }

    /// "A stop is lifted … only by a consent": taking a permit away lifts none. It may untie a person
    /// from the number, and with him his stops; so only where he stays tied or one is named.
    #[test]
    fn a_permit_less_never_lifts_a_stop(scene in scene(), q in question(), no in no()) {
        let scene = scene.no(no);
        if scene.ask(q).says == OBJECTED {
            for less in without_a_permit(&scene) {
                let left = tied(&less, &q);
                if !q.person.is_empty() || tied(&scene, &q).iter().all(|p| left.contains(p)) {
                    prop_assert_eq!(less.ask(q).says, OBJECTED);
                }
            }
        }
    }

    /// "Pure": the same world and question always give the same answer, packed or not.
    #[test]
    fn asking_again_says_the_same_and_so_does_the_packed_world(scene in scene(), q in question()) {
        let world = scene.world();
        let first = ask_world(&world, &PACKS, &q);
        prop_assert_eq!(&ask_world(&world, &PACKS, &q), &first);
        prop_assert_eq!(&ask_world(&world.compacted(), &PACKS, &q), &first);
        prop_assert_eq!(&scene.ask(q), &first);
    }

    /// "The first that decides gives the verdict."
    #[test]
    fn exactly_one_row_decides_and_the_answer_is_its_own(scene in scene(), q in question()) {
        let answer = scene.ask(q);
        let decided = answer.decided_by.unwrap() - 1;
        prop_assert_eq!(&answer.trail[decided].gives, &answer.says);
        for (i, step) in answer.trail.iter().enumerate() {
            prop_assert_eq!(step.outcome == RowOutcome::Decided, i == decided);
            prop_assert!(i > decided || step.outcome != RowOutcome::WouldDecide);
        }
    }

    /// Facts have no order: whichever came first, the answer is the same.
    #[test]
    fn the_order_of_facts_does_not_matter(
        scene in scene(),
        q in question(),
        keys in prop::array::uniform5(any::<u8>()),
    ) {
        fn shuffle<T>(facts: &mut [T], keys: &[u8]) {
            for (i, key) in keys.iter().enumerate().take(facts.len()) {
                facts.swap(i, usize::from(*key) % facts.len());
            }
        }
        let world = scene.empty_world();
        let mut delta: Delta = scene.delta(&world.symbols);
        shuffle(&mut delta.relations, &keys);
        shuffle(&mut delta.consents, &keys);
        shuffle(&mut delta.objections, &keys);
        let shuffled = ask_world(&world.apply(delta, 1), &PACKS, &q);
        prop_assert_eq!(without_ids(shuffled), without_ids(scene.ask(q)));
    }

    /// "Whatever cannot be known … is never `ALLOW`."
    #[test]
    fn never_allow_without_a_number_a_campaign_or_a_regime(scene in scene(), q in question()) {
        for number in ["", "0612", "nobody"] {
            prop_assert_eq!(scene.ask(Q { number, ..q }).says, "BLOCK INVALID_NUMBER");
        }
        let unknown = scene.ask(Q { campaign: "gone", ..q });
        prop_assert!(!allows(&unknown) && unknown.decided_by <= Some(2), "{}", unknown.says);
        let mut scene = scene;
        scene.enforced.clear();
        let lawless = scene.ask(q);
        prop_assert!(!allows(&lawless) && lawless.decided_by <= Some(4), "{}", lawless.says);
    }

    /// What another seller has with the number changes nothing; where its rows name a person and the
    /// check does not, they tie him to the number, and his stops count.
    #[test]
    fn another_sellers_relations_and_consents_change_nothing(
        scene in scene(),
        q in question(),
        has in has(),
        yes in yes(),
    ) {
        let has = Has { seller: "zonnig", ..has };
        let yes = Yes { seller: "zonnig", withdrawn: "", ..yes };
        let before = scene.ask(q);
        let after = scene.clone().has(has).yes(yes).ask(q);
        same_or_objected(&before, &after);
        let nobody = (Has { person: "", ..has }, Yes { person: "", ..yes });
        prop_assert_eq!(&scene.clone().has(nobody.0).yes(nobody.1).ask(q), &before);
        if !q.person.is_empty() {
            prop_assert_eq!(&after, &before);
        }
    }

    /// "A permit counts if it is on the number": one on another number changes nothing.
    #[test]
    fn permits_on_another_number_change_nothing(
        scene in scene(),
        q in question(),
        has in has(),
        yes in yes(),
    ) {
        let number = if q.number == NUMBER { OTHER_NUMBER } else { NUMBER };
        let more = scene.clone().has(Has { number, ..has }).yes(Yes {
            number,
            withdrawn: "",
            ..yes
        });
        prop_assert_eq!(more.ask(q), scene.ask(q));
    }

    /// "Hebben zij dat gedaan …": to be in the register, or to have no fresh copy, never opens a door.
    #[test]
    fn the_register_never_opens_a_door(scene in scene(), q in question()) {
        let open = |scene: Scene| allows(&scene.ask(q));
        let mut fresh = scene;
        fresh.register = Some(("2026-11-24", vec![]));
        let stranger = open(fresh.clone());
        prop_assert!(stranger || !open(fresh.clone().in_register()));
        prop_assert!(stranger || !open(fresh.clone().register_of("2026-10-26")));
        prop_assert!(stranger || !open(fresh.without_register()));
    }
}
