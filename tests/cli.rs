//! The built binary: what it prints, where, and the code it ends with.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/sidecar.rs"]
mod sidecar;

use std::{fs::OpenOptions, net::TcpListener, process::Stdio};

use sidecar::{Dir, Ended};

fn ended(code: i32, stdout: &str, stderr: &str) -> Ended {
    Ended {
        code: Some(code),
        stdout: stdout.to_owned(),
        stderr: stderr.to_owned(),
    }
}

#[test]
fn help_names_the_commands_and_the_exit_codes() {
    let help = "\
May this seller call this person about this offer, now?

Usage: verzet [OPTIONS] <COMMAND>

Commands:
  serve      Answer dialers until stopped
  import     Take in the CRM's folder of CSV files as one change
  register   Copies of official registers of numbers that may not be called
  check      Ask whether a campaign may contact a number
  scrub      Look over a CSV list of numbers
  report     What was decided
  ledger     The record of every decision: proved, exported, kept no longer than it must be
  replay     Make recorded decisions again, and say whether they come out the same
  policy     The regimes, and which is enforced
  objection  Record a no
  unclear    Stops that wait for a person to look at them
  catalogue  Sellers, products and what is offered
  backup     Copy the data directory so that it can be put back
  restore    Put a backup back into a data directory that is empty
  doctor     Look the installation over and tell what to mend
  health     Ask a running sidecar whether it serves
  token      What dialers and other programs show to say who they are
  user       The accounts of people who sign in to the pages
  changes    Who changed or looked at what
  config     The configuration
  help       Print this message or the help of the given subcommand(s)

Options:
      --config <FILE>   Config file [default: ./verzet.toml if it is there]
      --data-dir <DIR>  Data directory, with or without a sidecar running on it [default: data_dir
                        of the config]
  -h, --help            Print help
  -V, --version         Print version

Exit codes:
  0    done; check: ALLOW
  1    the command failed
  2    wrong usage or configuration
  3    check: BLOCK
  4    check: DEFER
  5    import, register import: held or refused; nothing was applied but stops
  6    the sidecar cannot be reached, or the data directory is locked
  7    ledger verify, ledger check-proof: not what was recorded; replay: it comes out otherwise
  8    replay: it cannot be told, an input is no longer there
  130  interrupted
";
    assert_eq!(Dir::new().run(&["--help"]), ended(0, help, ""));
    let version = format!("verzet {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(Dir::new().run(&["--version"]), ended(0, &version, ""));
}

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
fn config_show_says_where_each_value_came_from() {
    let dir = Dir::new();
    dir.write(
        "verzet.toml",
        "language = \"nl\"\n\n[limits]\nconnections = 5\n",
    );
    let output = dir
        .command(&["config", "show", "--data-dir", "here"])
        .env("VERZET_LOG_LEVEL", "warn")
        .output()
        .unwrap();
    let shown = "\
setting                        value            from
listen                         127.0.0.1:50051  default
data_dir                       here             flag --data-dir
default_region                 NL               default
language                       nl               verzet.toml:1
durability                     disk             default
check.allow_valid_for          60s              default
check.min_revision_wait        100ms            default
limits.message_bytes           1MiB             default
limits.batch_numbers           1000             default
limits.header_bytes            16KiB            default
limits.streams_per_connection  256              default
limits.connections             5                verzet.toml:4
limits.idle                    10m              default
limits.greeting                10s              default
limits.ping_every              30s              default
limits.ping_timeout            20s              default
limits.queue_wait              25ms             default
limits.in_flight               16384            default
limits.connection_in_flight    2048             default
limits.stream_in_flight        256              default
limits.default_deadline        5s               default
ledger.dir                                      default
pages.listen                   127.0.0.1:50080  default
pages.second_person            yes              default
report.daily_dir                                default
report.daily_at                06:00            default
report.mail_server                              default
report.mail_tls                starttls         default
report.mail_user                                default
report.mail_password_file                       default
report.mail_from                                default
report.mail_to                                  default
serve.threads                  0                default
serve.grace                    10s              default
metrics.listen                 127.0.0.1:9464   default
access.loopback                agent            default
access.session_idle            30m              default
access.session_length          12h              default
oidc.issuer                                     default
oidc.client_id                                  default
oidc.client_secret_file                         default
oidc.redirect                                   default
oidc.name                                       default
oidc.ca_file                                    default
tls.certificate                                 default
tls.key                                         default
tls.client_ca                                   default
tls.client_callers                              default
tls.handshake                  5s               default
log.format                     text             default
log.level                      warn             environment VERZET_LOG_LEVEL
trace.endpoint                                  default
trace.per_million              10000            default
";
    assert_eq!(Ended::from(output), ended(0, shown, ""));
    let json = dir.run(&["config", "show", "--json"]).stdout;
    assert_eq!(
        json.lines().nth(3),
        Some(r#"{"key":"language","value":"nl","origin":"verzet.toml:1"}"#)
    );
}

#[test]
fn a_wrong_config_is_code_2_for_every_command() {
    let dir = Dir::new();
    dir.write("verzet.toml", "listn = \"127.0.0.1:1\"\n");
    let told = "verzet.toml:1: listn: is not a setting; did you mean `listen`?\n";
    for args in [
        &["config", "show"] as &[&str],
        &["serve", "--sample"],
        &["policy", "list"],
        &[
            "check",
            "0612345678",
            "--campaign",
            "c",
            "--address",
            "127.0.0.1:1",
        ],
    ] {
        assert_eq!(dir.run(args), ended(2, "", told), "{args:?}");
    }
}

#[test]
fn an_address_others_can_reach_is_refused() {
    let dir = Dir::new();
    assert_eq!(
        dir.run(&["serve", "--sample", "--listen", "0.0.0.0:50051"]),
        ended(
            2,
            "",
            "flag --listen: listen: `0.0.0.0:50051` can be reached from other machines, and there is \
             no TLS to keep tokens and numbers from whoever listens in; set tls.certificate and tls.key, \
             or keep it on loopback, such as \"127.0.0.1:50051\", and put the sidecar beside the dialer\n"
        )
    );
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
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

/// Every command at the end of its path, with its flags.
fn leaves(command: &clap::Command, path: &str, found: &mut Vec<(String, Vec<String>)>) {
    for sub in command.get_subcommands() {
        let path = format!("{path} {}", sub.get_name());
        if sub.has_subcommands() {
            leaves(sub, &path, found);
        } else {
            let flags = sub
                .get_arguments()
                .filter_map(|a| a.get_long())
                .map(|l| format!("--{l}"));
            found.push((path, flags.collect()));
        }
    }
}

#[test]
fn the_page_has_every_command_with_its_flags_and_the_exit_codes() {
    let page = include_str!("../docs/cli.md");
    let mut commands = Vec::new();
    leaves(&verzet::cli::command(), "verzet", &mut commands);
    assert_eq!(commands.len(), 47);
    let section = |path: &str| {
        let after = page.split_once(&format!("\n### `{path}`\n"))?.1;
        Some(after.split("\n#").next().unwrap_or(after))
    };
    for (path, flags) in &commands {
        let text = section(path).unwrap_or_else(|| panic!("docs/cli.md has no section `{path}`"));
        for flag in flags
            .iter()
            .filter(|f| !["--json", "--address", "--token-file", "--ca-file"].contains(&f.as_str()))
        {
            assert!(
                text.contains(&format!("`{flag}")),
                "docs/cli.md: `{path}`: {flag} is missing"
            );
        }
        for told in text.split('`').filter(|t| t.starts_with("--")) {
            let flag = told.split(' ').next().unwrap();
            assert!(
                flags.iter().any(|f| f == flag),
                "docs/cli.md: `{path}` has no flag {flag}"
            );
        }
    }
    for code in ["0", "1", "2", "3", "4", "5", "6", "7", "8", "130"] {
        assert!(
            page.contains(&format!("\n| {code} | ")),
            "docs/cli.md: exit code {code} is missing"
        );
    }
}
