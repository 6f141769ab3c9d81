//! Who may open and send what, over real HTTP: every route of the router's own table, each role, two competing
//! sellers. A route that is new fails here until it is tried.

#[path = "roles/two_sellers.rs"]
mod two_sellers;

use verzet::{
    access::{Action, Role},
    pages::{Needs, PagesServer, ROUTES, Route},
};

use self::two_sellers::{MARKS, OWN_MARKS, Side, example, nowhere};
use crate::site::{Browser, Got, PASSWORD, Site, csrf_of};

/// A person of a role with a browser.
struct Person {
    name: String,
    browser: Browser,
    csrf: String,
}

impl Person {
    async fn ask(&mut self, route: &Route, of: &Side) -> Got {
        let (path, fields) = example(route, of);
        if route.method == "get" {
            return self.browser.get(&path).await;
        }
        let mut fields: Vec<_> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        fields.push(("csrf", &self.csrf));
        self.browser.post(&path, &fields).await
    }

    /// Signs in again, since one of the routes signs out.
    async fn sign_in(&mut self) {
        let fields = [("name", self.name.as_str()), ("password", PASSWORD)];
        assert_eq!(self.browser.post("/sign-in", &fields).await.status, 303);
        self.csrf = csrf_of(&self.browser.get("/password").await.page().text());
    }
}

fn is_to_sign_in(got: &Got) -> bool {
    got.status == 303 && got.location().starts_with("/sign-in")
}

/// An answer without what it only repeats of the request.
fn told(got: &Got, asked: &Side) -> (u16, String) {
    let mut text = got.text();
    if got.status == 303 {
        text += got.location();
    }
    for named in asked.named() {
        text = text.replace(&named, "ASKED");
    }
    (got.status.as_u16(), text)
}

fn marks_in(text: &str, marks: &[&'static str]) -> Option<&'static str> {
    let text = text.to_lowercase();
    marks.iter().copied().find(|mark| text.contains(mark))
}

/// The lists and pages on which something of the own seller must stand, so that nothing of another's means
/// something.
const SHOWS: [&str; 12] = [
    "/decisions",
    "/decisions/export",
    "/decisions/{id}",
    "/decisions/{id}/proof",
    "/numbers/{digits}",
    "/complaint",
    "/similar",
    "/data/campaigns",
    "/data/sources",
    "/data/unclear",
    "/reports",
    "/changes",
];

#[tokio::test]
async fn every_route_does_for_each_role_what_the_table_says_and_shows_nothing_of_another_seller() {
    let site = Site::new();
    let server = PagesServer::start(([127, 0, 0, 1], 0).into(), None, site.router.clone()).unwrap();
    let [mut own, mut other] = Side::both(&site);
    site.counted();
    let mut officer = site.officer().await;
    // The head of the ledger that proves them is signed within seconds.
    for of in [&own, &other] {
        let proof = format!("/decisions/{}/proof", of.decision);
        while officer.get(&proof).await.status == 303 {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
    let nowhere = nowhere();
    for role in Role::GIVEN {
        own.renew(&mut officer).await;
        other.renew(&mut officer).await;
        let is_of_all = role.is_of_all_sellers();
        let name = format!("a-{role}");
        let sellers = if is_of_all { "*" } else { "noordlicht" };
        let browser = site.person(&name, *role, sellers).await;
        let mut person = Person {
            name,
            browser: browser.over_http(server.listening),
            csrf: String::new(),
        };
        person.sign_in().await;
        for route in ROUTES {
            let what = format!("{role} {} {}", route.method, route.path);
            let signs_out = route.path == "/sign-out";
            if !route.is_for(*role) {
                for of in [&own, &other, &nowhere] {
                    let got = person.ask(route, of).await;
                    assert_eq!(got.status, 403, "{what}");
                    let shown = marks_in(&told(&got, of).1, &MARKS);
                    assert_eq!(shown, None, "{what}");
                }
                continue;
            }
            if !is_of_all && !signs_out {
                // Another's first, so that it cannot be refused for being done already.
                let foreign = told(&person.ask(route, &other).await, &other);
                let shown = marks_in(&foreign.1, &MARKS);
                assert_eq!(shown, None, "{what} of another: {}", foreign.1);
                // What names no seller is the same request.
                if example(route, &other) != example(route, &nowhere) {
                    let missing = told(&person.ask(route, &nowhere).await, &nowhere);
                    let differs = foreign
                        .1
                        .lines()
                        .zip(missing.1.lines())
                        .find(|(a, b)| a != b);
                    assert_eq!(
                        differs, None,
                        "{what}: another's is not as what is not there"
                    );
                    assert_eq!(foreign, missing, "{what}");
                }
            }
            let got = person.ask(route, &own).await;
            if signs_out {
                assert!(is_to_sign_in(&got), "{what}");
                person.sign_in().await;
                continue;
            }
            let refused = got.status == 403 || got.status == 404 || is_to_sign_in(&got);
            // There is no such file, and no provider.
            let is_nothing =
                route.path == "/assets/{name}" || route.path.starts_with("/sign-in/oidc");
            assert!(
                !refused || is_nothing,
                "{what}: {} {}",
                got.status,
                got.words()
            );
            assert!(!got.status.is_server_error(), "{what}: {}", got.status);
            let (_, text) = told(&got, &own);
            if !is_of_all {
                assert_eq!(marks_in(&text, &MARKS), None, "{what}: {text}");
            }
            if route.method == "get" && SHOWS.contains(&route.path) {
                let shown = marks_in(&got.text(), &OWN_MARKS);
                assert!(shown.is_some(), "{what}: {}", got.words());
            }
            if *role == Role::Operator {
                let clear = marks_in(&got.text(), &["4500000"]);
                assert_eq!(clear, None, "{what} shows a number: {}", got.text());
            }
        }
        // What a page does only when it is asked to.
        let more = [
            (
                "/rules?number=0645000001&campaign=gas-customers",
                Action::TryRules,
            ),
            ("/data/unclear?all=yes", Action::ListUnclear),
        ];
        for (path, action) in more {
            let may = action.grant(*role) != verzet::access::Grant::No;
            let got = person.browser.get(path).await;
            assert_eq!(got.status, if may { 200 } else { 403 }, "{role} {path}");
            if !is_of_all {
                assert_eq!(marks_in(&got.text(), &MARKS), None, "{role} {path}");
            }
        }
    }
    server.stop(std::time::Duration::from_secs(5));
}

#[test]
fn what_only_pages_do_is_done_by_a_route() {
    for action in Action::ALL.iter().filter(|a| a.rpc().is_none()) {
        let of = |route: &Route| match route.needs {
            Needs::OneOf(actions) => actions.contains(action),
            Needs::Nobody | Needs::SignedIn => false,
        };
        // What trying the rules shows is asked of `/rules` itself, and tried above.
        // Who signs in has no role yet; it is recorded when they have.
        let is_tried = ROUTES.iter().any(of) || matches!(action, Action::TryRules | Action::SignIn);
        assert!(
            is_tried,
            "{action:?} is in the table, and no route needs it"
        );
    }
}

#[tokio::test]
async fn whoever_is_not_signed_in_is_sent_to_where_one_does_by_every_route() {
    let site = Site::new();
    let server = PagesServer::start(([127, 0, 0, 1], 0).into(), None, site.router.clone()).unwrap();
    let nowhere = nowhere();
    let mut nobody = Person {
        name: String::new(),
        browser: Browser::new(&site).over_http(server.listening),
        csrf: "none".into(),
    };
    for route in ROUTES {
        let got = nobody.ask(route, &nowhere).await;
        let is_open = route.needs == Needs::Nobody;
        assert_eq!(is_to_sign_in(&got), !is_open, "{route:?}: {}", got.status);
    }
    assert_eq!(
        ROUTES.iter().filter(|r| r.needs == Needs::Nobody).count(),
        7
    );
    server.stop(std::time::Duration::from_secs(5));
}

#[tokio::test]
async fn who_sees_no_numbers_cannot_ask_by_number() {
    let site = Site::new();
    let [own, _] = Side::both(&site);
    site.counted();
    let mut operator = site.person("op", Role::Operator, "*").await;
    for number in [own.digits, "31645000003"] {
        let path = format!("/decisions?verdict=all&number=%2B{number}");
        let words = operator.get(&path).await.page().words();
        assert!(!words.contains(&own.decision), "{words}");
        assert!(words.contains("Uw rol ziet geen nummers"), "{words}");
    }
    for action in [
        Action::SeeDecisions,
        Action::SeeDecision,
        Action::ListUnclear,
    ] {
        assert_eq!(action.grant(Role::Operator), verzet::access::Grant::Masked);
    }
}
