//! Spans to an OpenTelemetry collector, over OTLP in gRPC.

use std::time::Duration;

use opentelemetry::{
    Context, KeyValue,
    propagation::{Extractor, TextMapPropagator},
    trace::TracerProvider,
};
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::{
    Resource,
    propagation::TraceContextPropagator,
    trace::{Sampler, SdkTracer, SdkTracerProvider},
};
use tonic::codegen::http::HeaderMap;
use tracing::Subscriber;
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::registry::LookupSpan;

/// How long the collector may take to answer, and the last spans to be sent.
const PATIENCE: Duration = Duration::from_secs(3);

/// Why spans cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The collector's address.
    #[error("spans cannot be sent to {endpoint}: {why}; set trace.endpoint right, or empty")]
    Endpoint {
        /// The address.
        endpoint: String,
        /// What the exporter said.
        why: String,
    },
    /// No thread could be started.
    #[error("cannot start a thread: {0}")]
    Thread(#[from] std::io::Error),
}

/// Sends spans until dropped.
#[derive(Debug)]
pub(super) struct Exporter {
    provider: SdkTracerProvider,
    /// The connection to the collector lives on a thread of its own: no runtime that serves waits for it.
    runtime: Option<tokio::runtime::Runtime>,
}

impl Exporter {
    /// To a collector. It need not be there: spans that cannot be sent are dropped.
    pub(super) fn to(endpoint: &str, per_million: u32) -> Result<Self, ExportError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("trace")
            .enable_all()
            .build()?;
        let exporter = {
            let _inside = runtime.enter();
            SpanExporter::builder()
                .with_tonic()
                .with_endpoint(endpoint)
                .with_timeout(PATIENCE)
                .build()
        };
        let exporter = exporter.map_err(|e| ExportError::Endpoint {
            endpoint: endpoint.to_owned(),
            why: e.to_string(),
        })?;
        // A caller's choice is kept: its trace is whole or not there.
        let roots = Sampler::TraceIdRatioBased(f64::from(per_million) / 1e6);
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_sampler(Sampler::ParentBased(Box::new(roots)))
            .with_resource(
                Resource::builder_empty()
                    .with_service_name("verzet")
                    .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
                    .build(),
            )
            .build();
        Ok(Self {
            provider,
            runtime: Some(runtime),
        })
    }

    pub(super) fn layer<S>(&self) -> OpenTelemetryLayer<S, SdkTracer>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        tracing_opentelemetry::layer()
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_tracer(self.provider.tracer("verzet"))
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        // A collector that is gone must not hold up the end.
        let _ = self.provider.shutdown_with_timeout(PATIENCE);
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_millis(100));
        }
    }
}

/// The caller's trace, out of the W3C headers `traceparent` and `tracestate`.
pub fn parent(headers: &HeaderMap) -> Context {
    TraceContextPropagator::new().extract_with_context(&Context::new(), &Headers(headers))
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(|k| k.as_str()).collect()
    }
}
