//! What needs a person, the age of registers, and the newest imports.

use crate::{
    access::Action,
    clock::Day,
    pages::{fail::Failure, shell::Shell, unclear, when},
    sidecar::Sidecar,
    store::{RevisionRow, StoreReader},
};

/// Something a person should look at.
#[derive(Clone, Debug)]
pub(crate) struct Need {
    /// What, with how many.
    pub(crate) text: String,
    /// Where.
    pub(crate) link: String,
    /// Whether calls are blocked by it.
    pub(crate) grave: bool,
}

/// A register's copy and its age.
#[derive(Clone, Debug)]
pub(crate) struct Register {
    /// Its name.
    pub(crate) name: String,
    /// The copy, or that there is none.
    pub(crate) copy: String,
    /// How old.
    pub(crate) age: String,
    /// How many numbers.
    pub(crate) numbers: String,
    /// Missing, or older than the enforced rules take.
    pub(crate) stale: bool,
    /// The class and the key of the words of its state.
    pub(crate) state: (&'static str, &'static str),
}

/// A change set that came from files.
#[derive(Clone, Debug)]
pub(crate) struct Import {
    /// When.
    pub(crate) at: String,
    /// For machines.
    pub(crate) machine: String,
    /// From where.
    pub(crate) origin: String,
    /// What changed.
    pub(crate) what: String,
    /// The revision it brought.
    pub(crate) revision: String,
}

/// Days before its last on which a signed pair is told about.
pub(crate) const PAIR_WARNING: i32 = 60;
/// Days before it ends on which a campaign is told about.
const CAMPAIGN_WARNING: i32 = 14;

/// What needs a person, the gravest first.
pub(crate) fn of(s: &Shell, sidecar: &Sidecar) -> Result<Vec<Need>, Failure> {
    let mut needs = Vec::new();
    for register in registers(s).into_iter().filter(|r| r.stale) {
        needs.push(Need {
            text: s.f("today.need_register", "register", &register.name),
            link: "/data/registers".to_owned(),
            grave: true,
        });
    }
    if s.may(Action::ListUnclear) {
        let rows = StoreReader::of(&sidecar.settings.data_dir)?.unclear(false)?;
        let mine = rows.iter().filter(|row| unclear::is_seen(s, row)).count();
        if mine > 0 {
            needs.push(Need {
                text: s.f("today.need_unclear", "n", mine),
                link: "/data/unclear".to_owned(),
                grave: false,
            });
        }
    }
    let today = s.today();
    let soon = |last: Day, days: i32| {
        last != Day::NEVER && last >= today && last.0.saturating_sub(today.0) <= days
    };
    let catalogue = &s.world.catalogue;
    let pairs = catalogue
        .pairs()
        .filter(|p| p.similar && soon(p.expires_on, PAIR_WARNING))
        .filter(|p| {
            let owner = catalogue.owner(p.offered);
            owner.is_some_and(|o| s.viewer.sees(&s.world.symbols.seller_id(o)))
        })
        .count();
    if pairs > 0 {
        needs.push(Need {
            text: s.f("today.need_pairs", "n", pairs),
            link: "/similar".to_owned(),
            grave: false,
        });
    }
    let ending = catalogue
        .campaigns()
        .filter(|c| s.viewer.sees(&c.seller_id) && soon(c.ends_on, CAMPAIGN_WARNING))
        .count();
    if ending > 0 {
        needs.push(Need {
            text: s.f("today.need_campaigns", "n", ending),
            link: "/data/campaigns".to_owned(),
            grave: false,
        });
    }
    let undocumented = catalogue
        .sources()
        .filter(|source| source.document.is_empty())
        .filter(|source| s.viewer.sees(&s.world.symbols.seller_id(source.seller)))
        .count();
    if undocumented > 0 {
        needs.push(Need {
            text: s.f("today.need_sources", "n", undocumented),
            link: "/data/sources".to_owned(),
            grave: false,
        });
    }
    Ok(needs)
}

/// The registers the enforced rules ask, and those there are copies of.
pub(crate) fn registers(s: &Shell) -> Vec<Register> {
    let world = &s.world;
    let asked: Vec<(String, Option<u16>)> = world
        .enforced
        .iter()
        .filter(|e| world.enforced.is_enforced(&e.regime, s.now))
        .filter_map(|e| {
            Some((
                e.regime.register.as_ref()?.to_string(),
                e.regime.register_max_age,
            ))
        })
        .collect();
    let mut names: Vec<String> = world.registers.keys().map(ToString::to_string).collect();
    names.extend(asked.iter().map(|(name, _)| name.clone()));
    names.sort();
    names.dedup();
    names
        .into_iter()
        .map(|name| {
            let copy = world.registers.get(name.as_str());
            let max = asked
                .iter()
                .filter(|(n, _)| *n == name)
                .filter_map(|(_, max)| *max)
                .min();
            let is_asked = asked.iter().any(|(n, _)| *n == name);
            let age = copy.map(|c| s.days_since(c.as_of));
            let stale =
                is_asked && age.is_none_or(|age| max.is_some_and(|max| age > i32::from(max)));
            Register {
                state: match (is_asked, stale) {
                    (true, true) => ("block", "data.stale"),
                    (true, false) => ("allow", "data.fresh"),
                    (false, _) => ("plain", "data.not_asked"),
                },
                copy: copy.map_or_else(
                    || s.t("data.no_copy").to_owned(),
                    |c| format!("{}, {}", c.snapshot_id, s.day(c.as_of)),
                ),
                age: age.map_or_else(String::new, |days| s.f("number.age", "days", days)),
                numbers: copy.map_or_else(String::new, |c| s.n(c.len())),
                stale,
                name: s.word("register", &name),
            }
        })
        .collect()
}

/// Imports shown at most, and revisions looked through for them.
const IMPORTS: usize = 5;
const LOOKED_THROUGH: usize = 200;

/// The newest change sets that came from files.
pub(crate) fn imports(s: &Shell, sidecar: &Sidecar) -> Result<Vec<Import>, Failure> {
    let reader = StoreReader::of(&sidecar.settings.data_dir)?;
    let rows = reader.revisions(u64::MAX, LOOKED_THROUGH)?;
    let files = rows
        .iter()
        .filter(|row| row.origin != crate::intake::API_ORIGIN);
    Ok(files.take(IMPORTS).map(|row| import(s, row)).collect())
}

/// A change set in words.
pub(crate) fn import(s: &Shell, row: &RevisionRow) -> Import {
    let c = &row.counts;
    let counts = [
        ("data.relations_added", c.relations_added),
        ("data.relations_ended", c.relations_ended),
        ("data.consents_added", c.consents_added),
        ("data.consents_ended", c.consents_ended),
        ("data.objections_added", c.objections_added),
        ("data.catalogue_added", c.catalogue_added),
        ("data.catalogue_ended", c.catalogue_ended),
        ("data.snapshots_added", c.snapshots_added),
        ("data.enforcements_added", c.enforcements_added),
        ("data.unclear_added", c.unclear_added),
        ("data.unclear_settled", c.unclear_settled),
    ];
    // Counts are of all sellers' rows.
    let words: Vec<String> = match s.viewer.caller.sellers.are_all() {
        true => counts
            .iter()
            .filter(|(_, n)| *n > 0)
            .map(|(key, n)| s.f(key, "n", s.n(*n)))
            .collect(),
        false => row
            .what
            .split(", ")
            .map(|kind| s.word("changed", kind))
            .collect(),
    };
    Import {
        at: when::moment(s.texts, &s.zone, row.at),
        machine: s.machine(row.at),
        origin: s.word("origin", &row.origin),
        what: s.join(words),
        revision: s.n(row.revision),
    }
}
