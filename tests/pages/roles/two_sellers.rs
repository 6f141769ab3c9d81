//! Two competing sellers, each with something of its own, and a request about it for every route.

use verzet::pages::Route;

use crate::site::{Browser, Site};

/// What is of one seller.
#[derive(Clone, Debug)]
pub(super) struct Side {
    pub(super) seller: &'static str,
    pub(super) campaign: &'static str,
    /// The number without `+`.
    pub(super) digits: &'static str,
    pub(super) bought: &'static str,
    pub(super) offered: &'static str,
    pub(super) decision: String,
    pub(super) unclear: String,
    pub(super) pair: String,
}

/// What shows that something is of the second seller, in small letters.
pub(super) const MARKS: [&str; 8] = [
    "waterpoort",
    "buildings",
    "home-contents",
    "funeral",
    "insurance",
    "verzekeringen",
    "of-w",
    "45000002",
];
/// And of the first.
pub(super) const OWN_MARKS: [&str; 5] = ["noordlicht", "gas", "solar", "of-n", "45000001"];

/// Nobody's.
pub(super) fn nowhere() -> Side {
    Side {
        seller: "nowhere",
        // Among the others where the other seller's would stand.
        campaign: "buildings-none",
        digits: "31645000003",
        bought: "no-product",
        offered: "no-offer",
        decision: "20200101-00000000-1".into(),
        unclear: "999999".into(),
        pair: "999999".into(),
    }
}

impl Side {
    /// A decision of each seller; what is used up is made anew by [`Side::renew`].
    pub(super) fn both(site: &Site) -> [Self; 2] {
        let own = (
            "noordlicht",
            "gas-customers",
            "31645000001",
            ["gas", "solar"],
        );
        let other = (
            "waterpoort",
            "buildings-customers",
            "31645000002",
            ["buildings", "home-contents"],
        );
        [own, other].map(|(seller, campaign, digits, [bought, offered])| {
            let of = &seller[..1];
            let (call, agent) = (format!("call-of-{of}"), format!("agent-of-{of}"));
            let id = site.check(&format!("+{digits}"), campaign, &call, &agent);
            Self {
                seller,
                campaign,
                digits,
                bought,
                offered,
                decision: id.to_string(),
                unclear: String::new(),
                pair: String::new(),
            }
        })
    }

    /// An unclear row and a signed pair that waits for a second person, since each can be settled once.
    pub(super) async fn renew(&mut self, officer: &mut Browser) {
        let number = format!("call {} or so", &self.digits[2..]);
        let fields = [("number", number.as_str()), ("seller", self.seller)];
        let sent = officer.submit("/numbers", "/objections", &fields).await;
        let (_, id) = sent.location().split_once("recorded=unclear-").unwrap();
        self.unclear = id.to_owned();
        let fields = self.pair_fields();
        let sent = officer.submit("/similar", "/similar", &fields).await;
        assert!(
            sent.location().contains("done=waits"),
            "{}",
            sent.location()
        );
        let page = officer.get(sent.location()).await.page().text();
        let ids = page.split("action=\"/similar/").skip(1);
        let ids = ids.map(|rest| rest.split('"').next().unwrap().parse::<u64>().unwrap());
        self.pair = ids.max().unwrap().to_string();
    }

    fn pair_fields(&self) -> [(&'static str, &'static str); 6] {
        [
            ("seller", self.seller),
            ("bought", self.bought),
            ("offered", self.offered),
            ("similar", "yes"),
            ("expires", "2090-01-01"),
            ("note", "same roof"),
        ]
    }

    /// Everything a request about it names, so that what an answer only repeats can be taken out.
    pub(super) fn named(&self) -> Vec<String> {
        let digits = self.digits;
        let mut named = vec![
            self.decision.clone(),
            self.campaign.to_owned(),
            self.seller.to_owned(),
            format!("%2B{digits}"),
            format!("+{digits}"),
            digits.to_owned(),
            format!("/unclear/{}", self.unclear),
            format!("/similar/{}", self.pair),
            format!("%2Funclear%2F{}", self.unclear),
            format!("%2Fsimilar%2F{}", self.pair),
        ];
        // The longest first: one may stand in another.
        named.sort_by_key(|text| std::cmp::Reverse(text.len()));
        named
    }
}

/// What is asked of a route about a seller: the address, and what a form has.
pub(super) fn example(route: &Route, of: &Side) -> (String, Vec<(&'static str, String)>) {
    let Side {
        seller,
        campaign,
        digits,
        ..
    } = of;
    let get = |path: String| (path, Vec::new());
    let post = |path: String, fields: &[(&'static str, &str)]| {
        let fields = fields
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        (path, fields.collect())
    };
    match (route.method, route.path) {
        ("get", "/" | "/today" | "/numbers" | "/account" | "/sign-in" | "/password") => {
            get(route.path.to_owned())
        }
        ("get", path) if path == "/data" || path.starts_with("/data/") => get(path.to_owned()),
        ("get", "/decisions") => get(format!(
            "/decisions?verdict=all&seller={seller}&campaign={campaign}"
        )),
        ("get", "/decisions/export") => get(format!(
            "/decisions/export?format=csv&verdict=all&seller={seller}"
        )),
        ("get", "/decisions/{id}") => get(format!("/decisions/{}", of.decision)),
        ("get", "/decisions/{id}/proof") => get(format!("/decisions/{}/proof", of.decision)),
        ("get", "/numbers/{digits}") => get(format!("/numbers/{digits}")),
        ("post", "/objections") => post(
            "/objections".into(),
            &[
                ("number", "0645000009"),
                ("seller", seller),
                ("channel", "SMS"),
            ],
        ),
        ("get", "/complaint") => get(format!("/complaint?number=%2B{digits}")),
        ("post", "/complaint/letter.pdf") => post(
            "/complaint/letter.pdf".into(),
            &[("number", digits), ("letter", "Dear reader")],
        ),
        ("get", "/rules") => get("/rules".into()),
        ("get", "/rules/{id}") => get("/rules/nl-bmnr".into()),
        // Without a reason it changes nothing.
        ("post", "/rules/{id}/enforce") => post("/rules/nl-bmnr/enforce".into(), &[]),
        ("get", "/similar") => get(format!("/similar?seller={seller}")),
        ("post", "/similar") => {
            let fields = of.pair_fields();
            post("/similar".into(), &fields)
        }
        ("post", "/similar/{id}") => post(format!("/similar/{}", of.pair), &[("answer", "refuse")]),
        ("post", "/data/unclear/{id}") => post(
            format!("/data/unclear/{}", of.unclear),
            &[("why", "called back")],
        ),
        ("get", "/reports") => get(format!("/reports?seller={seller}")),
        ("get", "/changes") => get("/changes?action=SignPair".into()),
        ("post", "/account/second-factor") => post("/account/second-factor".into(), &[("key", "")]),
        ("post", "/password") => post("/password".into(), &[("new", "one"), ("again", "another")]),
        ("post", "/sign-in") => post(
            "/sign-in".into(),
            &[("name", "nobody"), ("password", "none")],
        ),
        ("post", "/sign-out") => post("/sign-out".into(), &[]),
        ("get", "/sign-in/oidc" | "/sign-in/oidc/callback") => get(route.path.to_owned()),
        ("get", "/assets/{name}") => get("/assets/none.css".into()),
        ("get", "/language/{code}") => get("/language/nl".into()),
        (method, path) => {
            panic!("{method} {path} is new: write a request about a seller for it here")
        }
    }
}
