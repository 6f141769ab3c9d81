//! What the index must answer, out of the ledger read from end to end.

use std::collections::BTreeMap;

use verzet::{
    clock::Micros,
    ledger::{Ledger, StoredDecision},
    policy::Verdict,
    report::{Filter, GroupBy, Order, Query, Reports},
};

use super::{all, caught_up, of, zone};

/// What the index should hold of a group, worked out the slow way.
fn key(by: GroupBy, d: &StoredDecision) -> String {
    let local = d.at.timestamp().to_zoned_datetime(zone().tz().clone());
    let personal = d.personal.as_ref();
    match by {
        GroupBy::Campaign => d.campaign.to_string(),
        GroupBy::Seller => d.seller.to_string(),
        GroupBy::Reason => d.reason.word().to_owned(),
        GroupBy::Verdict => d.verdict.word().to_owned(),
        GroupBy::Regime => d.regime.as_ref().map(|r| r.id.clone()).unwrap_or_default(),
        GroupBy::Source => d.source.to_string(),
        GroupBy::Agent => personal.map(|p| p.agent_id.clone()).unwrap_or_default(),
        GroupBy::Number => personal
            .and_then(|p| p.e164)
            .map(|n| n.to_string())
            .unwrap_or_default(),
        GroupBy::Hour => local.strftime("%Y-%m-%dT%H:00%:z").to_string(),
        GroupBy::Day => local.strftime("%Y-%m-%d").to_string(),
        GroupBy::Week => local.strftime("%G-W%V").to_string(),
        GroupBy::Month => local.strftime("%Y-%m").to_string(),
    }
}

pub(super) fn check(reports: &Reports, all: &[StoredDecision], filter: &Filter, by: &[GroupBy]) {
    let query = Query {
        filter: filter.clone(),
        by: by.to_vec(),
    };
    let summary = reports.summarise(&query).unwrap();
    let mut expected: BTreeMap<Vec<String>, [u64; 5]> = BTreeMap::new();
    for d in all.iter().filter(|d| filter.admits(d)) {
        let keys = by.iter().map(|by| key(*by, d)).collect();
        let n = expected.entry(keys).or_default();
        n[0] += 1;
        n[d.verdict as usize] += 1;
        let forbids = d
            .shadow
            .as_ref()
            .is_some_and(|s| s.verdict != Verdict::Allow);
        n[4] += u64::from(d.verdict == Verdict::Allow && forbids);
    }
    let got: BTreeMap<_, _> = summary
        .rows
        .iter()
        .map(|(k, n)| {
            assert_eq!(n.count, n.allowed + n.blocked + n.deferred);
            let n = [n.count, n.allowed, n.blocked, n.deferred, n.forbidden_today];
            (k.clone(), n)
        })
        .collect();
    assert_eq!(got, expected, "{by:?} {filter:?}");
    let sum: u64 = expected.values().map(|n| n[0]).sum();
    assert_eq!((summary.total.count, summary.behind), (sum, 0));
}

pub(super) fn listed(
    reports: &Reports,
    filter: &Filter,
    order: Order,
    page: usize,
) -> Vec<StoredDecision> {
    let (mut found, mut from) = (Vec::new(), None);
    loop {
        let got = reports.list(filter, order, from, page).unwrap();
        assert!(got.decisions.len() <= page);
        found.extend(got.decisions);
        from = got.next;
        if from.is_none() {
            return found;
        }
    }
}

fn filters(all: &[StoredDecision]) -> Vec<Filter> {
    let some = &all[all.len() / 3];
    let base = Filter::default;
    let (from, until) = (all[all.len() / 5].at, all[all.len() * 4 / 5].at);
    vec![
        base(),
        Filter {
            from: Some(from),
            until: Some(until),
            ..base()
        },
        Filter {
            from: Some(Micros(from.0 + 1)),
            ..base()
        },
        Filter {
            until: Some(Micros(until.0 + 1)),
            seller: Some("seller-1".into()),
            ..base()
        },
        Filter {
            campaign: Some("unknown-4".into()),
            ..base()
        },
        Filter {
            campaign: Some("nobody's".into()),
            ..base()
        },
        Filter {
            source: Some(some.source.to_string()),
            ..base()
        },
        Filter {
            regime: Some("nl-bmnr".into()),
            verdict: Some(Verdict::Block),
            ..base()
        },
        Filter {
            regime: Some(String::new()),
            ..base()
        },
        Filter {
            verdict: Some(Verdict::Allow),
            shadow: Some(Verdict::Block),
            ..base()
        },
        Filter {
            reason: Some(some.reason),
            intent: Some(some.intent),
            ..base()
        },
        Filter {
            agent: Some("agent-7".into()),
            ..base()
        },
        Filter {
            agent: Some("agent-none".into()),
            ..base()
        },
        Filter {
            agent: Some(String::new()),
            from: Some(from),
            ..base()
        },
        Filter {
            sellers: of(&["seller-2"]),
            ..base()
        },
        Filter {
            sellers: of(&["seller-0", "seller-2"]),
            seller: Some("seller-1".into()),
            ..base()
        },
        Filter {
            sellers: of(&[]),
            ..base()
        },
        Filter {
            number: all.iter().find_map(|d| d.personal.as_ref()?.e164),
            ..base()
        },
        Filter {
            call_id: some.personal.as_ref().map(|p| p.call_id.clone()),
            ..base()
        },
        Filter {
            decision: Some(some.id),
            ..base()
        },
        Filter {
            decision: Some(some.id),
            sellers: of(&["nobody"]),
            ..base()
        },
    ]
}

pub(super) fn check_all(reports: &Reports, ledger: &Ledger) {
    use GroupBy::{
        Agent, Campaign, Day, Hour, Month, Number, Reason, Regime, Seller, Source, Week,
    };
    caught_up(reports);
    let all = all(ledger);
    let groups: [&[GroupBy]; 9] = [
        &[],
        &[GroupBy::Verdict, Reason],
        &[Campaign, Seller, Source],
        &[Regime, Day],
        &[Hour],
        &[Week, Month, Seller],
        &[Agent],
        &[Agent, Hour, Reason],
        &[Number],
    ];
    for (n, filter) in filters(&all).into_iter().enumerate() {
        // Every group with a few filters, every filter with a few groups.
        for by in groups.into_iter().skip(n).step_by(1 + n.min(4)) {
            check(reports, &all, &filter, by);
        }
        let expected: Vec<_> = all.iter().filter(|d| filter.admits(d)).cloned().collect();
        let found = listed(reports, &filter, Order::OldestFirst, 197);
        assert_eq!(found, expected, "{filter:?}");
        let mut found = listed(reports, &filter, Order::NewestFirst, 300);
        found.reverse();
        assert_eq!(found, expected, "{filter:?}");
        if n > 2 {
            continue;
        }
        let mut visited = Vec::new();
        reports
            .visit(&filter, Order::OldestFirst, &mut |d| {
                visited.push(d.clone());
                std::ops::ControlFlow::Continue(())
            })
            .unwrap();
        assert_eq!(visited, expected, "{filter:?}");
    }
}
