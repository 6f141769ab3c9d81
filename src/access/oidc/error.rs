//! Why nobody was signed in by a provider.

use std::path::PathBuf;

use crate::access::AccessError;

/// Why nobody was signed in by a provider. For the log; the page says it in other words.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// It does not answer, or not what it should.
    #[error("{address}: {why}")]
    Unreachable {
        /// What was asked.
        address: String,
        /// What came instead.
        why: String,
    },
    /// It is not the provider of the settings.
    #[error("{address}: {what}")]
    NotProvider {
        /// What was asked.
        address: String,
        /// What is wrong.
        what: String,
    },
    /// The client's secret.
    #[error("{}: the client's secret cannot be read: {why}; see oidc.client_secret_file", path.display())]
    Secret {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Another browser, or too long ago.
    #[error("this browser did not begin the sign-in, or too long ago")]
    Stale,
    /// The provider says no, to the browser or to us.
    #[error("the provider refused ({0})")]
    Refused(String),
    /// What it says cannot be believed.
    #[error("the ID token {0}")]
    Token(String),
    /// Too many at once.
    #[error("too many sign-ins wait for the provider")]
    Busy,
    /// The file of accounts.
    #[error(transparent)]
    Access(#[from] AccessError),
}

impl OidcError {
    /// With the provider's word for it; what is no such word is not repeated.
    pub(super) fn refused(code: &str) -> Self {
        let is_code = !code.is_empty()
            && code.len() <= 64
            && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        Self::Refused(if is_code { code } else { "without a reason" }.to_owned())
    }
}
