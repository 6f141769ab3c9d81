//! The rows of the files of a nightly folder, every field a string.
use std::fs;
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;

use super::csv;

/// A kind of row, with the file it stands in.
pub trait Table: Sized {
    /// The name of the file.
    const FILE: &'static str;
    /// The columns in the order of the header.
    const COLUMNS: &'static [&'static str];
    /// A row from its fields, asked for by the name of the column.
    fn from_fields(field: impl Fn(&str) -> String) -> Self;
    /// The fields in the order of the header.
    fn fields(&self) -> Vec<&str>;
}

macro_rules! tables {
    ($($(#[$doc:meta])* $name:ident = $file:literal { $($column:ident),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $name { $(pub $column: String),+ }

        impl Table for $name {
            const FILE: &'static str = $file;
            const COLUMNS: &'static [&'static str] = &[$(stringify!($column)),+];
            fn from_fields(field: impl Fn(&str) -> String) -> Self {
                Self { $($column: field(stringify!($column))),+ }
            }
            fn fields(&self) -> Vec<&str> {
                vec![$(self.$column.as_str()),+]
            }
        }
    )+};
}

tables! {
    /// "the legal entity on whose behalf the contact is made"
    Seller = "sellers.csv" { seller_id, name }
    /// A node of the taxonomy tree.
    Category = "categories.csv" { category_id, parent_id, name }
    /// "an offered or bought thing"; `seller_id` is "the owner".
    Product = "products.csv" { product_id, seller_id, category_id, name }
    /// "A listed pair (bought → offered, in that direction)".
    SimilarPair = "similar.csv" {
        bought_product_id, offered_product_id, similar, signed_by, signed_on, expires_on, note,
    }
    /// "where numbers came from".
    Source = "sources.csv" { source_id, seller_id, kind, lawful_basis_document, obtained_on }
    /// "seller + offered products + purpose + channel + a default number source + … dates".
    Campaign = "campaigns.csv" {
        campaign_id, seller_id, purpose, channel, products, source_id, region, starts_on, ends_on,
        caller_ids, purpose_compatible,
    }
    /// "something a person has with a seller".
    Relation = "relations.csv" {
        number, region, person_id, seller_id, kind, product_id, started_on, ended_on, paid,
    }
    /// "a yes, given to one seller, for named channels and products, at a time, with evidence".
    Consent = "consents.csv" {
        number, region, person_id, seller_id, channels, products, granted_at, expires_at,
        withdrawn_at, evidence,
    }
    /// "a no (recht van verzet): to one seller or to all, for named channels or all".
    Objection = "objections.csv" {
        number, region, person_id, seller_id, channels, recorded_at, source,
    }
}

/// Everything an answer rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct World {
    pub sellers: Vec<Seller>,
    pub categories: Vec<Category>,
    pub products: Vec<Product>,
    pub similar: Vec<SimilarPair>,
    pub sources: Vec<Source>,
    pub campaigns: Vec<Campaign>,
    pub relations: Vec<Relation>,
    pub consents: Vec<Consent>,
    pub objections: Vec<Objection>,
    /// The numbers of the register as typed; national ones are Dutch.
    pub register: Vec<String>,
    /// The day the copy of the register was taken, or none where there is no copy.
    pub register_as_of: Option<Date>,
    /// The moment the folder was taken in.
    pub received_at: Timestamp,
}

impl World {
    /// A world without rows and without a register.
    pub fn empty(received_at: Timestamp) -> World {
        World {
            sellers: vec![],
            categories: vec![],
            products: vec![],
            similar: vec![],
            sources: vec![],
            campaigns: vec![],
            relations: vec![],
            consents: vec![],
            objections: vec![],
            register: vec![],
            register_as_of: None,
            received_at,
        }
    }

    /// Reads a folder. `bmnr.txt` is the register and `bmnr-as-of.txt` its day;
    /// without the latter the day is left open for the caller to set.
    pub fn load(folder: &Path, received_at: Timestamp) -> World {
        let lines = fs::read_to_string(folder.join("bmnr.txt")).unwrap_or_default();
        let as_of = fs::read_to_string(folder.join("bmnr-as-of.txt")).ok();
        World {
            sellers: load(folder),
            categories: load(folder),
            products: load(folder),
            similar: load(folder),
            sources: load(folder),
            campaigns: load(folder),
            relations: load(folder),
            consents: load(folder),
            objections: load(folder),
            register: lines.lines().map(str::to_owned).collect(),
            register_as_of: as_of.map(|day| day.trim().parse().unwrap()),
            received_at,
        }
    }

    /// Writes a folder that [`World::load`] reads back: the CSV files of the import
    /// and, where there is a copy of the register, `bmnr.txt` and `bmnr-as-of.txt`.
    pub fn save(&self, folder: &Path) {
        fs::create_dir_all(folder).unwrap();
        save(folder, &self.sellers);
        save(folder, &self.categories);
        save(folder, &self.products);
        save(folder, &self.similar);
        save(folder, &self.sources);
        save(folder, &self.campaigns);
        save(folder, &self.relations);
        save(folder, &self.consents);
        save(folder, &self.objections);
        if let Some(day) = self.register_as_of {
            fs::write(folder.join("bmnr.txt"), self.register.join("\n") + "\n").unwrap();
            fs::write(folder.join("bmnr-as-of.txt"), format!("{day}\n")).unwrap();
        }
    }
}

/// The rows of one file, by the names in its header; an absent file has none.
pub fn load<T: Table>(folder: &Path) -> Vec<T> {
    let Ok(text) = fs::read_to_string(folder.join(T::FILE)) else {
        return vec![];
    };
    let mut records = csv::read(&text).into_iter();
    let header = records.next().unwrap_or_default();
    records
        .map(|record| {
            T::from_fields(|column| {
                let at = header.iter().position(|c| c == column);
                at.and_then(|i| record.get(i)).cloned().unwrap_or_default()
            })
        })
        .collect()
}

/// Writes one file, header first.
pub fn save<T: Table>(folder: &Path, rows: &[T]) {
    let mut text = csv::line(T::COLUMNS.iter().copied());
    for row in rows {
        text += &csv::line(row.fields());
    }
    fs::write(folder.join(T::FILE), text).unwrap();
}
