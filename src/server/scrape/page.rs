//! Writing metrics of the table as Prometheus reads them.

use std::fmt;

use prometheus_client::{
    encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
};

use crate::metrics::{
    Sums,
    names::{Kind, Metric},
};

/// A page being written.
pub(super) struct Page<'a>(pub(super) DescriptorEncoder<'a>);

/// The values of the labels of a metric, in its order.
pub(super) type Labels<'l> = Vec<&'l str>;

impl Page<'_> {
    fn begin<'s>(&'s mut self, metric: &'static Metric) -> Result<MetricEncoder<'s>, fmt::Error> {
        let kind = match metric.kind {
            Kind::Counter => MetricType::Counter,
            Kind::Gauge => MetricType::Gauge,
            Kind::Histogram => MetricType::Histogram,
        };
        // The format adds `_total` itself.
        let name = match metric.kind {
            Kind::Counter => metric.name.trim_end_matches("_total"),
            _ => metric.name,
        };
        self.0.encode_descriptor(name, metric.help, None, kind)
    }

    /// A gauge or counter without labels.
    pub(super) fn value(&mut self, metric: &'static Metric, value: f64) -> fmt::Result {
        self.optional(metric, Some(value))
    }

    /// The same; without a value only its description.
    pub(super) fn optional(&mut self, metric: &'static Metric, value: Option<f64>) -> fmt::Result {
        let encoder = self.begin(metric)?;
        value.map_or(Ok(()), |value| one(metric.kind, value, encoder))
    }

    /// A gauge or counter with labels.
    pub(super) fn values<'l>(
        &mut self,
        metric: &'static Metric,
        values: impl IntoIterator<Item = (Labels<'l>, f64)>,
    ) -> fmt::Result {
        let mut encoder = self.begin(metric)?;
        for (labels, value) in values {
            let labels = pairs(metric, labels);
            one(metric.kind, value, encoder.encode_family(&labels)?)?;
        }
        Ok(())
    }

    /// A histogram without labels.
    pub(super) fn histogram(&mut self, metric: &'static Metric, sums: &Sums) -> fmt::Result {
        many(sums, self.begin(metric)?)
    }

    /// A histogram with labels.
    pub(super) fn histograms<'l>(
        &mut self,
        metric: &'static Metric,
        values: impl IntoIterator<Item = (Labels<'l>, Sums)>,
    ) -> fmt::Result {
        let mut encoder = self.begin(metric)?;
        for (labels, sums) in values {
            let labels = pairs(metric, labels);
            many(&sums, encoder.encode_family(&labels)?)?;
        }
        Ok(())
    }
}

fn pairs<'l>(metric: &'static Metric, labels: Labels<'l>) -> Vec<(&'static str, &'l str)> {
    metric.labels.iter().copied().zip(labels).collect()
}

fn one(kind: Kind, value: f64, encoder: MetricEncoder<'_>) -> fmt::Result {
    match kind {
        Kind::Counter => ConstCounter::new(value).encode(encoder),
        _ => ConstGauge::new(value).encode(encoder),
    }
}

fn many(sums: &Sums, mut encoder: MetricEncoder<'_>) -> fmt::Result {
    // The last bound is "everything", which the format writes as `+Inf`.
    let bounds = sums.bounds.iter().copied().chain([f64::MAX]);
    let buckets: Vec<_> = bounds.zip(sums.counts.iter().copied()).collect();
    encoder.encode_histogram::<[(&str, &str); 0]>(sums.sum, sums.count(), &buckets, None)
}
