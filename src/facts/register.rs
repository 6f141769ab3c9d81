//! Copies of official registers of numbers that may not be called.

use std::sync::Arc;

use roaring::RoaringTreemap;

use crate::{clock::Day, number::E164};

/// A copy of a register.
#[derive(Debug)]
pub struct RegisterCopy {
    /// The register, such as `bmnr`.
    pub name: Arc<str>,
    /// Such as `bmnr-4`.
    pub snapshot_id: Arc<str>,
    /// The day the copy was taken.
    pub as_of: Day,
    /// The numbers in it.
    pub numbers: RoaringTreemap,
}

impl RegisterCopy {
    /// Whether the number is in it.
    pub fn contains(&self, number: E164) -> bool {
        self.numbers.contains(number.digits())
    }
}

impl RegisterCopy {
    /// Placeholder until the intake merge.
    pub fn load(row: &crate::store::SnapshotRow, path: &std::path::Path) -> Result<Self, String> {
        let _ = (row, path);
        Err("register copies cannot be read yet".into())
    }
}
