//! What became of an import, in words.

use serde::Serialize;

use crate::{
    cli::output::{Table, clean, count},
    proto::v1::{ImportFile, ImportReport},
};

#[derive(Serialize)]
struct FileJson<'a> {
    file: &'a str,
    rows: u64,
    added: u64,
    unchanged: u64,
    ended: u64,
    bad: u64,
}

/// The report as a JSON object; the names are those of the wire.
#[derive(Serialize)]
pub(super) struct Json<'a> {
    applied: bool,
    revision: u64,
    files: Vec<FileJson<'a>>,
    problems: &'a [String],
    held: &'a [String],
    unclear: u64,
    rejected_files: &'a [String],
    warnings: &'a [String],
}

impl<'a> Json<'a> {
    pub(super) fn of(r: &'a ImportReport) -> Self {
        let file = |f: &'a ImportFile| FileJson {
            file: &f.file,
            rows: f.rows,
            added: f.added,
            unchanged: f.unchanged,
            ended: f.ended,
            bad: f.bad,
        };
        Self {
            applied: r.applied,
            revision: r.revision,
            files: r.files.iter().map(file).collect(),
            problems: &r.problems,
            held: &r.held,
            unclear: r.unclear,
            rejected_files: &r.rejected_files,
            warnings: &r.warnings,
        }
    }
}

/// For standard output: a line per file.
pub(super) fn text(r: &ImportReport) -> String {
    let mut table = Table::new(&["file", ">rows", ">added", ">unchanged", ">ended", ">bad"]);
    for f in &r.files {
        let numbers = [f.rows, f.added, f.unchanged, f.ended, f.bad].map(count);
        table.row(std::iter::once(f.file.clone()).chain(numbers));
    }
    let applied = if r.applied { "applied" } else { "held" };
    format!("{table}{applied}, revision {}\n", r.revision)
}

/// For standard error: every bad row, why the folder was held, what waits.
pub(super) fn messages(r: &ImportReport) -> String {
    let mut text = String::new();
    for problem in &r.problems {
        text.push_str(&format!("{}\n", clean(problem)));
    }
    for reason in &r.held {
        text.push_str(&format!("held: {reason}\n"));
    }
    for warning in &r.warnings {
        text.push_str(&format!("look at: {}\n", clean(warning)));
    }
    for file in &r.rejected_files {
        text.push_str(&format!("rejected rows written: {file}\n"));
    }
    if r.unclear > 0 {
        text.push_str(&format!(
            "stops that wait for a person to look at them: {}\n",
            count(r.unclear)
        ));
    }
    text
}

/// What would apply a folder that was held.
pub(super) fn remedy(r: &ImportReport) -> String {
    let mend = "mend the rows named above and import again";
    let skip = "apply the good rows with --skip-bad-rows";
    let shrink = "if so many rows should end, accept it with --accept-shrink";
    match (r.problems.is_empty(), r.held.is_empty()) {
        (false, true) => format!("{mend}, or {skip}"),
        (true, _) => shrink.to_owned(),
        (false, false) => format!("{mend}, or {skip}; {shrink}"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    fn held() -> ImportReport {
        ImportReport {
            applied: false,
            revision: 7,
            files: vec![
                ImportFile {
                    file: "sellers.csv".into(),
                    rows: 2,
                    unchanged: 2,
                    ..Default::default()
                },
                ImportFile {
                    file: "relations.csv".into(),
                    rows: 12_000,
                    added: 10,
                    unchanged: 9_000,
                    ended: 2_990,
                    bad: 1,
                },
            ],
            problems: vec!["relations.csv:3:5: kind: `BUY` is not a kind; write PURCHASE".into()],
            held: vec!["relations.csv would end 2,990 of 12,000 rows".into()],
            unclear: 1,
            rejected_files: vec![],
            warnings: vec!["campaign c-1 offers nothing".into()],
        }
    }

    #[test]
    fn a_held_folder_for_people() {
        assert_eq!(
            text(&held()),
            "file             rows  added  unchanged  ended  bad\n\
             sellers.csv         2      0          2      0    0\n\
             relations.csv  12,000     10      9,000  2,990    1\n\
             held, revision 7\n"
        );
        assert_eq!(
            messages(&held()),
            "relations.csv:3:5: kind: `BUY` is not a kind; write PURCHASE\n\
             held: relations.csv would end 2,990 of 12,000 rows\n\
             look at: campaign c-1 offers nothing\n\
             stops that wait for a person to look at them: 1\n"
        );
        assert_eq!(
            remedy(&held()),
            "mend the rows named above and import again, or apply the good rows with --skip-bad-rows; \
             if so many rows should end, accept it with --accept-shrink"
        );
        let only = |problems: bool| {
            let mut r = held();
            if problems {
                r.held.clear()
            } else {
                r.problems.clear()
            }
            remedy(&r)
        };
        assert!(!only(true).contains("--accept-shrink"));
        assert!(!only(false).contains("--skip-bad-rows"));
    }

    #[test]
    fn a_held_folder_for_scripts() {
        assert_eq!(
            serde_json::to_string(&Json::of(&held())).unwrap(),
            r#"{"applied":false,"revision":7,"files":[{"file":"sellers.csv","rows":2,"added":0,"unchanged":2,"ended":0,"bad":0},{"file":"relations.csv","rows":12000,"added":10,"unchanged":9000,"ended":2990,"bad":1}],"problems":["relations.csv:3:5: kind: `BUY` is not a kind; write PURCHASE"],"held":["relations.csv would end 2,990 of 12,000 rows"],"unclear":1,"rejected_files":[],"warnings":["campaign c-1 offers nothing"]}"#
        );
    }
}
