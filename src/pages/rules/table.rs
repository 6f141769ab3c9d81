//! The tables of a regime in plain words.

use crate::{
    facts::model::Channel,
    pages::{decision::tone, shell::Shell},
    policy::{Regime, Row},
};

/// A row in plain words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Line {
    /// From 1.
    pub(crate) number: usize,
    /// What it says.
    pub(crate) text: String,
    /// The class of its verdict.
    pub(crate) tone: &'static str,
    /// Its verdict.
    pub(crate) verdict: String,
    /// Its reason.
    pub(crate) reason: String,
    /// The source of law.
    pub(crate) law: String,
    /// That source was not seen in the original.
    pub(crate) unverified: bool,
}

/// The table of some channels.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// The channels.
    pub(crate) channels: String,
    /// The rows.
    pub(crate) lines: Vec<Line>,
    /// What a caller must do in an allowed contact.
    pub(crate) obligations: Vec<String>,
}

/// The tables, each once, with the channels that have it.
pub(crate) fn blocks(s: &Shell, regime: &Regime) -> Vec<Block> {
    let mut found: Vec<(Vec<Channel>, Block)> = Vec::new();
    for channel in regime.channels() {
        let Some(table) = regime.table(channel) else {
            continue;
        };
        let lines: Vec<Line> = table
            .rows
            .iter()
            .enumerate()
            .map(|(i, r)| line(s, i, r))
            .collect();
        match found.iter_mut().find(|(_, block)| block.lines == lines) {
            Some((channels, _)) => channels.push(channel),
            None => {
                let words = table.obligations.iter();
                let block = Block {
                    channels: String::new(),
                    lines,
                    obligations: words
                        .map(|o| s.word("obligation", &format!("{o:?}")))
                        .collect(),
                };
                found.push((vec![channel], block));
            }
        }
    }
    found
        .into_iter()
        .map(|(channels, block)| Block {
            channels: s.join(channels.iter().map(|c| s.channel(*c).to_owned()).collect()),
            ..block
        })
        .collect()
}

/// The verdict and the reason a row gives, in words.
pub(super) fn answer(s: &Shell, row: &Row) -> (String, String) {
    let (verdict, reason) = (s.verdict(row.verdict), s.reason(row.reason));
    (verdict.to_owned(), reason.to_owned())
}

fn line(s: &Shell, index: usize, row: &Row) -> Line {
    let (verdict, reason) = answer(s, row);
    Line {
        number: index + 1,
        text: s.language.of(&row.text).to_owned(),
        tone: tone(row.verdict),
        verdict,
        reason,
        law: row.source.clone(),
        unverified: row.unverified,
    }
}
