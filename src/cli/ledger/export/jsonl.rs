//! A JSON object a line.

use std::io::{self, Write};

use serde::Serialize;

use super::{
    Sink,
    columns::{COLUMNS, Value},
};
use crate::{cli::output::Ordered, ledger::StoredDecision};

pub(super) struct Jsonl<W>(pub(super) W);

impl Serialize for Value<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => serializer.serialize_none(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Count(n) => serializer.serialize_u64(*n),
            Self::Flag(yes) => serializer.serialize_bool(*yes),
            Self::Time(at) => serializer.collect_str(at),
        }
    }
}

impl<W: Write> Sink for Jsonl<W> {
    fn write(&mut self, decision: &StoredDecision) -> io::Result<()> {
        let members = COLUMNS.iter().map(|c| (c.name, (c.of)(decision)));
        serde_json::to_writer(&mut self.0, &Ordered(members.collect()))?;
        self.0.write_all(b"\n")
    }

    fn end(mut self: Box<Self>) -> io::Result<()> {
        self.0.flush()
    }
}
