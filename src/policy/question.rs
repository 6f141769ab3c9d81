//! What the decision core is given: the question and the facts that bear on it.

use crate::{
    clock::{Day, Micros},
    facts::{
        catalogue::{Campaign, Catalogue, NumberSource},
        model::{Channel, Consent, Objection, PersonSym, Relation},
    },
    number::Number,
};

/// The question, with everything it names looked up.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The number as read; `None` if it is not valid.
    pub number: Option<&'a Number>,
    /// The campaign; `None` if unknown.
    pub campaign: Option<&'a Campaign>,
    /// The channel asked about, else the campaign's; `None` if neither is known.
    pub channel: Option<Channel>,
    /// The number source asked about, else the campaign's; `None` if unknown.
    pub source: Option<&'a NumberSource>,
    /// The person named in the check.
    pub person: PersonSym,
    /// The moment decided at.
    pub now: Micros,
    /// The day it then is in the regime's zone.
    pub today: Day,
    /// Whether the regime is enforced for the number's country, the channel and the day.
    pub enforced: bool,
}

/// The stops of one person meant, on whatever number they were recorded.
#[derive(Clone, Copy, Debug)]
pub struct PersonStops<'a> {
    /// Objections.
    pub objections: &'a [Objection],
    /// Withdrawn consents.
    pub withdrawals: &'a [Consent],
}

/// What a copy of a register says about the number.
#[derive(Clone, Copy, Debug)]
pub struct RegisterView {
    /// The day the copy was taken.
    pub as_of: Day,
    /// Whether the number is in it.
    pub listed: bool,
}

/// The facts that bear on a question.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Products, pairs and taxonomy.
    pub catalogue: &'a Catalogue,
    /// Relations on the number.
    pub relations: &'a [Relation],
    /// Consents on the number.
    pub consents: &'a [Consent],
    /// Objections on the number.
    pub objections: &'a [Objection],
    /// Stops of the persons meant: the person named in the check, else every person any row ties to
    /// the number.
    pub persons: &'a [PersonStops<'a>],
    /// The copy of the regime's register; `None` if there is none.
    pub register: Option<RegisterView>,
}
