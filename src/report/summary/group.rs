//! Sums of the index put under the keys that were asked for.
//!
//! Texts are made and ordered once a campaign, an agent or an hour; the sums, of which there may be
//! millions, are ordered by the places of their texts.

use hashbrown::HashMap;

use super::{Counts, GroupBy, Query, Summary, hour, of_combo, of_day};
use crate::{
    clock::{Day, Micros, Zone},
    report::index::{Combo, Count, Grain, Index, Sums},
};

pub(super) fn group(index: &Index, query: &Query, grain: Grain, sums: &Sums) -> Summary {
    let by = &query.by;
    let columns: Vec<Column> = by
        .iter()
        .map(|by| column(index, *by, grain, sums))
        .collect();
    let mut places = Vec::with_capacity(sums.counts.len() * by.len());
    for i in 0..sums.counts.len() {
        places.extend(columns.iter().map(|column| column.places[i]));
    }
    let key = |i: &u32| {
        let from = *i as usize * by.len();
        places.get(from..from + by.len()).unwrap_or_default()
    };
    let mut order: Vec<u32> = (0u32..).take(sums.counts.len()).collect();
    order.sort_unstable_by(|a, b| key(a).cmp(key(b)));

    let mut total = Counts::default();
    let rows = order.chunk_by(|a, b| key(a) == key(b)).map(|alike| {
        let mut counts = Counts::default();
        for i in alike {
            let Count { combo, n, .. } = sums.counts[*i as usize];
            if let Some(combo) = sums.combos.get(combo as usize) {
                counts.add(combo, n);
            }
        }
        total += counts;
        let places = alike.first().map(key).unwrap_or_default();
        let texts = columns.iter().zip(places);
        let texts = texts.map(|(column, place)| column.texts[*place as usize].clone());
        (texts.collect(), counts)
    });
    Summary {
        rows: rows.collect(),
        total,
        behind: sums.behind,
    }
}

/// What one of the groups is for each sum.
struct Column {
    /// The texts there are, in order.
    texts: Vec<String>,
    /// By sum: the place of its text.
    places: Vec<u32>,
}

fn column(index: &Index, by: GroupBy, grain: Grain, sums: &Sums) -> Column {
    match by {
        GroupBy::Agent => column_of(
            sums,
            |sum| sum.agent,
            |agent| {
                let names = index.agents(std::iter::once(*agent));
                names.first().map(ToString::to_string).unwrap_or_default()
            },
        ),
        GroupBy::Hour | GroupBy::Day | GroupBy::Week | GroupBy::Month => {
            let zone = &index.zone;
            column_of(
                sums,
                |sum| sum.bucket,
                |bucket| of_time(zone, by, grain, *bucket),
            )
        }
        by => {
            let combo = |combo: &u32| sums.combos.get(*combo as usize);
            let text = |combo: &Combo| of_combo(by, combo);
            column_of(
                sums,
                |sum| sum.combo,
                |c| combo(c).map(|c| text(c)).unwrap_or_default(),
            )
        }
    }
}

/// `value` is what of a sum makes the text.
fn column_of<V: Copy + Eq + std::hash::Hash>(
    sums: &Sums,
    value: impl Fn(&Count) -> V,
    text: impl Fn(&V) -> String,
) -> Column {
    let mut values: HashMap<V, u32> = HashMap::new();
    let mut texts = Vec::new();
    let numbers: Vec<u32> = sums
        .counts
        .iter()
        .map(|sum| {
            let value = value(sum);
            *values.entry(value).or_insert_with(|| {
                texts.push(text(&value));
                texts.len() as u32 - 1
            })
        })
        .collect();
    let mut ordered = texts.clone();
    ordered.sort_unstable();
    ordered.dedup();
    let place = |text: &String| ordered.binary_search(text).unwrap_or_default() as u32;
    let place_of: Vec<u32> = texts.iter().map(place).collect();
    Column {
        places: numbers.into_iter().map(|n| place_of[n as usize]).collect(),
        texts: ordered,
    }
}

fn of_time(zone: &Zone, by: GroupBy, grain: Grain, bucket: i64) -> String {
    match (by, grain) {
        (GroupBy::Hour, _) => hour(zone, Micros(bucket)),
        (by, Grain::Hour) => of_day(by, zone.day(Micros(bucket))),
        (by, _) => of_day(by, Day(i32::try_from(bucket).unwrap_or(i32::MAX))),
    }
}
