//! The number of a stop: a stop never misses for the way its number was typed.

use smallvec::{SmallVec, smallvec};

use crate::{
    intake::hash::beside,
    number::{E164, Region, StopReading, read_stop},
    store::RowHash,
};

/// What a stop is recorded under, each with a content hash of its own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Keys {
    /// The numbers; `None` stands for the person alone.
    pub(in crate::intake) list: SmallVec<[(Option<E164>, RowHash); 2]>,
    /// Why a person must look at it.
    pub(in crate::intake) unclear: Option<String>,
    /// Whether no reader reads the number.
    pub(in crate::intake) unreadable: bool,
}

impl Keys {
    /// Of a number that is read for certain.
    pub(in crate::intake) fn certain(e164: E164, hash: RowHash) -> Self {
        Self {
            list: smallvec![(Some(e164), hash)],
            unclear: None,
            unreadable: false,
        }
    }

    /// The numbers.
    pub fn numbers(&self) -> SmallVec<[E164; 2]> {
        self.list.iter().filter_map(|(e164, _)| *e164).collect()
    }
}

/// Reads the number of a stop with both readers. `person` says whether the row names one: then an
/// unreadable number still stops the person.
pub(in crate::intake) fn keys(typed: &str, region: Region, hash: RowHash, person: bool) -> Keys {
    if typed.trim().is_empty() {
        return Keys {
            list: person.then_some((None, hash)).into_iter().collect(),
            unclear: None,
            unreadable: !person,
        };
    }
    let StopReading { first, second, .. } = read_stop(typed, region);
    let first = first.map(|n| n.e164);
    let under_second = beside(hash, "second");
    match (first, second) {
        (Some(first), None) => Keys {
            list: smallvec![(Some(first), hash)],
            unclear: None,
            unreadable: false,
        },
        (Some(first), Some(second)) => Keys {
            list: smallvec![(Some(first), hash), (Some(second), under_second)],
            unclear: Some(format!(
                "the number can be read as {first} and as {second}; it is in force on both"
            )),
            unreadable: false,
        },
        (None, Some(second)) => Keys {
            list: smallvec![(Some(second), under_second)],
            unclear: Some(format!(
                "the number is not valid, but can be read as {second}; it is in force on that"
            )),
            unreadable: false,
        },
        // Not under the row's own hash: the number is still to be mended, and the row still bad.
        (None, None) => Keys {
            list: person
                .then_some((None, beside(hash, "person")))
                .into_iter()
                .collect(),
            unclear: Some(if person {
                "the number cannot be read; it is in force on the person only".to_owned()
            } else {
                "the number cannot be read; it is not in force on anybody".to_owned()
            }),
            unreadable: true,
        },
    }
}
