//! Bought × offered: is it similar, and why.

use crate::{
    clock::Day,
    facts::{
        catalogue::{Product, Similarity},
        model::Channel,
    },
    pages::{query, shell::Shell, today},
    policy::check::Check,
};

/// A field of the matrix.
pub(crate) struct Cell {
    /// The class: `yes`, `no`, `refused`; with `soon` where a pair expires.
    pub(crate) class: String,
    /// Yes or no.
    pub(crate) word: String,
    /// Why.
    pub(crate) why: String,
}

/// A row: what was bought.
pub(crate) struct Bought {
    /// The product.
    pub(crate) name: String,
    /// A field for each offered product.
    pub(crate) cells: Vec<Cell>,
}

/// Some columns of the matrix.
pub(crate) struct Matrix {
    /// The offered products.
    pub(crate) offered: Vec<String>,
    /// The bought ones.
    pub(crate) rows: Vec<Bought>,
    /// The columns before and after these.
    pub(crate) pages: Vec<(String, String, bool)>,
    /// The level of the taxonomy the enforced rules allow.
    pub(crate) level: u8,
}

impl Matrix {
    /// Whether a pair in it ends soon, which is outlined.
    pub(crate) fn ends_soon(&self) -> bool {
        let mut cells = self.rows.iter().flat_map(|row| &row.cells);
        cells.any(|cell| cell.class.contains("soon"))
    }
}

/// Columns on a page: as many as fit a wide screen.
const COLUMNS: usize = 12;

/// The level of similarity of the enforced rules for calls; 1 where none says.
fn level(s: &Shell) -> u8 {
    let enforced = &s.world.enforced;
    let regimes = enforced
        .iter()
        .filter(|e| enforced.is_enforced(&e.regime, s.now));
    let rows = regimes.flat_map(|e| e.regime.table(Channel::Voice).map_or(&[][..], |t| &t.rows));
    rows.filter_map(|row| match row.check {
        Check::CustomerSimilar { similarity_level } => Some(similarity_level),
        _ => None,
    })
    .next()
    .unwrap_or(1)
}

/// The matrix of a seller's own products.
pub(crate) fn of(s: &Shell, seller: &str, page: usize) -> Matrix {
    let level = level(s);
    let catalogue = &s.world.catalogue;
    let owner = catalogue.seller(seller).map(|seller| seller.sym);
    let mut products: Vec<&Product> = catalogue
        .products()
        .filter(|p| owner == Some(p.owner))
        .collect();
    products.sort_by(|a, b| (&a.category, &a.name).cmp(&(&b.category, &b.name)));
    let count = products.len().div_ceil(COLUMNS);
    let page = page.min(count.saturating_sub(1));
    let offered: Vec<&Product> = products
        .iter()
        .copied()
        .skip(page * COLUMNS)
        .take(COLUMNS)
        .collect();
    let rows = products
        .iter()
        .map(|bought| Bought {
            name: s.product(&bought.id),
            cells: offered.iter().map(|o| cell(s, bought, o, level)).collect(),
        })
        .collect();
    let pages = (0..count)
        .map(|n| {
            let link = query::link("/similar", &[("seller", seller), ("page", &n.to_string())]);
            ((n + 1).to_string(), link, n == page)
        })
        .collect();
    Matrix {
        offered: offered.iter().map(|p| s.product(&p.id)).collect(),
        rows,
        pages,
        level,
    }
}

fn cell(s: &Shell, bought: &Product, offered: &Product, level: u8) -> Cell {
    let today = s.today();
    let found = s
        .world
        .catalogue
        .similarity(bought.sym, offered.sym, today, level);
    let (class, key) = match found {
        Similarity::PairYes => ("yes", "similar.pair"),
        Similarity::PairNo => ("refused", "similar.pair"),
        Similarity::Same => ("yes", "similar.same"),
        Similarity::Taxonomy => ("yes", "similar.taxonomy"),
        Similarity::Far => ("no", "similar.far"),
    };
    let expires = s
        .world
        .catalogue
        .pairs()
        .filter(|p| p.bought == bought.sym && p.offered == offered.sym && p.similar)
        .map(|p| p.expires_on)
        .filter(|day| *day != Day::NEVER && *day >= today)
        .max();
    let soon = found == Similarity::PairYes
        && expires.is_some_and(|day| day.0.saturating_sub(today.0) <= today::PAIR_WARNING);
    let mut why = s.t(key).to_owned();
    if found == Similarity::PairYes
        && let Some(day) = expires
    {
        why = s.f("similar.pair_until", "day", s.day(day));
    }
    Cell {
        class: format!("{class}{}", if soon { " soon" } else { "" }),
        word: if found.is_similar() {
            s.t("app.yes").to_owned()
        } else {
            s.t("app.no").to_owned()
        },
        why,
    }
}
