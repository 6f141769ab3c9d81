//! Small numbers for ids that occur in many facts: sellers, products, persons.
//!
//! The store keeps the texts; a number is never given twice. One writer adds, any number of readers
//! look up.

use std::{
    hash::BuildHasher,
    sync::{PoisonError, RwLock},
};

use hashbrown::{DefaultHashBuilder, HashTable};

use super::model::{PersonSym, ProductSym, SellerSym};

/// Texts and their numbers, from 1; 0 is "none".
#[derive(Default, Debug)]
pub struct Interner {
    inner: RwLock<Inner>,
}

/// One arena of text, so that a person costs its bytes and about ten more.
#[derive(Default, Debug)]
struct Inner {
    text: String,
    /// Where the text of number `i + 1` ends.
    ends: Vec<u32>,
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Inner {
    fn get(&self, number: u32) -> &str {
        let i = number as usize;
        let start = if i < 2 { 0 } else { self.ends[i - 2] };
        &self.text[start as usize..self.ends[i - 1] as usize]
    }

    fn find(&self, text: &str) -> Option<u32> {
        let hash = self.hasher.hash_one(text);
        self.table.find(hash, |n| self.get(*n) == text).copied()
    }
}

/// No more numbers, or no more room for texts (4 GiB).
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("too many different ids: their texts take more than 4 GiB")]
pub struct TooMany;

impl Interner {
    /// The number of a text, if it has one.
    pub fn find(&self, text: &str) -> Option<u32> {
        self.inner
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .find(text)
    }

    /// The number of a text; a new one if it has none. An empty text is 0.
    ///
    /// # Errors
    /// When the texts take more than 4 GiB.
    pub fn intern(&self, text: &str) -> Result<u32, TooMany> {
        if text.is_empty() {
            return Ok(0);
        }
        if let Some(found) = self.find(text) {
            return Ok(found);
        }
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = inner.find(text) {
            return Ok(found);
        }
        let end = u32::try_from(inner.text.len() + text.len()).map_err(|_| TooMany)?;
        inner.text.push_str(text);
        inner.ends.push(end);
        let number = u32::try_from(inner.ends.len()).map_err(|_| TooMany)?;
        let Inner {
            text: all,
            ends,
            table,
            hasher,
        } = &mut *inner;
        let of = |n: &u32| {
            let i = *n as usize;
            let start = if i < 2 { 0 } else { ends[i - 2] };
            hasher.hash_one(&all[start as usize..ends[i - 1] as usize])
        };
        table.insert_unique(of(&number), number, of);
        Ok(number)
    }

    /// The text of a number; empty for 0 and for numbers never given.
    pub fn text(&self, number: u32) -> String {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        if number == 0 || number as usize > inner.ends.len() {
            return String::new();
        }
        inner.get(number).to_owned()
    }

    /// How many numbers were given.
    pub fn len(&self) -> u32 {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        u32::try_from(inner.ends.len()).unwrap_or(u32::MAX)
    }

    /// Whether none was given.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Gives back the memory kept for growth.
    pub fn shrink(&self) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        inner.text.shrink_to_fit();
        inner.ends.shrink_to_fit();
    }

    /// Makes room for so many texts of so many bytes.
    pub fn reserve(&self, texts: usize, bytes: usize) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        inner.text.reserve(bytes);
        inner.ends.reserve(texts);
        let Inner {
            text,
            ends,
            table,
            hasher,
        } = &mut *inner;
        table.reserve(texts, |n| {
            let i = *n as usize;
            let start = if i < 2 { 0 } else { ends[i - 2] };
            hasher.hash_one(&text[start as usize..ends[i - 1] as usize])
        });
    }
}

/// The three kinds of ids that facts use.
#[derive(Default, Debug)]
pub struct Symbols {
    /// Sellers.
    pub sellers: Interner,
    /// Products.
    pub products: Interner,
    /// Persons.
    pub persons: Interner,
}

impl Symbols {
    /// The person named in a check: none, known, or one of whom no fact is known.
    pub fn person(&self, id: &str) -> PersonSym {
        if id.is_empty() {
            return PersonSym::NONE;
        }
        self.persons.find(id).map_or(PersonSym::UNKNOWN, PersonSym)
    }

    /// A seller's id.
    pub fn seller_id(&self, sym: SellerSym) -> String {
        self.sellers.text(sym.0)
    }

    /// A product's id.
    pub fn product_id(&self, sym: ProductSym) -> String {
        self.products.text(sym.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_keeps_its_number() {
        let interner = Interner::default();
        let numbers: Vec<u32> = (0..5_000)
            .map(|i| interner.intern(&format!("person-{i}")).unwrap())
            .collect();
        for (i, n) in numbers.iter().enumerate() {
            assert_eq!(*n as usize, i + 1);
            assert_eq!(interner.text(*n), format!("person-{i}"));
            assert_eq!(interner.find(&format!("person-{i}")), Some(*n));
            assert_eq!(interner.intern(&format!("person-{i}")), Ok(*n));
        }
        assert_eq!(interner.find("person-5000"), None);
        assert_eq!(interner.intern(""), Ok(0));
        assert_eq!(interner.text(0), "");
        assert_eq!(interner.text(9_999), "");
    }
}
