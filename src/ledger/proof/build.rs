//! Making a proof out of a ledger's files, beside a running sidecar too.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension};

use super::{Included, Proof};
use crate::ledger::{
    chain::{self, Hash},
    error::LedgerError,
    id::{DecisionId, LedgerId},
    part::{each_word, meta, open_read_only, path_of},
    record::{self, Record, WordRef},
    seal::{self, Head, HeadKind, Lock},
    tree,
    words::WORDS,
};

/// Why a decision cannot be proved.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// There is none of that name.
    #[error("{0}: no such decision is recorded here")]
    NotFound(DecisionId),
    /// Its part was dropped.
    #[error("{0}: its day was purged on purpose, and nothing of it is left to prove")]
    Purged(DecisionId),
    /// No head states it yet.
    #[error("{id}: not signed yet: {}", match signed {
        Some(last) => format!("the head of its day goes up to record {last}"),
        None => "its day has no head".to_owned(),
    })]
    NotSigned {
        /// The decision.
        id: DecisionId,
        /// The last record that is signed.
        signed: Option<u64>,
    },
    /// The ledger cannot be read, or is damaged.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Proves a decision against the head of its part.
///
/// # Errors
/// See [`ProveError`]. A proof that would not hold is not given out: the ledger is damaged then.
pub fn prove(dir: &Path, id: DecisionId) -> Result<Proof, ProveError> {
    if LedgerId::load(dir)? != Some(id.ledger) {
        return Err(ProveError::NotFound(id));
    }
    let lock = Lock::to_read(dir);
    let head = seal::load_head(dir, id.ledger, id.day)?;
    drop(lock);
    let path = path_of(dir, id.day);
    let head = match head {
        Some(head) if head.kind == HeadKind::Purged => {
            return Err(match (head.first_seq..=head.last_seq).contains(&id.seq) {
                true => ProveError::Purged(id),
                false => ProveError::NotFound(id),
            });
        }
        Some(head) => head,
        None if path.exists() => return Err(ProveError::NotSigned { id, signed: None }),
        None => return Err(ProveError::NotFound(id)),
    };
    let db = || LedgerError::db(&path, "open the part");
    let conn = open_read_only(&path).map_err(db())?;
    let conn = conn.unchecked_transaction().map_err(db())?;
    let source = Source {
        path,
        conn: &conn,
        head,
        id,
    };
    let proof = source.proof()?;
    // The proof is only as good as what it was made of.
    proof.check(&[proof.head.key]).map_err(|e| {
        LedgerError::damaged(&source.path, format!("what it holds cannot be proved: {e}"))
    })?;
    Ok(proof)
}

struct Source<'a> {
    path: PathBuf,
    conn: &'a Connection,
    head: Head,
    id: DecisionId,
}

/// A record to be proved.
struct Wanted {
    seq: u64,
    public: Vec<u8>,
}

/// A commit group, and its place in the part.
#[derive(Clone, Copy)]
struct Group {
    place: usize,
    first: u64,
    count: u64,
    previous: Hash,
}

impl Source<'_> {
    fn db(&self) -> impl FnOnce(rusqlite::Error) -> LedgerError + use<> {
        LedgerError::db(&self.path, "read the part")
    }

    fn proof(&self) -> Result<Proof, ProveError> {
        let (decision, personal) = self.record()?.ok_or(ProveError::NotFound(self.id))?;
        if self.id.seq > self.head.last_seq {
            return Err(ProveError::NotSigned {
                id: self.id,
                signed: Some(self.head.last_seq),
            });
        }
        let named = match record::decode(&decision.public) {
            Ok((_, Record::Decision(raw))) => raw.words.map(|word| match word {
                WordRef::Number(number) => Some(u64::from(number)),
                _ => None,
            }),
            Ok(_) => return Err(ProveError::NotFound(self.id)),
            Err(e) => {
                return Err(LedgerError::damaged_record(&self.path, self.id.seq, e.0).into());
            }
        };
        let words = self.words(&named)?;
        let meta =
            meta(self.conn, &self.path, self.id.day)?.ok_or(ProveError::NotFound(self.id))?;
        let mut wanted: Vec<u64> = words.iter().map(|word| word.seq).collect();
        wanted.push(decision.seq);
        let (leaves, groups) = self.groups(meta.previous_chain, &wanted)?;
        let include = |wanted: Wanted| self.include(wanted, &leaves, &groups);
        Ok(Proof {
            head: self.head.clone(),
            personal,
            decision: include(decision)?,
            words: words.into_iter().map(include).collect::<Result<_, _>>()?,
        })
    }

    #[allow(clippy::type_complexity)]
    fn record(&self) -> Result<Option<(Wanted, Option<Vec<u8>>)>, LedgerError> {
        let Ok(seq) = i64::try_from(self.id.seq) else {
            return Ok(None);
        };
        let sql = "SELECT public, personal FROM record WHERE seq = ?1";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let found = self.conn.query_row(sql, [seq], read).optional();
        let found: Option<(Vec<u8>, Option<Vec<u8>>)> = found.map_err(self.db())?;
        let seq = self.id.seq;
        Ok(found.map(|(public, personal)| (Wanted { seq, public }, personal)))
    }

    /// The words a decision names, in the order of their records.
    fn words(&self, named: &[Option<u64>; WORDS.len()]) -> Result<Vec<Wanted>, LedgerError> {
        let mut words = Vec::new();
        each_word(self.conn, 0, |seq, public| {
            if let Ok((_, Record::Word { kind, number, .. })) = record::decode(public)
                && named
                    .iter()
                    .zip(WORDS)
                    .any(|(n, of)| *n == Some(number) && of == kind)
            {
                words.push(Wanted {
                    seq: seq as u64,
                    public: public.to_vec(),
                });
            }
            Ok::<(), std::convert::Infallible>(())
        })
        .map_err(self.db())?
        .unwrap_or_else(|never| match never {});
        Ok(words)
    }

    /// The leaves of all groups the head states, and the groups of these records.
    fn groups(
        &self,
        previous_chain: Hash,
        wanted: &[u64],
    ) -> Result<(Vec<Hash>, Vec<Group>), LedgerError> {
        let sql = "SELECT first_seq, count, chain FROM commit_group ORDER BY first_seq LIMIT ?1";
        let mut rows = self.conn.prepare(sql).map_err(self.db())?;
        let most = i64::try_from(self.head.groups).unwrap_or(i64::MAX);
        let mut rows = rows.query([most]).map_err(self.db())?;
        let (mut leaves, mut groups) = (Vec::new(), Vec::new());
        let mut previous = previous_chain;
        while let Some(row) = rows.next().map_err(self.db())? {
            let read = || Ok((row.get(0)?, row.get(1)?, row.get(2)?));
            let (first, count, link): (i64, i64, Hash) = read().map_err(self.db())?;
            let (first, count) = (first as u64, count as u64);
            if wanted
                .iter()
                .any(|seq| seq.checked_sub(first).is_some_and(|n| n < count))
            {
                groups.push(Group {
                    place: leaves.len(),
                    first,
                    count,
                    previous,
                });
            }
            leaves.push(chain::group_leaf(&link));
            previous = link;
        }
        Ok((leaves, groups))
    }

    fn include(
        &self,
        Wanted { seq, public }: Wanted,
        leaves: &[Hash],
        groups: &[Group],
    ) -> Result<Included, LedgerError> {
        let within = |g: &&Group| seq.checked_sub(g.first).is_some_and(|n| n < g.count);
        let group = *groups
            .iter()
            .find(within)
            .ok_or_else(|| LedgerError::damaged_record(&self.path, seq, "without a group"))?;
        let sql = "SELECT seq, public FROM record WHERE seq >= ?1 ORDER BY seq LIMIT ?2";
        let mut rows = self.conn.prepare_cached(sql).map_err(self.db())?;
        let beside = rows
            .query_map((group.first as i64, group.count as i64), |row| {
                let seq: i64 = row.get(0)?;
                let public = row.get_ref(1)?.as_blob()?;
                Ok(chain::leaf(seq as u64, public))
            })
            .and_then(Iterator::collect::<Result<Vec<Hash>, _>>)
            .map_err(self.db())?;
        let place = usize::try_from(seq - group.first).unwrap_or(usize::MAX);
        if place >= beside.len() {
            return Err(LedgerError::damaged_record(&self.path, seq, "missing"));
        }
        Ok(Included {
            seq,
            public,
            group: group.place as u64,
            first_seq: group.first,
            count: group.count,
            previous_chain: group.previous,
            record_path: tree::path(&beside, place),
            group_path: tree::path(leaves, group.place),
        })
    }
}
