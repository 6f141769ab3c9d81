//! Who reads a page, and what they may see and do there.

use std::sync::Arc;

use crate::access::{Action, Caller, Sellers, web::SignedIn};

/// Who reads a page.
#[derive(Clone, Debug)]
pub(crate) struct Viewer {
    /// The account, its role and its sellers.
    pub(crate) caller: Arc<Caller>,
    /// Their session.
    pub(crate) session: SignedIn,
}

impl Viewer {
    /// Whether they may do something at all; what is then shown must be of their sellers.
    pub(crate) fn may(&self, action: Action) -> bool {
        self.caller.may(action, None)
    }

    /// Whether they may see a seller's data. What belongs to no seller is for those who see all.
    pub(crate) fn sees(&self, seller: &str) -> bool {
        self.caller.sellers.has(seller)
    }

    /// The one seller they may see, if it is one.
    pub(crate) fn only_seller(&self) -> Option<&str> {
        match &self.caller.sellers {
            Sellers::Only(ids) if ids.len() == 1 => ids.first().map(String::as_str),
            _ => None,
        }
    }
}
