//! AccessService: tokens, accounts, and who did what.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::{
    caller::{self, Asker},
    fields::{Fields, timestamp},
};
use crate::{
    access::{
        Access, AccessError, AccountRow, Action, Caller, ChangeFilter, ChangeRow, Role, Sellers,
        TokenRow, masked,
    },
    clock::Micros,
    proto::v1::{self, access_service_server::AccessService},
};

/// The service.
#[derive(Clone)]
pub struct AccessDoor(pub Arc<Access>);

const MAX_PAGE: u32 = 1_000;
const DEFAULT_PAGE: u32 = 100;

impl AccessDoor {
    /// Does something on a thread that may wait for the disk, and records that it was done.
    async fn change<T: Send + 'static>(
        &self,
        asker: Asker,
        action: Action,
        key: String,
        what: String,
        work: impl FnOnce(&Access) -> Result<T, AccessError> + Send + 'static,
    ) -> Result<T, Status> {
        let access = self.0.clone();
        tokio::task::spawn_blocking(move || {
            let done = work(&access)?;
            access.note(asker.caller(), action, &key, &what);
            Ok(done)
        })
        .await
        .map_err(|_| Status::internal("the change broke off; see the log"))?
        .map_err(|e| status(&e))
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Access) -> Result<T, AccessError> + Send + 'static,
    ) -> Result<T, Status> {
        let access = self.0.clone();
        tokio::task::spawn_blocking(move || work(&access))
            .await
            .map_err(|_| Status::internal("the list broke off; see the log"))?
            .map_err(|e| status(&e))
    }
}

fn status(error: &AccessError) -> Status {
    match error {
        AccessError::Field { field, what } => Fields::one(field, what.clone()),
        AccessError::NotThere { .. } => Status::not_found(error.to_string()),
        AccessError::Taken { .. } => Status::already_exists(error.to_string()),
        AccessError::File { .. }
        | AccessError::Format { .. }
        | AccessError::Write { .. }
        | AccessError::Random(_) => Status::unavailable(error.to_string()),
        AccessError::NoProvider => Status::failed_precondition(error.to_string()),
    }
}

/// The caller a token or account is to be.
#[allow(clippy::result_large_err)]
fn to_be(name: String, role: i32, sellers: &[String]) -> Result<Caller, Status> {
    let role = u8::try_from(role)
        .ok()
        .and_then(Role::from_code)
        .filter(|role| Role::GIVEN.contains(role))
        .ok_or_else(|| Fields::one("role", format!("{role} is no role that can be given")))?;
    let sellers = match sellers {
        [] => Sellers::All,
        ids => {
            if let Some(bad) = ids.iter().find(|id| id.contains([';', ','])) {
                return Err(Fields::one(
                    "seller_ids",
                    format!("`{bad}` is no seller's id"),
                ));
            }
            Sellers::parse(&ids.join(";")).map_err(|what| Fields::one("seller_ids", what))?
        }
    };
    Caller::new(name, role, sellers).map_err(|e| Fields::one("seller_ids", e.to_string()))
}

fn described(caller: &Caller) -> String {
    format!("role {} for {}", caller.role, caller.sellers)
}

fn ids(sellers: &Sellers) -> Vec<String> {
    match sellers {
        Sellers::All => vec!["*".to_owned()],
        Sellers::Only(ids) => ids.iter().cloned().collect(),
    }
}

fn token(row: TokenRow) -> v1::Token {
    v1::Token {
        name: row.name,
        role: i32::from(row.role.code()),
        seller_ids: ids(&row.sellers),
        created_at: Some(timestamp(row.created_at)),
        expires_at: Some(timestamp(row.expires_at)),
        revoked_at: row.revoked_at.map(timestamp),
    }
}

fn user(row: AccountRow) -> v1::User {
    let (oidc_issuer, oidc_subject) = row
        .subject
        .map_or_else(Default::default, |s| (s.issuer, s.subject));
    v1::User {
        oidc_issuer,
        oidc_subject,
        name: row.name,
        role: i32::from(row.role.code()),
        seller_ids: ids(&row.sellers),
        created_at: Some(timestamp(row.created_at)),
        disabled_at: row.disabled_at.map(timestamp),
        must_change_password: row.must_change,
        has_totp: row.has_totp,
    }
}

fn change(row: ChangeRow, hide: bool) -> v1::Change {
    v1::Change {
        change_id: row.id,
        at: Some(timestamp(row.at)),
        who: row.who,
        role: i32::from(row.role.code()),
        action: row.action,
        seller_id: row.seller,
        key: match hide && row.key.starts_with('+') {
            true => masked(&row.key),
            false => row.key,
        },
        old: row.old,
        new: row.new,
        why: row.why,
    }
}

#[tonic::async_trait]
impl AccessService for AccessDoor {
    async fn create_token(
        &self,
        request: Request<v1::CreateTokenRequest>,
    ) -> Result<Response<v1::CreateTokenResponse>, Status> {
        let asker = caller::of(&request)?;
        let r = request.into_inner();
        let mut fields = Fields::default();
        let expires_at = fields.time("expires_at", r.expires_at.as_ref());
        fields.check()?;
        let Some(expires_at) = expires_at else {
            return Err(Fields::one("expires_at", "is needed".to_owned()));
        };
        let who = to_be(r.name, r.role, &r.seller_ids)?;
        let (key, what) = (format!("token {}", who.name), described(&who));
        let token = self
            .change(asker, Action::CreateToken, key, what, move |access| {
                access.tokens.create(&who, expires_at)
            })
            .await?;
        Ok(Response::new(v1::CreateTokenResponse {
            token: token.show().to_owned(),
        }))
    }

    async fn list_tokens(
        &self,
        _: Request<v1::ListTokensRequest>,
    ) -> Result<Response<v1::ListTokensResponse>, Status> {
        let rows = self.read(|access| access.tokens.list()).await?;
        Ok(Response::new(v1::ListTokensResponse {
            tokens: rows.into_iter().map(token).collect(),
        }))
    }

    async fn revoke_token(
        &self,
        request: Request<v1::RevokeTokenRequest>,
    ) -> Result<Response<v1::RevokeTokenResponse>, Status> {
        let asker = caller::of(&request)?;
        let name = request.into_inner().name;
        let (action, key) = (Action::RevokeToken, format!("token {name}"));
        let revoked = self
            .change(asker, action, key, "revoked".to_owned(), move |access| {
                access.tokens.revoke(&name)
            })
            .await?;
        Ok(Response::new(v1::RevokeTokenResponse { revoked }))
    }

    async fn add_user(
        &self,
        request: Request<v1::AddUserRequest>,
    ) -> Result<Response<v1::AddUserResponse>, Status> {
        let asker = caller::of(&request)?;
        let r = request.into_inner();
        let who = to_be(r.name, r.role, &r.seller_ids)?;
        let (key, mut what) = (format!("account {}", who.name), described(&who));
        if !r.oidc_subject.is_empty() {
            what.push_str(&format!(", subject {}", r.oidc_subject));
        }
        let secret = self
            .change(asker, Action::AddUser, key, what, move |access| {
                if r.oidc_subject.is_empty() {
                    return access.people.add(&who).map(Some);
                }
                let subject = access.subject(&r.oidc_subject)?;
                access.people.add_linked(&who, &subject).map(|()| None)
            })
            .await?;
        Ok(Response::new(v1::AddUserResponse {
            one_time_password: secret.map_or_else(String::new, |s| s.show().to_owned()),
        }))
    }

    async fn list_users(
        &self,
        _: Request<v1::ListUsersRequest>,
    ) -> Result<Response<v1::ListUsersResponse>, Status> {
        let rows = self.read(|access| access.people.list()).await?;
        Ok(Response::new(v1::ListUsersResponse {
            users: rows.into_iter().map(user).collect(),
        }))
    }

    async fn disable_user(
        &self,
        request: Request<v1::DisableUserRequest>,
    ) -> Result<Response<v1::DisableUserResponse>, Status> {
        let asker = caller::of(&request)?;
        let name = request.into_inner().name;
        let (action, key) = (Action::DisableUser, format!("account {name}"));
        self.change(asker, action, key, "closed".to_owned(), move |access| {
            access.disable_user(&name)
        })
        .await?;
        Ok(Response::new(v1::DisableUserResponse {}))
    }

    async fn link_user(
        &self,
        request: Request<v1::LinkUserRequest>,
    ) -> Result<Response<v1::LinkUserResponse>, Status> {
        let asker = caller::of(&request)?;
        let r = request.into_inner();
        let (action, key) = (Action::LinkUser, format!("account {}", r.name));
        let what = format!("subject {}", r.oidc_subject);
        self.change(asker, action, key, what, move |access| {
            let subject = access.subject(&r.oidc_subject)?;
            access.link_user(&r.name, &subject)
        })
        .await?;
        Ok(Response::new(v1::LinkUserResponse {}))
    }

    async fn reset_user(
        &self,
        request: Request<v1::ResetUserRequest>,
    ) -> Result<Response<v1::ResetUserResponse>, Status> {
        let asker = caller::of(&request)?;
        let name = request.into_inner().name;
        let (action, key) = (Action::ResetUser, format!("account {name}"));
        let what = "one-time password".to_owned();
        let secret = self
            .change(asker, action, key, what, move |access| {
                access.reset_user(&name)
            })
            .await?;
        Ok(Response::new(v1::ResetUserResponse {
            one_time_password: secret.show().to_owned(),
        }))
    }

    async fn list_changes(
        &self,
        request: Request<v1::ListChangesRequest>,
    ) -> Result<Response<v1::ListChangesResponse>, Status> {
        let asker = caller::of(&request)?;
        let r = request.into_inner();
        let mut fields = Fields::default();
        let text = |s: String| (!s.is_empty()).then_some(s);
        let by_name = |name: &str| Action::ALL.iter().copied().find(|a| a.name() == name);
        let filter = ChangeFilter {
            from: fields.time("from", r.from.as_ref()),
            until: fields.time("until", r.until.as_ref()),
            action: by_name(&r.action),
            who: text(r.who),
            seller: text(r.seller_id),
            key: text(r.key),
            before: match r.page_token.as_str() {
                "" => None,
                token => token
                    .parse()
                    .map_err(|_| fields.bad("page_token", "is not one of this service"))
                    .ok(),
            },
        };
        if filter.action.is_none() && !r.action.is_empty() {
            fields.bad("action", format!("`{}` is no action", r.action));
        }
        let size = match r.page_size {
            0 => DEFAULT_PAGE,
            n if n <= MAX_PAGE => n,
            n => {
                fields.bad("page_size", format!("{n}; a page has at most {MAX_PAGE}"));
                DEFAULT_PAGE
            }
        };
        fields.check()?;
        let hide = asker.caller().is_masked(Action::ListChanges);
        let rows = self
            .read(move |access| {
                let sellers = &asker.caller().sellers;
                access.changes.list(sellers, &filter, size as usize)
            })
            .await?;
        let next_page_token = match rows.last() {
            Some(row) if rows.len() == size as usize => row.id.to_string(),
            _ => String::new(),
        };
        Ok(Response::new(v1::ListChangesResponse {
            changes: rows.into_iter().map(|row| change(row, hide)).collect(),
            next_page_token,
        }))
    }
}

/// When a token made now and good for so many days ends.
pub fn in_days(days: u32) -> Micros {
    Micros(Micros::system_now().0 + i64::from(days) * 86_400_000_000)
}
