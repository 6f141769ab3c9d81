//! Real packs, and later ones made of them by rewriting their text.

use super::*;
use crate::policy::Verdict;

/// A later regime, made of `nl-bmnr` by rewriting its file.
fn later(rewrite: impl Fn(&str) -> String) -> Packs {
    let mut packs = Packs::built_in().unwrap();
    let text = packs.get("nl-bmnr").unwrap().text.to_string();
    let text = text
        .replace("id = \"nl-bmnr\"", "id = \"later\"")
        .replace(
            "in_force_from = \"2009-10-01\"",
            "in_force_from = \"2021-07-01\"",
        )
        .replace(
            "in_force_until = \"2021-06-30\"",
            "in_force_until = \"2026-06-30\"",
        );
    packs.add("later.toml", &rewrite(&text)).unwrap();
    packs
}

fn pair(packs: &Packs) -> (&Regime, &Regime) {
    (packs.get("nl-bmnr").unwrap(), packs.get("later").unwrap())
}

#[test]
fn a_regime_that_says_the_same_changed_nothing() {
    let packs = later(str::to_owned);
    let (before, after) = pair(&packs);
    let changed = compare(before, after);
    assert_eq!((changed.tables, changed.gap), (Vec::new(), None));
    assert_eq!(packs.before(after).unwrap().id, before.id);
    assert_eq!(packs.after(before).unwrap().id, after.id);
    let newest = packs.after(after).unwrap();
    assert_eq!(
        (&*newest.id, packs.after(newest).is_none()),
        ("nl-2026", true)
    );
    assert!(packs.before(before).is_none());
}

#[test]
fn each_kind_of_change_is_told_once_and_for_its_channels() {
    // Voice alone: the row of the register goes, its age halves, an article is another.
    let packs = later(|text| {
        let (voice, rest) = text.split_once("# ---- SMS").unwrap();
        let hit = voice
            .find("[[table.row]]\ncheck = \"RegisterHit\"")
            .unwrap();
        let end = voice[hit..]
            .find("[[table.row]]\ncheck = \"Otherwise\"")
            .unwrap()
            + hit;
        let voice = format!("{}{}", &voice[..hit], &voice[end..])
            .replace(
                "max_age_days = 28 }\nverdict = \"BLOCK\"",
                "max_age_days = 14 }\nverdict = \"BLOCK\"",
            )
            .replace(
                "Tw (2009-2021) article 11.7(5), recht",
                "Tw article 11.7(2), recht",
            )
            .replace(", \"MENTION_REGISTER\"", "");
        format!("{voice}# ---- SMS{rest}")
    });
    let (before, after) = pair(&packs);
    let changed = compare(before, after);
    let [table] = changed.tables.as_slice() else {
        panic!("{:?}", changed.tables);
    };
    assert_eq!(
        (table.channels.as_slice(), table.covered),
        (&[Channel::Voice][..], Covered::Both)
    );
    let told: Vec<_> = table
        .rows
        .iter()
        .map(|row| match row {
            RowChange::Added(row) => ("added", row.check.name(), Vec::new()),
            RowChange::Dropped(row) => ("dropped", row.check.name(), Vec::new()),
            RowChange::Changed { after, differs, .. } => {
                ("changed", after.check.name(), differs.clone())
            }
        })
        .collect();
    assert_eq!(
        told,
        [
            ("changed", "ObjectionInForce", vec![Difference::Law]),
            ("changed", "RegisterStale", vec![Difference::Parameter]),
            ("dropped", "RegisterHit", Vec::new()),
        ]
    );
    assert_eq!(
        table.same + 3,
        before.table(Channel::Voice).unwrap().rows.len()
    );
    assert_eq!(table.obligations_dropped, [Obligation::MentionRegister]);
    assert!(table.obligations_added.is_empty());
}

#[test]
fn a_row_that_moved_is_told_and_those_around_it_are_not() {
    let packs = later(|text| {
        let at = |check: &str| {
            text.find(&format!("[[table.row]]\ncheck = \"{check}\""))
                .unwrap()
        };
        let (objection, consent, other) = (
            at("ObjectionInForce"),
            at("ConsentCounts"),
            at("OtherCompanyOffer"),
        );
        // Consent is asked before objections.
        [
            &text[..objection],
            &text[consent..other],
            &text[objection..consent],
            &text[other..],
        ]
        .concat()
    });
    let (before, after) = pair(&packs);
    let changed = compare(before, after);
    let rows = &changed.tables[0].rows;
    let [RowChange::Changed { differs, .. }] = rows.as_slice() else {
        panic!("{rows:?}");
    };
    assert_eq!(differs, &[Difference::Place]);
}

#[test]
fn from_the_register_to_consent_is_told_as_it_was() {
    let packs = Packs::built_in().unwrap();
    let (before, after) = (packs.get("nl-bmnr").unwrap(), packs.get("nl-2026").unwrap());
    let changed = compare(before, after);
    let day = |text| Day::parse(text).unwrap();
    assert_eq!(changed.gap, Some((day("2021-07-01"), day("2026-06-30"))));
    let voice = changed
        .tables
        .iter()
        .find(|t| t.channels.contains(&Channel::Voice))
        .unwrap();
    let dropped: Vec<_> = voice
        .rows
        .iter()
        .filter_map(|row| match row {
            RowChange::Dropped(row) => Some(row.check.name()),
            _ => None,
        })
        .collect();
    for went in ["CustomerSimilar", "RegisterStale", "RegisterHit"] {
        assert!(dropped.contains(&went), "{dropped:?}");
    }
    // What is left over was allowed and is blocked.
    let rest = voice.rows.iter().find_map(|row| match row {
        RowChange::Changed {
            before,
            after,
            differs,
        } if after.check.name() == "Otherwise" => {
            Some((before.verdict, after.verdict, differs.clone()))
        }
        _ => None,
    });
    assert_eq!(
        rest,
        Some((Verdict::Allow, Verdict::Block, vec![Difference::Answer]))
    );
    let all = after.table(Channel::Voice).unwrap().rows.len();
    let kept = voice
        .rows
        .iter()
        .filter(|r| !matches!(r, RowChange::Dropped(_)))
        .count();
    assert_eq!(voice.same + kept, all);
}
