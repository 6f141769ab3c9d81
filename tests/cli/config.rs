//! The configuration: where values came from, and what is refused.

use crate::{
    ended,
    sidecar::{Dir, Ended},
};

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
fn a_ca_of_the_provider_that_is_none_ends_the_start() {
    let dir = Dir::new();
    dir.write(
        "verzet.toml",
        "[oidc]\nissuer = \"https://id.example\"\nclient_id = \"verzet\"\n\
         redirect = \"https://v.example/sign-in/oidc/callback\"\nca_file = \"ca.pem\"\n",
    );
    let refused = |what: &str| {
        let args = ["--sample"];
        let ended = dir.serve(&args).err().expect("nobody is believed");
        let told = format!(
            "verzet.toml:5: oidc.ca_file: ca.pem: {what}; give the certificate of the CA, in PEM"
        );
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert_eq!(ended.stderr.lines().last(), Some(&*told));
    };
    refused("cannot be read (I/O error: No such file or directory (os error 2))");
    dir.write("ca.pem", "a key, perhaps\n");
    refused("has no certificate in it");
}
