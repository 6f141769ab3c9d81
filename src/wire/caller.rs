//! Who sent a request, and the refusals that say nothing of what is another's.

use std::sync::Arc;

use tonic::{Request, Status};

use crate::{
    access::{Access, Action, Caller, Lease, NewChange},
    clock::Micros,
};

/// Who sent a request; the lock of the server puts it there.
#[derive(Clone, Debug)]
pub struct Asker {
    caller: Arc<Caller>,
    /// What it showed, if that can end while a stream is open.
    lease: Option<Arc<Lease>>,
}

impl Asker {
    /// Somebody who needs no token: through the socket, by certificate, or on an open port.
    pub fn known(caller: Arc<Caller>) -> Self {
        Self {
            caller,
            lease: None,
        }
    }

    /// Somebody who showed a token.
    pub fn with_token(lease: Arc<Lease>) -> Self {
        Self {
            caller: lease.caller.clone(),
            lease: Some(lease),
        }
    }

    /// Who.
    pub fn caller(&self) -> &Arc<Caller> {
        &self.caller
    }

    /// Whether what it showed still counts; a stream asks with every message.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` if not.
    #[allow(clippy::result_large_err)]
    pub fn still_counts(&self) -> Result<(), Status> {
        match &self.lease {
            Some(lease) if !lease.counts(Micros::system_now()) => Err(no_token()),
            _ => Ok(()),
        }
    }

    /// Whether it may do this to what is of this seller; `named` says what was asked for.
    ///
    /// # Errors
    /// `PERMISSION_DENIED`, the same for what is another's and for what is not there.
    #[allow(clippy::result_large_err)]
    pub fn for_seller(&self, action: Action, seller_id: &str, named: &str) -> Result<(), Status> {
        match self.caller.may(action, Some(seller_id)) {
            true => Ok(()),
            false => Err(not_yours(named)),
        }
    }

    /// Whether it may do this to what concerns every seller.
    ///
    /// # Errors
    /// `PERMISSION_DENIED` if it is bound to some.
    #[allow(clippy::result_large_err)]
    pub fn for_all_sellers(&self, action: Action) -> Result<(), Status> {
        match self.caller.may(action, Some("")) {
            true => Ok(()),
            false => Err(Status::permission_denied(format!(
                "{} concerns every seller, and you act for some; ask who acts for all",
                action.name()
            ))),
        }
    }

    /// The name a signature gets: the caller's own. Only the operator of the machine, whose commands
    /// ask who types, may give another's.
    pub fn signs_as(&self, given: &str) -> String {
        match self.caller.role {
            crate::access::Role::Machine => given.to_owned(),
            _ => self.caller.name.clone(),
        }
    }

    /// Records a look before it is shown.
    ///
    /// # Errors
    /// `UNAVAILABLE` if it cannot be recorded: then nothing is shown.
    pub async fn looked(
        &self,
        access: &Arc<Access>,
        action: Action,
        seller: &str,
        key: &str,
    ) -> Result<(), Status> {
        let (access, caller) = (access.clone(), self.caller.clone());
        let (seller, key) = (seller.to_owned(), key.to_owned());
        let recorded = tokio::task::spawn_blocking(move || {
            let look = NewChange {
                seller: &seller,
                key: &key,
                ..NewChange::default()
            };
            access.changes.record(&caller, action, &look)
        });
        match recorded.await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => {
                tracing::error!(%error, action = action.name(), "a look could not be recorded");
                Err(Status::unavailable(
                    "who looks cannot be recorded now, so nothing is shown; see the log",
                ))
            }
            Err(_) => Err(Status::internal("the record broke off; see the log")),
        }
    }
}

/// Who sent a request. Without the lock in front there is nobody, and nobody may do anything.
///
/// # Errors
/// `UNAUTHENTICATED` if nobody is known.
#[allow(clippy::result_large_err)]
pub fn of<T>(request: &Request<T>) -> Result<Asker, Status> {
    request
        .extensions()
        .get::<Asker>()
        .cloned()
        .ok_or_else(no_token)
}

/// No token, or none that counts; which of the two is not said.
pub fn no_token() -> Status {
    Status::unauthenticated(
        "a token is needed, as `authorization: Bearer vzt_…`; the operator makes one with `verzet token create`",
    )
}

/// What is another's, or not there.
pub fn not_yours(named: &str) -> Status {
    Status::permission_denied(format!(
        "{named} is not of a seller you act for, or is not there"
    ))
}
