//! Sequences of operations against a model. The invariant: *no acknowledged stop is ever missed*, through
//! imports, enforcing, crashes and reopening. And nobody is a customer whom nobody said to be one.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;
use verzet::{
    clock::{Day, Micros},
    facts::model::FactId,
    intake::{ConsentFields, FolderOptions, ObjectionFields},
    ledger::{Durability, LedgerOptions},
    number::Region,
    policy::{Intent, Reason, Verdict},
    sidecar::{Ask, Language, Query, Settings, Sidecar},
};

/// The most operations of one run: each is a commit.
const MOST: usize = 24;

/// Whom it is about.
const NUMBERS: [&str; 6] = [
    "+31612000001",
    "0612000002",
    "+31 6 12000003",
    "0031612000004",
    "+31201234567",
    "+3197012345678",
];

/// What was acknowledged about a number.
#[derive(Clone, Default)]
struct Known {
    stopped: bool,
    permitted: bool,
    consents: Vec<FactId>,
}

struct Run {
    dir: TempDir,
    data: PathBuf,
    copies: u32,
    sidecar: Option<Sidecar>,
    known: BTreeMap<usize, Known>,
}

pub fn operations(data: &[u8]) {
    let mut run = Run::new();
    let (steps, _) = data.as_chunks::<2>();
    for [what, about] in steps.iter().take(MOST) {
        run.step(*what, *about);
    }
    run.crash();
    run.check_all();
}

const CATALOGUE: [(&str, &str); 5] = [
    ("sellers.csv", "seller_id,name\nsun,Sun BV\n"),
    (
        "categories.csv",
        "category_id,parent_id,name\npower,,Power\n",
    ),
    (
        "products.csv",
        "product_id,seller_id,category_id,name\np-power,sun,power,Power\n",
    ),
    (
        "sources.csv",
        "source_id,seller_id,kind,lawful_basis_document,obtained_on\n\
         own,sun,CUSTOMER_FILE,ROPA-1,2020-01-01\n",
    ),
    (
        "campaigns.csv",
        "campaign_id,seller_id,purpose,channel,products,source_id,region,starts_on,ends_on,caller_ids,\
         purpose_compatible\ncustomers,sun,MARKETING,VOICE,p-power,own,NL,2020-01-01,,+31201234567,\n",
    ),
];
const OBJECTIONS: &str = "number,region,person_id,seller_id,channels,recorded_at,source\n";
const RELATIONS: &str =
    "number,region,person_id,seller_id,kind,product_id,started_on,ended_on,paid\n";

fn open(data: &Path) -> Sidecar {
    Sidecar::open(Settings {
        data_dir: data.to_owned(),
        ledger_dir: data.join("ledger"),
        default_region: Region::NL,
        language: Language::En,
        durability: Durability::Async,
        allow_valid_for: 60_000_000,
        ledger: LedgerOptions::default(),
        accept_older_facts: false,
    })
    .unwrap()
}

impl Run {
    fn new() -> Self {
        // In memory where that is to be had: the disk itself is not what is looked at here.
        let memory = Path::new("/dev/shm");
        let dir = match memory.is_dir() {
            true => TempDir::new_in(memory).unwrap(),
            false => TempDir::new().unwrap(),
        };
        let data = dir.path().join("0");
        let sidecar = open(&data);
        let mut run = Self {
            dir,
            data,
            copies: 0,
            sidecar: Some(sidecar),
            known: BTreeMap::new(),
        };
        run.enforce();
        run.import(&CATALOGUE.map(|(name, text)| (name, text.to_owned())));
        run
    }

    fn sidecar(&self) -> &Sidecar {
        self.sidecar.as_ref().unwrap()
    }

    fn step(&mut self, what: u8, about: u8) {
        let n = usize::from(about) % NUMBERS.len();
        match what % 9 {
            0 | 1 => self.object(n, about),
            2 => self.consent(n),
            3 => self.withdraw(n),
            4 => self.folder(about, what),
            5 => self.enforce(),
            6 => self.crash(),
            7 => self.reopen(),
            _ => self.check(n),
        }
    }

    fn object(&mut self, n: usize, how: u8) {
        let fields = ObjectionFields {
            number: NUMBERS[n],
            region: "",
            person_id: "",
            seller_id: if how & 64 == 0 { "sun" } else { "" },
            channels: if how & 128 == 0 { "" } else { "VOICE" },
            recorded_at: "",
            source: "fuzz",
        };
        if self.sidecar().record_objection(&fields).is_ok() {
            self.known.entry(n).or_default().stopped = true;
        }
    }

    /// Given before any stop there is, so it lifts none.
    fn consent(&mut self, n: usize) {
        let fields = ConsentFields {
            number: NUMBERS[n],
            region: "",
            person_id: "",
            seller_id: "sun",
            channels: "VOICE",
            products: "p-power",
            granted_at: "2020-06-01T00:00:00Z",
            expires_at: "",
            withdrawn_at: "",
            evidence: "form",
        };
        if let Ok(recorded) = self.sidecar().record_consent(&fields) {
            let known = self.known.entry(n).or_default();
            known.permitted = true;
            known.consents.extend(recorded.fact_ids);
        }
    }

    fn withdraw(&mut self, n: usize) {
        let Some(id) = self.known.get_mut(&n).and_then(|k| k.consents.pop()) else {
            return;
        };
        if self.sidecar().withdraw_consent(id, None).is_ok() {
            self.known.entry(n).or_default().stopped = true;
        }
    }

    /// A nightly folder: who is in it is in the bits; with a bad row it is held, but for its stops.
    fn folder(&mut self, objecting: u8, customers: u8) {
        let listed = |bits: u8| (0..NUMBERS.len()).filter(move |n| bits >> n & 1 == 1);
        let mut objections = OBJECTIONS.to_owned();
        for n in listed(objecting) {
            objections += &format!("{},NL,,sun,,2021-01-01T00:00:00Z,crm\n", NUMBERS[n]);
        }
        let mut relations = RELATIONS.to_owned();
        for n in listed(customers) {
            relations += &format!("{},NL,,sun,PURCHASE,p-power,2019-01-01,,yes\n", NUMBERS[n]);
        }
        if objecting & 128 != 0 {
            relations += "+31612000001,NL,,nobody,PURCHASE,p-power,yesterday,,perhaps\n";
        }
        let applied = self.import(&[("objections.csv", objections), ("relations.csv", relations)]);
        for n in listed(objecting) {
            self.known.entry(n).or_default().stopped = true;
        }
        if applied {
            // Their relations are the file's, all of them; consents are another matter.
            for n in listed(customers) {
                self.known.entry(n).or_default().permitted = true;
            }
        }
    }

    fn import(&mut self, files: &[(&str, String)]) -> bool {
        let folder = TempDir::new_in(self.dir.path()).unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let options = FolderOptions {
            origin: "crm".into(),
            skip_bad_rows: false,
            accept_shrink: true,
            default_region: Region::NL,
            received_at: Micros::system_now(),
        };
        let imported = self
            .sidecar()
            .import_folder(folder.path(), &options, &mut |_| {});
        imported.unwrap().applied
    }

    fn enforce(&mut self) {
        let sidecar = self.sidecar();
        let regime = sidecar.packs.get("nl-bmnr").unwrap().clone();
        let chosen = sidecar.enforce(regime, Day::ALWAYS, Day::NEVER, "fuzz", "to be asked");
        let _ = chosen.unwrap();
    }

    /// As if the process was killed: its files as they are now, without anything being closed, are what
    /// the next one finds.
    fn crash(&mut self) {
        let sidecar = self.sidecar.take().unwrap();
        // The ledger's thread writes on its own; a copy in the middle of it would be of no one moment.
        while sidecar.ledger.pending() > 0 {
            std::thread::yield_now();
        }
        self.copies += 1;
        let copy = self.dir.path().join(self.copies.to_string());
        copy_tree(&self.data, &copy);
        drop(sidecar);
        fs::remove_dir_all(&self.data).unwrap();
        self.data = copy;
        self.sidecar = Some(open(&self.data));
        self.check_all();
    }

    fn reopen(&mut self) {
        drop(self.sidecar.take());
        self.sidecar = Some(open(&self.data));
        self.check_all();
    }

    fn check_all(&self) {
        (0..NUMBERS.len()).for_each(|n| self.check(n));
    }

    fn check(&self, n: usize) {
        let sidecar = self.sidecar();
        let query = Query {
            ask: Ask {
                number: NUMBERS[n],
                region: None,
                campaign_id: "customers",
                channel: None,
                person_id: "",
                source_id: "",
                at: sidecar.now(),
            },
            region: "",
            call_id: "",
            agent_id: "",
            caller_id: "",
            intent: Intent::Dial,
            dry_run: false,
            min_revision: 0,
            behind: false,
        };
        let answer = sidecar.check(&query, |asked, _| {
            (asked.decision.verdict, asked.decision.reason)
        });
        let (verdict, reason) = answer.unwrap().0;
        let known = self.known.get(&n).cloned().unwrap_or_default();
        if known.stopped {
            let blocked = verdict == Verdict::Block
                && matches!(reason, Reason::Objected | Reason::LineTypeNotCallable);
            assert!(
                blocked,
                "{}: an acknowledged stop is missed: {verdict:?} {reason:?}",
                NUMBERS[n]
            );
        } else if !known.permitted {
            assert_ne!(
                verdict,
                Verdict::Allow,
                "{}: nobody permitted it",
                NUMBERS[n]
            );
        }
    }
}

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (kind, target) = (entry.file_type().unwrap(), to.join(entry.file_name()));
        if kind.is_dir() {
            copy_tree(&entry.path(), &target);
        } else if kind.is_file() {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
