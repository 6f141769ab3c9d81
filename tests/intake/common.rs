//! A store, a folder, and what tests ask of them.

use std::{fs, path::PathBuf};

use tempfile::TempDir;
use verzet::{
    clock::Micros,
    facts::{
        catalogue::Catalogue,
        model::{Consent, Objection, Relation},
        symbols::Symbols,
    },
    intake::{FolderOptions, Imported, IntakeError, catalogue_from_rows, import_folder},
    number::{E164, Region},
    store::Store,
};

/// When everything is received, unless a test says otherwise.
pub(crate) const NOW: &str = "2026-11-24T09:00:00Z";

pub(crate) fn at(text: &str) -> Micros {
    Micros::parse(text).unwrap()
}

pub(crate) fn number(text: &str) -> E164 {
    E164::from_digits(text.trim_start_matches('+').parse().unwrap()).unwrap()
}

/// A catalogue that facts can name.
pub(crate) const CATALOGUE: [(&str, &str); 6] = [
    ("sellers.csv", "seller_id,name\nsun,Sun BV\nsea,Sea NV\n"),
    (
        "categories.csv",
        "category_id,parent_id,name\nenergy,,Energy\npower,energy,Power\ngas,energy,Gas\n",
    ),
    (
        "products.csv",
        "product_id,seller_id,category_id,name\np-power,sun,power,Power\np-gas,sun,gas,Gas\ns-home,sea,,Home\n",
    ),
    (
        "similar.csv",
        "bought_product_id,offered_product_id,similar,signed_by,signed_on,expires_on,note\n\
         p-power,s-home,yes,jo,2020-01-01,,\n",
    ),
    (
        "sources.csv",
        "source_id,seller_id,kind,lawful_basis_document,obtained_on\nlist,sun,PUBLIC,ROPA-1,2020-01-01\n",
    ),
    (
        "campaigns.csv",
        "campaign_id,seller_id,purpose,channel,products,source_id,region,starts_on,ends_on,caller_ids,\
         purpose_compatible\nc1,sun,MARKETING,VOICE,p-power,list,NL,2020-01-01,,+31201234567,\n",
    ),
];

pub(crate) const RELATIONS: &str =
    "number,region,person_id,seller_id,kind,product_id,started_on,ended_on,paid\n";
pub(crate) const CONSENTS: &str = "number,region,person_id,seller_id,channels,products,granted_at,\
                                   expires_at,withdrawn_at,evidence\n";
pub(crate) const OBJECTIONS: &str =
    "number,region,person_id,seller_id,channels,recorded_at,source\n";

/// A relation of one Dutch mobile number.
pub(crate) fn relation(n: u32) -> String {
    format!("+3161234{n:04},NL,,sun,PURCHASE,p-power,2020-01-01,,yes\n")
}

/// So many relations, as a file.
pub(crate) fn relations(numbers: impl IntoIterator<Item = u32>) -> String {
    let rows: String = numbers.into_iter().map(relation).collect();
    format!("{RELATIONS}{rows}")
}

/// A store in a directory of its own, and a folder to import.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) symbols: Symbols,
    pub(crate) options: FolderOptions,
    data: TempDir,
    folder: TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        let (data, folder) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let symbols = Symbols::default();
        Self {
            store: Store::open(data.path(), &symbols).unwrap(),
            symbols,
            options: FolderOptions {
                origin: "crm".into(),
                skip_bad_rows: false,
                accept_shrink: false,
                default_region: Region::NL,
                received_at: at(NOW),
            },
            data,
            folder,
        }
    }

    /// A world that has taken the catalogue in.
    pub(crate) fn with_catalogue() -> Self {
        let mut world = Self::new();
        world.good(&CATALOGUE);
        world.clear();
        world
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn data(&self) -> &std::path::Path {
        self.data.path()
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    /// Empties the folder.
    pub(crate) fn clear(&self) {
        for entry in fs::read_dir(self.folder.path()).unwrap() {
            let path = entry.unwrap().path();
            fs::remove_file(&path).unwrap();
        }
    }

    pub(crate) fn try_import(&mut self) -> Result<Imported, IntakeError> {
        let dir = self.folder.path();
        import_folder(
            dir,
            &self.options,
            &mut self.store,
            &self.symbols,
            &mut |_| {},
        )
    }

    pub(crate) fn import(&mut self) -> Imported {
        self.try_import().unwrap()
    }

    /// Writes files beside those that are there, and imports the folder.
    pub(crate) fn take(&mut self, files: &[(&str, &str)]) -> Imported {
        for (name, content) in files {
            self.write(name, content);
        }
        self.import()
    }

    /// The same for files with which nothing is wrong.
    pub(crate) fn good(&mut self, files: &[(&str, &str)]) -> Imported {
        let imported = self.take(files);
        assert_eq!(problems(&imported), [""; 0]);
        assert_eq!(imported.report.held, [""; 0]);
        assert!(imported.applied);
        imported
    }

    /// The same for one file with one problem, which is returned.
    pub(crate) fn bad(&mut self, name: &str, content: impl AsRef<[u8]>) -> String {
        self.write(name, content);
        let imported = self.import();
        assert!(!imported.applied);
        let mut problems = problems(&imported);
        assert_eq!(problems.len(), 1, "{problems:#?}");
        problems.remove(0)
    }

    /// Closes and opens the store again.
    pub(crate) fn reopen(self) -> Self {
        let Self {
            store,
            options,
            data,
            folder,
            ..
        } = self;
        drop(store);
        let symbols = Symbols::default();
        Self {
            store: Store::open(data.path(), &symbols).unwrap(),
            symbols,
            options,
            data,
            folder,
        }
    }

    pub(crate) fn relations(&self) -> Vec<(E164, Relation)> {
        let mut all = Vec::new();
        let reader = self.store.reader().unwrap();
        reader.load_relations(|n, r| all.push((n, r))).unwrap();
        all
    }

    pub(crate) fn consents(&self) -> Vec<(E164, Consent)> {
        let mut all = Vec::new();
        let reader = self.store.reader().unwrap();
        reader.load_consents(|n, c| all.push((n, c))).unwrap();
        all
    }

    pub(crate) fn objections(&self) -> Vec<(Option<E164>, Objection)> {
        let mut all = Vec::new();
        let reader = self.store.reader().unwrap();
        reader.load_objections(|n, o| all.push((n, o))).unwrap();
        all
    }

    /// How many relations, consents and objections are current.
    pub(crate) fn counts(&self) -> (usize, usize, usize) {
        let (r, c, o) = (self.relations(), self.consents(), self.objections());
        (r.len(), c.len(), o.len())
    }

    /// The open part of the unclear queue, as `place: given: problem: numbers`.
    pub(crate) fn unclear(&self) -> Vec<String> {
        let rows = self.store.unclear(false).unwrap();
        let row = |u: &verzet::store::UnclearRow| {
            let numbers: Vec<_> = u.e164.iter().map(ToString::to_string).collect();
            format!(
                "{}: {}: {}: {}",
                u.place,
                u.given,
                u.problem,
                numbers.join(" ")
            )
        };
        rows.iter().map(row).collect()
    }

    /// The catalogue in the store.
    pub(crate) fn catalogue(&self) -> Catalogue {
        let rows = self.store.catalogue_rows().unwrap();
        Catalogue::build(catalogue_from_rows(&rows, &self.symbols).unwrap())
    }
}

pub(crate) fn problems(imported: &Imported) -> Vec<String> {
    imported
        .report
        .problems
        .iter()
        .map(ToString::to_string)
        .collect()
}

/// What became of one file: rows, added, unchanged, ended, bad.
pub(crate) fn file(imported: &Imported, name: &str) -> [u64; 5] {
    let file = imported.report.files.iter().find(|f| f.file == name);
    let file = file.unwrap_or_else(|| panic!("no report on {name}"));
    [file.rows, file.added, file.unchanged, file.ended, file.bad]
}
