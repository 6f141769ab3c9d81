//! Spans, as a real collector receives them: OTLP over gRPC.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use opentelemetry_proto::tonic::{
    collector::trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
    common::v1::any_value::Value,
    trace::v1::{Span, span::SpanKind},
};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status, transport::Channel};
use verzet::proto::v1::{
    self, check_service_client::CheckServiceClient, fact_service_client::FactServiceClient,
};

use super::{served::Served, sidecar::Dir};

/// A collector that keeps what it is sent.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<Span>>>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let spans = request
            .into_inner()
            .resource_spans
            .into_iter()
            .flat_map(|r| r.scope_spans)
            .flat_map(|s| s.spans);
        self.0.lock().unwrap().extend(spans);
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

impl Collector {
    /// Starts it on any free port.
    async fn start() -> (Self, SocketAddr) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let collector = Self::default();
        let service = TraceServiceServer::new(collector.clone());
        tokio::spawn(
            tonic::transport::Server::builder()
                .add_service(service)
                .serve_with_incoming(TcpListenerStream::new(listener)),
        );
        (collector, address)
    }

    fn spans(&self) -> Vec<Span> {
        self.0.lock().unwrap().clone()
    }
}

fn attribute(span: &Span, key: &str) -> Option<String> {
    let found = span.attributes.iter().find(|a| a.key == key)?;
    match found.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        Value::IntValue(n) => Some(n.to_string()),
        other => Some(format!("{other:?}")),
    }
}

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// A check, within the caller's trace if it has one.
fn check(flags: Option<&str>) -> Request<v1::CheckRequest> {
    let mut request = Request::new(v1::CheckRequest {
        number: "0610000002".into(),
        campaign_id: "gas-customers".into(),
        call_id: "call-4712".into(),
        ..Default::default()
    });
    if let Some(flags) = flags {
        let parent = format!("00-{TRACE}-{CALLER}-{flags}");
        request
            .metadata_mut()
            .insert("traceparent", parent.parse().unwrap());
    }
    request
}

async fn ask(dir: &Dir, endpoint: &str, per_million: &str) -> (String, String) {
    let served = Served::start(
        dir,
        &["--sample"],
        &[
            ("VERZET_TRACE_ENDPOINT", endpoint),
            ("VERZET_TRACE_PER_MILLION", per_million),
        ],
    );
    let address = format!("http://{}", served.field("listen"));
    let channel = Channel::from_shared(address)
        .unwrap()
        .connect()
        .await
        .unwrap();
    let mut checks = CheckServiceClient::new(channel.clone());
    let answer = checks.check(check(Some("01"))).await.unwrap().into_inner();
    checks.check(check(Some("00"))).await.unwrap();
    checks.check(check(None)).await.unwrap();
    let wrong = FactServiceClient::new(channel.clone())
        .record_objection(v1::RecordObjectionRequest::default())
        .await;
    wrong.unwrap_err();
    drop((checks, channel));
    let log = tokio::task::block_in_place(|| served.stop());
    (answer.decision_id, log)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_callers_trace_goes_on_through_decide_and_commit() {
    let (collector, address) = Collector::start().await;
    let dir = Dir::new();
    let (decision, log) = ask(&dir, &format!("http://{address}"), "0").await;
    let spans = collector.spans();
    let names: Vec<_> = spans.iter().map(|s| s.name.as_str()).collect();
    // Only the caller that wants its trace kept has one; the sidecar begins none of its own.
    assert_eq!(spans.len(), 3, "{names:?}\n{log}");
    let find = |name: &str| spans.iter().find(|s| s.name == name).unwrap();
    assert!(spans.iter().all(|s| hex(&s.trace_id) == TRACE));
    let request = find("verzet.v1.CheckService/Check");
    assert_eq!(hex(&request.parent_span_id), CALLER);
    assert_eq!(request.kind, SpanKind::Server as i32);
    assert_eq!(attribute(request, "rpc.method").as_deref(), Some("Check"));
    assert_eq!(
        attribute(request, "rpc.grpc.status_code").as_deref(),
        Some("0")
    );
    let (decide, commit) = (find("decide"), find("commit"));
    assert_eq!(decide.parent_span_id, request.span_id);
    assert_eq!(commit.parent_span_id, request.span_id);
    assert_eq!(attribute(decide, "verdict").as_deref(), Some("ALLOW"));
    assert_eq!(
        attribute(decide, "reason").as_deref(),
        Some("CUSTOMER_SIMILAR")
    );
    assert_eq!(attribute(commit, "decision"), Some(decision));
    let all = format!("{spans:?}");
    assert!(!all.contains("0000002") && !all.contains("4712"), "{all}");
    // Spans are not lines.
    assert!(!log.contains("commit"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_callers_choice_the_share_decides() {
    let (collector, address) = Collector::start().await;
    let dir = Dir::new();
    ask(&dir, &format!("http://{address}"), "1000000").await;
    let spans = collector.spans();
    let roots: Vec<_> = spans
        .iter()
        .filter(|s| s.parent_span_id.is_empty())
        .collect();
    let mut names: Vec<_> = roots.iter().map(|s| s.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "verzet.v1.CheckService/Check",
            "verzet.v1.FactService/RecordObjection"
        ]
    );
    let refused = roots
        .iter()
        .find(|s| s.name.ends_with("RecordObjection"))
        .unwrap();
    assert_eq!(
        attribute(refused, "rpc.grpc.status_code"),
        Some((tonic::Code::InvalidArgument as i32).to_string())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_not_there_holds_up_nobody() {
    // Bound and never accepted from, then gone.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = gone.local_addr().unwrap();
    drop(gone);
    let dir = Dir::new();
    let (decision, _) = ask(&dir, &format!("http://{address}"), "1000000").await;
    assert!(!decision.is_empty());
}
