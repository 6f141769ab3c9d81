//! Signing in at a provider: the real one of `.ci/oidc`, asked as a browser does.

use std::path::PathBuf;

use verzet::{
    access::{
        Action, Caller, ChangeFilter, Role, Sellers,
        oidc::{OidcOptions, Provider},
    },
    sidecar::Sidecar,
};

use crate::{
    idp::{Certificate, Idp, SECRET},
    site::{Browser, Got, PASSWORD, Site},
};

/// Where the provider sends browsers back to; nobody listens there, the router is asked itself.
const REDIRECT: &str = "http://127.0.0.1:1/sign-in/oidc/callback";

/// A site with a provider, and the secret's file.
struct World {
    idp: Idp,
    site: Site,
    secret: tempfile::NamedTempFile,
}

fn options(issuer: &str, client: &str, secret: Option<PathBuf>) -> OidcOptions {
    OidcOptions {
        issuer: issuer.to_owned(),
        client_id: client.to_owned(),
        secret_file: secret,
        redirect: REDIRECT.to_owned(),
        ca_file: None,
        name: "Noordlicht".to_owned(),
    }
}

fn site(options: OidcOptions) -> Site {
    let site = Site::with(Some(Provider::new(options.clone()).unwrap()));
    site.sidecar.access.set_issuer(Some(options.issuer));
    site
}

impl World {
    fn new() -> Option<Self> {
        let idp = Idp::start(REDIRECT, None)?;
        let secret = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(secret.path(), format!("{SECRET}\n")).unwrap();
        let path = Some(secret.path().to_owned());
        let site = site(options(&idp.issuer, "verzet", path));
        Some(Self { idp, site, secret })
    }

    /// Goes to the provider, and comes back with the address it gave.
    async fn there_and_back(&self, browser: &mut Browser, user: &str) -> Got {
        let to = leave(browser, "").await;
        let back = self.idp.sign_in(&to, user).await;
        browser.get(&path(&back)).await
    }
}

/// An account linked to a user of the provider.
fn account(sidecar: &Sidecar, name: &str, user: &str) {
    let sellers = Sellers::parse("noordlicht").unwrap();
    let caller = Caller::new(name, Role::Supervisor, sellers).unwrap();
    let access = &sidecar.access;
    let subject = access.subject(&format!("subject-{user}")).unwrap();
    access.people.add_linked(&caller, &subject).unwrap();
}

/// Where a browser that follows the link on the sign-in page is sent to.
async fn leave(browser: &mut Browser, next: &str) -> String {
    let got = browser.get(&format!("/sign-in/oidc{next}")).await;
    assert_eq!(got.status, 303, "{}", got.words());
    got.location().to_owned()
}

/// The path and query of an address at [`REDIRECT`].
fn path(back: &str) -> String {
    assert!(back.starts_with(REDIRECT), "{back}");
    back.replacen("http://127.0.0.1:1", "", 1)
}

/// An address with another value for one name of its query.
fn with(address: &str, name: &str, value: &str) -> String {
    let (before, rest) = address.split_once(&format!("{name}=")).unwrap();
    let after = rest.split_once('&').map_or("", |(_, after)| after);
    format!("{before}{name}={value}&{after}")
}

fn is_out(got: &Got, status: u16, words: &str) {
    assert_eq!(got.status, status, "{}", got.words());
    assert!(got.words().contains(words), "{}", got.words());
    let cookies = got.headers.get_all("set-cookie");
    for cookie in cookies {
        let text = cookie.to_str().unwrap();
        assert!(!text.starts_with("verzet="), "{text}");
    }
}

#[tokio::test]
async fn somebody_signs_in_and_sees_the_page_that_was_wanted() {
    let Some(world) = World::new() else { return };
    account(&world.site.sidecar, "super", "first");
    let mut browser = Browser::new(&world.site);
    browser.speak("en");
    let wanted = browser.get("/decisions?verdict=all").await;
    let page = browser.get(wanted.location()).await.page();
    assert!(page.words().contains("Sign in with Noordlicht"));
    let link = "/sign-in/oidc?next=%2Fdecisions%3Fverdict%3Dall";
    assert!(
        page.text().contains(&format!("href=\"{link}\"")),
        "{}",
        page.text()
    );

    let got = browser.get(link).await;
    assert_eq!(got.status, 303);
    let cookie = got.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("verzet-oidc="), "{cookie}");
    for part in ["HttpOnly", "SameSite=Lax", "Max-Age=600", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let to = got.location().to_owned();
    assert!(to.starts_with(&world.idp.issuer), "{to}");
    for part in [
        "code_challenge_method=S256",
        "scope=openid",
        "response_type=code",
    ] {
        assert!(to.contains(part), "{to}");
    }
    assert!(!to.contains(SECRET), "{to}");

    let back = world.idp.sign_in(&to, "first").await;
    let got = browser.get(&path(&back)).await;
    assert_eq!(got.status, 303, "{}", got.words());
    assert_eq!(got.location(), "/decisions?verdict=all");
    assert!(!browser.cookies.contains_key("verzet-oidc"));
    browser.get("/decisions?verdict=all").await.page();
    let account = browser.get("/account").await.page();
    assert!(account.words().contains("You sign in at http://127.0.0.1"));
    assert!(!account.text().contains("second-factor"));

    let filter = ChangeFilter {
        action: Some(Action::SignIn),
        ..ChangeFilter::default()
    };
    let access = &world.site.sidecar.access;
    let rows = access.changes.list(&Sellers::All, &filter, 10).unwrap();
    let row = rows.first().unwrap();
    assert_eq!(
        (row.who.as_str(), row.new.as_str()),
        ("super", world.idp.issuer.as_str())
    );
    // It was no password: there is none to guess.
    let mut guess = Browser::new(&world.site);
    let got = guess
        .post("/sign-in", &[("name", "super"), ("password", "")])
        .await;
    assert_eq!(got.status, 401);
}

#[tokio::test]
async fn who_has_no_account_is_told_what_to_ask_for() {
    let Some(world) = World::new() else { return };
    let mut browser = Browser::new(&world.site);
    browser.speak("en");
    let got = world.there_and_back(&mut browser, "second").await;
    is_out(&got, 403, "give this: subject-second");
    assert_eq!(browser.get("/today").await.status, 303);

    // An account with a password is linked: the password counts no longer, and who is in is out.
    let mut person = world
        .site
        .person("second", Role::Supervisor, "noordlicht")
        .await;
    let access = &world.site.sidecar.access;
    let subject = access.subject("subject-second").unwrap();
    access.link_user("second", &subject).unwrap();
    assert_eq!(person.get("/today").await.status, 303);
    let fields = [("name", "second"), ("password", PASSWORD)];
    assert_eq!(person.post("/sign-in", &fields).await.status, 401);
    let got = world.there_and_back(&mut browser, "second").await;
    assert_eq!((got.status.as_u16(), got.location()), (303, "/"));
    browser.get("/today").await.page();

    // A new password ends the link.
    access.reset_user("second").unwrap();
    assert_eq!(browser.get("/today").await.status, 303);
    let got = world.there_and_back(&mut browser, "second").await;
    is_out(&got, 403, "no account here is linked");
}

#[tokio::test]
async fn a_closed_account_stays_closed() {
    let Some(world) = World::new() else { return };
    account(&world.site.sidecar, "super", "first");
    let mut browser = Browser::new(&world.site);
    browser.speak("en");
    let got = world.there_and_back(&mut browser, "first").await;
    assert_eq!(got.status, 303);
    world.site.sidecar.access.disable_user("super").unwrap();
    assert_eq!(browser.get("/today").await.status, 303);
    let got = world.there_and_back(&mut browser, "first").await;
    is_out(&got, 403, "Your account here is closed");
}

#[tokio::test]
async fn only_the_browser_that_left_comes_back_and_only_once() {
    let Some(world) = World::new() else { return };
    account(&world.site.sidecar, "super", "first");
    let mut browser = Browser::new(&world.site);
    browser.speak("en");
    let stale = "not begun in this browser";

    // Another browser, which left too: somebody was sent another's way back.
    let to = leave(&mut browser, "").await;
    let back = path(&world.idp.sign_in(&to, "first").await);
    let kept = browser.clone();
    let mut other = Browser::new(&world.site);
    other.speak("en");
    is_out(&other.get(&back).await, 400, stale);
    leave(&mut other, "").await;
    is_out(&other.get(&back).await, 400, stale);

    // Another state.
    let mut third = kept.clone();
    is_out(&third.get(&with(&back, "state", "x")).await, 400, stale);
    is_out(&third.get(&back).await, 400, stale);

    // Another provider says it sends it.
    let mut mixed = kept.clone();
    let got = mixed
        .get(&format!("{back}&iss=https%3A%2F%2Fother.example"))
        .await;
    is_out(&got, 400, stale);

    // The one that left, once; again, even with its cookie put back, the code is spent.
    let mut again = kept.clone();
    assert_eq!(browser.get(&back).await.status, 303);
    is_out(&browser.get(&back).await, 400, stale);
    is_out(&again.get(&back).await, 401, "did not sign you in");
}

#[tokio::test]
async fn what_the_provider_gives_to_another_sign_in_is_not_taken() {
    let Some(world) = World::new() else { return };
    account(&world.site.sidecar, "super", "first");
    let mut browser = Browser::new(&world.site);
    browser.speak("en");
    for (name, value, status, words) in [
        // A token of another sign-in: the code is good, its nonce is not ours.
        ("nonce", "another", 502, "does not work now"),
        // A code that was asked for with another verifier.
        (
            "code_challenge",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            401,
            "did not sign you in",
        ),
        // A code, and so a token, for another client of the provider.
        ("client_id", "other", 401, "did not sign you in"),
    ] {
        let to = leave(&mut browser, "").await;
        let back = world.idp.sign_in(&with(&to, name, value), "first").await;
        is_out(&browser.get(&path(&back)).await, status, words);
    }
    // No code at all.
    let to = leave(&mut browser, "").await;
    let back = path(&world.idp.sign_in(&to, "first").await);
    let denied = with(&back, "code", "").replacen("code=&", "error=access_denied&", 1);
    is_out(&browser.get(&denied).await, 401, "did not sign you in");
    // A secret that is not ours, and none.
    for secret in ["other\n", "\n"] {
        std::fs::write(world.secret.path(), secret).unwrap();
        let got = world.there_and_back(&mut browser, "first").await;
        let is_empty = secret.trim().is_empty();
        is_out(&got, if is_empty { 502 } else { 401 }, "Noordlicht");
    }
}

#[tokio::test]
async fn without_the_provider_passwords_still_do() {
    let Some(world) = World::new() else { return };
    let World { idp, site: one, .. } = &world;
    let mut browser = Browser::new(one);
    browser.speak("en");
    // It is there, and under another name than the settings have.
    let other_name = format!("{}/", idp.issuer);
    let mut wrong = Browser::new(&site(options(&other_name, "verzet", None)));
    wrong.speak("en");
    is_out(&wrong.get("/sign-in/oidc").await, 502, "does not work now");
    // It goes while somebody is there.
    let to = leave(&mut browser, "").await;
    let back = path(&idp.sign_in(&to, "first").await);
    let (one, issuer) = (world.site, world.idp.issuer.clone());
    drop(world.idp);
    let down = "Noordlicht cannot be reached now";
    is_out(&browser.get(&back).await, 503, down);
    // It is not there at all.
    let two = site(options(&issuer, "verzet", None));
    let mut browser = Browser::new(&two);
    browser.speak("en");
    let got = browser.get("/sign-in/oidc?next=%2Freports").await;
    is_out(&got, 503, down);
    assert!(got.text().contains("name=\"next\" value=\"/reports\""));
    for site in [&one, &two] {
        site.officer().await.get("/today").await.page();
    }
}

#[tokio::test]
async fn under_tls_the_provider_is_believed_by_its_ca_alone() {
    let certificate = Certificate::new();
    let Some(idp) = Idp::start(REDIRECT, Some(&certificate)) else {
        return;
    };
    assert!(idp.issuer.starts_with("https://"));
    // A client without a secret: only the verifier shows who asks.
    let mut known = options(&idp.issuer, "public", None);
    let stranger = site(known.clone());
    let mut browser = Browser::new(&stranger);
    browser.speak("en");
    is_out(
        &browser.get("/sign-in/oidc").await,
        503,
        "cannot be reached now",
    );

    known.ca_file = Some(certificate.ca());
    let site = site(known);
    account(&site.sidecar, "super", "third");
    let mut browser = Browser::new(&site);
    let to = leave(&mut browser, "?next=https%3A%2F%2Fevil.example").await;
    let back = idp.sign_in(&to, "third").await;
    let got = browser.get(&path(&back)).await;
    // One is never sent elsewhere.
    assert_eq!((got.status.as_u16(), got.location()), (303, "/"));
    browser.get("/today").await.page();
}

#[tokio::test]
async fn without_the_setting_there_is_no_such_way() {
    let site = Site::new();
    let mut browser = Browser::new(&site);
    let page = browser.get("/sign-in").await.page();
    assert!(!page.text().contains("/sign-in/oidc"));
    for path in ["/sign-in/oidc", "/sign-in/oidc/callback?code=x&state=y"] {
        assert_eq!(browser.get(path).await.status, 404);
    }
}
