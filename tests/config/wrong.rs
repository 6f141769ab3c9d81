//! What is wrong, where it was written, and how to mend it.

use std::{io, path::Path};

use verzet::config::{Config, Flag};

use crate::{load, problems};

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let text = "\
listen = \"0.0.0.0:50051\"
data_dir = \"\"
languege = \"nl\"
default_region = \"Holland\"
durability = \"perhaps\"
limits = 5
message_bytes = \"1MiB\"

[chek]
allow_valid_for = \"5s\"

[check]
allow_valid_for = \"5\"
min_revision_wait = \"101ms\"

[log]
format = true
level = 3

[ledger]
colour = \"red\"
dir = [1]

[serve]
threads = -1
";
    assert_eq!(
        problems(text),
        [
            "v.toml:1: listen: `0.0.0.0:50051` can be reached from other machines, and there is no TLS to keep tokens and numbers from whoever listens in; set tls.certificate and tls.key, or keep it on loopback, such as \"127.0.0.1:50051\", and put the sidecar beside the dialer",
            "v.toml:2: data_dir: is empty; write the path of a directory, or leave the setting out",
            "v.toml:3: languege: is not a setting; did you mean `language`?",
            "v.toml:4: default_region: `Holland` is not an ISO 3166 region; write two letters, such as \"NL\"",
            "v.toml:5: durability: `perhaps` is not one of the words; write \"disk\" or \"async\"",
            "v.toml:6: limits: is a section, not a setting; write [limits] on a line of its own, its settings below",
            "v.toml:7: message_bytes: is not a setting; did you mean `limits.message_bytes`?",
            "v.toml:9: chek: is not a section; did you mean `check`?",
            "v.toml:13: check.allow_valid_for: `5` has no unit; write a number and ms, s, m or h, such as \"5s\"",
            "v.toml:14: check.min_revision_wait: `101ms` is out of bounds; write \"0s\" to \"100ms\"",
            "v.toml:17: log.format: is true or false, not text; write it in quotes, such as format = \"text\"",
            "v.toml:18: log.level: is a whole number, not text; write it in quotes, such as level = \"info\"",
            "v.toml:21: ledger.colour: is not a setting; `verzet config sample` lists every setting",
            "v.toml:22: ledger.dir: is a list, not text; write it in quotes, such as dir = \"\"",
            "v.toml:25: serve.threads: `-1` is not a whole number within bounds; write 0 to 256",
        ]
    );
}

#[test]
fn a_number_is_written_without_quotes() {
    assert_eq!(
        problems("[limits]\nin_flight = \"16384\"\nconnections = 1.5"),
        [
            "v.toml:2: limits.in_flight: is text, not a whole number; write it without quotes, such as in_flight = 16384",
            "v.toml:3: limits.connections: is a fraction, not a whole number; write it without quotes, such as connections = 1024",
        ]
    );
}

#[test]
fn a_bad_unit_is_told_apart_from_a_missing_one() {
    let of = |value: &str| problems(&format!("[limits]\nmessage_bytes = \"{value}\"")).remove(0);
    let hint = "write a number and B, KiB, MiB or GiB, such as \"1MiB\"";
    let at = "v.toml:2: limits.message_bytes:";
    assert_eq!(of("1MB"), format!("{at} `MB` is not a unit; {hint}"));
    assert_eq!(of("1048576"), format!("{at} `1048576` has no unit; {hint}"));
    assert_eq!(
        of("MiB"),
        format!("{at} `MiB` does not begin with a whole number; {hint}")
    );
    assert_eq!(of("1.5MiB"), format!("{at} `.5MiB` is not a unit; {hint}"));
    assert_eq!(
        of("99999999999999999999MiB"),
        format!("{at} `99999999999999999999MiB` is out of bounds; write \"512KiB\" to \"64MiB\"")
    );
    assert_eq!(
        of("17179869184GiB"),
        format!("{at} `17179869184GiB` is out of bounds; write \"512KiB\" to \"64MiB\"")
    );
}

#[test]
fn the_environment_and_flags_are_named_as_such() {
    let env = [
        ("VERZET_LISTN", "127.0.0.1:1"),
        ("VERZET_LIMITS_CONNECTIONS", "many"),
        ("VERZET_QQQQQQ", "1"),
        // Set by Kubernetes for a service of this name.
        ("VERZET_PORT", "tcp://10.0.0.1:50051"),
        ("VERZET_PORT_50051_TCP_ADDR", "10.0.0.1"),
        ("VERZET_SERVICE_HOST", "10.0.0.1"),
    ];
    let flag = Flag {
        key: "listen",
        flag: "--listen",
        value: "dialers".to_owned(),
    };
    assert_eq!(
        load("", &env, &[flag]).unwrap_err(),
        [
            "environment VERZET_LIMITS_CONNECTIONS: limits.connections: `many` is not a whole number within bounds; write 1 to 65536",
            "environment VERZET_LISTN: `VERZET_LISTN` sets nothing; did you mean `VERZET_LISTEN`?",
            "environment VERZET_QQQQQQ: `VERZET_QQQQQQ` sets nothing; `verzet config sample` lists every setting",
            "flag --listen: listen: `dialers` is not an IP address and a port; write it as \"127.0.0.1:50051\" or \"[::1]:50051\"",
        ]
    );
}

#[test]
fn a_file_that_is_not_toml_is_told_of_with_the_rest() {
    let text = "listen = 127.0.0.1\nlanguage = \"de\"\nlanguage = \"nl\"\n[log\nlevel = \"loud\"\n";
    let told = problems(text);
    assert!(told.iter().all(|p| p.starts_with("v.toml:")), "{told:#?}");
    let of = |line: usize| {
        told.iter()
            .filter(|p| p.starts_with(&format!("v.toml:{line}: ")))
            .count()
    };
    assert_eq!((of(1), of(2), of(3), of(4)), (1, 1, 1, 1), "{told:#?}");
}

#[test]
fn a_named_file_must_be_there() {
    let told = Config::load(Some(Path::new("no/such.toml")), [], &[]).unwrap_err();
    assert_eq!(
        told.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "no/such.toml: cannot be read (No such file or directory (os error 2)); name a readable TOML file with `--config FILE`; `verzet config sample` prints one"
        ]
    );
}

#[test]
fn a_data_directory_too_deep_for_a_socket_is_refused() {
    let longest = 107 - "/verzet.sock".len();
    assert!(load(&format!("data_dir = \"{}\"", "d".repeat(longest)), &[], &[]).is_ok());
    assert_eq!(
        problems(&format!("data_dir = \"{}\"", "d".repeat(longest + 1))),
        [
            "v.toml:1: data_dir: the path of its socket `verzet.sock` is 108 bytes, more than the 107 a socket's path may have; choose a shorter path, or one relative to the working directory"
        ]
    );
}

#[test]
fn a_port_in_use_names_where_it_was_set() {
    let c = load("", &[("VERZET_LISTEN", "50061")], &[]).unwrap();
    let taken = io::Error::from(io::ErrorKind::AddrInUse);
    assert_eq!(
        c.bind_problem(&taken).to_string(),
        "environment VERZET_LISTEN: listen: 127.0.0.1:50061 is in use by another program; stop the other program, or choose another port with `--listen 127.0.0.1:PORT` or `listen` in the config file"
    );
}
