//! Signing in at a provider of OpenID Connect: the authorisation code flow with PKCE (OpenID Connect Core
//! 1.0, RFC 7636).
//!
//! Who somebody is there is told by issuer and subject alone. A name or an e-mail address can be given to
//! somebody else, and at some providers anybody can write any address into the own account.

mod address;
mod discovery;
mod error;
mod fetch;
mod id_token;
mod signature;
mod trip;

use std::{
    fs,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde::Deserialize;
use tokio::sync::Semaphore;

pub(super) use self::id_token::LONGEST_SUBJECT;
pub use self::{address::is_address, error::OidcError};
use self::{discovery::Discovery, fetch::Fetch, id_token::Expected, trip::Trip};
use super::Subject;
use crate::trust::TrustError;

/// Where the provider sends the browser back to.
pub const CALLBACK_PATH: &str = "/sign-in/oidc/callback";

/// How long what the provider says of itself is believed; a moved endpoint is found within this time.
const KNOWN_FOR: Duration = Duration::from_secs(600);
/// Sign-ins that may wait for the provider at once: anybody can begin one.
const AT_ONCE: usize = 8;

/// A provider, and what it knows us as.
#[derive(Clone, Debug)]
pub struct OidcOptions {
    /// Its address as it calls itself.
    pub issuer: String,
    /// What it calls us.
    pub client_id: String,
    /// The file that holds the secret it gave us, on its first line; `None` if it gave none.
    pub secret_file: Option<PathBuf>,
    /// Where it sends the browser back to, ending in [`CALLBACK_PATH`].
    pub redirect: String,
    /// The CA of its certificate, PEM; `None` for the well-known ones.
    pub ca_file: Option<PathBuf>,
    /// What people call it; empty for the host of its address.
    pub name: String,
}

/// The provider people sign in at.
#[derive(Debug)]
pub struct Provider {
    options: OidcOptions,
    fetch: Fetch,
    known: Mutex<Option<(Instant, Arc<Discovery>)>>,
    places: Semaphore,
}

/// A browser that is sent to the provider.
#[derive(Debug)]
pub struct Departure {
    /// Where to.
    pub address: String,
    /// What it keeps meanwhile, in a cookie of its own.
    pub cookie: String,
}

/// What the provider sends a browser back with (RFC 6749 4.1.2, RFC 9207).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Return {
    /// What is given for the ID token, once.
    code: String,
    /// Ours, unchanged.
    state: String,
    /// Why there is no code.
    error: String,
    /// Who sends it, where the provider says so.
    iss: String,
}

/// Somebody whom the provider knows.
#[derive(Debug)]
pub struct Arrival {
    /// Who, at this provider, for ever.
    pub subject: String,
    /// The page that was wanted before signing in.
    pub next: String,
}

impl Provider {
    /// A provider; asks it nothing yet.
    ///
    /// # Errors
    /// If the CA's file is no good.
    pub fn new(options: OidcOptions) -> Result<Self, TrustError> {
        signature::install();
        Ok(Self {
            fetch: Fetch::new(options.ca_file.as_deref(), &options.issuer)?,
            options,
            known: Mutex::default(),
            places: Semaphore::new(AT_ONCE),
        })
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        match self.options.name.as_str() {
            "" => address::host(&self.options.issuer),
            name => name,
        }
    }

    /// Its address as it calls itself.
    pub fn issuer(&self) -> &str {
        &self.options.issuer
    }

    /// Somebody there.
    pub fn subject(&self, subject: String) -> Subject {
        Subject {
            issuer: self.options.issuer.clone(),
            subject,
        }
    }

    /// Begins a sign-in: where the browser is to go. `next` is the page wanted afterwards.
    ///
    /// # Errors
    /// If the provider cannot be asked, or is none.
    pub async fn depart(&self, next: &str) -> Result<Departure, OidcError> {
        let _place = self.place()?;
        let discovery = self.discovery().await?;
        let trip = Trip::new(next)?;
        let asked = [
            ("response_type", "code"),
            ("client_id", &self.options.client_id),
            ("redirect_uri", &self.options.redirect),
            ("scope", "openid"),
            ("state", &trip.state()),
            ("nonce", &trip.nonce()),
            ("code_challenge", &trip.challenge()),
            ("code_challenge_method", "S256"),
        ];
        Ok(Departure {
            address: address::with_query(&discovery.authorization_endpoint, &asked),
            cookie: trip.to_cookie(),
        })
    }

    /// Ends a sign-in: who came back. `cookie` is [`Departure::cookie`], if the browser still has it.
    ///
    /// # Errors
    /// If this browser did not begin it, the provider refused, or what it says cannot be believed.
    pub async fn arrive(&self, cookie: Option<&str>, back: &Return) -> Result<Arrival, OidcError> {
        // Before anything is believed or asked: it must be the browser that left.
        let trip = cookie.and_then(Trip::of_cookie).ok_or(OidcError::Stale)?;
        if !trip.is_state(&back.state) {
            return Err(OidcError::Stale);
        }
        if !back.iss.is_empty() && back.iss != self.options.issuer {
            return Err(OidcError::Stale);
        }
        if !back.error.is_empty() || back.code.is_empty() {
            return Err(OidcError::refused(&back.error));
        }
        let _place = self.place()?;
        let discovery = self.discovery().await?;
        let secret = self.secret()?;
        let token = self
            .fetch
            .id_token(
                &discovery,
                &self.options,
                secret.as_deref(),
                &back.code,
                &trip,
            )
            .await?;
        // Asked for each time: a sign-in is rare, and a key that was withdrawn counts no longer.
        let keys = self.fetch.get(&discovery.jwks_uri).await?;
        let expected = Expected {
            issuer: &self.options.issuer,
            client_id: &self.options.client_id,
            nonce: &trip.nonce(),
        };
        let subject = id_token::subject(&token, &keys, &expected).map_err(OidcError::Token)?;
        Ok(Arrival {
            subject,
            next: trip.next,
        })
    }

    fn place(&self) -> Result<tokio::sync::SemaphorePermit<'_>, OidcError> {
        self.places.try_acquire().map_err(|_| OidcError::Busy)
    }

    /// What the provider says of itself, asked again now and then.
    async fn discovery(&self) -> Result<Arc<Discovery>, OidcError> {
        let lock = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, known)) = &*lock()
            && at.elapsed() < KNOWN_FOR
        {
            return Ok(known.clone());
        }
        let address = Discovery::address(&self.options.issuer);
        let found: Discovery = self.fetch.get(&address).await?;
        found
            .check(&self.options.issuer)
            .map_err(|what| OidcError::NotProvider { address, what })?;
        let found = Arc::new(found);
        *lock() = Some((Instant::now(), found.clone()));
        Ok(found)
    }

    /// The secret, read each time so that a new one needs no restart.
    fn secret(&self) -> Result<Option<String>, OidcError> {
        let Some(path) = &self.options.secret_file else {
            return Ok(None);
        };
        let wrong = |why: String| OidcError::Secret {
            path: path.clone(),
            why,
        };
        let text = fs::read_to_string(path).map_err(|e| wrong(e.to_string()))?;
        match text.lines().next().map(str::trim) {
            Some(secret) if !secret.is_empty() => Ok(Some(secret.to_owned())),
            _ => Err(wrong("its first line is empty".to_owned())),
        }
    }
}
