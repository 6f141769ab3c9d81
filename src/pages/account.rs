//! `/sign-in`, `/sign-out`, `/password` and `/account`: who one is here.

use std::time::Duration;

use askama::Template;
use axum::{
    extract::{Query, RawForm, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{
    Pages, assets, fail::Failure, form::Sent, frame::chosen, provider::Elsewhere, respond,
    shell::Shell, text::Texts,
};
use crate::{
    access::{
        PasswordError, Secret, SignInError, TotpKey,
        web::{SIGN_IN_PATH, SignedIn, cookie_to_begin, cookie_to_end},
    },
    sidecar::Language,
};

/// A page outside the frame: nobody is signed in, or may go nowhere else yet.
pub(super) struct Alone {
    pub(super) texts: &'static Texts,
    language: Language,
}

impl Alone {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let language = chosen(headers);
        Self {
            texts: Texts::of(language),
            language,
        }
    }

    pub(super) fn t<'k>(&self, key: &'k str) -> &'k str {
        self.texts.get(key)
    }

    fn code(&self) -> &'static str {
        match self.language {
            Language::Nl => "nl",
            Language::En => "en",
        }
    }

    fn css(&self) -> String {
        assets::css_path()
    }
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    s: Alone,
    next: String,
    name: String,
    problem: Option<String>,
    code_needed: bool,
    sample: bool,
    elsewhere: Option<Elsewhere>,
}

impl SignInPage {
    fn new(pages: &Pages, s: Alone, next: String) -> Self {
        Self {
            elsewhere: pages.provider.as_ref().map(|p| Elsewhere::at(p, &s, &next)),
            next,
            name: String::new(),
            problem: None,
            code_needed: false,
            sample: pages.sample,
            s,
        }
    }
}

#[derive(Template)]
#[template(path = "password.html")]
struct PasswordPage {
    s: Alone,
    csrf: String,
    must: bool,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    s: Shell,
    sellers: String,
    /// Where one signs in, if not here with a password.
    provider: Option<String>,
    has_second: bool,
    key: String,
    secret: String,
    link: String,
    problem: bool,
}

/// Where to go after signing in.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Next {
    pub(super) next: String,
}

/// `GET /sign-in`.
pub(crate) async fn sign_in_form(
    State(pages): State<Pages>,
    headers: HeaderMap,
    Query(Next { next }): Query<Next>,
) -> Result<Response, Failure> {
    respond(&SignInPage::new(&pages, Alone::of(&headers), next))
}

/// The sign-in page, with what went wrong elsewhere.
pub(super) fn not_signed_in(
    pages: &Pages,
    s: Alone,
    next: String,
    problem: String,
) -> Result<Response, Failure> {
    let mut page = SignInPage::new(pages, s, next);
    page.problem = Some(problem);
    respond(&page)
}

/// Sends somebody who is signed in to the page that was wanted.
pub(super) fn signed_in(pages: &Pages, secret: &Secret, next: &str) -> Response {
    let cookie = (header::SET_COOKIE, cookie_to_begin(secret, pages.tls));
    ([cookie], Redirect::to(SignedIn::safe_next(next))).into_response()
}

/// `POST /sign-in`.
pub(crate) async fn sign_in(
    State(pages): State<Pages>,
    headers: HeaderMap,
    RawForm(body): RawForm,
) -> Result<Response, Failure> {
    let sent = Sent::read(&body)?;
    let (name, next) = (sent.one("name").to_owned(), sent.one("next").to_owned());
    let access = pages.sidecar.access.clone();
    let answer = access
        .sign_in(
            name.clone(),
            sent.raw("password").to_owned(),
            sent.one("code").to_owned(),
        )
        .await;
    let error = match answer {
        Ok(secret) => return Ok(signed_in(&pages, &secret, &next)),
        Err(error) => error,
    };
    let s = Alone::of(&headers);
    let problem = sign_in_problem(&s, &error)?;
    let mut page = SignInPage::new(&pages, s, next);
    page.name = name;
    page.problem = Some(problem);
    page.code_needed = matches!(error, SignInError::CodeNeeded);
    Ok((StatusCode::UNAUTHORIZED, respond(&page)?).into_response())
}

fn sign_in_problem(s: &Alone, error: &SignInError) -> Result<String, Failure> {
    Ok(match error {
        SignInError::Wrong => s.t("account.wrong").to_owned(),
        SignInError::CodeNeeded => s.t("account.code_needed").to_owned(),
        SignInError::Wait { seconds } => {
            let wait = Duration::from_secs(*seconds).as_secs().to_string();
            s.texts.fill("account.wait", &[("seconds", &wait)])
        }
        SignInError::Access(error) => {
            tracing::error!(%error, "nobody can sign in");
            return Err(Failure::Broken);
        }
    })
}

/// `POST /sign-out`.
pub(crate) async fn sign_out(
    State(pages): State<Pages>,
    signed_in: SignedIn,
    RawForm(body): RawForm,
) -> Result<Response, Failure> {
    let sent = Sent::read(&body)?;
    if !signed_in.csrf_verify(sent.one("csrf")) {
        return Err(Failure::Forged);
    }
    pages.sidecar.access.sign_out(signed_in.cookie());
    let cookie = (header::SET_COOKIE, cookie_to_end(pages.tls));
    Ok(([cookie], Redirect::to(SIGN_IN_PATH)).into_response())
}

/// `GET /password`.
pub(crate) async fn password_form(
    headers: HeaderMap,
    signed_in: SignedIn,
) -> Result<Response, Failure> {
    respond(&PasswordPage {
        s: Alone::of(&headers),
        csrf: signed_in.csrf_token().to_owned(),
        must: signed_in.must_change(),
        problem: None,
    })
}

/// `POST /password`.
pub(crate) async fn password(
    State(pages): State<Pages>,
    headers: HeaderMap,
    signed_in: SignedIn,
    RawForm(body): RawForm,
) -> Result<Response, Failure> {
    let sent = Sent::read(&body)?;
    if !signed_in.csrf_verify(sent.one("csrf")) {
        return Err(Failure::Forged);
    }
    let s = Alone::of(&headers);
    let must = signed_in.must_change();
    let new = sent.raw("new").to_owned();
    let problem = if new != sent.raw("again") {
        s.t("account.not_the_same").to_owned()
    } else {
        let access = pages.sidecar.access.clone();
        let cookie = signed_in.cookie().to_owned();
        match access
            .change_password(cookie, sent.raw("present").to_owned(), new)
            .await
        {
            Ok(()) if must => return Ok(Redirect::to("/").into_response()),
            Ok(()) => return Ok(Redirect::to("/account").into_response()),
            Err(PasswordError::SignIn(error)) => sign_in_problem(&s, &error)?,
            Err(PasswordError::Weak(_)) => s.t("account.weak").to_owned(),
        }
    };
    let page = PasswordPage {
        csrf: signed_in.csrf_token().to_owned(),
        must: signed_in.must_change(),
        problem: Some(problem),
        s,
    };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, respond(&page)?).into_response())
}

/// `GET /account`.
pub(crate) async fn get(State(pages): State<Pages>, s: Shell) -> Result<Response, Failure> {
    let key = pages.sidecar.access.new_totp()?;
    account(&pages, s, key, false)
}

fn account(pages: &Pages, s: Shell, key: TotpKey, problem: bool) -> Result<Response, Failure> {
    let caller = s.viewer.caller.clone();
    let rows = pages.sidecar.access.people.list()?;
    let row = rows.into_iter().find(|row| row.name == caller.name);
    let sellers = if caller.sellers.are_all() {
        s.t("app.all_sellers").to_owned()
    } else {
        let ids = caller.sellers.to_string();
        s.join(ids.split(';').map(|id| s.seller(id)).collect())
    };
    let link = key.link(&caller);
    let secret = link
        .split("secret=")
        .nth(1)
        .and_then(|rest| rest.split('&').next())
        .unwrap_or_default()
        .to_owned();
    respond(&AccountPage {
        sellers,
        has_second: row.as_ref().is_some_and(|row| row.has_totp),
        provider: row
            .and_then(|row| row.subject)
            .map(|subject| s.f("account.at_provider", "provider", subject.issuer)),
        key: key.to_hex(),
        secret,
        link,
        problem,
        s,
    })
}

/// `POST /account/second-factor`.
pub(crate) async fn second_factor(
    State(pages): State<Pages>,
    mut s: Shell,
    RawForm(body): RawForm,
) -> Result<Response, Failure> {
    let sent = Sent::read(&body)?;
    s.genuine(sent.one("csrf"))?;
    let key = TotpKey::from_hex(sent.one("key")).ok_or(Failure::Unreadable)?;
    let access = pages.sidecar.access.clone();
    if access.confirm_totp(&s.viewer.caller, key, sent.one("code"))? {
        s.told = Some(s.t("account.second_on").to_owned());
        return account(&pages, s, access.new_totp()?, false);
    }
    account(&pages, s, key, true)
}
