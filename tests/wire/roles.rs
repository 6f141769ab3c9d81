//! Who may do what, over real gRPC: every method, each role, two competing sellers. The table is the
//! code's own, and a method that is not in it fails here.

#[path = "roles/bytes.rs"]
mod bytes;
#[path = "roles/two_sellers.rs"]
mod two_sellers;

use prost::Message;
use tonic::Code;
use verzet::{
    access::{Action, Caller, Grant, Role, Sellers, actions_markdown},
    proto::DESCRIPTORS,
};

use self::{
    bytes::call,
    two_sellers::{MARKS, OWN_MARKS, Side, example, side, token},
};
use crate::Served;

/// Every method of the contract, without `/verzet.v1.`.
fn methods() -> Vec<String> {
    let files = prost_types::FileDescriptorSet::decode(DESCRIPTORS)
        .unwrap()
        .file;
    let services = files.iter().flat_map(|f| &f.service);
    services
        .flat_map(|s| {
            s.method
                .iter()
                .map(|m| format!("{}/{}", s.name(), m.name()))
        })
        .collect()
}

#[test]
fn the_table_has_every_method_and_no_other_and_the_page_has_the_table() {
    let mut methods = methods();
    assert!(methods.len() >= 34, "{methods:?}");
    for method in &methods {
        let action = Action::of_rpc(method);
        assert!(
            action.is_some_and(|a| a.rpc() == Some(method)),
            "src/access/action.rs has no row for {method}: who may call it?"
        );
    }
    let mut rows: Vec<_> = Action::ALL.iter().filter_map(|a| a.rpc()).collect();
    methods.sort();
    rows.sort_unstable();
    assert_eq!(rows, methods);
    assert!(
        include_str!("../../docs/access.md").contains(&actions_markdown()),
        "put this table in docs/access.md:\n{}",
        actions_markdown()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_method_does_for_each_role_what_the_table_says_and_shows_nothing_of_another_seller() {
    let served = Served::bounded(|_| {}, |options| options.open = None).await;
    let officer = token(&served, "officer", Role::Compliance, "*");
    let agent = token(&served, "agent-of-all", Role::Agent, "*");
    let of = |seller, campaign, product, number| {
        side(&served, &officer, &agent, seller, campaign, product, number)
    };
    let own = of("noordlicht", "gas-customers", "gas", "0645000001").await;
    let other = of(
        "waterpoort",
        "buildings-customers",
        "buildings",
        "0645000002",
    )
    .await;
    assert!(own.unclear.starts_with("unclear-"), "{own:?}");
    let nowhere = Side {
        seller: "nowhere",
        campaign: "nowhere",
        number: "",
        consent: "consent-999999".into(),
        relation: "relation-999999".into(),
        unclear: "unclear-999999".into(),
    };
    for role in Role::GIVEN {
        let sellers = if role.is_of_all_sellers() {
            "*"
        } else {
            "noordlicht"
        };
        let shown = token(&served, &format!("a-{role}"), *role, sellers);
        for action in Action::ALL {
            let (Some(method), Some(message)) = (action.rpc(), example(*action, &own)) else {
                continue;
            };
            let ask = |message| call(&served.channel, Some(&shown), method, message);
            let what = format!("{role} {method}");
            let of_other = example(*action, &other).unwrap();
            let of_none = example(*action, &nowhere).unwrap();
            match action.grant(*role) {
                Grant::No => {
                    for message in [message, of_other] {
                        assert_eq!(ask(message).await.code, Code::PermissionDenied, "{what}");
                    }
                }
                Grant::May => {
                    for message in [message, of_other] {
                        let told = ask(message).await;
                        assert!(!told.is_refused(), "{what}: {told:?}");
                    }
                }
                Grant::Masked => {
                    for message in [message, of_other] {
                        let told = ask(message).await;
                        assert!(!told.is_refused(), "{what}: {told:?}");
                        let clear = told.body.contains("4500000");
                        assert!(!clear, "{what} shows a number: {told:?}");
                    }
                }
                Grant::OwnSellers => {
                    // Another's first, so that it cannot be refused for being done already.
                    let foreign = ask(of_other).await;
                    for mark in MARKS {
                        assert!(
                            !foreign.body.contains(mark),
                            "{what} shows {mark}: {foreign:?}"
                        );
                    }
                    let mut missing = ask(of_none).await;
                    let mut compared = foreign.clone();
                    for (told, side) in [(&mut missing, &nowhere), (&mut compared, &other)] {
                        for id in side.ids() {
                            told.message = told.message.replace(id, "ID");
                        }
                    }
                    let lists = ["/List", "/Summarise", "/Export"]
                        .iter()
                        .any(|of| method.contains(of));
                    if lists {
                        // Looks are recorded, so a list of them may have grown.
                        missing.body.clear();
                        compared.body.clear();
                    } else {
                        let stream_error = *action == Action::CheckStream;
                        assert!(foreign.is_refused() || stream_error, "{what}: {foreign:?}");
                    }
                    assert_eq!(
                        missing, compared,
                        "{what}: another's is not as what is not there"
                    );
                    let told = ask(message).await;
                    assert!(!told.is_refused(), "{what}: {told:?}");
                    for mark in MARKS {
                        assert!(!told.body.contains(mark), "{what} shows {mark}: {told:?}");
                    }
                    let shows = OWN_MARKS.iter().any(|m| told.body.contains(m));
                    // Pairs name no seller here; the sums of the others only days, or nothing at all.
                    let is_bare = matches!(
                        action,
                        Action::ListSimilarPairs
                            | Action::SummariseObjections
                            | Action::SummariseEnded
                    );
                    assert!(shows || !lists || is_bare, "{what}: {told:?}");
                }
            }
        }
    }
    // Who settled is who asked, whatever the request said; and what was done is on record.
    let settled = served.sidecar.unclear(true).unwrap();
    let by = settled.iter().find_map(|row| row.settled.as_ref()).unwrap();
    assert_eq!(by.by, "a-supervisor");
    assert!(!own.number.is_empty());
    served.stop().await;
}

#[tokio::test]
async fn without_a_token_that_counts_nobody_may_do_anything_but_ask_for_health() {
    let served = Served::bounded(|_| {}, |options| options.open = None).await;
    let revoked = token(&served, "revoked", Role::Compliance, "*");
    let channel = served.channel.clone();
    let list = || {
        call(
            &channel,
            Some(&revoked),
            "CatalogueService/ListSellers",
            Vec::new(),
        )
    };
    assert_eq!(list().await.code, Code::Ok);
    assert!(served.sidecar.access.tokens.revoke("revoked").unwrap());
    assert_eq!(list().await.code, Code::Unauthenticated);
    for method in methods() {
        for shown in [None, Some("vzt_no_such_token"), Some(&*revoked)] {
            let told = call(&channel, shown, &method, Vec::new()).await;
            assert_eq!(told.code, Code::Unauthenticated, "{method} {shown:?}");
            assert!(!told.message.contains("no_such"), "{told:?}");
        }
    }
    let mut health = tonic_health::pb::health_client::HealthClient::new(channel.clone());
    health
        .check(tonic_health::pb::HealthCheckRequest::default())
        .await
        .unwrap();
    drop((health, channel));
    served.stop().await;
}

#[tokio::test]
async fn a_method_no_service_has_is_unimplemented_for_whoever_may_ask_at_all() {
    let served = Served::bounded(|_| {}, |options| options.open = None).await;
    let channel = served.channel.clone();
    let none = [
        "CheckService/Chek",
        "NoService/Check",
        "CheckService/Check/More",
    ];
    for role in Role::GIVEN {
        let shown = token(&served, &format!("a-{role}"), *role, "*");
        for method in none {
            let told = call(&channel, Some(&shown), method, Vec::new()).await;
            assert_eq!(told.code, Code::Unimplemented, "{role} {method}: {told:?}");
        }
    }
    for method in none {
        let told = call(&channel, None, method, Vec::new()).await;
        assert_eq!(told.code, Code::Unauthenticated, "{method}: {told:?}");
    }
    drop(channel);
    served.stop().await;
}

#[tokio::test]
async fn an_open_loopback_port_asks_and_records_stops_and_reads_nothing() {
    let agent = Caller::new("loopback", Role::Agent, Sellers::All).unwrap();
    let served = Served::bounded(|_| {}, |options| options.open = Some(agent)).await;
    let channel = served.channel.clone();
    for action in Action::ALL {
        let side = Side {
            campaign: "gas-customers",
            consent: "consent-999999".into(),
            relation: "relation-999999".into(),
            unclear: "unclear-999999".into(),
            ..Side::default()
        };
        let (Some(method), Some(message)) = (action.rpc(), example(*action, &side)) else {
            continue;
        };
        let told = call(&channel, None, method, message).await;
        let may = action.grant(Role::Agent) != Grant::No;
        assert_eq!(
            told.code != Code::PermissionDenied,
            may,
            "{method}: {told:?}"
        );
    }
    drop(channel);
    served.stop().await;
}
