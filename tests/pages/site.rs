//! A site to ask: the sample with some decisions, people who sign in, and a browser that keeps cookies.
#![allow(dead_code)]

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::Arc,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, Response, StatusCode, header},
};
use tower::ServiceExt;
use verzet::{
    access::{Caller, Role, Sellers, oidc::Provider},
    clock::Micros,
    ledger::DecisionId,
    pages::{PagesOptions, router},
    policy::Intent,
    sample,
    sidecar::{Ask, Query, Sidecar},
};

use crate::common;

/// A password that is good enough.
pub(crate) const PASSWORD: &str = "a fine long phrase 7";

/// A sidecar with the sample, and its pages.
pub(crate) struct Site {
    pub(crate) sidecar: Arc<Sidecar>,
    pub(crate) router: Router,
    _dir: tempfile::TempDir,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: StatusCode,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Got {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The text as read: no tags, blanks folded, the usual characters back.
    pub(crate) fn words(&self) -> String {
        let mut out = String::new();
        let mut inside = false;
        for c in self.text().chars() {
            match c {
                '<' => inside = true,
                '>' => {
                    inside = false;
                    out.push(' ');
                }
                c if !inside => out.push(c),
                _ => {}
            }
        }
        let out = out
            .replace("&#38;", "&")
            .replace("&#39;", "'")
            .replace("&#34;", "\"");
        out.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn location(&self) -> &str {
        self.headers[header::LOCATION].to_str().unwrap()
    }

    /// Asserts that a page came.
    pub(crate) fn page(self) -> Self {
        assert_eq!(self.status, StatusCode::OK, "{}", self.words());
        self
    }
}

impl Site {
    pub(crate) fn new() -> Self {
        Self::with(None)
    }

    /// With a provider people may also sign in at.
    pub(crate) fn with(provider: Option<Provider>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let sidecar = common::sidecar(dir.path());
        sample::install(&sidecar).unwrap();
        let options = PagesOptions {
            sample: true,
            second_person: true,
            tls: false,
        };
        let router = router(sidecar.clone(), options, provider).unwrap();
        Self {
            sidecar,
            router,
            _dir: dir,
        }
    }

    /// Asks about a call and waits until it is recorded.
    pub(crate) fn check(
        &self,
        number: &str,
        campaign: &str,
        call: &str,
        agent: &str,
    ) -> DecisionId {
        let query = Query {
            ask: Ask {
                number,
                region: None,
                campaign_id: campaign,
                channel: None,
                person_id: "",
                source_id: "",
                at: self.sidecar.now(),
            },
            region: "",
            call_id: call,
            agent_id: agent,
            caller_id: "+31201234567",
            intent: Intent::Dial,
            dry_run: false,
            min_revision: 0,
            behind: false,
        };
        let (_, ticket) = self.sidecar.check(&query, |_, _| ()).unwrap();
        let ticket = ticket.unwrap();
        self.sidecar.ledger.wait(ticket).unwrap();
        ticket.id
    }

    /// Waits until reports have every decision.
    pub(crate) fn counted(&self) {
        while self.sidecar.reports.behind() > 0 {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }

    /// Somebody who is signed in, with a password of their own.
    pub(crate) async fn person(&self, name: &str, role: Role, sellers: &str) -> Browser {
        let sellers = Sellers::parse(sellers).unwrap();
        let caller = Caller::new(name, role, sellers).unwrap();
        let first = self.sidecar.access.people.add(&caller).unwrap();
        let mut browser = Browser::new(self);
        let signed = browser
            .post("/sign-in", &[("name", name), ("password", first.show())])
            .await;
        assert_eq!(signed.status, StatusCode::SEE_OTHER, "{}", signed.words());
        let form = browser.get("/password").await.page();
        let csrf = csrf_of(&form.text());
        let changed = browser
            .post(
                "/password",
                &[
                    ("csrf", &csrf),
                    ("present", first.show()),
                    ("new", PASSWORD),
                    ("again", PASSWORD),
                ],
            )
            .await;
        assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.words());
        browser
    }

    pub(crate) async fn officer(&self) -> Browser {
        self.person("officer", Role::Compliance, "*").await
    }

    pub(crate) fn now(&self) -> Micros {
        self.sidecar.now()
    }
}

/// The value forms carry against forgery.
pub(crate) fn csrf_of(page: &str) -> String {
    let at = page.find("name=\"csrf\" value=\"").expect("a form") + 19;
    page[at..].split('"').next().unwrap().to_owned()
}

/// How a browser reaches the pages.
#[derive(Clone)]
enum Door {
    /// In this process.
    Router(Router),
    /// Over HTTP.
    Port(SocketAddr),
}

/// A browser that keeps cookies.
#[derive(Clone)]
pub(crate) struct Browser {
    door: Door,
    pub(crate) cookies: BTreeMap<String, String>,
}

impl Browser {
    pub(crate) fn new(site: &Site) -> Self {
        Self {
            door: Door::Router(site.router.clone()),
            cookies: BTreeMap::new(),
        }
    }

    /// From now on over real HTTP.
    pub(crate) fn over_http(mut self, port: SocketAddr) -> Self {
        self.door = Door::Port(port);
        self
    }

    pub(crate) fn speak(&mut self, language: &str) {
        self.cookies
            .insert("verzet_language".into(), language.into());
    }

    pub(crate) async fn send(&mut self, mut request: Request<Body>) -> Got {
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(k, v)| format!("{k}={v}"))
            .collect();
        if !cookies.is_empty() {
            let value = cookies.join("; ").parse().unwrap();
            request.headers_mut().insert(header::COOKIE, value);
        }
        let answer = match &self.door {
            Door::Router(router) => router.clone().oneshot(request).await.unwrap(),
            Door::Port(port) => over_http(*port, request).await,
        };
        let (parts, body) = answer.into_parts();
        for set in parts.headers.get_all(header::SET_COOKIE) {
            let text = set.to_str().unwrap();
            let (name, rest) = text.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if text.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Got {
            status: parts.status,
            headers: parts.headers,
            body: to_bytes(body, 64 << 20).await.unwrap().to_vec(),
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Got {
        let request = Request::get(path).header(header::ACCEPT, "text/html");
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Got {
        let body: Vec<_> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", escaped(value)))
            .collect();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body.join("&")))
            .unwrap();
        self.send(request).await
    }

    /// Sends a form of a page, with the page's own value against forgery.
    pub(crate) async fn submit(&mut self, page: &str, to: &str, fields: &[(&str, &str)]) -> Got {
        let csrf = csrf_of(&self.get(page).await.page().text());
        let all = [&[("csrf", csrf.as_str())], fields].concat();
        self.post(to, &all).await
    }
}

/// Sends a request in HTTP/1.0, which has no chunks to be put together.
async fn over_http(port: SocketAddr, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let mut sent = format!(
        "{} {} HTTP/1.0\r\nhost: {port}\r\n",
        parts.method, parts.uri
    );
    for (name, value) in &parts.headers {
        sent += &format!("{name}: {}\r\n", value.to_str().unwrap());
    }
    sent += &format!("content-length: {}\r\n\r\n", body.len());
    let mut stream = TcpStream::connect(port).unwrap();
    stream
        .write_all(&[sent.as_bytes(), &body].concat())
        .unwrap();
    let mut got = Vec::new();
    stream.read_to_end(&mut got).unwrap();
    let end = got.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    let head = std::str::from_utf8(&got[..end]).unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let mut answer = Response::builder().status(status);
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap();
        answer = answer.header(name, value);
    }
    answer.body(Body::from(got[end + 4..].to_vec())).unwrap()
}

/// As browsers escape.
pub(crate) fn escaped(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                char::from(b).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}
