//! The help, and the page that says the same at length.

use crate::{ended, sidecar::Dir};

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
    let page = include_str!("../../docs/cli.md");
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
