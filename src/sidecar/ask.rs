//! One question through the decision core: normalise, look up, decide, decide again by today's law.
//! No I/O, no lock held, and no allocation beside what libphonenumber needs for odd spellings.

use std::sync::Arc;

use crate::{
    clock::{Day, Micros, Zone},
    facts::{
        catalogue::{Campaign, NumberSource},
        groups::Outdated,
        model::{Channel, FactId, PersonSym},
        world::{Known, World},
    },
    number::{self, Number, Region},
    policy::{
        Decision, Facts, Found, Packs, Question, Reason, Regime, RegisterView, Row, RowOutcome,
        Verdict, decide, enforced::Enforced, first_match, pack::Obligation,
    },
};

/// A question as asked, its fields already checked for form.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The number as typed.
    pub number: &'a str,
    /// The region to read it in, if given.
    pub region: Option<Region>,
    /// The campaign.
    pub campaign_id: &'a str,
    /// The channel, if given.
    pub channel: Option<Channel>,
    /// The person meant; empty if none is named.
    pub person_id: &'a str,
    /// The number source; empty for the campaign's.
    pub source_id: &'a str,
    /// The moment to decide at.
    pub at: Micros,
}

/// What the question rests on where it does not say.
#[derive(Clone, Debug)]
pub struct Home {
    /// The region numbers are read in where neither the check nor the campaign names one.
    pub region: Region,
    /// The zone of whole days where no regime covers the question.
    pub zone: Zone,
}

/// Today's law, where another regime is enforced.
#[derive(Clone, Copy, Debug)]
pub struct Shadow<'w> {
    /// The regime.
    pub regime: &'w Arc<Regime>,
    /// What it would decide.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
}

/// A decided question.
#[derive(Debug)]
pub struct Asked<'w> {
    /// The number as read; `None` if it is not valid.
    pub number: Option<Number>,
    /// The region it was read in.
    pub region: Region,
    /// The campaign; `None` if unknown.
    pub campaign: Option<&'w Campaign>,
    /// The number source; `None` if unknown.
    pub source: Option<&'w NumberSource>,
    /// The channel; `None` if neither the check nor the campaign says.
    pub channel: Option<Channel>,
    /// The regime that was asked; `None` if none is enforced.
    pub regime: Option<&'w Arc<Regime>>,
    /// The decision.
    pub decision: Decision,
    /// What today's law would decide.
    pub shadow: Option<Shadow<'w>>,
    /// The copy of the regime's register, and whether the number is in it.
    pub register: Option<(&'w Arc<str>, bool)>,
    /// That copy is missing or too old.
    pub register_stale: bool,
    /// Several persons are known on the number and the check named none.
    pub several_persons: bool,
    /// The day it is in the regime's zone.
    pub today: Day,
    /// What is known; for words on the trail.
    pub known: Known<'w>,
}

/// What a question is decided in.
#[derive(Clone, Copy, Debug)]
pub struct Place<'w> {
    /// What is known.
    pub world: &'w World,
    /// The regimes chosen.
    pub enforced: &'w Enforced,
    /// The regimes there are.
    pub packs: &'w Packs,
    /// What questions rest on where they do not say.
    pub home: &'w Home,
}

/// What a question's own texts mean.
#[derive(Clone, Copy, Debug)]
pub struct Read<'w> {
    /// The campaign; `None` if unknown.
    pub campaign: Option<&'w Campaign>,
    /// The region the number was read in.
    pub region: Region,
    /// The number; `None` if it is not valid.
    pub number: Option<Number>,
    /// The person named.
    pub person: PersonSym,
}

/// Decides a question in a world.
///
/// # Errors
/// [`Outdated`] if the world is older than what memory still keeps: load it anew and ask again.
pub fn ask<'w>(
    world: &'w World,
    packs: &'w Packs,
    home: &'w Home,
    ask: &Ask<'_>,
) -> Result<Asked<'w>, Outdated> {
    let place = Place {
        world,
        enforced: &world.enforced,
        packs,
        home,
    };
    let read = place.read(ask);
    let e164 = read.number.map(|n| n.e164);
    place.decide(ask, &read, |register| world.register(register, e164))
}

impl<'w> Place<'w> {
    /// Reads the texts of a question.
    #[inline]
    pub fn read(&self, ask: &Ask<'_>) -> Read<'w> {
        let campaign = self.world.catalogue.campaign(ask.campaign_id);
        let region = ask
            .region
            .or_else(|| campaign.and_then(|c| c.region))
            .unwrap_or(self.home.region);
        Read {
            campaign,
            region,
            number: number::read(ask.number, region),
            person: self.world.symbols.person(ask.person_id),
        }
    }

    /// Decides a question that was read. `registers` tells of a register by its name which copy of it
    /// is in force, and what that says about the number.
    ///
    /// # Errors
    /// As [`ask`].
    #[inline]
    pub fn decide(
        &self,
        ask: &Ask<'_>,
        read: &Read<'w>,
        registers: impl Fn(&str) -> Option<(&'w Arc<str>, RegisterView)>,
    ) -> Result<Asked<'w>, Outdated> {
        let (world, packs) = (self.world, self.packs);
        let Read {
            campaign,
            region,
            number,
            person,
        } = *read;
        let channel = ask.channel.or(campaign.map(|c| c.channel));
        let source_id = match (ask.source_id, campaign) {
            ("", Some(c)) => &*c.source_id,
            (id, _) => id,
        };
        let source = world.catalogue.source(source_id);
        // A number that cannot be read is shown against the table of the region it was read in.
        let country = number.map_or(Some(region), |n| n.country);
        let enforced = country
            .zip(channel)
            .and_then(|(country, channel)| self.enforced.find(country, channel, ask.at));
        let today = enforced.map_or_else(|| self.home.zone.day(ask.at), |(_, today)| today);
        let question = |enforced: bool| Question {
            number: number.as_ref(),
            campaign,
            channel,
            source,
            person,
            now: ask.at,
            today,
            enforced,
        };

        let (regime, rows) = match enforced.zip(channel) {
            Some(((regime, _), channel)) => (
                Some(regime),
                regime.table(channel).map_or(packs.question(), |t| &t.rows),
            ),
            None => (None, packs.question()),
        };
        let copy = regime
            .and_then(|r| r.register.as_deref())
            .and_then(&registers);
        let view = copy.map(|(_, view)| view);
        // Next to the register: both wait for memory, and the processor lets them wait at once.
        let known = world.look_up(number.map(|n| n.e164), person)?;
        let decision = known.with_facts(&world.catalogue, view, |facts| {
            let question = question(regime.is_some());
            let decision = decide(rows, &question, facts);
            // The shadow is asked the short way; every question of every test holds the two ways together.
            debug_assert_eq!(
                first_match(rows, &question, facts).map(|row| (row.verdict, row.reason)),
                decision
                    .decided_by
                    .map(|_| (decision.verdict, decision.reason))
            );
            decision
        });

        let shadow = regime
            .zip(country)
            .zip(channel)
            .and_then(|((regime, country), channel)| {
                let law = packs.law_on(country, channel, today)?;
                if law.id == regime.id {
                    return None;
                }
                let table = law.table(channel)?;
                let view = if law.register == regime.register {
                    view
                } else {
                    let copy = law.register.as_deref().and_then(&registers);
                    copy.map(|(_, view)| view)
                };
                let by_law = known.with_facts(&world.catalogue, view, |facts: &Facts<'_>| {
                    first_match(&table.rows, &question(true), facts)
                });
                // As `decide`: a table in which no row matches blocks.
                let (verdict, reason) = by_law.map_or((Verdict::Block, Reason::NoRegime), |row| {
                    (row.verdict, row.reason)
                });
                Some(Shadow {
                    regime: law,
                    verdict,
                    reason,
                })
            });

        let register_stale = regime.and_then(|r| r.register_max_age).is_some_and(|max| {
            view.is_none_or(|v| today.0.saturating_sub(v.as_of.0) > i32::from(max))
        });
        Ok(Asked {
            number,
            region,
            campaign,
            source,
            channel,
            regime,
            decision,
            shadow,
            register: copy.map(|(id, view)| (id, view.listed)),
            register_stale,
            several_persons: ask.person_id.is_empty() && known.several_persons,
            today,
            known,
        })
    }
}

impl Asked<'_> {
    /// Whether the regime that decided is no longer the law.
    pub fn lapsed(&self) -> bool {
        self.regime.is_some_and(|r| !r.is_law_on(self.today))
    }

    /// The row that decided.
    pub fn deciding_row<'p>(&'p self, packs: &'p Packs) -> Option<&'p Row> {
        let i = usize::from(self.decision.decided_by?);
        self.rows(packs).get(i)
    }

    /// The rows that were asked.
    pub fn rows<'p>(&'p self, packs: &'p Packs) -> &'p [Row] {
        self.regime
            .zip(self.channel)
            .and_then(|(regime, channel)| regime.table(channel))
            .map_or(packs.question(), |table| &table.rows)
    }

    /// What an allowed caller must do.
    pub fn obligations(&self) -> &[Obligation] {
        if self.decision.verdict != Verdict::Allow {
            return &[];
        }
        self.regime
            .zip(self.channel)
            .and_then(|(regime, channel)| regime.table(channel))
            .map_or(&[], |table| &table.obligations)
    }

    /// How long an `ALLOW` may be acted upon: `ttl` microseconds, but never past a moment at which
    /// something it rests on may change by itself: the end of the day, a consent's end.
    pub fn valid_until(&self, now: Micros, ttl: i64) -> Micros {
        let mut until = Micros(now.0.saturating_add(ttl));
        let zone = self.regime.map(|r| &r.zone);
        if let Some(zone) = zone
            && zone.day(until) != self.today
        {
            until = until.min(zone.start_of(Day(self.today.0.saturating_add(1))));
        }
        self.known.consents().fold(until, |until, c| {
            [c.expires_at, c.withdrawn_at]
                .into_iter()
                .filter(|at| *at > now)
                .fold(until, Micros::min)
        })
    }

    /// The facts found, by row.
    pub fn facts(&self) -> impl Iterator<Item = Option<FactId>> {
        self.decision.results().map(|r| match r.found {
            Found::Fact(id) => Some(id),
            _ => None,
        })
    }

    /// The outcomes, by row.
    pub fn outcomes(&self) -> impl Iterator<Item = RowOutcome> {
        self.decision.results().map(|r| r.outcome)
    }
}
