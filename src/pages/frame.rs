//! From a request to the frame of its page: who reads it, and in which language.

use std::sync::Arc;

use axum::{
    extract::{FromRef, FromRequestParts, Path, Query, State},
    http::{HeaderMap, HeaderValue, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{Pages, fail::Failure, form::Sent, shell::Shell, viewer::Viewer};
use crate::{
    access::{Access, Action, NewChange, web::SignedIn},
    sidecar::Language,
};

/// The cookie that keeps the language a reader chose.
const LANGUAGE: &str = "verzet_language";

impl FromRef<Pages> for Arc<Access> {
    fn from_ref(pages: &Pages) -> Self {
        pages.sidecar.access.clone()
    }
}

/// Whoever is not signed in is sent to the page where one does.
impl FromRequestParts<Pages> for Shell {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, pages: &Pages) -> Result<Self, Response> {
        let signed_in = SignedIn::from_request_parts(parts, pages).await?;
        let path = parts
            .uri
            .path_and_query()
            .map_or_else(|| "/today".to_owned(), ToString::to_string);
        let viewer = Viewer {
            caller: signed_in.caller.clone(),
            session: signed_in,
        };
        Ok(Self::new(pages, viewer, chosen(&parts.headers), path))
    }
}

impl Shell {
    /// Refuses a reader whose role does not have an action.
    ///
    /// # Errors
    /// [`Failure::Forbidden`].
    pub(crate) fn needs(&self, action: Action) -> Result<(), Failure> {
        match self.viewer.may(action) {
            true => Ok(()),
            false => Err(Failure::Forbidden),
        }
    }

    /// Refuses a form that did not come from a page of this session.
    ///
    /// # Errors
    /// [`Failure::Forged`].
    pub(crate) fn genuine(&self, sent: &str) -> Result<(), Failure> {
        match self.viewer.session.csrf_verify(sent) {
            true => Ok(()),
            false => Err(Failure::Forged),
        }
    }

    /// Reads a form of somebody who may do what it asks for.
    ///
    /// # Errors
    /// [`Failure::Unreadable`], [`Failure::Forged`], [`Failure::Forbidden`].
    pub(crate) fn sent(&self, body: &[u8], action: Action) -> Result<Sent, Failure> {
        let sent = Sent::read(body)?;
        self.genuine(sent.one("csrf"))?;
        self.needs(action)?;
        Ok(sent)
    }

    /// Tells Changes of what was done.
    pub(crate) fn did(&self, pages: &Pages, action: Action, change: &NewChange<'_>) {
        let access = &pages.sidecar.access;
        access.note_change(&self.viewer.caller, action, change);
    }

    /// Records a look at a person, before it is shown.
    ///
    /// # Errors
    /// [`Failure::Broken`] if it cannot be recorded: then it is not shown.
    pub(crate) fn looked(
        &self,
        pages: &Pages,
        action: Action,
        seller: &str,
        key: &str,
    ) -> Result<(), Failure> {
        let change = NewChange {
            seller,
            key,
            ..NewChange::default()
        };
        pages
            .sidecar
            .access
            .changes
            .record(&self.viewer.caller, action, &change)?;
        Ok(())
    }
}

/// The language a reader chose; Dutch until they do.
pub(crate) fn chosen(headers: &HeaderMap) -> Language {
    let cookies = headers.get_all(header::COOKIE).iter();
    cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == LANGUAGE)
        .and_then(|(_, value)| Language::parse(value))
        .unwrap_or(Language::Nl)
}

/// Where to go after a choice of language.
#[derive(Deserialize)]
pub(crate) struct Back {
    #[serde(default)]
    back: String,
}

/// `/language/{code}`: keeps the language and goes back to the page.
pub(crate) async fn language(
    State(_): State<Pages>,
    Path(code): Path<String>,
    Query(Back { back }): Query<Back>,
) -> Result<Response, Failure> {
    let language = Language::parse(&code).ok_or(Failure::NotFound)?;
    let code = match language {
        Language::Nl => "nl",
        Language::En => "en",
    };
    let cookie = format!("{LANGUAGE}={code}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly");
    let cookie = HeaderValue::from_str(&cookie).map_err(|_| Failure::Unreadable)?;
    Ok((
        [(header::SET_COOKIE, cookie)],
        Redirect::to(SignedIn::safe_next(&back)),
    )
        .into_response())
}

/// `/`: where this reader begins; who is not signed in is sent on from there.
pub(crate) async fn home(reader: Result<Shell, Response>) -> Redirect {
    Redirect::to(reader.map_or("/today", |s| s.home()))
}
