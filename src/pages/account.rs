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
    Pages, assets, fail::Failure, form::Sent, frame::chosen, respond, shell::Shell, text::Texts,
};
use crate::{
    access::{
        PasswordError, SignInError, TotpKey,
        web::{SIGN_IN_PATH, SignedIn, cookie_to_begin, cookie_to_end},
    },
    sidecar::Language,
};

/// A page outside the frame: nobody is signed in, or may go nowhere else yet.
struct Alone {
    texts: &'static Texts,
    language: Language,
}

impl Alone {
    fn of(headers: &HeaderMap) -> Self {
        let language = chosen(headers);
        Self {
            texts: Texts::of(language),
            language,
        }
    }

    fn t<'k>(&self, key: &'k str) -> &'k str {
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
    next: String,
}

/// `GET /sign-in`.
pub(crate) async fn sign_in_form(
    State(pages): State<Pages>,
    headers: HeaderMap,
    Query(Next { next }): Query<Next>,
) -> Result<Response, Failure> {
    respond(&SignInPage {
        s: Alone::of(&headers),
        next,
        name: String::new(),
        problem: None,
        code_needed: false,
        sample: pages.sample,
    })
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
        Ok(secret) => {
            let to = match SignedIn::safe_next(&next) {
                "/" => "/today",
                own => own,
            };
            let cookie = (header::SET_COOKIE, cookie_to_begin(&secret, pages.tls));
            return Ok(([cookie], Redirect::to(to)).into_response());
        }
        Err(error) => error,
    };
    let s = Alone::of(&headers);
    let problem = sign_in_problem(&s, &error)?;
    let page = SignInPage {
        next,
        name,
        problem: Some(problem),
        code_needed: matches!(error, SignInError::CodeNeeded),
        sample: pages.sample,
        s,
    };
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
        has_second: row.is_some_and(|row| row.has_totp),
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
