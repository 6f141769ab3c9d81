//! Who asks, and what that one may do.

use super::{Action, Grant, Role, Sellers};

/// Who asks: a dialer with a token, a person who signed in, the operator of the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The name of the token, certificate or account, as Changes has it.
    pub name: String,
    /// What it is.
    pub role: Role,
    /// For whom it acts.
    pub sellers: Sellers,
}

/// Why there is no such caller.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoCaller {
    /// The role is about all sellers.
    #[error(
        "the role {0} is about all sellers and cannot be bound to some; leave the sellers out, or give the role supervisor"
    )]
    OfAllSellers(Role),
    /// The role is not given to anybody.
    #[error("the role {0} is of the socket in the data directory and is given to nobody")]
    NotGiven(Role),
}

impl Caller {
    /// A caller of a role that can be given.
    ///
    /// # Errors
    /// If the role cannot be given, or not with these sellers.
    pub fn new(name: impl Into<String>, role: Role, sellers: Sellers) -> Result<Self, NoCaller> {
        if role == Role::Machine {
            return Err(NoCaller::NotGiven(role));
        }
        if role.is_of_all_sellers() && !sellers.are_all() {
            return Err(NoCaller::OfAllSellers(role));
        }
        Ok(Self {
            name: name.into(),
            role,
            sellers,
        })
    }

    /// Whoever came through the socket in the data directory.
    pub fn machine() -> Self {
        Self {
            name: "machine".to_owned(),
            role: Role::Machine,
            sellers: Sellers::All,
        }
    }

    /// What the table says of the role.
    pub fn grant(&self, action: Action) -> Grant {
        action.grant(self.role)
    }

    /// Whether this caller may do this, to what is of this seller. `None` asks about the action as such:
    /// what is then shown or counted must be of [`Caller::sellers`] alone. What is of no one seller
    /// (an empty id) is only for callers of all sellers.
    pub fn may(&self, action: Action, seller_id: Option<&str>) -> bool {
        self.grant(action) != Grant::No && seller_id.is_none_or(|id| self.sellers.has(id))
    }

    /// Whether numbers are to be masked in what this caller sees by this action.
    pub fn is_masked(&self, action: Action) -> bool {
        !matches!(self.grant(action), Grant::May | Grant::OwnSellers)
    }
}

/// A number nobody can call: the first three characters and the last two of one as read, none of one
/// that is shorter or was only typed.
pub fn masked(number: &str) -> String {
    let is_read = number.len() > 6
        && number.starts_with('+')
        && number.bytes().skip(1).all(|b| b.is_ascii_digit());
    if !is_read {
        return "…".repeat(usize::from(!number.is_empty()));
    }
    format!("{}…{}", &number[..3], &number[number.len() - 2..])
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn who_is_bound_to_a_seller_sees_nothing_of_another_nor_of_all() {
        let of_a = Sellers::parse("a").unwrap();
        let caller = Caller::new("s", Role::Supervisor, of_a.clone()).unwrap();
        assert!(caller.may(Action::ListDecisions, None));
        assert!(caller.may(Action::ListDecisions, Some("a")));
        assert!(!caller.may(Action::ListDecisions, Some("b")));
        assert!(!caller.may(Action::ListDecisions, Some("")));
        assert!(!caller.may(Action::EnforceRegime, Some("a")));
        assert_eq!(
            Caller::new("c", Role::Compliance, of_a),
            Err(NoCaller::OfAllSellers(Role::Compliance))
        );
        assert_eq!(
            Caller::new("m", Role::Machine, Sellers::All),
            Err(NoCaller::NotGiven(Role::Machine))
        );
    }

    #[test]
    fn a_masked_number_cannot_be_called() {
        assert_eq!(masked("+31610000002"), "+31…02");
        assert_eq!(masked("0610000002"), "…");
        assert_eq!(masked("+31 61"), "…");
        assert_eq!(masked(""), "");
    }
}
