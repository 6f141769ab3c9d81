//! What comes out: defaults, units, and which of several values wins.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use verzet::config::{
    Config, Durability, Flag, Language, LogFormat, LogLevel, OpenLoopback, Origin, SETTINGS,
};

use crate::load;

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
fn an_address_may_be_a_port_alone_and_is_then_on_loopback() {
    for spelling in ["50061", ":50061", "localhost:50061", "127.0.0.1:50061"] {
        let c = load(&format!("listen = \"{spelling}\""), &[], &[]).unwrap();
        assert_eq!(c.listen.to_string(), "127.0.0.1:50061", "{spelling}");
    }
    let c = load("listen = \"[::1]:0\"", &[], &[]).unwrap();
    assert_eq!(c.listen.to_string(), "[::1]:0");
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
