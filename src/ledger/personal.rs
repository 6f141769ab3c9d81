//! The personal part of a record: a salt and the fields that are a person's. Its commitment stands in
//! the public part, so this part can be erased and the chain still holds.

use std::fmt;

use super::{
    bytes::{Cursor, Malformed, put_sized, put_varint},
    entry::Personal,
};
use crate::number::E164;

/// The salt comes first. Without it a commitment to a telephone number could be guessed by trying all.
pub(super) const SALT: usize = 16;

const HAS_E164: u8 = 1;
const TYPED_AS_E164: u8 = 2;

/// Appends the personal part, its salt left zero.
pub(super) fn put(out: &mut Vec<u8>, personal: &Personal<'_>) {
    out.extend_from_slice(&[0; SALT]);
    match personal.e164 {
        Some(e164) if typed_as(personal.number, e164) => {
            out.push(HAS_E164 | TYPED_AS_E164);
            put_varint(out, e164.digits());
        }
        Some(e164) => {
            out.push(HAS_E164);
            put_varint(out, e164.digits());
            put_sized(out, personal.number.as_bytes());
        }
        None => {
            out.push(0);
            put_sized(out, personal.number.as_bytes());
        }
    }
    for text in [
        personal.call_id,
        personal.agent_id,
        personal.person_id,
        personal.caller_id,
        personal.region,
    ] {
        put_sized(out, text.as_bytes());
    }
}

/// Whether a number was typed exactly as it is printed, which most are; then it is stored once.
fn typed_as(typed: &str, e164: E164) -> bool {
    let Some(digits) = typed.strip_prefix('+') else {
        return false;
    };
    digits.len() <= 15
        && !digits.starts_with('0')
        && digits.bytes().try_fold(0u64, |n, b| {
            b.is_ascii_digit().then(|| n * 10 + u64::from(b - b'0'))
        }) == Some(e164.digits())
}

/// The personal part, read.
#[derive(Clone, Copy)]
pub(super) struct RawPersonal<'a> {
    /// `None`: as `e164` is printed.
    number: Option<&'a str>,
    pub(super) e164: Option<E164>,
    pub(super) call_id: &'a str,
    pub(super) agent_id: &'a str,
    pub(super) person_id: &'a str,
    caller_id: &'a str,
    region: &'a str,
}

/// Reads a personal part.
pub(super) fn decode(salted: &[u8]) -> Result<RawPersonal<'_>, Malformed> {
    let mut cursor = Cursor(salted);
    cursor.take(SALT)?;
    let flags = cursor.u8()?;
    let e164 = match flags {
        0 => None,
        1 | 3 => {
            let digits = cursor.varint()?;
            Some(E164::from_digits(digits).ok_or(Malformed("a number that cannot be"))?)
        }
        _ => return Err(Malformed("an unknown flag")),
    };
    let number = match (flags & TYPED_AS_E164, e164) {
        (0, e164) => {
            let typed = cursor.sized_text()?;
            if e164.is_some_and(|e164| typed_as(typed, e164)) {
                return Err(Malformed("a number stored twice"));
            }
            Some(typed)
        }
        _ => None,
    };
    let raw = RawPersonal {
        number,
        e164,
        call_id: cursor.sized_text()?,
        agent_id: cursor.sized_text()?,
        person_id: cursor.sized_text()?,
        caller_id: cursor.sized_text()?,
        region: cursor.sized_text()?,
    };
    cursor.end()?;
    Ok(raw)
}

impl RawPersonal<'_> {
    /// The number as typed, where it is not just as it is printed.
    pub(super) fn typed(&self) -> Option<&str> {
        self.number
    }

    pub(super) fn to_owned(self) -> StoredPersonal {
        StoredPersonal {
            number: match (self.number, self.e164) {
                (Some(typed), _) => typed.to_owned(),
                (None, Some(e164)) => e164.to_string(),
                (None, None) => String::new(),
            },
            e164: self.e164,
            region: self.region.to_owned(),
            person_id: self.person_id.to_owned(),
            call_id: self.call_id.to_owned(),
            agent_id: self.agent_id.to_owned(),
            caller_id: self.caller_id.to_owned(),
        }
    }
}

/// What is a person's, as recorded. Empty means not given.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredPersonal {
    /// The number as typed.
    pub number: String,
    /// The number as read; `None` if it is not valid.
    pub e164: Option<E164>,
    /// The region the question asked to read it in, as typed.
    pub region: String,
    /// The operator's own id of the person.
    pub person_id: String,
    /// The dialer's id of the call.
    pub call_id: String,
    /// Who calls.
    pub agent_id: String,
    /// The number shown to the called.
    pub caller_id: String,
}

impl StoredPersonal {
    /// As it was handed over.
    pub fn as_personal(&self) -> Personal<'_> {
        Personal {
            number: &self.number,
            e164: self.e164,
            region: &self.region,
            person_id: &self.person_id,
            call_id: &self.call_id,
            agent_id: &self.agent_id,
            caller_id: &self.caller_id,
        }
    }
}

impl fmt::Debug for StoredPersonal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_personal().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    #[test]
    fn a_number_typed_as_printed_is_stored_once_and_any_other_spelling_as_typed() {
        let e164 = E164::from_digits(31_612_345_678);
        for (number, e164, length) in [
            ("+31612345678", e164, 6),
            ("+031612345678", e164, 20),
            ("0612345678", e164, 17),
            ("+31612345678 ", e164, 20),
            ("+3161234567", e164, 18),
            ("+", e164, 8),
            ("", e164, 7),
            ("+31612345678", None, 14),
            ("+99999999999999999999", None, 23),
            ("+99999999999999999999", e164, 28),
        ] {
            let personal = Personal {
                number,
                e164,
                ..Personal::default()
            };
            let mut bytes = Vec::new();
            put(&mut bytes, &personal);
            assert_eq!(bytes.len() - SALT - 5, length, "{number}");
            let back = decode(&bytes).unwrap().to_owned();
            assert_eq!((back.number.as_str(), back.e164), (number, e164));
        }
    }

    #[test]
    fn no_log_shows_a_number() {
        let personal = Personal {
            number: "+31612345678",
            e164: E164::from_digits(31_612_345_678),
            call_id: "call-77",
            ..Personal::default()
        };
        let mut bytes = Vec::new();
        put(&mut bytes, &personal);
        let stored = decode(&bytes).unwrap().to_owned();
        for shown in [format!("{personal:?}"), format!("{stored:?}")] {
            assert!(
                !shown.contains("12345") && !shown.contains("call-77"),
                "{shown}"
            );
        }
    }
}
