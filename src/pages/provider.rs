//! `/sign-in/oidc` and back: signing in at the provider of the settings.

use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};

use super::{
    Pages,
    account::{Alone, Next, not_signed_in, signed_in},
    fail::Failure,
    query,
};
use crate::access::{
    AccessError, NoAccount,
    oidc::{OidcError, Provider, Return},
    web::{trip_cookie_of, trip_cookie_to_begin, trip_cookie_to_end},
};

/// Where one leaves for the provider. A link and no form: the policy of content lets forms go nowhere else.
const DEPART: &str = "/sign-in/oidc";

/// The longest page to come back to that goes into the cookie, in bytes; browsers keep 4,096 in all.
const LONGEST_NEXT: usize = 1_024;

/// The link to the provider on the sign-in page.
pub(super) struct Elsewhere {
    pub(super) path: String,
    pub(super) text: String,
}

impl Elsewhere {
    pub(super) fn at(provider: &Provider, s: &Alone, next: &str) -> Self {
        Self {
            path: query::link(DEPART, &[("next", next)]),
            text: s
                .texts
                .fill("account.sign_in_with", &[("provider", provider.name())]),
        }
    }
}

/// `GET /sign-in/oidc`: to the provider.
pub(super) async fn depart(
    State(pages): State<Pages>,
    headers: HeaderMap,
    Query(Next { next }): Query<Next>,
) -> Result<Response, Failure> {
    let provider = pages.provider.clone().ok_or(Failure::NotFound)?;
    let wanted = match next.len() {
        0..=LONGEST_NEXT => next.as_str(),
        _ => "/",
    };
    match provider.depart(wanted).await {
        Ok(departure) => {
            let cookie = trip_cookie_to_begin(&departure.cookie, pages.tls);
            let cookie = (header::SET_COOKIE, cookie);
            Ok(([cookie], Redirect::to(&departure.address)).into_response())
        }
        Err(error) => told(&pages, &headers, &provider, next, &error.into()),
    }
}

/// `GET /sign-in/oidc/callback`: back from the provider.
pub(super) async fn arrive(
    State(pages): State<Pages>,
    headers: HeaderMap,
    Query(back): Query<Return>,
) -> Result<Response, Failure> {
    let provider = pages.provider.clone().ok_or(Failure::NotFound)?;
    let answer = match enter(&pages, &provider, &headers, &back).await {
        Ok(response) => response,
        Err(error) => told(&pages, &headers, &provider, String::new(), &error)?,
    };
    // Whatever came of it, the trip is over.
    let over = AppendHeaders([(header::SET_COOKIE, trip_cookie_to_end(pages.tls))]);
    Ok((over, answer).into_response())
}

async fn enter(
    pages: &Pages,
    provider: &Provider,
    headers: &HeaderMap,
    back: &Return,
) -> Result<Response, NotIn> {
    let arrival = provider.arrive(trip_cookie_of(headers), back).await?;
    let access = &pages.sidecar.access;
    let secret = access.sign_in_as(&provider.subject(arrival.subject))?;
    Ok(signed_in(pages, &secret, &arrival.next))
}

/// Why somebody is not signed in.
#[derive(Debug, thiserror::Error)]
enum NotIn {
    #[error(transparent)]
    Provider(#[from] OidcError),
    #[error(transparent)]
    Account(#[from] NoAccount),
}

/// The sign-in page that says why; more is in the log.
fn told(
    pages: &Pages,
    headers: &HeaderMap,
    provider: &Provider,
    next: String,
    error: &NotIn,
) -> Result<Response, Failure> {
    let (status, key) = match error {
        NotIn::Provider(error) => match error {
            OidcError::Unreachable { .. } | OidcError::Busy => {
                (StatusCode::SERVICE_UNAVAILABLE, "account.provider_down")
            }
            OidcError::NotProvider { .. } | OidcError::Token(_) | OidcError::Secret { .. } => {
                (StatusCode::BAD_GATEWAY, "account.provider_wrong")
            }
            OidcError::Refused(_) => (StatusCode::UNAUTHORIZED, "account.provider_refused"),
            OidcError::Stale => (StatusCode::BAD_REQUEST, "account.provider_stale"),
            OidcError::Access(error) => return Err(broken(error)),
        },
        NotIn::Account(NoAccount::Unknown(_)) => {
            (StatusCode::FORBIDDEN, "account.provider_unknown")
        }
        NotIn::Account(NoAccount::Closed(_)) => (StatusCode::FORBIDDEN, "account.provider_closed"),
        NotIn::Account(NoAccount::Access(error)) => return Err(broken(error)),
    };
    // What anybody can bring about is no reason to wake somebody.
    let issuer = provider.issuer();
    match status.is_server_error() {
        true => tracing::warn!(%error, issuer, "nobody can sign in at the provider"),
        false => tracing::info!(%error, issuer, "somebody was not signed in"),
    }
    let subject = match error {
        NotIn::Account(NoAccount::Unknown(subject)) => subject.as_str(),
        _ => "",
    };
    let s = Alone::of(headers);
    let problem = s
        .texts
        .fill(key, &[("provider", provider.name()), ("subject", subject)]);
    Ok((status, not_signed_in(pages, s, next, problem)?).into_response())
}

fn broken(error: &AccessError) -> Failure {
    tracing::error!(%error, "nobody can sign in");
    Failure::Broken
}
