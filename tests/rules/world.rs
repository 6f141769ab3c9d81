//! Small worlds for the tests of the rules: facts as text, held in the product's own memory and asked
//! through its own door. Nothing here decides anything.

#![allow(dead_code)]

#[path = "answer.rs"]
mod answer;
#[path = "catalogue.rs"]
mod catalogue;

use std::{
    fmt,
    sync::{Arc, LazyLock},
};

use verzet::{
    clock::{Day, Micros},
    facts::{delta::Delta, model::*, register::RegisterCopy, symbols::Symbols, world::World},
    number::{self, Region},
    policy::{
        Packs, Regime,
        enforced::{Enforced, Enforcement},
    },
};

#[allow(unused_imports)]
pub(crate) use answer::{Answer, Step, ask_world};
use catalogue::{channels, product, products, seller};

pub(crate) const NUMBER: &str = "+31612345678";
pub(crate) const OTHER_NUMBER: &str = "+31687654321";
/// A Tuesday, 13:00 in Amsterdam.
pub(crate) const NOW: &str = "2026-11-24T12:00:00Z";
pub(crate) const A_MICROSECOND_AGO: &str = "2026-11-24T11:59:59.999999Z";
pub(crate) const IN_A_MICROSECOND: &str = "2026-11-24T12:00:00.000001Z";

pub(crate) static PACKS: LazyLock<Packs> = LazyLock::new(|| Packs::built_in().unwrap());

/// A relation; by default a paid purchase of gas that began in 2019.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Has {
    pub(crate) number: &'static str,
    pub(crate) person: &'static str,
    pub(crate) seller: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) product: &'static str,
    pub(crate) started: &'static str,
    pub(crate) ended: &'static str,
    pub(crate) paid: bool,
}

impl Default for Has {
    fn default() -> Self {
        Self {
            number: NUMBER,
            person: "",
            seller: "noordlicht",
            kind: "PURCHASE",
            product: "gas",
            started: "2019-03-01",
            ended: "",
            paid: true,
        }
    }
}

/// A consent; by default one that names voice and gas, of 2020.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Yes {
    pub(crate) number: &'static str,
    pub(crate) person: &'static str,
    pub(crate) seller: &'static str,
    pub(crate) channels: &'static str,
    pub(crate) products: &'static str,
    pub(crate) granted: &'static str,
    pub(crate) expires: &'static str,
    pub(crate) withdrawn: &'static str,
}

impl Default for Yes {
    fn default() -> Self {
        Self {
            number: NUMBER,
            person: "",
            seller: "noordlicht",
            channels: "VOICE",
            products: "gas",
            granted: "2020-05-01T10:00:00Z",
            expires: "",
            withdrawn: "",
        }
    }
}

/// An objection; by default to the seller, over all channels, of 2021.
#[derive(Clone, Copy, Debug)]
pub(crate) struct No {
    pub(crate) number: &'static str,
    pub(crate) person: &'static str,
    pub(crate) seller: &'static str,
    pub(crate) channels: &'static str,
    pub(crate) at: &'static str,
}

impl Default for No {
    fn default() -> Self {
        Self {
            number: NUMBER,
            person: "",
            seller: "noordlicht",
            channels: "*",
            at: "2021-02-01T10:00:00Z",
        }
    }
}

/// The campaign asked about; by default noordlicht offers gas by voice, numbers from a list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offer {
    pub(crate) purpose: &'static str,
    pub(crate) channel: &'static str,
    pub(crate) products: &'static str,
    pub(crate) source: &'static str,
    pub(crate) region: &'static str,
    pub(crate) starts: &'static str,
    pub(crate) ends: &'static str,
    pub(crate) compatible: Option<bool>,
}

/// A signed pair: bought, offered, similar, first and last day.
pub(crate) type Pair = (&'static str, &'static str, bool, &'static str, &'static str);

/// A check; by default of the campaign, now, with nothing else said.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Q {
    pub(crate) number: &'static str,
    pub(crate) person: &'static str,
    pub(crate) source: &'static str,
    pub(crate) channel: &'static str,
    pub(crate) campaign: &'static str,
    pub(crate) at: &'static str,
}

impl Default for Q {
    fn default() -> Self {
        Self {
            number: NUMBER,
            person: "",
            source: "",
            channel: "",
            campaign: "offer",
            at: NOW,
        }
    }
}

/// A regime chosen, from one day through another.
#[derive(Clone)]
pub(crate) struct Chosen {
    pub(crate) regime: Arc<Regime>,
    pub(crate) from: &'static str,
    pub(crate) until: &'static str,
}

impl Chosen {
    pub(crate) fn new(regime: Arc<Regime>, from: &'static str, until: &'static str) -> Self {
        Self {
            regime,
            from,
            until,
        }
    }
}

impl fmt::Debug for Chosen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?} {:?}", self.regime.id, self.from, self.until)
    }
}

/// Everything known, as text. By default a stranger from a list, a fresh register without him, and
/// `nl-bmnr` enforced: `ALLOW NOT_REGISTERED`.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    pub(crate) has: Vec<Has>,
    pub(crate) yes: Vec<Yes>,
    pub(crate) no: Vec<No>,
    pub(crate) offer: Offer,
    pub(crate) pairs: Vec<Pair>,
    /// The day of the copy, and the numbers in it.
    pub(crate) register: Option<(&'static str, Vec<&'static str>)>,
    /// Regimes chosen, oldest first.
    pub(crate) enforced: Vec<Chosen>,
}

pub(crate) fn regime(id: &str) -> Arc<Regime> {
    PACKS.get(id).unwrap().clone()
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self {
            has: vec![],
            yes: vec![],
            no: vec![],
            offer: Offer {
                purpose: "MARKETING",
                channel: "VOICE",
                products: "gas",
                source: "list",
                region: "NL",
                starts: "",
                ends: "",
                compatible: None,
            },
            pairs: vec![],
            register: Some(("2026-11-20", vec![])),
            enforced: vec![Chosen::new(regime("nl-bmnr"), "", "")],
        }
    }

    pub(crate) fn has(mut self, has: Has) -> Self {
        self.has.push(has);
        self
    }

    pub(crate) fn bought(self, product: &'static str) -> Self {
        self.has(Has {
            product,
            ..Has::default()
        })
    }

    pub(crate) fn yes(mut self, yes: Yes) -> Self {
        self.yes.push(yes);
        self
    }

    pub(crate) fn no(mut self, no: No) -> Self {
        self.no.push(no);
        self
    }

    pub(crate) fn pair(mut self, pair: Pair) -> Self {
        self.pairs.push(pair);
        self
    }

    pub(crate) fn offers(mut self, products: &'static str) -> Self {
        self.offer.products = products;
        self
    }

    pub(crate) fn by(mut self, channel: &'static str) -> Self {
        self.offer.channel = channel;
        self
    }

    pub(crate) fn from(mut self, source: &'static str) -> Self {
        self.offer.source = source;
        self
    }

    pub(crate) fn campaign(mut self, change: impl FnOnce(&mut Offer)) -> Self {
        change(&mut self.offer);
        self
    }

    pub(crate) fn in_register(mut self) -> Self {
        self.register.get_or_insert(("2026-11-20", vec![])).1 = vec![NUMBER];
        self
    }

    pub(crate) fn register_of(mut self, day: &'static str) -> Self {
        self.register.get_or_insert((day, vec![])).0 = day;
        self
    }

    pub(crate) fn without_register(mut self) -> Self {
        self.register = None;
        self
    }

    pub(crate) fn enforce(
        mut self,
        regime: Arc<Regime>,
        from: &'static str,
        until: &'static str,
    ) -> Self {
        self.enforced.push(Chosen::new(regime, from, until));
        self
    }

    /// What is known about people. Ids follow the order given: `relation-1`, `consent-1` …
    pub(crate) fn delta(&self, symbols: &Symbols) -> Delta {
        let person = |id| PersonSym(symbols.persons.intern(id).unwrap());
        let key = |typed| number::read(typed, Region::NL).unwrap().e164;
        let relation = |(h, n): (&Has, u64)| {
            let relation = Relation {
                id: FactId::new(FactKind::Relation, n),
                person: person(h.person),
                seller: seller(symbols, h.seller),
                product: product(symbols, h.product),
                started_on: day(h.started, Day::ALWAYS),
                ended_on: day(h.ended, Day::NEVER),
                kind: RelationKind::parse(h.kind).unwrap(),
                paid: h.paid,
            };
            (key(h.number), relation)
        };
        let consent = |(y, n): (&Yes, u64)| {
            let consent = Consent {
                id: FactId::new(FactKind::Consent, n),
                granted_at: moment(y.granted),
                expires_at: moment(y.expires),
                withdrawn_at: moment(y.withdrawn),
                products: match y.products {
                    "*" => Products::AllOfSeller,
                    named => Products::Named(products(symbols, named).into()),
                },
                person: person(y.person),
                seller: seller(symbols, y.seller),
                channels: channels(y.channels),
            };
            (key(y.number), consent)
        };
        let objection = |(o, n): (&No, u64)| {
            let objection = Objection {
                id: FactId::new(FactKind::Objection, n),
                in_force_from: moment(o.at),
                person: person(o.person),
                seller: seller(symbols, o.seller),
                channels: channels(o.channels),
            };
            ((!o.number.is_empty()).then(|| key(o.number)), objection)
        };
        Delta {
            relations: self.has.iter().zip(1..).map(relation).collect(),
            consents: self.yes.iter().zip(1..).map(consent).collect(),
            objections: self.no.iter().zip(1..).map(objection).collect(),
            ended: vec![],
        }
    }

    /// The world without facts about people.
    pub(crate) fn empty_world(&self) -> World {
        let symbols = Symbols::default();
        let catalogue = catalogue::build(self, &symbols);
        let copy = self.register.as_ref().map(|(as_of, listed)| {
            let numbers = listed
                .iter()
                .map(|n| number::read(n, Region::NL).unwrap().e164.digits());
            let as_of = day(as_of, Day::NEVER);
            let copy = RegisterCopy::new("bmnr", "bmnr-1", as_of, &numbers.collect());
            (Arc::from("bmnr"), Arc::new(copy))
        });
        let choice = |chosen: &Chosen| Enforcement {
            regime: chosen.regime.clone(),
            from: day(chosen.from, Day::ALWAYS),
            until: day(chosen.until, Day::NEVER),
            at: Micros(0),
            by: "compliance".into(),
            why: "the rules under test".into(),
            revision: 1,
        };
        World {
            catalogue: Arc::new(catalogue),
            registers: Arc::new(copy.into_iter().collect()),
            enforced: Arc::new(Enforced::new(self.enforced.iter().map(choice).collect())),
            symbols: Arc::new(symbols),
            ..World::default()
        }
    }
}

/// A day; empty stands for none.
pub(crate) fn day(text: &str, none: Day) -> Day {
    match text {
        "" => none,
        text => Day::parse(text).unwrap(),
    }
}

/// An instant; empty stands for never.
pub(crate) fn moment(text: &str) -> Micros {
    match text {
        "" => Micros::NEVER,
        text => Micros::parse(text).unwrap(),
    }
}
