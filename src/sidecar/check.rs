//! A check: asked, decided and handed to the ledger. What the caller may be told waits for the ledger.

use smallvec::SmallVec;

use super::{
    Sidecar,
    ask::{Ask, Asked, ask},
};
use crate::{
    clock::Micros,
    ledger::{
        AppendError, DecisionId, Durability, Engine, Entry, Personal, RegimeContext, Shadow, Ticket,
    },
    number::{self, LineType},
    policy::{Decision, Intent, Reason, Regime, RowOutcome, Verdict},
};

/// A check as asked, its fields already checked for form.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    /// The question.
    pub ask: Ask<'a>,
    /// The region as typed.
    pub region: &'a str,
    /// The caller's id of the call.
    pub call_id: &'a str,
    /// Who calls.
    pub agent_id: &'a str,
    /// The number shown.
    pub caller_id: &'a str,
    /// What the caller means to do.
    pub intent: Intent,
    /// No record.
    pub dry_run: bool,
    /// The least revision asked for; 0 means any.
    pub min_revision: u64,
    /// The facts did not reach that revision in time.
    pub behind: bool,
}

/// What became of a check beside its decision.
#[derive(Clone, Copy, Debug)]
pub struct Recorded {
    /// The record; `None` in a dry run.
    pub ticket: Option<Ticket>,
    /// The earlier decision of the same `call_id`.
    pub earlier: Option<DecisionId>,
    /// The revision of the facts.
    pub revision: u64,
    /// Whether the answer waits for the disk.
    pub durability: Durability,
    /// The moment decided at.
    pub at: Micros,
}

impl Sidecar {
    /// Decides a check and hands it to the ledger. `build` makes the answer out of the decision while
    /// what it borrows is at hand; the answer must not be sent before the ticket is durable.
    ///
    /// # Errors
    /// If the ledger does not take it: nothing was decided for the caller then.
    pub fn check<T>(
        &self,
        query: &Query<'_>,
        build: impl FnOnce(&Asked<'_>, &Recorded) -> T,
    ) -> Result<(T, Option<Ticket>), AppendError> {
        // A world is outdated only if two change sets touched this number since it was loaded, so the
        // second look finds the world of now.
        loop {
            let world = self.world();
            if let Ok(asked) = ask(&world, &self.packs, &self.home, &query.ask) {
                return self.record(query, asked, world.revision, build);
            }
        }
    }

    fn record<T>(
        &self,
        query: &Query<'_>,
        mut asked: Asked<'_>,
        revision: u64,
        build: impl FnOnce(&Asked<'_>, &Recorded) -> T,
    ) -> Result<(T, Option<Ticket>), AppendError> {
        if query.behind {
            asked.decision = Decision::outside_table(Verdict::Block, Reason::FactsBehind);
        }
        let durability = self.settings.durability;
        let mut recorded = Recorded {
            ticket: None,
            earlier: None,
            revision,
            durability,
            at: query.ask.at,
        };
        if !query.dry_run {
            if let Some(fault) = self.clock.fault() {
                return Err(AppendError::Clock(fault.to_string()));
            }
            let seller = asked.campaign.map_or("", |c| &*c.seller_id);
            recorded.earlier = self.recent.find(seller, query.call_id);
            let outcomes: SmallVec<[RowOutcome; 32]> = asked.outcomes().collect();
            let facts: SmallVec<[_; 32]> = asked.facts().collect();
            let entry = Entry {
                personal: Personal {
                    number: clipped(query.ask.number),
                    e164: asked.number.map(|n| n.e164),
                    region: query.region,
                    person_id: query.ask.person_id,
                    call_id: query.call_id,
                    agent_id: query.agent_id,
                    caller_id: query.caller_id,
                },
                intent: query.intent,
                channel: asked.channel,
                campaign: query.ask.campaign_id,
                seller,
                source: match (query.ask.source_id, asked.campaign) {
                    ("", Some(c)) => &c.source_id,
                    (id, _) => id,
                },
                line_type: asked.number.map_or(LineType::Unknown, |n| n.line_type),
                country: asked.number.and_then(|n| n.country),
                verdict: asked.decision.verdict,
                reason: asked.decision.reason,
                outcomes: &outcomes,
                facts: &facts,
                deciding_row: asked.decision.decided_by,
                revision,
                min_revision: (query.min_revision > 0).then_some(query.min_revision),
                regime: asked.regime.map(|r| context(r)),
                register_snapshot: asked.register.map_or("", |(id, _)| id),
                registered: asked.register.map(|(_, listed)| listed),
                engine: Engine {
                    build: env!("CARGO_PKG_VERSION"),
                    metadata: number::metadata_version(),
                },
                durability,
                shadow: asked.shadow.as_ref().map(|s| Shadow {
                    regime: context(s.regime),
                    verdict: s.verdict,
                    reason: s.reason,
                }),
                earlier: recorded.earlier,
            };
            let ticket = self.ledger.append(&entry, query.ask.at)?;
            self.recent.remember(seller, query.call_id, ticket.id);
            recorded.ticket = Some(ticket);
        }
        Ok((build(&asked, &recorded), recorded.ticket))
    }
}

fn context(regime: &Regime) -> RegimeContext<'_> {
    RegimeContext {
        id: &regime.id,
        pack_sha256: &regime.hash,
        semantics: regime.semantics,
    }
}

/// The longest text recorded of a number, in bytes. Nothing longer than 250 characters is a number, and
/// what is cut off here still has more, so it reads the same when it is read again.
const MAX_RECORDED: usize = 251 * 4;

fn clipped(typed: &str) -> &str {
    let mut end = typed.len().min(MAX_RECORDED);
    while !typed.is_char_boundary(end) {
        end -= 1;
    }
    &typed[..end]
}
