//! What can be wrong between entries that are each sound.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::{Entry, Located};
use crate::{
    clock::Day,
    intake::problem::{FieldProblem, Near, shown},
    store::CatalogueKind,
};

type Found = Vec<(usize, FieldProblem)>;

/// Everything wrong between entries, each with the index of the entry to blame. `open` says of which
/// kinds not every entry could be read, so that a missing one cannot be told.
pub(in crate::intake) fn check(entries: &[Located], open: &dyn Fn(CatalogueKind) -> bool) -> Found {
    let mut found = Found::new();
    let index = duplicates(entries, &mut found);
    references(entries, &index, open, &mut found);
    cycles(entries, &index, &mut found);
    contradictions(entries, &mut found);
    found.sort_by_key(|(i, _)| *i);
    found
}

type Index = HashMap<(CatalogueKind, String), usize>;

fn add(found: &mut Found, at: usize, field: &'static str, what: String, hint: impl Into<String>) {
    let hint = hint.into();
    found.push((at, FieldProblem { field, what, hint }));
}

/// Ids given twice: the later is to blame. A yes and a no of one pair and day are a contradiction,
/// told by [`contradictions`].
fn duplicates(entries: &[Located], found: &mut Found) -> Index {
    let mut index = Index::new();
    for (i, one) in entries.iter().enumerate() {
        let kind = one.entry.kind();
        let key = (kind, one.entry.key());
        let Some(&first) = index.get(&key) else {
            index.insert(key, i);
            continue;
        };
        let answer = |e: &Entry| match e {
            Entry::Pair(p) => Some(p.similar),
            _ => None,
        };
        if answer(&entries[first].entry) == answer(&one.entry) {
            add(
                found,
                i,
                super::columns(kind)[0],
                format!(
                    "{} is there twice, first on {}",
                    shown(&key.1),
                    entries[first].name()
                ),
                "keep one",
            );
        }
    }
    index
}

fn references(
    entries: &[Located],
    index: &Index,
    open: &dyn Fn(CatalogueKind) -> bool,
    found: &mut Found,
) {
    let near = Near::default();
    let mut ids: HashMap<CatalogueKind, Vec<&str>> = HashMap::new();
    for (kind, id) in index.keys() {
        ids.entry(*kind).or_default().push(id);
    }
    let mut refer = |at: usize, field: &'static str, kind: CatalogueKind, id: &str| {
        if id.is_empty() || open(kind) || index.contains_key(&(kind, id.to_owned())) {
            return;
        }
        let ids = ids.get(&kind).map_or(&[][..], Vec::as_slice);
        let hint = match near.find(id, ids.iter().copied()) {
            Some(near) => format!("did you mean {}?", shown(&near)),
            None => format!("add it to {}", super::file_name(kind)),
        };
        add(
            found,
            at,
            field,
            format!("no {kind} has the id {}", shown(id)),
            hint,
        );
    };
    for (i, one) in entries.iter().enumerate() {
        match &one.entry {
            Entry::Seller { .. } => {}
            Entry::Category { id, parent, .. } => {
                if id != parent {
                    refer(i, "parent_id", CatalogueKind::Category, parent);
                }
            }
            Entry::Product(p) => {
                refer(i, "seller_id", CatalogueKind::Seller, &p.seller);
                refer(i, "category_id", CatalogueKind::Category, &p.category);
            }
            Entry::Pair(p) => {
                refer(i, "bought_product_id", CatalogueKind::Product, &p.bought);
                refer(i, "offered_product_id", CatalogueKind::Product, &p.offered);
            }
            Entry::Source(s) => refer(i, "seller_id", CatalogueKind::Seller, &s.seller),
            Entry::Campaign(c) => {
                refer(i, "seller_id", CatalogueKind::Seller, &c.seller);
                for product in c.products.iter().filter(|p| *p != "*") {
                    refer(i, "products", CatalogueKind::Product, product);
                }
                refer(i, "source_id", CatalogueKind::Source, &c.source);
            }
        }
    }
}

/// Categories that lead back to themselves: each cycle is told once, with its members.
fn cycles(entries: &[Located], index: &Index, found: &mut Found) {
    let parent = |i: usize| match &entries[i].entry {
        Entry::Category { id, parent, .. } if id != parent => index
            .get(&(CatalogueKind::Category, parent.clone()))
            .copied(),
        _ => None,
    };
    // The walk that came by an entry; 0 for none. A walk that meets itself has found a cycle.
    let mut walks = vec![0_usize; entries.len()];
    for (i, one) in entries.iter().enumerate() {
        let Entry::Category { id, parent: up, .. } = &one.entry else {
            continue;
        };
        if id == up {
            add(
                found,
                i,
                "parent_id",
                format!("{} is its own parent", shown(id)),
                "leave it empty for a root",
            );
            continue;
        }
        let walk = i + 1;
        let mut at = Some(i);
        while let Some(node) = at.filter(|n| walks[*n] == 0) {
            walks[node] = walk;
            at = parent(node);
        }
        let Some(entry) = at.filter(|n| walks[*n] == walk) else {
            continue;
        };
        let mut members = vec![entry];
        members.extend(
            std::iter::successors(parent(entry), |n| parent(*n)).take_while(|n| *n != entry),
        );
        let names: Vec<_> = members.iter().map(|n| entries[*n].entry.key()).collect();
        add(
            found,
            members.iter().copied().min().unwrap_or(entry),
            "parent_id",
            format!("a cycle: {} > {}", names.join(" > "), names[0]),
            "give one of them another parent, or none",
        );
    }
}

/// Pairs with a yes and a no that hold on the same day. The yes is to blame, so that passing over bad
/// rows keeps the no.
fn contradictions(entries: &[Located], found: &mut Found) {
    // By pair: the first day of the earliest no, which holds for good.
    let mut noes: BTreeMap<(&str, &str), (Day, usize)> = BTreeMap::new();
    for (i, one) in entries.iter().enumerate() {
        if let Entry::Pair(p) = &one.entry
            && !p.similar
        {
            let no = noes
                .entry((&p.bought, &p.offered))
                .or_insert((p.signed_on, i));
            *no = (*no).min((p.signed_on, i));
        }
    }
    for (i, one) in entries.iter().enumerate() {
        if let Entry::Pair(p) = &one.entry
            && p.similar
            && let Some((since, no)) = noes.get(&(p.bought.as_str(), p.offered.as_str()))
            && p.expires_on >= *since
        {
            add(
                found,
                i,
                "similar",
                format!(
                    "a yes for {} > {} that still holds on {}, when the no on {} begins",
                    shown(&p.bought),
                    shown(&p.offered),
                    (*since).max(p.signed_on),
                    entries[*no].name(),
                ),
                "let the yes expire before the no is signed, or take one out",
            );
        }
    }
}
