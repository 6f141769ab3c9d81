//! A span for each request, under the caller's own. Only where a collector is named: else requests do not
//! pass here.

use axum::{
    extract::Request,
    middleware::{Next, from_fn},
    response::Response,
};
use tonic::{Code, service::Routes};
use tracing::{Instrument, field};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::log::{self, TRACE};

/// The same services, each request in a span.
pub(super) fn traced(routes: Routes) -> Routes {
    Routes::from(routes.into_axum_router().layer(from_fn(request)))
}

async fn request(request: Request, next: Next) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    let (service, method) = path.split_once('/').unwrap_or((path, ""));
    if service.starts_with("grpc.health.") || service.starts_with("grpc.reflection.") {
        return next.run(request).await;
    }
    // Names by the conventions of OpenTelemetry for RPC.
    let span = tracing::info_span!(
        target: TRACE,
        "request",
        otel.name = path,
        otel.kind = "server",
        rpc.system = "grpc",
        rpc.service = service,
        rpc.method = method,
        rpc.grpc.status_code = field::Empty,
        otel.status_code = field::Empty,
    );
    // Only fails without a collector, and then there is nothing to carry on.
    let _ = span.set_parent(log::parent(request.headers()));
    let response = next.run(request).instrument(span.clone()).await;
    // An error has its status in the headers; an answer has it behind, and it is OK.
    let status = response.headers().get("grpc-status");
    let code = status.map_or(Code::Ok, |s| Code::from_bytes(s.as_bytes()));
    span.record("rpc.grpc.status_code", code as i32);
    if matches!(
        code,
        Code::Unknown
            | Code::DeadlineExceeded
            | Code::Internal
            | Code::Unavailable
            | Code::DataLoss
    ) {
        span.record("otel.status_code", "ERROR");
    }
    response
}
