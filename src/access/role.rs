//! Roles: what kind of user or program a caller is.

use std::fmt;

use crate::facts::model::words;

words! {
    /// What kind of user or program a caller is. The table of [`Action`](super::Action) says what each
    /// may do.
    Role {
        /// A dialer: asks before each call.
        Dialer = 1 "dialer",
        /// A person who calls: asks, and records a stop.
        Agent = 2 "agent",
        /// Reads about the own sellers; records stops, signs pairs, settles unclear rows.
        Supervisor = 3 "supervisor",
        /// All sellers: enforces regimes, signs, erases.
        Compliance = 4 "compliance",
        /// Imports, registers, backups; sees no numbers in clear.
        Operator = 5 "operator",
        /// Reads everything, changes nothing.
        Auditor = 6 "auditor",
        /// Whoever may open the socket in the data directory: the operator of the machine itself.
        /// No token or account has this role.
        Machine = 7 "machine",
    }
}

impl Role {
    /// The roles a token, certificate or account can have.
    pub const GIVEN: &'static [Self] = &[
        Self::Dialer,
        Self::Agent,
        Self::Supervisor,
        Self::Compliance,
        Self::Operator,
        Self::Auditor,
    ];

    /// Whether the role is about all sellers by what it is, so that a set of sellers cannot bound it.
    pub fn is_of_all_sellers(self) -> bool {
        matches!(
            self,
            Self::Compliance | Self::Operator | Self::Auditor | Self::Machine
        )
    }
}
