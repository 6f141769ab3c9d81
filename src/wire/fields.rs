//! Fields of a request that are not as they must be: all of them in one `INVALID_ARGUMENT`.

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};

use crate::{
    clock::{Day, Micros},
    facts::model::Channel,
    number::Region,
    policy::Intent,
    proto::v1,
};

/// Longest id, in bytes.
pub const MAX_ID: usize = 256;
/// Longest number as typed, in bytes.
pub const MAX_NUMBER: usize = 10_240;

/// The violations found so far.
#[derive(Default, Debug)]
pub struct Fields {
    violations: Vec<FieldViolation>,
}

impl Fields {
    /// Adds a violation.
    pub fn bad(&mut self, field: impl Into<String>, what: impl Into<String>) {
        self.violations.push(FieldViolation::new(field, what));
    }

    /// An id: any text of at most 256 bytes.
    pub fn id(&mut self, field: &str, text: &str) {
        if text.len() > MAX_ID {
            let what = format!("{} bytes; an id has at most {MAX_ID}", text.len());
            self.bad(field, what);
        }
    }

    /// A number as typed.
    pub fn number(&mut self, field: &str, text: &str) {
        if text.len() > MAX_NUMBER {
            let what = format!("{} bytes; a number has at most {MAX_NUMBER}", text.len());
            self.bad(field, what);
        }
    }

    /// An ISO 3166 region, if given.
    pub fn region(&mut self, field: &str, text: &str) -> Option<Region> {
        if text.is_empty() {
            return None;
        }
        Region::parse(text)
            .map_err(|e| self.bad(field, e.to_string()))
            .ok()
    }

    /// A channel, if given.
    pub fn channel(&mut self, field: &str, value: i32) -> Option<Channel> {
        match v1::Channel::try_from(value) {
            Ok(v1::Channel::Unspecified) => None,
            Ok(known) => Channel::from_code(known as u8),
            Err(_) => {
                self.bad(field, format!("{value} is not a channel of common.proto"));
                None
            }
        }
    }

    /// An intent; `DIAL` if not given.
    pub fn intent(&mut self, field: &str, value: i32) -> Intent {
        match v1::Intent::try_from(value) {
            Ok(v1::Intent::Precheck) => Intent::Precheck,
            Ok(_) => Intent::Dial,
            Err(_) => {
                self.bad(field, format!("{value} is not an intent of common.proto"));
                Intent::Dial
            }
        }
    }

    /// A moment, if given.
    pub fn time(&mut self, field: &str, value: Option<&prost_types::Timestamp>) -> Option<Micros> {
        let t = value?;
        let in_range = (-62_135_596_800..=253_402_300_799).contains(&t.seconds)
            && (0..1_000_000_000).contains(&t.nanos);
        if !in_range {
            self.bad(field, "not a time between the years 1 and 9999");
            return None;
        }
        Some(Micros(t.seconds * 1_000_000 + i64::from(t.nanos) / 1_000))
    }

    /// A day, if given.
    pub fn day(&mut self, field: &str, text: &str) -> Option<Day> {
        if text.is_empty() {
            return None;
        }
        Day::parse(text).map_err(|what| self.bad(field, what)).ok()
    }

    /// A text that must be given.
    pub fn needed(&mut self, field: &str, text: &str) {
        if text.trim().is_empty() {
            self.bad(field, "is needed");
        }
        self.id(field, text);
    }

    /// All good, or `INVALID_ARGUMENT` naming every field.
    ///
    /// # Errors
    /// If anything was added.
    #[allow(clippy::result_large_err)]
    pub fn check(self) -> Result<(), Status> {
        if self.violations.is_empty() {
            return Ok(());
        }
        Err(self.status())
    }

    /// One violation alone.
    pub fn one(field: &str, what: String) -> Status {
        let mut fields = Self::default();
        fields.bad(field, what);
        fields.status()
    }

    /// `INVALID_ARGUMENT` naming every field.
    pub fn status(self) -> Status {
        let message = self
            .violations
            .iter()
            .map(|v| format!("{}: {}", v.field, v.description))
            .collect::<Vec<_>>()
            .join("; ");
        Status::with_error_details(
            Code::InvalidArgument,
            message,
            ErrorDetails::with_bad_request(self.violations),
        )
    }
}

/// A moment on the wire.
pub fn timestamp(at: Micros) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: at.0.div_euclid(1_000_000),
        nanos: (at.0.rem_euclid(1_000_000) * 1_000) as i32,
    }
}
