//! What is committed together.

use crate::{
    clock::Micros,
    ledger::{
        chain::{self, Hash},
        personal::SALT,
        queue::Row,
        record::COMMITMENT,
    },
};

/// Rows of one day, to be written together.
pub(in crate::ledger) struct Group<'a> {
    /// The time of the last of them.
    pub(in crate::ledger) at: Micros,
    pub(in crate::ledger) rows: &'a [Row],
    pub(in crate::ledger) bytes: &'a mut [u8],
}

impl Group<'_> {
    /// Salts and commits every personal part, and hashes every record.
    pub(in crate::ledger) fn seal(
        &mut self,
        first_seq: u64,
    ) -> Result<Vec<Hash>, getrandom::Error> {
        let mut salts = vec![0; SALT * self.rows.len()];
        getrandom::fill(&mut salts)?;
        let mut rest = &mut *self.bytes;
        let mut leaves = Vec::with_capacity(self.rows.len());
        for ((row, salt), seq) in self
            .rows
            .iter()
            .zip(salts.chunks_exact(SALT))
            .zip(first_seq..)
        {
            let (public, behind) = rest.split_at_mut(row.public as usize);
            let (personal, behind) = behind.split_at_mut(row.personal as usize);
            rest = behind;
            if let Some((_, commitment)) = public
                .split_last_chunk_mut::<COMMITMENT>()
                .filter(|_| !row.word)
            {
                personal[..SALT].copy_from_slice(salt);
                *commitment = chain::commitment(personal);
            }
            leaves.push(chain::leaf(seq, public));
        }
        Ok(leaves)
    }

    pub(in crate::ledger) fn each(&self) -> impl Iterator<Item = (&Row, &[u8], Option<&[u8]>)> {
        let mut rest = &*self.bytes;
        self.rows.iter().map(move |row| {
            let (public, behind) = rest.split_at(row.public as usize);
            let (personal, behind) = behind.split_at(row.personal as usize);
            rest = behind;
            (row, public, (!row.word).then_some(personal))
        })
    }
}
