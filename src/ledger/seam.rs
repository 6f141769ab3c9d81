//! Where tests make the disk fail.

use rusqlite::Connection;

/// Called by the writer at the points where a disk can fail; an error is taken as SQLite's own.
/// The product has none.
pub trait Seam: Send + Sync {
    /// A part was opened, nothing set or read yet.
    ///
    /// # Errors
    /// As if opening had failed.
    fn opened(&self, _part: &Connection) -> rusqlite::Result<()> {
        Ok(())
    }

    /// A group is inserted and about to be committed.
    ///
    /// # Errors
    /// As if the commit had failed, nothing written.
    fn before_commit(&self, _first_seq: u64, _count: u64) -> rusqlite::Result<()> {
        Ok(())
    }

    /// A group is committed and nobody knows yet.
    ///
    /// # Errors
    /// As if the commit had reported an error although it was written.
    fn after_commit(&self, _first_seq: u64, _count: u64) -> rusqlite::Result<()> {
        Ok(())
    }
}
