//! The sellers a caller acts for.

use std::{collections::BTreeSet, fmt};

/// The sellers a caller acts for. Nothing of another seller is visible to the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sellers {
    /// Every seller there is and will be.
    All,
    /// These, by id.
    Only(BTreeSet<String>),
}

impl Sellers {
    /// Whether these are all.
    pub fn are_all(&self) -> bool {
        *self == Self::All
    }

    /// Whether a seller is among them. What is of no one seller (an empty id) is only of all.
    pub fn has(&self, seller_id: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(ids) => ids.contains(seller_id),
        }
    }

    /// Of these only the one named; an empty id leaves them as they are.
    pub fn narrowed(&self, seller_id: &str) -> Self {
        match seller_id {
            "" => self.clone(),
            id if self.has(id) => Self::Only(BTreeSet::from([id.to_owned()])),
            _ => Self::Only(BTreeSet::new()),
        }
    }

    /// Reads `*` or ids with `;` or `,` between them.
    ///
    /// # Errors
    /// What is wrong: no id at all, or `*` beside ids.
    pub fn parse(text: &str) -> Result<Self, String> {
        let ids: BTreeSet<String> = text
            .split([';', ','])
            .map(str::trim)
            .filter(|id| !id.is_empty())
            .map(str::to_owned)
            .collect();
        match ids.len() {
            0 => Err("names no seller; write `*` for all, or ids with commas between".to_owned()),
            1 if ids.contains("*") => Ok(Self::All),
            _ if ids.contains("*") => Err("has `*` beside ids; write one or the other".to_owned()),
            _ => Ok(Self::Only(ids)),
        }
    }
}

/// As [`Sellers::parse`] reads it.
impl fmt::Display for Sellers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("*"),
            Self::Only(ids) => {
                for (i, id) in ids.iter().enumerate() {
                    f.write_str(if i > 0 { ";" } else { "" })?;
                    f.write_str(id)?;
                }
                Ok(())
            }
        }
    }
}
