//! How fast a folder comes in: `cargo bench --bench intake [-- ROWS …]`.
//!
//! Relations into an empty store, the same folder again, and again with 1 in 100 rows changed. For
//! numbers in E.164 and in Dutch national digits. Files are on the disk of the target directory, or in
//! `INTAKE_BENCH_DIR`.
#![allow(clippy::unwrap_used, missing_docs)]

use std::{fs, io::Write, path::Path, time::Instant};

use verzet::{
    clock::Micros,
    facts::symbols::Symbols,
    intake::{FolderOptions, Imported, csv::Reader, import_folder},
    number::Region,
    store::Store,
};

fn main() {
    let asked: Vec<u64> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    let sizes = if asked.is_empty() {
        vec![1_000_000]
    } else {
        asked
    };
    for rows in sizes {
        for national in [false, true] {
            measure(rows, national);
        }
    }
}

fn measure(rows: u64, national: bool) {
    let base = std::env::var_os("INTAKE_BENCH_DIR");
    let base = base.unwrap_or_else(|| env!("CARGO_TARGET_TMPDIR").into());
    let dir = tempfile::tempdir_in(base).unwrap();
    let folder = dir.path().join("folder");
    fs::create_dir(&folder).unwrap();
    catalogue(&folder);
    relations(&folder, rows, national, |_| false);
    let symbols = Symbols::default();
    let mut store = Store::open(&dir.path().join("data"), &symbols).unwrap();

    let spelling = if national { "national" } else { "E.164" };
    println!("{rows} relations, {spelling} numbers");
    timed("CSV alone", rows, || {
        let mut reader = Reader::new(fs::File::open(folder.join("relations.csv")).unwrap());
        while reader.next_row().unwrap().is_some() {}
    });
    let mut take = |what| timed(what, rows, || import(&folder, &mut store, &symbols)).delta;
    assert_eq!(take("into an empty store").relations.len() as u64, rows);
    assert!(take("the same again").is_empty());
    relations(&folder, rows, national, |n| n % 100 == 7);
    assert_eq!(take("with 1 in 100 changed").ended.len() as u64, rows / 100);
}

fn timed<T>(what: &str, rows: u64, step: impl FnOnce() -> T) -> T {
    let (passed, worked) = (Instant::now(), worked());
    let done = step();
    let seconds = passed.elapsed().as_secs_f64();
    println!(
        "  {what}: {seconds:.2} s, {:.0} rows/s; processor time {:.2} s",
        rows as f64 / seconds,
        self::worked() - worked
    );
    done
}

/// Processor time of this process so far, all threads, in s; 0 where the system does not tell.
fn worked() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<_> = stat.rsplit(')').next().unwrap_or("").split(' ').collect();
    let ticks = |i: usize| fields.get(i).and_then(|f| f.parse::<f64>().ok());
    // proc(5): utime and stime are fields 14 and 15, in hundredths of a second; `)` ends field 2.
    ticks(12)
        .zip(ticks(13))
        .map_or(0.0, |(u, s)| (u + s) / 100.0)
}

fn import(folder: &Path, store: &mut Store, symbols: &Symbols) -> Imported {
    let options = FolderOptions {
        origin: "crm".into(),
        skip_bad_rows: false,
        accept_shrink: false,
        default_region: Region::NL,
        received_at: Micros(1_790_000_000_000_000),
    };
    let imported = import_folder(folder, &options, store, symbols, &mut |_| {}).unwrap();
    assert!(imported.applied, "{:?}", imported.report);
    imported
}

fn catalogue(folder: &Path) {
    let mut products = String::from("product_id,seller_id,category_id,name\n");
    for i in 0..50 {
        products.push_str(&format!("product-{i},noordlicht,,P\n"));
    }
    fs::write(folder.join("sellers.csv"), "seller_id,name\nnoordlicht,N\n").unwrap();
    fs::write(folder.join("products.csv"), products).unwrap();
}

/// Half of the rows name a person. A changed row gets a last day.
fn relations(folder: &Path, rows: u64, national: bool, changed: impl Fn(u64) -> bool) {
    let mut out = std::io::BufWriter::new(fs::File::create(folder.join("relations.csv")).unwrap());
    writeln!(
        out,
        "number,region,person_id,seller_id,kind,product_id,started_on,ended_on,paid"
    )
    .unwrap();
    let prefix = if national { "06" } else { "+316" };
    for n in 0..rows {
        // In no order, as exports are; each number once.
        let digits = 10_000_000 + n * 7_919 % 40_000_000;
        let person = if n % 2 == 0 {
            format!("p{n}")
        } else {
            String::new()
        };
        let end = if changed(n) { "2026-01-01" } else { "" };
        writeln!(
            out,
            "{prefix}{digits},NL,{person},noordlicht,PURCHASE,product-{},20{:02}-0{}-11,{end},yes",
            n % 50,
            n % 25,
            1 + n % 9
        )
        .unwrap();
    }
    // On the disk before the clock starts, as a nightly file is.
    out.into_inner().unwrap().sync_all().unwrap();
}
