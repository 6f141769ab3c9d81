//! The sample opens with data worth looking at, and what officers ask beyond counts is found in it.

use verzet::{
    access::Sellers,
    clock::{Day, Micros},
    policy::{Reason, Verdict},
    report::{Filter, GroupBy, Query, special::pairs_expiring},
};

use crate::lived::{sample, zone};

fn of(seller: &str) -> Sellers {
    Sellers::Only([seller.to_owned()].into())
}

#[test]
fn a_month_of_calls_was_lived_through() {
    let (_, sidecar) = sample();
    let reports = &sidecar.reports;
    let count = |filter: Filter, by: &[GroupBy]| {
        let by = by.to_vec();
        reports.summarise(&Query { filter, by }).unwrap()
    };
    let days = count(Filter::default(), &[GroupBy::Day]);
    assert!((24..=31).contains(&days.rows.len()), "{days:?}");
    assert!(days.total.count > 3_000, "{days:?}");
    assert!(count(Filter::default(), &[GroupBy::Campaign]).rows.len() > 10);
    let reasons = count(Filter::default(), &[GroupBy::Reason]);
    for reason in [
        Reason::InvalidNumber,
        Reason::UnknownCampaign,
        Reason::Objected,
        Reason::CustomerSimilar,
        Reason::NotACustomer,
        Reason::RegisterStale,
        Reason::Registered,
        Reason::NotRegistered,
    ] {
        let n = reasons.rows.get(&vec![reason.word().to_owned()]);
        assert!(n.is_some_and(|n| n.count > 10), "{reason}: {reasons:?}");
    }
    // The first number a newcomer asks about has no history.
    let number = verzet::number::E164::from_digits(31_610_000_002).unwrap();
    let page = reports.of_number(&Sellers::All, number, None, 10).unwrap();
    assert_eq!(page.decisions, []);
    // Whenever it is opened, there are calls today.
    let today = zone().start_of(zone().day(Micros::system_now()));
    let filter = Filter {
        from: Some(today),
        ..Filter::default()
    };
    assert!(count(filter, &[]).total.count > 0);
    assert!(sidecar.unclear(false).unwrap().len() >= 3);
    let snapshots = sidecar.snapshots().unwrap();
    let stale = snapshots
        .iter()
        .find(|s| s.register == "postfilter")
        .unwrap();
    assert!(zone().day(Micros::system_now()).0 - stale.as_of.0 > 28);
    // Opened again, it is the same month.
    let before = sidecar.ledger.durable_seq();
    verzet::sample::install_with_history(sidecar).unwrap();
    assert_eq!(sidecar.ledger.durable_seq(), before);
}

#[test]
fn calls_on_contracts_that_ended_long_ago_are_found() {
    let (_, sidecar) = sample();
    let facts = sidecar.facts().unwrap();
    let filter = Filter::default();
    let found = sidecar.reports.long_ended(&facts, &filter, 12).unwrap();
    // The slow way: every allowed call, its fact, that fact's end.
    let (mut calls, mut longest) = (0, Day::NEVER);
    let allowed = Filter {
        verdict: Some(Verdict::Allow),
        ..Filter::default()
    };
    let order = verzet::report::Order::OldestFirst;
    sidecar
        .reports
        .visit(&allowed, order, &mut |d| {
            let fact = d.deciding_row.and_then(|row| d.fact(row));
            let row = fact.and_then(|id| facts.fact(id).unwrap());
            if let Some(verzet::store::FactBody::Relation(r)) = row.map(|row| row.body)
                && r.ended_on != Day::NEVER
            {
                let years = zone().day(d.at).date().since(r.ended_on.date()).unwrap();
                let months = years.total((jiff::Unit::Month, r.ended_on.date())).unwrap();
                if months > 12.0 {
                    calls += 1;
                    longest = longest.min(r.ended_on);
                }
            }
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    assert!(calls > 20, "{calls}");
    assert_eq!(found.calls, calls);
    assert_eq!(found.rows.values().map(|r| r.calls).sum::<u64>(), calls);
    assert_eq!(found.rows.values().map(|r| r.longest).min(), Some(longest));
    let none = sidecar.reports.long_ended(&facts, &filter, 1_200).unwrap();
    assert_eq!(none.calls, 0);
    let theirs = sidecar
        .reports
        .long_ended(&facts, &Filter::of(of("waterpoort")), 12)
        .unwrap();
    assert!(theirs.rows.keys().all(|(seller, _)| seller == "waterpoort"));
    assert!(theirs.calls < found.calls);
}

#[test]
fn what_ends_soon_came_in_or_speaks_against_a_list_is_found_for_ones_own_sellers() {
    let (_, sidecar) = sample();
    let reports = &sidecar.reports;
    let (world, facts) = (sidecar.world(), sidecar.facts().unwrap());
    let now = Micros::system_now();
    let today = zone().day(now);
    let later = Micros(now.0 + 60 * 86_400_000_000);
    let consents = |sellers: &Sellers| {
        reports
            .consents_expiring(&facts, &world.symbols, sellers, now, later)
            .unwrap()
    };
    let all = consents(&Sellers::All);
    assert!(all.len() > 5, "{all:?}");
    assert!(all.is_sorted_by_key(|c| c.expires_at));
    assert!(
        all.iter()
            .all(|c| c.expires_at >= now && c.expires_at < later)
    );
    assert_eq!(consents(&of("noordlicht")).len(), all.len());
    assert_eq!(consents(&of("waterpoort")), []);

    let pairs = |sellers: &Sellers| {
        pairs_expiring(
            &world.catalogue,
            &world.symbols,
            sellers,
            today,
            Day(today.0 + 30),
        )
    };
    assert!(
        pairs(&Sellers::All)
            .iter()
            .any(|p| p.bought == "green-power" && p.offered == "solar")
    );
    assert_eq!(pairs(&of("waterpoort")), []);

    let month = Micros(now.0 - 40 * 86_400_000_000);
    let objections = |sellers: &Sellers| {
        reports
            .objections(&facts, &world.symbols, sellers, month, later)
            .unwrap()
    };
    let all = objections(&Sellers::All);
    assert_eq!(
        all.days.values().map(|d| d.received).sum::<u64>(),
        all.total.received
    );
    assert_eq!(all.sources.values().sum::<u64>(), all.total.received);
    assert!(all.total.received > 60 && all.total.late > 0, "{all:?}");
    assert!(all.total.median <= all.total.longest);
    let theirs = objections(&of("waterpoort")).total.received;
    assert!(theirs > 0 && theirs < all.total.received);

    let sources = reports.sources(&Filter::default()).unwrap().rows;
    assert!(sources.is_sorted_by(|a, b| a.against >= b.against));
    let bad = |id: &str| sources.iter().find(|s| s.source == id).unwrap().against;
    assert!(bad("noordlicht-list") > bad("noordlicht-customers"));
    assert_eq!(
        bad("noordlicht-old-list"),
        1_000,
        "nothing shows where it came from"
    );
    let own = reports.sources(&Filter::of(of("waterpoort"))).unwrap().rows;
    assert!(own.iter().all(|s| s.seller == "waterpoort"));
}
