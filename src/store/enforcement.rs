//! Recorded choices of regime. All are kept.

use rusqlite::Connection;

use super::{
    Change, EnforcementRow, NewEnforcement, StoreError,
    database::{signed, unsigned},
    error::damaged,
};
use crate::{
    clock::{Day, Micros},
    number::Region,
};

/// Every choice, oldest first.
pub(super) fn all(conn: &Connection) -> rusqlite::Result<Vec<EnforcementRow>> {
    let mut statement = conn.prepare_cached(
        "SELECT regime_id, country, decided_by, why, at, from_day, until_day, rev_from \
         FROM enforcement ORDER BY id",
    )?;
    let rows = statement.query_map([], |row| {
        let country = row.get_ref(1)?.as_str()?;
        Ok(EnforcementRow {
            regime_id: row.get(0)?,
            country: Region::parse(country).map_err(|e| damaged(e.to_string()))?,
            by: row.get(2)?,
            why: row.get(3)?,
            at: Micros(row.get(4)?),
            from_day: row.get::<_, Option<i32>>(5)?.map_or(Day::ALWAYS, Day),
            until_day: row.get::<_, Option<i32>>(6)?.map_or(Day::NEVER, Day),
            rev_from: unsigned(row.get(7)?)?,
        })
    })?;
    rows.collect()
}

impl Change<'_> {
    /// Records a choice of regime, made when this change was received.
    ///
    /// # Errors
    /// [`StoreError::Refused`] unless it says which regime, by whom and why.
    pub fn enforce(&mut self, row: &NewEnforcement<'_>) -> Result<EnforcementRow, StoreError> {
        self.sound()?;
        let said = [row.regime_id, row.by, row.why];
        if said.iter().any(|text| text.trim().is_empty()) {
            return Err(StoreError::Refused(
                "a choice of regime names the regime, who chose it and why".into(),
            ));
        }
        let new = EnforcementRow {
            regime_id: row.regime_id.to_owned(),
            country: row.country,
            by: row.by.to_owned(),
            why: row.why.to_owned(),
            at: self.received_at,
            from_day: row.from_day,
            until_day: row.until_day,
            rev_from: self.revision(),
        };
        let done = self.conn.execute(
            "INSERT INTO enforcement (rev_from, at, regime_id, country, decided_by, why, from_day, until_day) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            (
                signed(new.rev_from),
                new.at.0,
                row.regime_id,
                row.country.as_str(),
                row.by,
                row.why,
                Some(row.from_day.0).filter(|_| row.from_day != Day::ALWAYS),
                Some(row.until_day.0).filter(|_| row.until_day != Day::NEVER),
            ),
        );
        self.keep(done)?;
        self.counts.enforcements_added += 1;
        Ok(new)
    }
}
