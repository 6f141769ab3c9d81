//! Kinds of line.

use std::fmt;

/// The kind of line, by the numbering plan.
///
/// The numbers are stored in the ledger and never reused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
#[repr(u8)]
pub enum LineType {
    /// Not known; a valid number never has it.
    Unknown = 0,
    /// A fixed line.
    FixedLine = 1,
    /// A mobile line.
    Mobile = 2,
    /// The plan does not tell fixed from mobile (North America).
    FixedLineOrMobile = 3,
    /// Free for the caller.
    TollFree = 4,
    /// Dearer than a normal call.
    PremiumRate = 5,
    /// Caller and called share the cost.
    SharedCost = 6,
    /// Internet telephony, not tied to a place.
    Voip = 7,
    /// Follows a person from line to line.
    PersonalNumber = 8,
    /// A pager.
    Pager = 9,
    /// A company's number (universal access number).
    Uan = 10,
    /// A voicemail box.
    Voicemail = 11,
}

impl LineType {
    /// Every kind, in the order of the numbers.
    pub const ALL: [Self; 12] = [
        Self::Unknown,
        Self::FixedLine,
        Self::Mobile,
        Self::FixedLineOrMobile,
        Self::TollFree,
        Self::PremiumRate,
        Self::SharedCost,
        Self::Voip,
        Self::PersonalNumber,
        Self::Pager,
        Self::Uan,
        Self::Voicemail,
    ];

    /// The stored number.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// By stored number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// The word of the files and the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unknown => "UNKNOWN",
            Self::FixedLine => "FIXED_LINE",
            Self::Mobile => "MOBILE",
            Self::FixedLineOrMobile => "FIXED_LINE_OR_MOBILE",
            Self::TollFree => "TOLL_FREE",
            Self::PremiumRate => "PREMIUM_RATE",
            Self::SharedCost => "SHARED_COST",
            Self::Voip => "VOIP",
            Self::PersonalNumber => "PERSONAL_NUMBER",
            Self::Pager => "PAGER",
            Self::Uan => "UAN",
            Self::Voicemail => "VOICEMAIL",
        }
    }
}

impl fmt::Display for LineType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
