//! Decisions in pages, by key: the number of a decision is its place, so a page far back costs what the
//! first does.

use std::ops::ControlFlow;

use super::{error::ReportError, filter::Filter, index::Index};
use crate::ledger::{self, DecisionId, Reader, StoredDecision};

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The last decided first.
    #[default]
    NewestFirst,
    /// The first decided first.
    OldestFirst,
}

/// Some decisions, and where to go on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The decisions, in order.
    pub decisions: Vec<StoredDecision>,
    /// `from` of the next page; `None` if there is none. A last page may be empty.
    pub next: Option<u64>,
    /// How many of the newest records are not in the index yet: after it was begun anew, for minutes
    /// perhaps; then the newest decisions are missing here.
    pub behind: u64,
}

/// Decisions looked up at a time.
const AT_ONCE: usize = 1_024;
/// Reading on past a few others is cheaper than looking up one by one.
const SPARSE: u64 = 6;

pub(super) fn list(
    index: &Index,
    filter: &Filter,
    order: Order,
    from: Option<u64>,
    limit: usize,
) -> Result<Page, ReportError> {
    let mut page = Page::default();
    if limit == 0 {
        return Ok(page);
    }
    page.behind = walk(index, filter, order, from, limit, &mut |d| {
        page.decisions.push(d);
        match page.decisions.len() < limit {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    })?;
    let full = page.decisions.len() == limit;
    page.next = page.decisions.last().map(|d| d.id.seq).filter(|_| full);
    Ok(page)
}

pub(super) fn visit(
    index: &Index,
    filter: &Filter,
    order: Order,
    visit: &mut dyn FnMut(&StoredDecision) -> ControlFlow<()>,
) -> Result<(), ReportError> {
    walk(index, filter, order, None, usize::MAX, &mut |d| visit(&d)).map(|_| ())
}

type Visit<'a> = &'a mut dyn FnMut(StoredDecision) -> ControlFlow<()>;

/// Visits what passes, behind a key; gives how far the index is behind.
fn walk(
    index: &Index,
    filter: &Filter,
    order: Order,
    from: Option<u64>,
    limit: usize,
    visit: Visit<'_>,
) -> Result<u64, ReportError> {
    let mut reader = index.ledger.reader();
    // Few at most.
    let few = match (filter.decision, filter.number) {
        (Some(id), _) => Some(vec![id]),
        (None, Some(number)) => Some(index.of_number(number)?),
        (None, None) => None,
    };
    if let Some(mut ids) = few {
        if order == Order::NewestFirst {
            ids.reverse();
        }
        ids.retain(|id| is_behind(order, from, id.seq));
        let _ = give(&mut reader, filter, &ids, visit)?;
        return Ok(index.behind());
    }
    let mut key = from;
    // A page is short; whoever wants all of them gets more at a time.
    let mut wanted = limit.min(AT_ONCE);
    loop {
        let hits = index.hits(filter, order, key, wanted)?;
        key = hits.ids.last().map(|id| id.seq);
        if give(&mut reader, filter, &hits.ids, visit)?.is_break() || !hits.more {
            return Ok(hits.behind);
        }
        wanted = AT_ONCE * 16;
    }
}

fn is_behind(order: Order, key: Option<u64>, seq: u64) -> bool {
    match order {
        Order::NewestFirst => key.is_none_or(|key| seq < key),
        Order::OldestFirst => key.is_none_or(|key| seq > key),
    }
}

/// Reads decisions from the ledger and gives those that pass. What retention dropped meanwhile is
/// left out.
fn give(
    reader: &mut Reader,
    filter: &Filter,
    ids: &[DecisionId],
    visit: Visit<'_>,
) -> Result<ControlFlow<()>, ReportError> {
    let mut found = Vec::new();
    for some in ids.chunks(AT_ONCE) {
        let (Some(a), Some(b)) = (some.first(), some.last()) else {
            continue;
        };
        let (low, high) = (a.seq.min(b.seq), a.seq.max(b.seq));
        let one_part = a.day == b.day;
        if some.len() > 8 && one_part && high - low < SPARSE * some.len() as u64 {
            let mut wanted: Vec<_> = some.iter().map(|id| id.seq).collect();
            wanted.sort_unstable();
            let stretch = ledger::Filter {
                after: Some(low - 1),
                before: Some(high + 1),
                ..ledger::Filter::default()
            };
            reader.take(&stretch, &mut |d| {
                if wanted.binary_search(&d.id.seq).is_ok() {
                    found.push(d);
                }
                ControlFlow::Continue(())
            })?;
            if a.seq > b.seq {
                found.reverse();
            }
        } else {
            for id in some {
                found.extend(reader.get(*id)?);
            }
        }
        for d in found.drain(..) {
            if filter.admits(&d) && visit(d).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }
    Ok(ControlFlow::Continue(()))
}
