//! No secret shows: every kind of it is used for real, right and wrong, with the log as talkative as it can be, and
//! then looked for in everything the binary said, sent and left behind.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD};

use self::{browser::Browser, said::Said};
use super::{served::Served, sidecar::Dir};

#[path = "secrets/browser.rs"]
mod browser;
#[path = "secrets/mail.rs"]
mod mail;
#[path = "secrets/provider.rs"]
mod provider;
#[path = "secrets/said.rs"]
mod said;

const NEW: &str = "zeven woorden die nergens staan";
const WRONG: &str = "tried-but-wrong-7391";
const MAIL: &str = "post-geheim-5120";
const CLIENT: &str = "aanbieder-geheim-8264";
const CODE: &str = "a-code-of-the-provider-3307";

/// What stands between two texts.
fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let rest = text.split_once(before);
    let (_, rest) = rest.unwrap_or_else(|| panic!("no {before:?}: {text}"));
    rest.split_once(after).unwrap().0
}

#[test]
fn no_secret_shows_in_log_help_process_list_error_page_or_file() {
    let dir = Dir::new();
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    // Beside the directory with the data, as an operator has them.
    let kept = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| {
        let path = kept.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (certificate_file, key_file) = (put("tls.pem", &certificate), put("key.pem", &key));
    let (mail, mail_told) = mail::refusing();
    let password_file = put("mail", &format!("{MAIL}\n"));
    let (issuer, shown) = provider::refusing();
    let client_file = put("client", &format!("{CLIENT}\n"));
    dir.write(
        "verzet.toml",
        &format!(
            "[tls]\ncertificate = {certificate_file:?}\nkey = {key_file:?}\n\
             [pages]\nlisten = \"127.0.0.1:0\"\n[log]\nlevel = \"trace\"\n\
             [metrics]\nlisten = \"127.0.0.1:0\"\n\
             [oidc]\nissuer = \"{issuer}\"\nclient_id = \"verzet\"\nclient_secret_file = {client_file:?}\n\
             redirect = \"https://verzet.example/sign-in/oidc/callback\"\n\
             [report]\ndaily_dir = \"daily\"\ndaily_at = \"00:00\"\nmail_server = \"{mail}\"\nmail_tls = \"none\"\n\
             mail_user = \"verzet\"\nmail_password_file = {password_file:?}\n\
             mail_from = \"verzet@noordlicht.example\"\nmail_to = \"toezicht@noordlicht.example\"\n"
        ),
    );
    let mut said = Said::default();
    let mut secrets: Vec<(&str, String)> = vec![
        ("the new password", NEW.into()),
        ("a wrong password", WRONG.into()),
        ("the mail password", MAIL.into()),
        ("the secret of the provider", CLIENT.into()),
        (
            "the secret of the provider as it is sent",
            STANDARD.encode(format!("verzet:{CLIENT}")),
        ),
        ("a code of the provider", CODE.into()),
        ("the mail password as it is sent", STANDARD.encode(MAIL)),
        (
            "user and mail password as they are sent",
            STANDARD.encode(format!("\0verzet\0{MAIL}")),
        ),
    ];
    let lines = key.lines().filter(|l| !l.starts_with("---"));
    secrets.extend(lines.map(|l| ("the key of TLS", l.to_owned())));

    let mut served = Served::start(&dir, &["--sample"], &[]);
    let pid = served.pid();
    // The first account, from the file the log names.
    let log = served.log();
    let line = between(&log, "the first account was made", "\n");
    let file = dir.path().join(line.split_once(" file=").unwrap().1);
    assert_eq!(file, dir.path().join("verzet-data/first-password"));
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let first = fs::read_to_string(&file).unwrap().trim().to_owned();
    secrets.push(("the first password", first.clone()));
    let mut run = |args: &[&str]| {
        let ended = dir.run(args);
        let place = format!("verzet {}", args.join(" "));
        said.add(place.clone(), &ended.stdout);
        said.add(place, &ended.stderr);
        ended
    };
    run(&["backup", "backup-before"]);

    // Signing in: wrong, right, and a password of one's own.
    let pages = served.field("pages");
    let address = between(&pages, "https://", "/").parse().unwrap();
    let mut browser = Browser::new(address, &certificate);
    let mut sent = Vec::new();
    for (path, fields) in [
        ("/sign-in", [("name", "admin"), ("password", WRONG)]),
        ("/sign-in", [("name", "no-such"), ("password", WRONG)]),
    ] {
        let (status, page) = browser.send("POST", path, &fields);
        assert_eq!(status, 401);
        sent.push(page);
    }
    // At the provider, which takes our secret for no good.
    let (status, page) = browser.get("/sign-in/oidc");
    assert_eq!(status, 303, "{page}");
    let (_, trip) = browser.cookie.split_once('=').unwrap();
    secrets.push(("a sign-in at the provider", trip.to_owned()));
    let state = between(&page, "state=", "&");
    let (status, page) = browser.get(&format!("/sign-in/oidc/callback?code={CODE}&state={state}"));
    assert_eq!(status, 401, "{page}");
    let basic = format!("Basic {}", STANDARD.encode(format!("verzet:{CLIENT}")));
    assert_eq!(shown.recv().unwrap(), basic);
    sent.push(page);
    let (status, _) = browser.send(
        "POST",
        "/sign-in",
        &[("name", "admin"), ("password", &first)],
    );
    assert_eq!(status, 303);
    let (_, session) = browser.cookie.split_once('=').unwrap();
    secrets.push(("a session", session.to_owned()));
    let csrf = |page: &str| between(page, "name=\"csrf\" value=\"", "\"").to_owned();
    let form = csrf(&browser.get("/password").1);
    let present = [(WRONG, NEW, 422), (&*first, NEW, 303)];
    for (present, new, expected) in present {
        let fields = [
            ("csrf", &*form),
            ("present", present),
            ("new", new),
            ("again", new),
        ];
        let (status, page) = browser.send("POST", "/password", &fields);
        assert_eq!(status, expected, "{page}");
        sent.push(page);
    }
    assert!(
        !file.exists(),
        "the password was changed, and its file is there"
    );
    let (status, account) = browser.get("/account");
    assert_eq!(status, 200);
    secrets.push((
        "the second factor",
        between(&account, "secret=", "&").to_owned(),
    ));
    // Pages that say what is wrong, and those that tell who did what.
    let wrong = [
        ("csrf", WRONG),
        ("key", WRONG),
        ("code", WRONG),
        ("password", WRONG),
    ];
    for (method, path, fields) in [
        ("GET", "/no/such/page", &[][..]),
        ("GET", "/decisions?from=yesterday", &[]),
        ("GET", "/changes", &[]),
        ("GET", "/today", &[]),
        ("POST", "/account/second-factor", &wrong),
        ("POST", "/objections", &wrong),
        ("POST", "/sign-out", &wrong),
        ("DELETE", "/sign-in", &wrong),
    ] {
        sent.push(browser.send(method, path, fields).1);
    }

    // Tokens: good, wrong, revoked.
    let at = format!("https://{}", served.field("listen"));
    let token = |name: &str, text: &str| {
        let path = dir.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let made = dir.run(&["token", "create", "dialer-1", "--role", "dialer"]);
    let good = made
        .stdout
        .split_whitespace()
        .find(|w| w.starts_with("vzt_"));
    let good = good.unwrap_or_else(|| panic!("{made:?}")).to_owned();
    let bad = format!("vzt_{}", "WrongToken".repeat(4));
    let mut ask = |shown: &str| {
        let kept = token("token", shown);
        let ended = run(&[
            "check",
            "0610000002",
            "--campaign",
            "gas-customers",
            "--address",
            &at,
            "--token-file",
            kept.to_str().unwrap(),
            "--ca-file",
            &certificate_file,
        ]);
        fs::remove_file(kept).unwrap();
        ended.code
    };
    assert_eq!(ask(&good), Some(0));
    assert_ne!(ask(&bad), Some(0));
    let ended = run(&["token", "revoke", "dialer-1"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    secrets.extend([("a token", good), ("a wrong token", bad)]);
    for args in [
        ["user", "add", "colleague", "--role", "auditor"].as_slice(),
        &["user", "reset", "colleague"],
    ] {
        // It is printed once, for the one who asked; nowhere else.
        let made = dir.run(args);
        assert_eq!(made.code, Some(0), "{made:?}");
        let one_time = made.stdout.split_whitespace().find(|w| w.len() == 23);
        secrets.push(("a one-time password", one_time.unwrap().to_owned()));
    }
    let sent_password = STANDARD.encode(format!("\0verzet\0{MAIL}"));
    let begun = Instant::now();
    while !mail_told
        .recv_timeout(Duration::from_secs(120))
        .unwrap()
        .contains(&sent_password)
    {
        assert!(
            begun.elapsed() < Duration::from_secs(120),
            "no password came"
        );
    }
    served.wait_for(|log| log.contains("the daily report is not out"));

    for args in [
        ["config", "show"].as_slice(),
        &["config", "check"],
        &["doctor"],
        &["doctor", "--json"],
        &["health"],
        &["token", "list"],
        &["user", "list"],
        &["changes", "list"],
        &["token", "list", "--json"],
        &["user", "list", "--json"],
        &["changes", "list", "--json"],
        &["backup", "backup-after"],
        &["--help"],
        &["serve", "--help"],
        &["token", "create", "--help"],
        &["user", "add", "--help"],
        &["check", "--help"],
        &["config", "show", "--help"],
    ] {
        run(args);
    }
    let process = |name: &str| fs::read(format!("/proc/{pid}/{name}")).unwrap();
    for name in ["cmdline", "environ", "comm"] {
        said.add(format!("/proc/PID/{name}"), process(name));
    }
    for page in sent {
        said.add("a page", page);
    }
    said.add("the log", served.stop());
    said.files(dir.path());
    // That this looks where secrets would be: the log is as talkative as asked, and what is public is found.
    assert!(said.tells("DEBUG verzet").is_some() && said.tells("password_file").is_some());
    assert!(
        said.tells("-----BEGIN").is_none(),
        "{:?}",
        said.tells("-----BEGIN")
    );
    assert!(said.0.len() > 60, "{}", said.0.len());
    for (what, secret) in &secrets {
        assert_eq!(said.tells(secret), None, "{what} shows");
    }
}
