//! The time a caller left, as `grpc-timeout` says it, and whether an answer can be there in it.

use std::time::Duration;

use http::HeaderMap;
use tonic::Status;

use crate::ledger::Ledger;

/// The time left by `grpc-timeout`; as much as `none` if the caller set none that can be read.
pub fn left(headers: &HeaderMap, none: Duration) -> Duration {
    read(headers).unwrap_or(none)
}

fn read(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let n = digits.parse::<u64>().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(n.saturating_mul(3600))),
        "M" => Some(Duration::from_secs(n.saturating_mul(60))),
        "S" => Some(Duration::from_secs(n)),
        "m" => Some(Duration::from_millis(n)),
        "u" => Some(Duration::from_micros(n)),
        "n" => Some(Duration::from_nanos(n)),
        _ => None,
    }
}

/// What was not answered in the time its caller left, or in the longest a request may take.
pub fn passed() -> Status {
    Status::deadline_exceeded("the time for this request is up")
}

/// Refuses at once what cannot be answered in time: its record would be written for nobody.
#[allow(clippy::result_large_err)]
pub(super) fn enough(left: Duration, ledger: &Ledger) -> Result<(), Status> {
    match ledger.commit_takes_lately() {
        Some(takes) if left < takes => Err(Status::deadline_exceeded(format!(
            "{left:?} were left, and a record takes {takes:?} to be on disk at present; give more time"
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_and_what_is_none() {
        let of = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("grpc-timeout", text.parse().unwrap());
            read(&headers)
        };
        assert_eq!(of("2H"), Some(Duration::from_secs(7_200)));
        assert_eq!(of("2M"), Some(Duration::from_secs(120)));
        assert_eq!(of("2S"), Some(Duration::from_secs(2)));
        assert_eq!(of("2m"), Some(Duration::from_millis(2)));
        assert_eq!(of("2u"), Some(Duration::from_micros(2)));
        assert_eq!(of("2n"), Some(Duration::from_nanos(2)));
        for none in ["", "m", "x", "-1m", "2", "2x", "99999999999999999999S"] {
            assert_eq!(of(none), None, "{none}");
        }
        assert_eq!(left(&HeaderMap::new(), Duration::ZERO), Duration::ZERO);
    }
}
