//! Who may do what, over real gRPC: every method, each role, two competing sellers. The table is the
//! code's own, and a method that is not in it fails here.

use bytes::{Buf, BufMut, Bytes};
use prost::Message;
use tonic::{
    Code, Request, Status,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    transport::Channel,
};
use verzet::{
    access::{Action, Caller, Grant, Role, Sellers, actions_markdown},
    clock::Micros,
    proto::{DESCRIPTORS, v1},
};

use crate::{Served, dial};

/// Messages as bytes, so that any method can be called, and what comes back can be searched.
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;
    fn encoder(&mut self) -> Self {
        Self
    }
    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;
    fn encode(&mut self, item: Bytes, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;
    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}

/// What came of a call.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Told {
    code: Code,
    message: String,
    body: String,
}

impl Told {
    fn is_refused(&self) -> bool {
        matches!(self.code, Code::PermissionDenied | Code::Unauthenticated)
    }
}

async fn call(channel: &Channel, token: Option<&str>, method: &str, message: Vec<u8>) -> Told {
    let mut grpc = tonic::client::Grpc::new(channel.clone()).max_decoding_message_size(usize::MAX);
    grpc.ready().await.unwrap();
    let mut request = Request::new(tokio_stream::once(Bytes::from(message)));
    if let Some(token) = token {
        let value = format!("Bearer {token}").parse().unwrap();
        request.metadata_mut().insert("authorization", value);
    }
    let path = format!("/verzet.v1.{method}").parse().unwrap();
    let mut body = Vec::new();
    let ended = match grpc.streaming(request, path, Raw).await {
        Err(status) => Some(status),
        Ok(response) => {
            let mut answers = response.into_inner();
            loop {
                match answers.message().await {
                    Ok(Some(bytes)) => body.extend(bytes),
                    Ok(None) => break None,
                    Err(status) => break Some(status),
                }
            }
        }
    };
    Told {
        code: ended.as_ref().map_or(Code::Ok, Status::code),
        message: ended.map_or(String::new(), |s| s.message().to_owned()),
        body: String::from_utf8_lossy(&body).into_owned(),
    }
}

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

/// What is of one seller.
#[derive(Clone, Debug, Default)]
struct Side {
    seller: &'static str,
    campaign: &'static str,
    number: &'static str,
    consent: String,
    relation: String,
    unclear: String,
}

impl Side {
    fn ids(&self) -> [&str; 5] {
        [
            self.seller,
            self.campaign,
            &self.consent,
            &self.relation,
            &self.unclear,
        ]
    }
}

/// What shows that something is of the second seller.
const MARKS: [&str; 6] = [
    "waterpoort",
    "Waterpoort",
    "buildings",
    "funeral",
    "insurance",
    "45000002",
];
/// And of the first.
const OWN_MARKS: [&str; 4] = ["noordlicht", "gas", "energy", "45000001"];

/// A request that means something to this seller; `None` for what is no RPC.
fn example(action: Action, of: &Side) -> Option<Vec<u8>> {
    let seller_id = of.seller.to_owned();
    let filter = Some(v1::DecisionFilter {
        seller_id: seller_id.clone(),
        ..Default::default()
    });
    Some(match action {
        Action::Check | Action::CheckStream => dial("0645000009", of.campaign).encode_to_vec(),
        Action::CheckBatch => v1::CheckBatchRequest {
            campaign_id: of.campaign.into(),
            items: vec![v1::BatchItem {
                number: "0645000009".into(),
                ..Default::default()
            }],
            ..Default::default()
        }
        .encode_to_vec(),
        Action::RecordObjection => v1::RecordObjectionRequest {
            number: "0645000008".into(),
            seller_id,
            ..Default::default()
        }
        .encode_to_vec(),
        Action::RecordConsent => v1::RecordConsentRequest {
            seller_id,
            ..Default::default()
        }
        .encode_to_vec(),
        Action::RecordRelation => v1::RecordRelationRequest {
            seller_id,
            ..Default::default()
        }
        .encode_to_vec(),
        Action::WithdrawConsent => v1::WithdrawConsentRequest {
            fact_id: of.consent.clone(),
            withdrawn_at: None,
        }
        .encode_to_vec(),
        Action::EndRelation => v1::EndRelationRequest {
            fact_id: of.relation.clone(),
            ..Default::default()
        }
        .encode_to_vec(),
        Action::SettleUnclear => v1::SettleUnclearRequest {
            unclear_id: of.unclear.clone(),
            settled_by: "somebody else".into(),
            settlement: "called back".into(),
        }
        .encode_to_vec(),
        Action::ListDecisions => v1::ListDecisionsRequest {
            filter,
            ..Default::default()
        }
        .encode_to_vec(),
        Action::SummariseDecisions => v1::SummariseDecisionsRequest {
            filter,
            group_by: vec![v1::GroupBy::Seller as i32, v1::GroupBy::Campaign as i32],
        }
        .encode_to_vec(),
        Action::ExportDecisions => v1::ExportDecisionsRequest {
            filter,
            ..Default::default()
        }
        .encode_to_vec(),
        Action::ListChanges => v1::ListChangesRequest {
            seller_id,
            ..Default::default()
        }
        .encode_to_vec(),
        // Refused for what they say, not for who asks: nothing is to change under the test.
        Action::PutCatalogue
        | Action::EndCatalogue
        | Action::ImportRegister
        | Action::ImportFolder
        | Action::EnforceRegime
        | Action::CreateToken
        | Action::RevokeToken
        | Action::AddUser
        | Action::DisableUser
        | Action::ResetUser
        | Action::GetRegime
        | Action::ListUnclear
        | Action::ListSellers
        | Action::ListCategories
        | Action::ListProducts
        | Action::ListSimilarPairs
        | Action::ListNumberSources
        | Action::ListCampaigns
        | Action::ListSnapshots
        | Action::ListRegimes
        | Action::ListTokens
        | Action::ListUsers => Vec::new(),
        _ => {
            assert_eq!(action.rpc(), None, "{action:?} needs an example");
            return None;
        }
    })
}

fn token(served: &Served, name: &str, role: Role, sellers: &str) -> String {
    let caller = Caller::new(name, role, Sellers::parse(sellers).unwrap()).unwrap();
    let hour = Micros(Micros::system_now().0 + 3_600_000_000);
    let secret = served.sidecar.access.tokens.create(&caller, hour).unwrap();
    secret.show().to_owned()
}

/// A decision, consent, relation and unclear row of a seller.
async fn side(
    served: &Served,
    officer: &str,
    agent: &str,
    seller: &'static str,
    campaign: &'static str,
    product: &str,
    number: &'static str,
) -> Side {
    let channel = &served.channel;
    let asked = dial(number, campaign).encode_to_vec();
    let told = call(channel, Some(agent), "CheckService/Check", asked).await;
    assert_eq!(told.code, Code::Ok, "{told:?}");
    let send = |method: &'static str, message: Vec<u8>| async move {
        let told = call(channel, Some(officer), method, message).await;
        assert_eq!(told.code, Code::Ok, "{method}: {told:?}");
        told.body
    };
    let day = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
    let consent = v1::RecordConsentRequest {
        number: number.into(),
        seller_id: seller.into(),
        channels: vec!["VOICE".into()],
        products: vec![product.into()],
        granted_at: day(1_700_000_000),
        evidence: "form-1".into(),
        ..Default::default()
    };
    let relation = v1::RecordRelationRequest {
        number: number.into(),
        seller_id: seller.into(),
        kind: "PURCHASE".into(),
        product_id: product.into(),
        started_on: "2024-01-01".into(),
        paid: "yes".into(),
        ..Default::default()
    };
    let unclear = v1::RecordObjectionRequest {
        number: format!("call {number} or so"),
        seller_id: seller.into(),
        ..Default::default()
    };
    let consent = send("FactService/RecordConsent", consent.encode_to_vec()).await;
    let relation = send("FactService/RecordRelation", relation.encode_to_vec()).await;
    let unclear = send("FactService/RecordObjection", unclear.encode_to_vec()).await;
    // The id is the first field of each answer: its length, then itself.
    let id = |body: &str| {
        body.bytes()
            .skip(2)
            .take(usize::from(body.as_bytes()[1]))
            .map(char::from)
            .collect()
    };
    Side {
        seller,
        campaign,
        number,
        consent: id(&consent),
        relation: id(&relation),
        unclear: id(&unclear),
    }
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
                    assert!(
                        shows || !lists || *action == Action::ListSimilarPairs,
                        "{what}: {told:?}"
                    );
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
