//! What reaches outside: TLS, a provider, a mail server, and settings that are only right together.

use std::path::PathBuf;

use crate::{load, problems};

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
fn a_mail_server_is_a_host_and_a_port_and_names_nobody() {
    for good in ["mail.example.org:587", "127.0.0.1:25", "[::1]:25"] {
        let c = load(&format!("[report]\nmail_server = \"{good}\"\n"), &[], &[]).unwrap();
        assert_eq!(c.report.mail_server, good);
    }
    let at = "report.mail_server:";
    for named in [
        "smtp://verzet:hidden@mail.example.org:587",
        "smtp://verzet:hidden@mail.example.org",
        "verzet:hidden@mail.example.org:587",
    ] {
        let told = format!(
            "{at} names a user; write it as \"mail.example.org:587\", the user in report.mail_user, and the \
             password in the file that report.mail_password_file names"
        );
        assert_eq!(
            problems(&format!("[report]\nmail_server = \"{named}\"\n")),
            [format!("v.toml:2: {told}")]
        );
        let env = [("VERZET_REPORT_MAIL_SERVER", named)];
        assert_eq!(
            load("", &env, &[]).unwrap_err(),
            [format!("environment VERZET_REPORT_MAIL_SERVER: {told}")]
        );
    }
    for odd in [
        "mail.example.org",
        "smtp://mail.example.org:587",
        ":587",
        "mail.example.org:smtp",
    ] {
        assert_eq!(
            problems(&format!("[report]\nmail_server = \"{odd}\"\n")),
            [format!(
                "v.toml:2: {at} this is not a host and a port; write it as \"mail.example.org:587\", or leave \
                 it empty"
            )]
        );
    }
}
