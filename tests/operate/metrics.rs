//! What is counted, asked of a real server over HTTP.

use std::{collections::BTreeSet, sync::Arc};

use tonic::{Code, transport::Channel};
use verzet::{
    metrics::{
        ConnectionRefused, Shed,
        names::{self, Kind},
    },
    proto::v1::{
        self, check_service_client::CheckServiceClient, fact_service_client::FactServiceClient,
    },
    server::Server,
    sidecar::Sidecar,
};

use super::{
    common,
    scrape::{Page, get, page},
};

struct Served {
    server: Server,
    sidecar: Arc<Sidecar>,
    channel: Channel,
    _dir: tempfile::TempDir,
}

async fn served() -> Served {
    let dir = tempfile::tempdir().unwrap();
    let sidecar = Arc::new(Sidecar::open(common::settings(dir.path())).unwrap());
    verzet::sample::install(&sidecar).unwrap();
    let server = common::serve(sidecar.clone());
    let address = format!("http://{}", server.listening.unwrap());
    let channel = Channel::from_shared(address).unwrap();
    Served {
        channel: channel.connect().await.unwrap(),
        server,
        sidecar,
        _dir: dir,
    }
}

impl Served {
    async fn page(&self) -> Page {
        let address = self.server.metrics.unwrap();
        tokio::task::spawn_blocking(move || page(address))
            .await
            .unwrap()
    }
}

fn dial(number: &str, campaign: &str) -> v1::CheckRequest {
    v1::CheckRequest {
        number: number.into(),
        campaign_id: campaign.into(),
        ..Default::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_is_counted_by_verdict_reason_and_way() {
    let served = served().await;
    let mut checks = CheckServiceClient::new(served.channel.clone());
    checks
        .check(dial("0610000002", "gas-customers"))
        .await
        .unwrap();
    checks.check(dial("12", "gas-customers")).await.unwrap();
    let wrong = checks
        .check(dial("0610000002", &"x".repeat(5_000)))
        .await
        .unwrap_err();
    assert_eq!(wrong.code(), Code::InvalidArgument);
    let items = ["0610000002", "12", "13"].map(|number| v1::BatchItem {
        number: number.into(),
        ..Default::default()
    });
    checks
        .check_batch(v1::CheckBatchRequest {
            campaign_id: "gas-customers".into(),
            items: items.into(),
            ..Default::default()
        })
        .await
        .unwrap();
    let questions = tokio_stream::iter([dial("14", "no-such"), dial("0610000002", "no-such")]);
    let mut answers = checks.check_stream(questions).await.unwrap().into_inner();
    while answers.message().await.unwrap().is_some() {}

    let page = served.page().await;
    let decided = |verdict: &str, reason: &str| {
        page.value(&format!(
            "verzet_checks_total{{verdict=\"{verdict}\",reason=\"{reason}\"}}"
        ))
    };
    assert_eq!(decided("ALLOW", "CUSTOMER_SIMILAR"), 2.0, "{}", page.text);
    assert_eq!(decided("BLOCK", "INVALID_NUMBER"), 4.0);
    assert_eq!(decided("BLOCK", "UNKNOWN_CAMPAIGN"), 1.0);
    let answers = |rpc: &str| page.value(&format!("verzet_check_seconds_count{{rpc=\"{rpc}\"}}"));
    assert_eq!(
        (
            answers("check"),
            answers("check_batch"),
            answers("check_stream")
        ),
        (2.0, 1.0, 2.0)
    );
    assert_eq!(page.value("verzet_decide_seconds_count"), 7.0);
    assert_eq!(page.value("verzet_checks_invalid_total"), 1.0);
    // The words of the day's part are records too; every record waited and was committed with a sync.
    assert_eq!(page.value("verzet_ledger_queue_wait_seconds_count"), 7.0);
    let records = page.value("verzet_ledger_records");
    assert!(records > 7.0);
    assert_eq!(page.value("verzet_ledger_group_records_sum"), records);
    let commits = page.value("verzet_ledger_commit_seconds_count");
    assert!((1.0..=7.0).contains(&commits));
    assert_eq!(page.value("verzet_ledger_fsync_seconds_count"), commits);
    assert!(page.value("verzet_ledger_fsync_seconds_sum") > 0.0);
    assert_eq!(page.value("verzet_serving"), 1.0);
    assert_eq!(page.value("verzet_ledger_writable"), 1.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_registers_and_disks_are_told_as_they_are() {
    let served = served().await;
    let before = served.page().await;
    let revision = before.value("verzet_facts_revision");
    assert_eq!(revision, served.sidecar.world().revision as f64);
    FactServiceClient::new(served.channel.clone())
        .record_objection(v1::RecordObjectionRequest {
            number: "not a number".into(),
            ..Default::default()
        })
        .await
        .unwrap();
    let page = served.page().await;
    assert_eq!(page.value("verzet_facts_revision"), revision + 1.0);
    assert_eq!(page.find("verzet_facts_lag_revisions"), Some(0.0));
    assert_eq!(
        page.value("verzet_unclear_rows"),
        before.value("verzet_unclear_rows") + 1.0
    );
    let heard =
        |page: &Page| page.value("verzet_facts_origin_heard_timestamp_seconds{origin=\"api\"}");
    assert!(heard(&page) > heard(&before), "{}", page.text);
    assert_eq!(
        page.value("verzet_register_present{register=\"bmnr\"}"),
        1.0
    );
    let bmnr = &served.sidecar.register_states()["bmnr"];
    let age = page.find("verzet_register_age_days{register=\"bmnr\"}");
    assert_eq!(age, bmnr.age.map(f64::from));
    assert_eq!(
        page.value("verzet_register_max_age_days{register=\"bmnr\"}"),
        28.0
    );
    let numbers = page.value("verzet_register_numbers{register=\"bmnr\"}");
    assert_eq!(numbers, bmnr.numbers as f64);
    assert!(numbers > 0.0);
    assert_eq!(page.value("verzet_regime_lapsed{regime=\"nl-bmnr\"}"), 1.0);
    assert!(page.value("verzet_disk_free_bytes{of=\"data\"}") > 0.0);
    assert!(page.value("verzet_disk_free_bytes{of=\"ledger\"}") > 0.0);
    assert!(page.value("process_resident_memory_bytes") > 0.0);
    assert!(page.value("process_open_fds") > 0.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_has_the_table_and_nothing_else() {
    let served = served().await;
    let metrics = &served.sidecar.metrics;
    metrics.shed(Shed::QueueWait, Some("say \"hello\"\\\n"));
    metrics.connections_refused.add(ConnectionRefused::TooMany);
    let page = served.page().await;
    let told: BTreeSet<_> = page.names().into_iter().collect();
    let table: BTreeSet<_> = names::ALL.iter().map(|m| m.name).collect();
    assert_eq!(told, table);
    for m in names::ALL {
        let kind = format!("# TYPE {} {}\n", m.name, m.kind.word());
        assert!(page.text.contains(&kind), "{kind}");
        let help = format!("# HELP {} {}\n", m.name, m.help);
        assert!(page.text.contains(&help), "{help}");
    }
    // A label's value that could end the line does not.
    assert!(
        page.text
            .contains("verzet_shed_by_campaign_total{campaign=\"say \\\"hello\\\"\\\\\\n\"} 1.0\n"),
        "{}",
        page.text
    );
    let queue = "verzet_shed_total{cause=\"queue_wait\"}";
    assert_eq!(page.value(queue), 1.0);
    for m in names::ALL.iter().filter(|m| m.kind == Kind::Histogram) {
        let last = format!("{}_bucket", m.name);
        let has = |l: &str| l.starts_with(&last) && l.contains("le=\"+Inf\"");
        assert!(page.text.lines().any(has), "{last}: {}", page.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_paths_are_not_there_and_a_taken_address_stops_nothing() {
    let served = served().await;
    let address = served.server.metrics.unwrap();
    let asked =
        tokio::task::spawn_blocking(move || (get(address, "/").0, get(address, "/no-such").0));
    let (index, other) = asked.await.unwrap();
    assert_eq!(index, "HTTP/1.1 200 OK");
    assert_eq!(other, "HTTP/1.1 404 Not Found");

    let dir = tempfile::tempdir().unwrap();
    let second = common::sidecar(dir.path());
    let options = verzet::server::ServerOptions {
        metrics: Some(address),
        ..common::options()
    };
    let server = Server::start(second, &options).unwrap();
    assert_eq!(server.metrics, None);
    let address = format!("http://{}", server.listening.unwrap());
    let channel = Channel::from_shared(address)
        .unwrap()
        .connect()
        .await
        .unwrap();
    let answer = CheckServiceClient::new(channel)
        .check(dial("12", "none"))
        .await;
    assert_eq!(answer.unwrap().get_ref().verdict(), v1::Verdict::Block);
    tokio::task::spawn_blocking(|| server.stop()).await.unwrap();
}

#[test]
fn the_documentation_has_the_table() {
    let page = include_str!("../../docs/metrics.md");
    assert!(
        page.contains(&names::markdown()),
        "put these tables in docs/metrics.md:\n{}",
        names::markdown()
    );
}
