//! The words of the facts: what a row says once it is read. Small, `Copy` where it can be, and the
//! same whether it came from a file, a call or the store.

use std::{fmt, sync::Arc};

use crate::clock::{Day, Micros};

/// A seller, as a small number. 0 is no seller (in an objection: all sellers).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct SellerSym(pub u32);

/// A product, as a small number. 0 is no product.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct ProductSym(pub u32);

/// A person (the operator's own id), as a small number. 0 is no person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct PersonSym(pub u32);

impl PersonSym {
    /// No person named.
    pub const NONE: Self = Self(0);
    /// A person named of whom no fact is known.
    pub const UNKNOWN: Self = Self(u32::MAX);
}

/// Declares an enum of words: stable numbers (stored in facts and ledger, never reused) and the words
/// of the files and the wire.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $n:literal $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        pub enum $name { $($(#[$vmeta])* $variant = $n),+ }

        impl $name {
            /// Every word, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word of the files and the wire.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// By word; the case does not matter.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|v| v.word().eq_ignore_ascii_case(text))
            }

            /// By stored number.
            pub fn from_code(code: u8) -> Option<Self> {
                match code { $($n => Some(Self::$variant),)+ _ => None }
            }

            /// The stored number.
            pub fn code(self) -> u8 { self as u8 }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.word()) }
        }
    };
}
pub(crate) use words;

words! {
    /// How contact is made.
    Channel {
        /// A telephone call by a human.
        Voice = 1 "VOICE",
        /// A text message.
        Sms = 2 "SMS",
        /// E-mail.
        Email = 3 "EMAIL",
        /// A message in an app.
        App = 4 "APP",
        /// Paper mail.
        Post = 5 "POST",
    }
}

words! {
    /// What a campaign is for.
    Purpose {
        /// Advertising or selling.
        Marketing = 1 "MARKETING",
        /// Partly advertising: counts as marketing.
        Mixed = 2 "MIXED",
        /// Service on a contract, nothing offered.
        Service = 3 "SERVICE",
        /// Market or scientific research.
        Research = 4 "RESEARCH",
    }
}

words! {
    /// Where numbers came from.
    SourceKind {
        /// The seller's file of customers.
        CustomerFile = 1 "CUSTOMER_FILE",
        /// The seller's own other lists: newsletter, survey, accounts.
        HouseFile = 2 "HOUSE_FILE",
        /// A list got from somebody else.
        ThirdPartyList = 3 "THIRD_PARTY_LIST",
        /// A public directory.
        Public = 4 "PUBLIC",
    }
}

words! {
    /// What a person has with a seller.
    RelationKind {
        /// A contract of sale.
        Purchase = 1 "PURCHASE",
        /// A contract of service.
        ServiceContract = 2 "SERVICE_CONTRACT",
        /// Signed up for a newsletter.
        Newsletter = 3 "NEWSLETTER",
        /// Filled in a survey.
        Survey = 4 "SURVEY",
        /// Took part in a contest or game.
        Contest = 5 "CONTEST",
        /// Made a user account.
        Account = 6 "ACCOUNT",
        /// Asked about something.
        Inquiry = 7 "INQUIRY",
        /// Gave money.
        Donation = 8 "DONATION",
        /// Worked as a volunteer.
        Volunteer = 9 "VOLUNTEER",
        /// Visited an event.
        EventVisit = 10 "EVENT_VISIT",
        /// Anything else.
        Other = 11 "OTHER",
    }
}

/// A set of channels. `*` is kept apart from naming them, since a consent must name the channel where
/// the register binds (reading b of regime `nl-bmnr`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ChannelSet(pub u8);

impl ChannelSet {
    /// `*`: every channel, none named.
    pub const ALL: Self = Self(0x80);

    /// Adds a named channel.
    #[must_use]
    pub fn with(self, channel: Channel) -> Self {
        Self(self.0 | 1 << channel.code())
    }

    /// Whether it covers the channel, by name or by `*`.
    pub fn covers(self, channel: Channel) -> bool {
        self.0 & 0x80 != 0 || self.names(channel)
    }

    /// Whether it covers the channel by name.
    pub fn names(self, channel: Channel) -> bool {
        self.0 & (1 << channel.code()) != 0
    }
}

impl fmt::Display for ChannelSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 & 0x80 != 0 {
            return f.write_str("*");
        }
        let named: Vec<_> = Channel::ALL
            .iter()
            .filter(|c| self.names(**c))
            .map(|c| c.word())
            .collect();
        f.write_str(&named.join(";"))
    }
}

impl fmt::Debug for ChannelSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The table a fact stands in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum FactKind {
    /// `relations`
    Relation = 0,
    /// `consents`
    Consent = 1,
    /// `objections`
    Objection = 2,
}

/// A fact's id: its table and its row there. Never reused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactId(u64);

impl FactId {
    /// From table and row.
    pub fn new(kind: FactKind, row: u64) -> Self {
        Self(row << 2 | kind as u64)
    }

    /// As one number, for the ledger.
    pub fn code(self) -> u64 {
        self.0
    }

    /// From [`FactId::code`].
    pub fn from_code(code: u64) -> Option<Self> {
        (code & 3 != 3).then_some(Self(code))
    }

    /// The table.
    pub fn kind(self) -> FactKind {
        match self.0 & 3 {
            0 => FactKind::Relation,
            1 => FactKind::Consent,
            _ => FactKind::Objection,
        }
    }

    /// The row in its table.
    pub fn row(self) -> u64 {
        self.0 >> 2
    }

    /// Reads `relation-12`, `consent-5` or `objection-17`.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, row) = text.split_once('-')?;
        let kind = match kind {
            "relation" => FactKind::Relation,
            "consent" => FactKind::Consent,
            "objection" => FactKind::Objection,
            _ => return None,
        };
        Some(Self::new(kind, row.parse().ok()?))
    }
}

impl fmt::Display for FactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind() {
            FactKind::Relation => "relation",
            FactKind::Consent => "consent",
            FactKind::Objection => "objection",
        };
        write!(f, "{kind}-{}", self.row())
    }
}

impl fmt::Debug for FactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Something a person has with a seller.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Relation {
    /// Its id.
    pub id: FactId,
    /// The person, or none.
    pub person: PersonSym,
    /// The seller.
    pub seller: SellerSym,
    /// The product, or none.
    pub product: ProductSym,
    /// First day.
    pub started_on: Day,
    /// Last day; [`Day::NEVER`] while it runs.
    pub ended_on: Day,
    /// What it is.
    pub kind: RelationKind,
    /// Whether the contract obliges, or obliged, to pay.
    pub paid: bool,
}

/// The products a consent names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Products {
    /// `*`: every product of the consent's seller.
    AllOfSeller,
    /// These.
    Named(Arc<[ProductSym]>),
}

/// A yes to one seller.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Consent {
    /// Its id.
    pub id: FactId,
    /// Since when.
    pub granted_at: Micros,
    /// Until when; [`Micros::NEVER`] if without end.
    pub expires_at: Micros,
    /// Withdrawn from here on (never later than the withdrawal's receipt); [`Micros::NEVER`] if it stands.
    pub withdrawn_at: Micros,
    /// For which products.
    pub products: Products,
    /// The person, or none.
    pub person: PersonSym,
    /// The seller.
    pub seller: SellerSym,
    /// For which channels.
    pub channels: ChannelSet,
}

/// A no.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Objection {
    /// Its id.
    pub id: FactId,
    /// In force from here on: when it was said, never later than its receipt.
    pub in_force_from: Micros,
    /// The person, or none.
    pub person: PersonSym,
    /// The seller; 0 means all.
    pub seller: SellerSym,
    /// For which channels.
    pub channels: ChannelSet,
}
