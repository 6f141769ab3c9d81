use super::*;
use crate::clock::Micros;

fn open() -> (tempfile::TempDir, Access) {
    let dir = tempfile::tempdir().unwrap();
    let access = Access::open(dir.path()).unwrap();
    (dir, access)
}

fn caller(name: &str, role: Role, sellers: &str) -> Caller {
    Caller::new(name, role, Sellers::parse(sellers).unwrap()).unwrap()
}

#[test]
fn changes_are_listed_newest_first_and_only_of_the_own_sellers() {
    let (dir, access) = open();
    let of_a = caller("s-a", Role::Supervisor, "a");
    let of_all = caller("c", Role::Compliance, "*");
    let change = |seller, key| NewChange {
        seller,
        key,
        ..NewChange::default()
    };
    let record = |who: &Caller, action, change: &NewChange<'_>| {
        access.changes.record(who, action, change).unwrap()
    };
    record(&of_a, Action::RecordObjection, &change("a", "objection-1"));
    record(
        &of_all,
        Action::RecordObjection,
        &change("b", "objection-2"),
    );
    record(&of_all, Action::EnforceRegime, &change("", "nl-bmnr"));
    let last = record(&of_a, Action::SeeNumber, &change("a", "+31610000002"));
    let keys = |sellers: &Sellers, filter: &ChangeFilter| -> Vec<String> {
        let rows = access.changes.list(sellers, filter, 10).unwrap();
        rows.into_iter().map(|row| row.key).collect()
    };
    let all = ChangeFilter::default();
    assert_eq!(
        keys(&Sellers::All, &all),
        ["+31610000002", "nl-bmnr", "objection-2", "objection-1"]
    );
    assert_eq!(keys(&of_a.sellers, &all), ["+31610000002", "objection-1"]);
    let of_b = ChangeFilter {
        seller: Some("b".into()),
        ..all.clone()
    };
    assert_eq!(keys(&of_a.sellers, &of_b), [""; 0]);
    let next_page = ChangeFilter {
        before: Some(last),
        ..all.clone()
    };
    assert_eq!(keys(&of_a.sellers, &next_page), ["objection-1"]);
    // A look is found after the file was closed and opened, and who and what cannot be rewritten.
    drop(access);
    let access = Access::open(dir.path()).unwrap();
    assert_eq!(access.changes.forget(&["+31610000002"]).unwrap(), 1);
    let rows = access.changes.list(&of_a.sellers, &all, 10).unwrap();
    assert_eq!(
        (rows[0].key.as_str(), rows[0].who.as_str(), rows[0].role),
        ("erased", "s-a", Role::Supervisor)
    );
    let conn = rusqlite::Connection::open(dir.path().join(FILE)).unwrap();
    assert!(conn.execute("DELETE FROM change", []).is_err());
    assert!(conn.execute("UPDATE change SET who = 'x'", []).is_err());
}

#[test]
fn a_token_counts_until_it_expires_or_is_revoked() {
    let (dir, access) = open();
    let dialer = caller("dialer-1", Role::Dialer, "a");
    let hour = Micros(Micros::system_now().0 + 3_600_000_000);
    let secret = access.tokens.create(&dialer, hour).unwrap();
    assert!(matches!(
        access.tokens.create(&dialer, hour),
        Err(AccessError::Taken { kind: "token", .. })
    ));
    assert!(
        access
            .tokens
            .create(&caller("x", Role::Agent, "*"), Micros(0))
            .is_err()
    );
    assert!(
        access
            .tokens
            .create(&caller("no name", Role::Agent, "*"), hour)
            .is_err()
    );
    let now = Micros::system_now();
    let lease = access.tokens.find(secret.show(), now).unwrap();
    assert_eq!(*lease.caller, dialer);
    assert!(access.tokens.find(secret.show(), hour).is_none());
    assert!(access.tokens.find("vzt_else", now).is_none());
    assert!(access.tokens.find("", now).is_none());
    // The file has no secret in it, and a token is found after a restart.
    for file in std::fs::read_dir(dir.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let secret = secret.show().as_bytes();
        assert!(!bytes.windows(secret.len()).any(|w| w == secret));
    }
    let again = Access::open(dir.path()).unwrap();
    assert_eq!(
        *again.tokens.find(secret.show(), now).unwrap().caller,
        dialer
    );
    drop(again);
    assert!(access.tokens.revoke("dialer-1").unwrap());
    assert!(!access.tokens.revoke("dialer-1").unwrap());
    assert!(access.tokens.find(secret.show(), now).is_none());
    assert!(!lease.counts(now), "an open stream ends too");
    let rows = access.tokens.list().unwrap();
    assert_eq!((rows.len(), rows[0].revoked_at.is_some()), (1, true));
}

#[tokio::test]
async fn a_first_password_waits_in_a_file_for_its_owner_until_it_is_changed() {
    use std::os::unix::fs::PermissionsExt;
    let (dir, access) = open();
    let access = Arc::new(access);
    let (name, file) = access.first_account_in_file().unwrap().unwrap();
    assert!(access.first_account_in_file().unwrap().is_none());
    assert_eq!(file, dir.path().join(FIRST_PASSWORD));
    let rights = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(rights & 0o777, 0o600);
    let text = std::fs::read_to_string(&file).unwrap();
    let first = text.trim_end();
    let sign_in =
        |password: &str| access.sign_in(name.to_owned(), password.to_owned(), String::new());
    let cookie = sign_in(first).await.unwrap();
    let change = |new: &str| access.change_password(cookie.show().into(), first.into(), new.into());
    change("short").await.unwrap_err();
    assert!(file.exists());
    // Another's is not this one's.
    let other = Caller::new("other", Role::Agent, Sellers::All).unwrap();
    access.people.add(&other).unwrap();
    access.reset_user("other").unwrap();
    assert!(file.exists());
    change("four words of mine").await.unwrap();
    assert!(!file.exists());
    // What a crash kept is removed at the next start.
    std::fs::write(&file, text).unwrap();
    drop(access);
    Access::open(dir.path()).unwrap();
    assert!(!file.exists());
}

#[test]
fn a_first_password_that_counts_is_kept_over_a_restart_and_gone_after_a_reset() {
    let (dir, access) = open();
    let (name, file) = access.first_account_in_file().unwrap().unwrap();
    drop(access);
    let access = Access::open(dir.path()).unwrap();
    assert!(file.exists());
    access.reset_user(name).unwrap();
    assert!(!file.exists());
}

#[tokio::test]
async fn a_first_account_signs_in_once_and_then_has_its_own_password() {
    let (dir, access) = open();
    let (name, one_time) = access.first_account().unwrap().unwrap();
    assert!(access.first_account().unwrap().is_none());
    let access = Arc::new(access);
    let sign_in = |password: &str, code: &str| {
        access.sign_in(name.to_owned(), password.to_owned(), code.to_owned())
    };
    assert!(matches!(
        sign_in("wrong", "").await,
        Err(SignInError::Wrong)
    ));
    let cookie = sign_in(one_time.show(), "").await.unwrap();
    let session = access.session(cookie.show()).unwrap();
    assert_eq!(
        (session.caller.role, session.must_change),
        (Role::Compliance, true)
    );
    let other = sign_in(one_time.show(), "").await.unwrap();
    let change = |present: &str, new: &str| {
        access.change_password(cookie.show().into(), present.into(), new.into())
    };
    let new = "four words of mine";
    assert!(matches!(
        change("wrong", new).await,
        Err(PasswordError::SignIn(_))
    ));
    assert!(matches!(
        change(one_time.show(), "short").await,
        Err(PasswordError::Weak(_))
    ));
    change(one_time.show(), new).await.unwrap();
    assert!(!access.session(cookie.show()).unwrap().must_change);
    assert!(access.session(other.show()).is_none(), "other sessions end");
    assert!(matches!(
        sign_in(one_time.show(), "").await,
        Err(SignInError::Wrong)
    ));
    // A second factor: its code is asked for, and counts once.
    let key = access.new_totp().unwrap();
    let now = u64::try_from(Micros::system_now().0 / 1_000_000).unwrap();
    let totp = totp_rs::Builder::new()
        .with_secret(
            (0..20)
                .map(|i| u8::from_str_radix(&key.to_hex()[2 * i..2 * i + 2], 16).unwrap())
                .collect::<Vec<_>>(),
        )
        .build()
        .unwrap();
    let code = |step: u64| totp.generate(30 * step).to_string();
    let caller = session.caller.clone();
    assert!(!access.confirm_totp(&caller, key, "000").unwrap());
    assert!(access.confirm_totp(&caller, key, &code(now / 30)).unwrap());
    assert!(matches!(
        sign_in(new, "").await,
        Err(SignInError::CodeNeeded)
    ));
    assert!(matches!(
        sign_in(new, &code(now / 30)).await,
        Err(SignInError::Wrong)
    ));
    sign_in(new, &code(now / 30 + 1)).await.unwrap();
    // A session outlives a restart, and ends with the account.
    let again = Access::open(dir.path()).unwrap();
    assert!(again.session(cookie.show()).is_some());
    access.disable_user(name).unwrap();
    assert!(access.session(cookie.show()).is_none());
    assert!(matches!(
        sign_in(new, &code(now / 30 + 2)).await,
        Err(SignInError::Wrong)
    ));
}

#[test]
fn a_session_ends_when_it_is_not_used_and_when_it_is_old() {
    let (_dir, access) = open();
    let person = caller("s-a", Role::Supervisor, "a");
    access.people.add(&person).unwrap();
    let begin = || access.sessions.begin(person.clone(), false).unwrap();
    let limits = SessionLimits::default();
    let at = |from: Micros, minutes: i64| Micros(from.0 + minutes * 60_000_000);
    let began = Micros::system_now();
    let idle = begin();
    let used = begin();
    let find = |secret: &Secret, minutes| {
        access
            .sessions
            .find(secret.show(), limits, at(began, minutes))
            .is_some()
    };
    assert!(find(&idle, 29) && find(&used, 29));
    assert!(!find(&idle, 60) && !find(&idle, 30));
    for minutes in (29..12 * 60).step_by(29) {
        assert!(find(&used, minutes));
    }
    assert!(!find(&used, 12 * 60 + 1));
}

#[test]
fn an_account_signs_in_one_way() {
    let (_dir, access) = open();
    assert!(matches!(
        access.subject("s-1"),
        Err(AccessError::NoProvider)
    ));
    access.set_issuer(Some("https://id.example".to_owned()));
    let subject = |s: &str| access.subject(s).unwrap();
    let person = caller("p", Role::Supervisor, "a");
    access.people.add_linked(&person, &subject("s-1")).unwrap();
    let session = access.session(access.sign_in_as(&subject("s-1")).unwrap().show());
    assert_eq!(*session.unwrap().caller, person);
    // Not at another provider, nor as anybody else.
    let elsewhere = Subject {
        issuer: "https://other.example".to_owned(),
        ..subject("s-1")
    };
    for nobody in [elsewhere, subject("s-2"), subject("")] {
        let error = access.sign_in_as(&nobody).unwrap_err();
        assert!(matches!(error, NoAccount::Unknown(_)), "{error}");
    }
    // A subject is one account's, and what is refused changes nothing.
    let other = caller("q", Role::Auditor, "*");
    for bad in ["s-1", "", "a\nb", &"x".repeat(256)] {
        let error = access.people.add_linked(&other, &subject(bad)).unwrap_err();
        assert!(
            matches!(
                error,
                AccessError::Field {
                    field: "oidc_subject",
                    ..
                }
            ),
            "{error}"
        );
    }
    let taken = access.people.add_linked(&person, &subject("s-2"));
    assert!(matches!(taken, Err(AccessError::Taken { .. })));
    let nobody = access.link_user("nobody", &subject("s-2"));
    assert!(matches!(nobody, Err(AccessError::NotThere { .. })));
    assert_eq!(access.people.list().unwrap().len(), 1);
    // There is no password, not even an empty one; a new one ends the link.
    assert!(matches!(
        access.people.prove("p", "", ""),
        Err(SignInError::Wrong)
    ));
    let password = access.reset_user("p").unwrap();
    access.people.prove("p", password.show(), "").unwrap();
    assert!(matches!(
        access.sign_in_as(&subject("s-1")),
        Err(NoAccount::Unknown(_))
    ));
    // And the link, made anew to somebody else, ends the password.
    access.link_user("p", &subject("s-2")).unwrap();
    assert!(matches!(
        access.people.prove("p", password.show(), ""),
        Err(SignInError::Wrong)
    ));
    access.sign_in_as(&subject("s-2")).unwrap();
    let rows = access.people.list().unwrap();
    assert_eq!(rows[0].subject, Some(subject("s-2")));
    access.disable_user("p").unwrap();
    assert!(matches!(
        access.sign_in_as(&subject("s-2")),
        Err(NoAccount::Closed(_))
    ));
}

#[test]
fn a_file_from_before_there_were_links_is_brought_up() {
    let dir = tempfile::tempdir().unwrap();
    let file = rusqlite::Connection::open(dir.path().join(FILE)).unwrap();
    file.execute_batch(include_str!("schema.sql")).unwrap();
    file.execute_batch(
        "PRAGMA application_id = 0x76727a61; PRAGMA user_version = 1;
         INSERT INTO account (name, role, sellers, password, must_change, created_at)
         VALUES ('p', 3, 'a', 'x', 0, 1)",
    )
    .unwrap();
    drop(file);
    for _ in 0..2 {
        let access = Access::open(dir.path()).unwrap();
        assert_eq!(access.people.list().unwrap()[0].name, "p");
        access.set_issuer(Some("https://id.example".to_owned()));
        let subject = access.subject("s-1").unwrap();
        access.link_user("p", &subject).unwrap();
        access.sign_in_as(&subject).unwrap();
    }
    // A newer one is left as it is.
    let file = rusqlite::Connection::open(dir.path().join(FILE)).unwrap();
    file.execute_batch("PRAGMA user_version = 3").unwrap();
    drop(file);
    let error = Access::open(dir.path()).unwrap_err();
    assert!(matches!(error, AccessError::Format { found: 3, .. }));
}
