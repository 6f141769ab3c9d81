//! The role and sellers of a token or account, as flags and as words.

use clap::{Args, builder::PossibleValuesParser};

use crate::access::Role;

/// What a token or account is to be.
#[derive(Args, Debug, Clone)]
pub(super) struct Who {
    /// What it may do
    #[arg(long, value_name = "ROLE", value_parser = PossibleValuesParser::new(Role::GIVEN.iter().map(|r| r.word())))]
    role: String,
    /// The sellers it acts for, such as noordlicht,ster [default: all]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(super) sellers: Vec<String>,
}

impl Who {
    /// The role's number on the wire.
    pub(super) fn role(&self) -> i32 {
        Role::parse(&self.role).map_or(0, |role| i32::from(role.code()))
    }
}

/// A role of the wire in words.
pub(super) fn role(number: i32) -> &'static str {
    u8::try_from(number)
        .ok()
        .and_then(Role::from_code)
        .map_or("", Role::word)
}
