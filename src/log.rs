//! The log, and traces. Sentences are fixed and what varies is in fields; numbers are [masked](masked), and nothing
//! else of a person is written.
//!
//! Two ways out of one source: lines on standard error, and, if a collector is named, spans over
//! OpenTelemetry. Spans have the target [`TRACE`] and never become lines; without a collector nobody wants
//! them, which `tracing` finds out once a place in the code and then costs one look at a flag.

mod export;
mod mask;

use tracing::{Level, Subscriber};
use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets},
    layer::SubscriberExt,
    registry,
    registry::LookupSpan,
    util::SubscriberInitExt,
};

pub use export::{ExportError, parent};
pub use mask::masked;

use crate::config::{LogConfig, LogFormat, LogLevel, TraceConfig};
use export::Exporter;

/// The target of spans. They are for a collector, and never lines of the log.
pub const TRACE: &str = "verzet::trace";

/// The log of a process that serves, until it is dropped; then the last spans are sent.
#[derive(Debug)]
#[must_use]
pub struct Log {
    exporter: Option<Exporter>,
}

impl Log {
    /// Opens it, as the configuration says. Only the first of a process does anything.
    ///
    /// # Errors
    /// If the collector's address cannot be one.
    pub fn open(log: &LogConfig, trace: &TraceConfig) -> Result<Self, ExportError> {
        let exporter = match trace.endpoint.as_str() {
            "" => None,
            endpoint => Some(Exporter::to(endpoint, trace.per_million)?),
        };
        // Only fails where a log is open already, and then that one serves.
        let _ = match &exporter {
            // Not `with(None)`: a layer that is none has no filter, and so every span would be made for it.
            None => registry().with(lines(log)).try_init(),
            Some(exporter) => {
                let only = Targets::new().with_target(TRACE, Level::TRACE);
                let spans = exporter.layer().with_filter(only);
                registry().with(lines(log)).with(spans).try_init()
            }
        };
        Ok(Self { exporter })
    }

    /// Whether requests are to be traced.
    pub fn is_traced(&self) -> bool {
        self.exporter.is_some()
    }
}

/// Lines on standard error.
fn lines<S>(config: &LogConfig) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let filter = targets(level(config.level));
    match config.format {
        LogFormat::Text => lines.with_ansi(false).with_filter(filter).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_filter(filter).boxed(),
    }
}

fn level(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    }
}

/// The libraries below do not know what is personal: of them only warnings are written.
fn targets(level: LevelFilter) -> Targets {
    Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target("verzet", level)
        .with_target(TRACE, LevelFilter::OFF)
}
