//! The pages for supervisors and officers: made by the server, in Dutch and English, of the same facts and
//! records the interface gives.
//!
//! A handler reads its address or form, asks [`crate::sidecar`] and [`crate::report`] what it shows, and
//! fills a template of `templates/`. Texts are data (`text/nl.toml`, `text/en.toml`). Nothing is fetched
//! from elsewhere: style sheet and script are in the binary (`assets`).

mod account;
mod assets;
mod changes;
mod chart;
mod complaint;
mod data;
mod decision;
mod decisions;
mod export;
mod facts;
mod fail;
mod form;
mod frame;
mod number;
mod provider;
mod query;
mod reports;
mod routes;
mod rules;
mod serve;
mod shell;
mod similar;
mod text;
mod today;
mod unclear;
mod viewer;
mod when;

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    response::{Html, IntoResponse, Response},
};

pub use routes::{Needs, ROUTES, Route};
pub use serve::PagesServer;

use crate::{
    access::{oidc::Provider, web::secured},
    process,
    sidecar::Sidecar,
};
use fail::Failure;
use similar::Proposals;

/// What an operator chooses about the pages.
#[derive(Clone, Copy, Debug)]
pub struct PagesOptions {
    /// The data are the sample's: every page says so.
    pub sample: bool,
    /// A signed yes needs a second person.
    pub second_person: bool,
    /// Served under TLS: cookies are only for it.
    pub tls: bool,
}

/// What every page is made from.
#[derive(Clone, Debug)]
struct Pages {
    sidecar: Arc<Sidecar>,
    proposals: Arc<Proposals>,
    sample: bool,
    second_person: bool,
    tls: bool,
    provider: Option<Arc<Provider>>,
}

/// Why the pages cannot be served.
#[derive(Debug, thiserror::Error)]
#[error("the pages cannot be served: {0}")]
pub struct PagesError(String);

/// The pages, by address. People may also sign in at the provider, if there is one.
///
/// # Errors
/// If the file of pairs that wait for a second person cannot be opened.
pub fn router(
    sidecar: Arc<Sidecar>,
    options: PagesOptions,
    provider: Option<Provider>,
) -> Result<Router, PagesError> {
    let proposals = Proposals::open_in(&sidecar.settings.data_dir)
        .map_err(|error| PagesError(error.to_string()))?;
    let pages = Pages {
        proposals: Arc::new(proposals),
        sample: options.sample,
        second_person: options.second_person,
        tls: options.tls,
        provider: provider.map(Arc::new),
        sidecar,
    };
    let framed = routes::framed(Router::new())
        .fallback(|| async { Failure::NotFound })
        .layer(middleware::from_fn_with_state(pages.clone(), fail::page));
    let router = routes::bare(framed)
        .layer(DefaultBodyLimit::max(form::MOST_BYTES))
        .with_state(pages);
    Ok(secured(router, options.tls))
}

/// A filled template as an answer.
fn respond(page: &impl Template) -> Result<Response, Failure> {
    Ok(Html(page.render()?).into_response())
}

/// Runs what reads files on a thread that may wait.
async fn waiting<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or(Err(Failure::Broken))
}

/// Runs what reads much on a thread that stands back for checks. What writes is [`waiting`]: others wait
/// for the lock it holds.
async fn reading<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    process::reading(work).await.unwrap_or(Err(Failure::Broken))
}
