//! The configuration: defaults, what wins over what, every class of problem, and the files made of
//! the table of settings.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{fs, io, path::Path, path::PathBuf, time::Duration};

use verzet::config::{
    Config, Durability, Flag, Language, LogFormat, LogLevel, OpenLoopback, Origin, SETTINGS,
    sample, settings_markdown,
};

/// Reads a file with this text; every problem, with the directory cut off.
fn load(text: &str, env: &[(&str, &str)], flags: &[Flag]) -> Result<Config, Vec<String>> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("v.toml");
    fs::write(&file, text).unwrap();
    let env = env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    Config::load(Some(&file), env, flags).map_err(|problems| {
        let cut = format!("{}/", dir.path().display());
        problems
            .iter()
            .map(|p| p.to_string().replace(&cut, ""))
            .collect()
    })
}

fn problems(text: &str) -> Vec<String> {
    load(text, &[], &[]).unwrap_err()
}

fn origins(config: &Config, key: &str) -> (String, Origin) {
    let value = config
        .values()
        .iter()
        .find(|v| v.setting.key == key)
        .unwrap();
    (value.text.clone(), value.origin.clone())
}

#[test]
fn every_default() {
    let c = load("", &[], &[]).unwrap();
    assert_eq!(c.listen.to_string(), "127.0.0.1:50051");
    assert_eq!(c.data_dir, Path::new("verzet-data"));
    assert_eq!(c.default_region.as_str(), "NL");
    assert_eq!(c.language, Language::English);
    assert_eq!(c.durability, Durability::Disk);
    assert_eq!(c.check.allow_valid_for, Duration::from_secs(60));
    assert_eq!(c.check.min_revision_wait, Duration::from_millis(100));
    assert_eq!(c.limits.message_bytes, 1_048_576);
    assert_eq!(c.limits.batch_numbers, 1_000);
    assert_eq!(c.limits.streams_per_connection, 256);
    assert_eq!(c.limits.connections, 1_024);
    assert_eq!(c.limits.header_bytes, 16_384);
    assert_eq!(c.limits.idle, Duration::from_secs(600));
    assert_eq!(c.limits.greeting, Duration::from_secs(10));
    assert_eq!(c.limits.ping_every, Duration::from_secs(30));
    assert_eq!(c.limits.ping_timeout, Duration::from_secs(20));
    assert_eq!(c.limits.queue_wait, Duration::from_millis(25));
    assert_eq!(c.limits.in_flight, 16_384);
    assert_eq!(c.limits.connection_in_flight, 2_048);
    assert_eq!(c.limits.stream_in_flight, 256);
    assert_eq!(c.limits.default_deadline, Duration::from_secs(5));
    assert_eq!(c.ledger.dir, PathBuf::new());
    assert_eq!(c.ledger_dir(), Path::new("verzet-data/ledger"));
    assert_eq!(c.serve.threads, 0);
    assert_eq!(c.serve.grace, Duration::from_secs(10));
    assert!((1..=8).contains(&c.threads()));
    assert_eq!(c.access.loopback, OpenLoopback::Agent);
    assert_eq!(c.access.session_idle, Duration::from_secs(1_800));
    assert_eq!(c.access.session_length, Duration::from_secs(43_200));
    assert_eq!(c.tls.certificate, PathBuf::new());
    assert_eq!(c.log.format, LogFormat::Text);
    assert_eq!(c.log.level, LogLevel::Info);
    assert_eq!(c.socket(), Path::new("verzet-data/verzet.sock"));
    assert_eq!(c.values().len(), SETTINGS.len());
    for value in c.values() {
        assert_eq!(value.origin, Origin::Default, "{}", value.setting.key);
        assert_eq!(value.text, value.setting.default);
    }
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let text = "listen = \"127.0.0.1:1\"\ndata_dir = \"file\"\n\n[limits]\nin_flight = 5\nconnections = 0x10\n";
    let env = [
        ("VERZET_DATA_DIR", "env"),
        ("VERZET_LIMITS_IN_FLIGHT", "7"),
        ("PATH", "/bin"),
    ];
    let flag = Flag {
        key: "data_dir",
        flag: "--data-dir",
        value: "flag".to_owned(),
    };
    let c = load(text, &env, &[flag]).unwrap();
    let of = |key: &str| {
        let (text, origin) = origins(&c, key);
        let origin = origin.to_string();
        (text, origin.rsplit('/').next().unwrap().to_owned())
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(of("listen"), pair("127.0.0.1:1", "v.toml:1"));
    assert_eq!(of("data_dir"), pair("flag", "flag --data-dir"));
    assert_eq!(
        of("limits.in_flight"),
        pair("7", "environment VERZET_LIMITS_IN_FLIGHT")
    );
    assert_eq!(of("limits.connections"), pair("16", "v.toml:6"));
    assert_eq!(of("log.level"), pair("info", "default"));
    assert_eq!((c.limits.in_flight, c.limits.connections), (7, 16));
    assert_eq!(c.data_dir, Path::new("flag"));
}

#[test]
fn a_provider_is_asked_under_tls_and_is_set_whole() {
    let whole = "[oidc]\nissuer = \"https://id.example\"\nclient_id = \"verzet\"\n\
                 redirect = \"https://v.example/sign-in/oidc/callback\"\n";
    let c = load(whole, &[], &[]).unwrap();
    assert_eq!(c.oidc.issuer, "https://id.example");
    assert_eq!(c.oidc.client_secret_file, PathBuf::new());
    let local = whole.replace("https://id.example", "http://127.0.0.1:5556/dex");
    load(&local, &[], &[]).unwrap();
    let in_clear = problems(&whole.replace("https://id.example", "http://id.example"));
    assert_eq!(
        in_clear[0],
        "v.toml:2: oidc.issuer: this is not the address of a web site under TLS; write it \
         as \"https://id.example.org\"; http is only for this machine itself, such as \
         \"http://127.0.0.1:5556\""
    );
    assert_eq!(
        problems("[oidc]\nissuer = \"https://id.example\"\n"),
        [
            "v.toml:2: oidc.issuer: means nothing without oidc.client_id; set both, or neither",
            "v.toml:2: oidc.issuer: means nothing without oidc.redirect; set both, or neither",
        ]
    );
    assert_eq!(
        problems("[oidc]\nname = \"x\"\n"),
        ["v.toml:2: oidc.name: means nothing without oidc.issuer; set both, or neither"]
    );
    let elsewhere = problems(&whole.replace("/oidc/callback", ""));
    assert_eq!(
        elsewhere,
        [
            "v.toml:4: oidc.redirect: does not end in /sign-in/oidc/callback; write the pages' address as \
             browsers have it, and that after it, such as \
             \"https://verzet.example.org/sign-in/oidc/callback\""
        ]
    );
}

#[test]
fn an_address_may_be_a_port_alone_and_is_then_on_loopback() {
    for spelling in ["50061", ":50061", "localhost:50061", "127.0.0.1:50061"] {
        let c = load(&format!("listen = \"{spelling}\""), &[], &[]).unwrap();
        assert_eq!(c.listen.to_string(), "127.0.0.1:50061", "{spelling}");
    }
    let c = load("listen = \"[::1]:0\"", &[], &[]).unwrap();
    assert_eq!(c.listen.to_string(), "[::1]:0");
}

#[test]
fn what_other_machines_reach_needs_tls() {
    let tls = "listen = \"0.0.0.0:50051\"\n[tls]\ncertificate = \"c.pem\"\nkey = \"k.pem\"\n";
    let c = load(tls, &[], &[]).unwrap();
    assert_eq!(c.listen.to_string(), "0.0.0.0:50051");
    assert_eq!(
        problems("[tls]\nkey = \"k.pem\"\nclient_ca = \"ca.pem\"\n"),
        [
            "v.toml:2: tls.key: means nothing without tls.certificate; set both, or neither",
            "v.toml:3: tls.client_ca: means nothing without tls.certificate; set both, or neither",
        ]
    );
    assert_eq!(
        problems(&format!("{tls}client_callers = \"x=boss\"\n")),
        [
            "v.toml:5: tls.client_callers: `x=boss` has no role; write one of dialer, agent, supervisor, compliance, operator, auditor; write \"dialer-1.example=dialer:noordlicht; auditor.example=auditor\""
        ]
    );
    assert_eq!(
        problems(&format!("{tls}client_callers = \"x=dialer\"\n")),
        ["v.toml:5: tls.client_callers: means nothing without tls.client_ca; set both, or neither"]
    );
}

#[test]
fn units() {
    let c = load(
        "[limits]\nmessage_bytes = \"1024 KiB\"\ndefault_deadline = \"2m\"\n[check]\nallow_valid_for = \"1h\"\n",
        &[],
        &[],
    )
    .unwrap();
    assert_eq!(c.limits.message_bytes, 1 << 20);
    assert_eq!(c.limits.default_deadline, Duration::from_secs(120));
    assert_eq!(c.check.allow_valid_for, Duration::from_secs(3_600));
}

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

#[test]
fn the_sample_file_is_the_table() {
    let shipped = include_str!("../deploy/verzet.toml");
    assert_eq!(
        shipped,
        sample(),
        "write it anew: `cargo run -- config sample > deploy/verzet.toml`"
    );
}

#[test]
fn the_sample_means_the_defaults_commented_or_not() {
    let commented = load(&sample(), &[], &[]).unwrap();
    assert!(
        commented
            .values()
            .iter()
            .all(|v| v.origin == Origin::Default)
    );
    let is_setting = |l: &str| l.starts_with('#') && !l.starts_with("# ") && l.contains(" = ");
    let open: String = sample()
        .lines()
        .map(|l| {
            if is_setting(l) {
                format!("{}\n", &l[1..])
            } else {
                format!("{l}\n")
            }
        })
        .collect();
    let open = load(&open, &[], &[]).unwrap();
    for value in open.values() {
        assert!(
            matches!(value.origin, Origin::File(..)),
            "{}",
            value.setting.key
        );
        assert_eq!(value.text, value.setting.default);
    }
}

#[test]
fn the_page_has_the_table() {
    let page = include_str!("../docs/config.md");
    assert!(
        page.contains(&settings_markdown()),
        "put this table in docs/config.md (`cargo run -- config sample --markdown`):\n{}",
        settings_markdown()
    );
}
