//! What can go wrong on a page, and the page that says so.

use askama::Template;
use axum::{
    extract::{FromRequestParts, Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{Pages, respond, shell::Shell, similar::ProposalsError};
use crate::{
    access::AccessError, ledger::LedgerError, replay::ReplayError, report::ReportError,
    store::StoreError,
};

/// Why a page cannot be shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// There is no such thing, or none the reader may see: the same answer, so that neither can be told.
    #[error("there is no such page, or it is not yours to see")]
    NotFound,
    /// The reader may not do this.
    #[error("your role does not allow this")]
    Forbidden,
    /// The form was sent from elsewhere, or is too old.
    #[error("the form was not sent from a page of yours")]
    Forged,
    /// What was sent is not what the page sends.
    #[error("the address or form cannot be read")]
    Unreadable,
    /// Facts or ledger cannot be read or written; the log says why.
    #[error("the data cannot be read now")]
    Broken,
}

impl Failure {
    fn status(self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden | Self::Forged => StatusCode::FORBIDDEN,
            Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::NotFound => "fail.not_found",
            Self::Forbidden => "fail.forbidden",
            Self::Forged => "fail.forged",
            Self::Unreadable => "fail.unreadable",
            Self::Broken => "fail.broken",
        }
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        tracing::error!(%error, "a page cannot read the ledger");
        Self::Broken
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a page cannot read or change the facts");
        Self::Broken
    }
}

impl From<ReplayError> for Failure {
    fn from(error: ReplayError) -> Self {
        tracing::error!(%error, "a page cannot decide again");
        Self::Broken
    }
}

impl From<ReportError> for Failure {
    fn from(error: ReportError) -> Self {
        tracing::error!(%error, "a page cannot count or list decisions");
        Self::Broken
    }
}

impl From<ProposalsError> for Failure {
    fn from(error: ProposalsError) -> Self {
        tracing::error!(%error, "a page cannot read or keep signed pairs");
        Self::Broken
    }
}

impl From<AccessError> for Failure {
    fn from(error: AccessError) -> Self {
        tracing::error!(%error, "a page cannot read or record who did what");
        Self::Broken
    }
}

impl From<askama::Error> for Failure {
    fn from(error: askama::Error) -> Self {
        tracing::error!(%error, "a page cannot be written");
        Self::Broken
    }
}

impl IntoResponse for Failure {
    /// Bare; [`page`] puts the words around it.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[derive(Template)]
#[template(path = "fail.html")]
struct FailPage {
    s: Shell,
    title: String,
    text: &'static str,
}

/// Puts a page around a bare failure, and around what the router itself refuses.
pub(crate) async fn page(State(pages): State<Pages>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let shell = Shell::from_request_parts(&mut parts, &pages).await;
    let response = next.run(Request::from_parts(parts, body)).await;
    let failure = match response.extensions().get::<Failure>() {
        Some(failure) => *failure,
        None => match response.status() {
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Failure::NotFound,
            status if status.is_client_error() => Failure::Unreadable,
            _ => return response,
        },
    };
    let Ok(s) = shell else {
        return response;
    };
    let text = s.texts.get(match failure {
        Failure::NotFound => "fail.not_found_text",
        Failure::Forbidden => "fail.forbidden_text",
        Failure::Forged => "fail.forged_text",
        Failure::Unreadable => "fail.unreadable_text",
        Failure::Broken => "fail.broken_text",
    });
    let title = s.texts.get(failure.key()).to_owned();
    match respond(&FailPage { s, title, text }) {
        Ok(page) => (failure.status(), page).into_response(),
        Err(_) => response,
    }
}
