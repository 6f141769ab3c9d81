//! Errors as gRPC statuses, in one place. An error is never a verdict: the dialer must not dial.

use std::time::Duration;

use http::{HeaderMap, Response};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::fields::Fields;
use crate::{
    intake::{IntakeError, RecordError, RegisterRefused},
    ledger::{AppendError, LedgerError},
    store::StoreError,
};

/// A refusal that is sent so often that it is made once: an overloaded sidecar has better things to do than
/// to write the same sentence, its details and their base64 again.
#[derive(Debug)]
pub struct Refusal {
    status: Status,
    headers: HeaderMap,
}

impl Refusal {
    /// Of what is refused because there is too much to do.
    pub fn overloaded(message: String, retry_after: Duration) -> Self {
        let status = overloaded(message, retry_after);
        let headers = status.clone().into_http::<()>().into_parts().0.headers;
        Self { status, headers }
    }

    /// As a status.
    pub fn status(&self) -> Status {
        self.status.clone()
    }

    /// As a response that has nothing but headers.
    pub fn response<B>(&self, body: B) -> Response<B> {
        let mut response = Response::new(body);
        *response.headers_mut() = self.headers.clone();
        response
    }
}

/// A decision that could not be recorded. `UNAVAILABLE` and `RESOURCE_EXHAUSTED` are for the dialer to
/// retry, and never to be read as permission: what is not on record was not allowed.
pub fn append(error: &AppendError) -> Status {
    match error {
        AppendError::Busy(_) => overloaded(error.to_string(), Duration::from_millis(50)),
        AppendError::Failed(_) | AppendError::Clock(_) => Status::unavailable(error.to_string()),
        AppendError::TooLong { field, .. } => Fields::one(field, error.to_string()),
        AppendError::Malformed(_) => Status::internal(error.to_string()),
    }
}

/// A decision that was taken but did not become durable.
pub fn ledger(error: &LedgerError) -> Status {
    Status::unavailable(error.to_string())
}

/// The sidecar stops: nothing more is taken on this stream.
pub fn stopping() -> Status {
    Status::unavailable("the sidecar stops; connect again and ask again")
}

/// Load is shed; ask again after the delay.
pub fn overloaded(message: String, retry_after: Duration) -> Status {
    Status::with_error_details(
        Code::ResourceExhausted,
        message,
        ErrorDetails::with_retry_info(Some(retry_after)),
    )
}

/// When to ask again, if the status says so; for streams, whose errors are messages.
pub fn retry_after(status: &Status) -> Option<prost_types::Duration> {
    let delay = status.get_details_retry_info()?.retry_delay?;
    prost_types::Duration::try_from(delay).ok()
}

/// A fact or entry that was not recorded.
pub fn record(error: &RecordError) -> Status {
    match error {
        RecordError::Fields(problems) => {
            let mut fields = Fields::default();
            for p in problems {
                fields.bad(p.field, format!("{}; {}", p.what, p.hint));
            }
            fields.status()
        }
        RecordError::Catalogue(problems) => {
            let mut fields = Fields::default();
            for p in problems {
                fields.bad(&p.field, p.to_string());
            }
            fields.status()
        }
        RecordError::NotThere { .. } => Status::not_found(error.to_string()),
        RecordError::Ended { .. } => Status::failed_precondition(error.to_string()),
        RecordError::TooMany(_) => Status::resource_exhausted(error.to_string()),
        RecordError::Store(error) => store(error),
    }
}

/// A copy of a register that was refused or held; the one in force stands.
pub fn register(error: &RegisterRefused) -> Status {
    match error {
        RegisterRefused::Name(_) => Fields::one("header.register", error.to_string()),
        RegisterRefused::Format(_) => Fields::one("header.format", error.to_string()),
        RegisterRefused::Store(error) => store(error),
        _ => Status::failed_precondition(error.to_string()),
    }
}

/// A folder that could not be looked at, or of which nothing was kept.
pub fn intake(error: &IntakeError) -> Status {
    match error {
        IntakeError::Store(error) => store(error),
        IntakeError::Origin(_) => Status::invalid_argument(error.to_string()),
        _ => Status::failed_precondition(error.to_string()),
    }
}

/// The store could not do it; nothing of the change was kept.
pub fn store(error: &StoreError) -> Status {
    Status::unavailable(error.to_string())
}
