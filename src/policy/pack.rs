//! Policy packs: regimes as data. A pack is a TOML file that orders checks and gives their
//! parameters, dates, sources of law and texts; `docs/packs.md` describes it.

use std::sync::Arc;

use serde::Deserialize;

use super::table::{Row, Text};
use crate::{
    clock::{Day, Zone},
    facts::model::Channel,
    number::Region,
};

mod known;
mod read;

pub use known::Packs;
pub use read::{read_pack, read_question};

/// The semantics version this build decides by.
pub const SEMANTICS: u32 = 1;

/// What is wrong with a pack file.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{file}: {what}")]
pub struct PackError {
    /// The file.
    pub file: String,
    /// What is wrong, where, and how to mend it.
    pub what: String,
}

/// Something the caller must do in an allowed contact.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Obligation {
    /// Say who calls and for which seller.
    StateIdentity = 1,
    /// Offer the right to object.
    OfferObjection = 2,
    /// Mention the register and offer entry in it.
    MentionRegister = 3,
    /// Show a number that can be called back.
    ShowNumber = 4,
}

/// The table of a channel.
#[derive(Clone, Debug)]
pub struct Table {
    /// The rows, the question's first.
    pub rows: Vec<Row>,
    /// What an allowed caller must do.
    pub obligations: Vec<Obligation>,
}

/// The rules of one jurisdiction between two dates.
#[derive(Clone, Debug)]
pub struct Regime {
    /// Its id, such as `nl-bmnr`.
    pub id: Arc<str>,
    /// Its title.
    pub title: Text,
    /// The country of the numbers it is for.
    pub country: Region,
    /// The zone whole days are counted in.
    pub zone: Zone,
    /// The semantics version it was written for.
    pub semantics: u32,
    /// First day it was the law.
    pub from: Day,
    /// Last day it was the law; [`Day::NEVER`] while it is.
    pub until: Day,
    /// Why it is no longer the law.
    pub lapsed: Option<Text>,
    /// Readings we chose.
    pub readings: Vec<Text>,
    /// The register its checks ask, if any.
    pub register: Option<Arc<str>>,
    /// The most days old that register's copy may be, if its checks ask it.
    pub register_max_age: Option<u16>,
    tables: [Option<Table>; 6],
    /// SHA-256 of the pack file.
    pub hash: [u8; 32],
    /// The pack file, word for word.
    pub text: Arc<str>,
}

impl Regime {
    /// The table of a channel; `None` if the regime does not cover it.
    pub fn table(&self, channel: Channel) -> Option<&Table> {
        self.tables[usize::from(channel.code())].as_ref()
    }

    /// The channels it covers.
    pub fn channels(&self) -> impl Iterator<Item = Channel> {
        Channel::ALL
            .iter()
            .copied()
            .filter(|c| self.table(*c).is_some())
    }

    /// Whether it is the law on a day.
    pub fn is_law_on(&self, day: Day) -> bool {
        self.from <= day && day <= self.until
    }

    /// The pack's hash in hex.
    pub fn hash_hex(&self) -> String {
        self.hash.iter().map(|b| format!("{b:02x}")).collect()
    }
}
