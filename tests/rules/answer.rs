//! Asking a scene, and the answer as text.

use std::sync::LazyLock;

use verzet::{
    clock::{Micros, Zone},
    facts::{model::Channel, world::World},
    number::Region,
    policy::{Found, Packs, RowOutcome},
    sidecar::{
        Ask, Home,
        ask::{Asked, ask},
    },
};

use super::{PACKS, Q, Scene};

/// One row of the trail.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Step {
    pub(crate) check: &'static str,
    /// The verdict and reason the row gives where it matches.
    pub(crate) gives: String,
    pub(crate) outcome: RowOutcome,
    /// `relation-1`, a product, `listed`, `not listed`, or nothing.
    pub(crate) found: String,
}

/// A decided question.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Answer {
    /// Verdict and reason, such as `ALLOW CONSENT`.
    pub(crate) says: String,
    /// The number as read; empty if it is not valid.
    pub(crate) e164: String,
    /// The row that decided, from 1.
    pub(crate) decided_by: Option<usize>,
    pub(crate) trail: Vec<Step>,
    /// Regime, verdict and reason of today's law; empty if there is none beside.
    pub(crate) shadow: String,
    pub(crate) lapsed: bool,
    pub(crate) register_stale: bool,
    pub(crate) several_persons: bool,
}

impl Answer {
    /// A row from 1, such as `DECIDED relation-1`.
    pub(crate) fn row(&self, number: usize) -> String {
        let step = &self.trail[number - 1];
        format!("{} {}", step.outcome, step.found).trim().to_owned()
    }

    fn of(asked: &Asked<'_>, world: &World, packs: &Packs) -> Self {
        let found = |found| match found {
            Found::Nothing => String::new(),
            Found::Fact(id) => id.to_string(),
            Found::Product(p) => world.symbols.product_id(p),
            Found::Listed(true) => "listed".into(),
            Found::Listed(false) => "not listed".into(),
        };
        let (rows, results) = (asked.rows(packs), asked.decision.results());
        assert_eq!(rows.len(), results.len(), "every row is on the trail");
        Self {
            says: format!("{} {}", asked.decision.verdict, asked.decision.reason),
            e164: asked.number.map_or(String::new(), |n| n.e164.to_string()),
            decided_by: asked.decision.decided_by.map(|row| usize::from(row) + 1),
            trail: (rows.iter().zip(results))
                .map(|(row, result)| Step {
                    check: row.check.name(),
                    gives: format!("{} {}", row.verdict, row.reason),
                    outcome: result.outcome,
                    found: found(result.found),
                })
                .collect(),
            shadow: asked.shadow.map_or(String::new(), |s| {
                format!("{} {} {}", s.regime.id, s.verdict, s.reason)
            }),
            lapsed: asked.lapsed(),
            register_stale: asked.register_stale,
            several_persons: asked.several_persons,
        }
    }
}

static HOME: LazyLock<Home> = LazyLock::new(|| Home {
    region: Region::NL,
    zone: Zone::named("Europe/Amsterdam").unwrap(),
});

/// Asks a world.
pub(crate) fn ask_world(world: &World, packs: &Packs, q: &Q) -> Answer {
    let question = Ask {
        number: q.number,
        region: None,
        campaign_id: q.campaign,
        channel: Channel::parse(q.channel),
        person_id: q.person,
        source_id: q.source,
        at: Micros::parse(q.at).unwrap(),
    };
    let asked = ask(world, packs, &HOME, &question).unwrap();
    Answer::of(&asked, world, packs)
}

impl Scene {
    /// The world, with its facts as they were written last.
    pub(crate) fn world(&self) -> World {
        let empty = self.empty_world();
        let delta = self.delta(&empty.symbols);
        empty.apply(delta, 1)
    }

    /// Asks as `q` says.
    pub(crate) fn ask(&self, q: Q) -> Answer {
        ask_world(&self.world(), &PACKS, &q)
    }

    /// Verdict and reason of the plain question.
    pub(crate) fn says(&self) -> String {
        self.ask(Q::default()).says
    }

    /// Verdict and reason at a moment.
    pub(crate) fn says_at(&self, at: &'static str) -> String {
        self.ask(Q { at, ..Q::default() }).says
    }

    /// Verdict and reason where the check names a person.
    pub(crate) fn says_of(&self, person: &'static str) -> String {
        let q = Q {
            person,
            ..Q::default()
        };
        self.ask(q).says
    }

    /// A row of the plain question, from 1.
    pub(crate) fn row(&self, number: usize) -> String {
        self.ask(Q::default()).row(number)
    }
}
