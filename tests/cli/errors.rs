//! What cannot be done: wrong words, nobody there, files that are missing or wrong, a full disk.

use std::{fs::OpenOptions, net::TcpListener, process::Stdio};

use crate::{
    ended,
    sidecar::{Dir, Ended},
};

#[test]
fn wrong_usage_is_code_2_with_the_nearest_word() {
    let dir = Dir::new();
    let of = |args: &[&str]| dir.run(args);
    assert_eq!(
        of(&["chek"]),
        ended(
            2,
            "",
            "error: unrecognized subcommand 'chek'\n\n  tip: a similar subcommand exists: 'check'\n\n\
             Usage: verzet [OPTIONS] <COMMAND>\n\nFor more information, try '--help'.\n"
        )
    );
    assert_eq!(
        of(&["report", "list", "--verdict", "ALOW"]),
        ended(
            2,
            "",
            "error: invalid value 'ALOW' for '--verdict <WORD>'\n  \
             [possible values: ALLOW, BLOCK, DEFER]\n\n  \
             tip: a similar value exists: 'ALLOW'\n\nFor more information, try '--help'.\n"
        )
    );
    assert_eq!(
        of(&["register", "import", "bmnr", "f", "--as-of", "2026-02-30"]),
        ended(
            2,
            "",
            "error: invalid value '2026-02-30' for '--as-of <DATE>': \"2026-02-30\" is not a date; \
             write YYYY-MM-DD, such as 2026-11-24\n\nFor more information, try '--help'.\n"
        )
    );
    assert_eq!(
        of(&[
            "report",
            "summary",
            "--from",
            "2026-02-02",
            "--to",
            "2026-02-01"
        ]),
        ended(
            2,
            "",
            "error: --from 2026-02-02 is after --to 2026-02-01; hint: swap them\n"
        )
    );
    for wrong in [
        &["check", "06"] as &[&str],
        &["objection", "record"],
        &[
            "report",
            "list",
            "--day",
            "2026-02-01",
            "--from",
            "2026-02-01",
        ],
        &["policy", "enforce", "nl-bmnr", "--by", "somebody"],
        // Files of the sidecar's machine are read over its own socket only.
        &["import", "d", "--address", "127.0.0.1:1"],
    ] {
        assert_eq!(of(wrong).code, Some(2), "{wrong:?}");
    }
}

#[test]
fn serve_on_a_bare_directory_tells_the_choices_and_the_next_command() {
    let dir = Dir::new();
    let refused = dir.serve(&[]).err().expect("nothing is enforced by itself");
    assert_eq!(
        refused,
        ended(
            2,
            "",
            "error: no regime is enforced, and none is by itself: verzet-data; hint: choose one, with \
             your name and reason; it is recorded\n  \
             nl-bmnr  The Netherlands: Bel-me-niet Register and customer relation (2009-2021): law from \
             2009-10-01, until 2021-06-30, no longer the law\n  \
             nl-2026  The Netherlands: calls only with consent (since 1 July 2026): law from 2026-07-01, \
             still the law\n\
             next: verzet policy enforce nl-bmnr --by \"your name\" --why \"…\"\n  \
             or: verzet serve --sample\n"
        )
    );
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn asking_where_nobody_answers_is_code_6_and_leaves_nothing_behind() {
    let dir = Dir::new();
    assert_eq!(
        dir.run(&[
            "check",
            "0612345678",
            "--campaign",
            "c",
            "--data-dir",
            "slip"
        ]),
        ended(
            6,
            "",
            "error: no data directory: slip; hint: name it with --data-dir, or begin one with \
             `verzet --data-dir slip serve --sample`\n"
        )
    );
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    assert_eq!(
        dir.run(&["report", "summary", "--address", &free.to_string()]),
        ended(
            6,
            "",
            &format!(
                "error: no sidecar answers: {free} (Connection refused (os error 111)); hint: start one \
                 with `verzet serve`, or leave --address out to use the data directory\n"
            )
        )
    );
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn a_list_with_faults_is_told_of_in_full_before_anything_is_asked() {
    let dir = Dir::new();
    dir.write(
        "l.csv",
        "number,region\n0612345678,NL\n06,\"N\"L\n06\n06,Holland\n\"06,NL\n",
    );
    assert_eq!(
        dir.run(&["scrub", "l.csv", "--campaign", "c", "--out", "o.csv"]),
        ended(
            1,
            "",
            "l.csv:3:7: text after a closing quote; double quotes inside a quoted field\n\
             l.csv:4: has 1 fields and the header 2; put a field with a comma in quotes\n\
             l.csv:5: region: `Holland` is not an ISO 3166 region; write two letters, such as NL\n\
             l.csv:6:1: a quote is left open, or the field is longer than 1 MiB; close it, and double quotes inside a quoted field\n\
             error: the list has faults, nothing was asked: l.csv; hint: mend the lines named above\n"
        )
    );
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn files_that_are_not_there_are_named() {
    let dir = Dir::new();
    let missing = "(No such file or directory (os error 2))";
    assert_eq!(
        dir.run(&["import", "no"]),
        ended(
            1,
            "",
            &format!("error: cannot be read: no {missing}; hint: name the folder of CSV files\n")
        )
    );
    assert_eq!(
        dir.run(&["register", "import", "bmnr", "no", "--as-of", "2026-01-01"]),
        ended(
            1,
            "",
            &format!("error: cannot be read: no {missing}; hint: name a readable file\n")
        )
    );
}

#[test]
fn a_closed_pipe_is_no_failure_and_a_full_disk_is() {
    let dir = Dir::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = dir
        .command(&["config", "sample"])
        .stdout(writer)
        .stderr(Stdio::piped())
        .output();
    assert_eq!(Ended::from(output.unwrap()), ended(0, "", ""));
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = dir
        .command(&["config", "sample"])
        .stdout(full)
        .stderr(Stdio::piped())
        .output();
    assert_eq!(
        Ended::from(output.unwrap()),
        ended(
            1,
            "",
            "error: standard output cannot be written: No space left on device (os error 28); hint: \
             look at where it goes\n"
        )
    );
}
