//! The regimes this sidecar knows.

use std::sync::Arc;

use super::{
    PackError, Regime,
    read::{read_pack, read_question},
};
use crate::{clock::Day, facts::model::Channel, number::Region, policy::table::Row};

/// The regimes this sidecar knows.
#[derive(Clone, Debug)]
pub struct Packs {
    regimes: Vec<Arc<Regime>>,
    question: Arc<[Row]>,
    question_text: Arc<str>,
}

impl Packs {
    /// The packs in the binary.
    ///
    /// # Errors
    /// If one does not parse; a test keeps that from happening.
    pub fn built_in() -> Result<Self, PackError> {
        let mut packs = Self::of_question(
            "packs/question.toml",
            include_str!("../../../packs/question.toml"),
        )?;
        for (file, text) in [
            (
                "packs/nl-bmnr.toml",
                include_str!("../../../packs/nl-bmnr.toml"),
            ),
            (
                "packs/nl-2026.toml",
                include_str!("../../../packs/nl-2026.toml"),
            ),
        ] {
            packs.add(file, text)?;
        }
        Ok(packs)
    }

    /// No regime yet, only the rows every table begins with.
    ///
    /// # Errors
    /// If the file does not parse.
    pub fn of_question(file: &str, text: &str) -> Result<Self, PackError> {
        Ok(Self {
            regimes: Vec::new(),
            question: read_question(file, text)?.into(),
            question_text: text.into(),
        })
    }

    /// The files, word for word: the rows every table begins with, then every pack in order.
    pub fn texts(&self) -> Vec<&str> {
        let packs = self.regimes.iter().map(|regime| &*regime.text);
        std::iter::once(&*self.question_text).chain(packs).collect()
    }

    /// Adds a pack of the operator's own.
    ///
    /// # Errors
    /// If it does not parse, or its id is taken.
    pub fn add(&mut self, file: &str, text: &str) -> Result<(), PackError> {
        let regime = read_pack(file, text, &self.question)?;
        if self.get(&regime.id).is_some() {
            return Err(PackError {
                file: file.to_owned(),
                what: format!(
                    "there is already a regime `{}`; give this one another id",
                    regime.id
                ),
            });
        }
        self.regimes.push(Arc::new(regime));
        Ok(())
    }

    /// A regime by id.
    pub fn get(&self, id: &str) -> Option<&Arc<Regime>> {
        self.regimes.iter().find(|r| &*r.id == id)
    }

    /// Every regime.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Regime>> {
        self.regimes.iter()
    }

    /// The rows every table begins with, for questions no regime covers.
    pub fn question(&self) -> &[Row] {
        &self.question
    }

    /// The law of a country for a channel on a day: what the shadow is decided by.
    pub fn law_on(&self, country: Region, channel: Channel, day: Day) -> Option<&Arc<Regime>> {
        self.regimes
            .iter()
            .find(|r| r.country == country && r.is_law_on(day) && r.table(channel).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_packs_read() {
        let packs = Packs::built_in().unwrap();
        let bmnr = packs.get("nl-bmnr").unwrap();
        assert_eq!(bmnr.table(Channel::Voice).unwrap().rows.len(), 16);
        assert_eq!(bmnr.table(Channel::Sms).unwrap().rows.len(), 13);
        assert_eq!(bmnr.table(Channel::Post).unwrap().rows.len(), 14);
        assert_eq!(bmnr.channels().count(), 5);
        assert_eq!(bmnr.register_max_age, Some(28));
        let today = Day::parse("2026-11-24").unwrap();
        assert!(!bmnr.is_law_on(today));
        let law = packs.law_on(Region::NL, Channel::Voice, today).unwrap();
        assert_eq!(&*law.id, "nl-2026");
    }

    #[test]
    fn a_bad_pack_says_where_and_what() {
        let q = Packs::built_in().unwrap().question().to_vec();
        let good = include_str!("../../../packs/nl-bmnr.toml");
        let of = |text: &str| read_pack("x.toml", text, &q).unwrap_err().to_string();
        assert!(of(&good.replace("semantics = 1", "semantics = 9")).contains("semantics 9"));
        assert!(
            of(&good.replace("check = \"ObjectionInForce\"", "check = \"Objection\""))
                .contains("Objection")
        );
        assert!(of(&good.replace("country = \"NL\"", "contry = \"NL\"")).starts_with("x.toml:"));
        assert!(of(&good.replace("register = \"bmnr\"\n", "")).contains("asks a register"));
        assert!(
            of(&good.replace("check = \"Otherwise\"", "check = \"OtherCompanyOffer\""))
                .contains("Otherwise")
        );
    }
}
