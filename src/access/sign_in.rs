//! Signing in and out, and what a person changes of the own account. What hashes a password waits on a
//! thread of its own, a few at a time: each takes 19 MiB.

use std::{sync::Arc, time::Duration};

use super::{
    Access, AccessError, Action, Caller, NewChange, PasswordError, Secret, Session, SessionLimits,
    SignInError, Subject, links::Linked, people::Proven, totp,
};
use crate::clock::Micros;

/// Passwords hashed at once; more wait.
pub(super) const HASHES_AT_ONCE: usize = 2;
/// The longest such wait.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// The secret of a second factor that is being set up.
#[derive(Clone, Copy)]
pub struct TotpKey(totp::Key);

impl std::fmt::Debug for TotpKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpKey(…)")
    }
}

impl TotpKey {
    /// As 40 hexadecimal digits, for a hidden field of the form that confirms it.
    pub fn to_hex(self) -> String {
        self.0.iter().map(|b| format!("{b:02x}")).collect()
    }

    /// Reads [`TotpKey::to_hex`] back.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut key = totp::Key::default();
        if text.len() != 2 * key.len() || !text.is_ascii() {
            return None;
        }
        for (byte, pair) in key.iter_mut().zip(text.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(key))
    }

    /// The `otpauth://` link an app reads.
    pub fn link(self, caller: &Caller) -> String {
        totp::link(&self.0, &caller.name)
    }
}

/// Why somebody whom the provider knows is not signed in. To be told to the person.
#[derive(Debug, thiserror::Error)]
pub enum NoAccount {
    /// No account is linked to this subject.
    #[error("no account is linked to the subject `{0}`; `verzet user link NAME SUBJECT` does that")]
    Unknown(String),
    /// The account was closed.
    #[error("the account of the subject `{0}` is closed")]
    Closed(String),
    /// The file.
    #[error(transparent)]
    Access(#[from] AccessError),
}

impl Access {
    /// How long sessions last from now on.
    pub fn set_session_limits(&self, limits: SessionLimits) {
        self.limits.store(Arc::new(limits));
    }

    /// Signs somebody in; the secret goes into the cookie. An empty `code` is none.
    ///
    /// # Errors
    /// Why not, to be told to the person.
    pub async fn sign_in(
        self: &Arc<Self>,
        name: String,
        password: String,
        code: String,
    ) -> Result<Secret, SignInError> {
        let proven = self
            .hashing(move |access| access.people.prove(&name, &password, &code))
            .await??;
        self.begin(proven)
    }

    pub(super) fn begin(&self, proven: Proven) -> Result<Secret, SignInError> {
        let caller = proven.caller.clone();
        let secret = self.sessions.begin(proven.caller, proven.must_change)?;
        self.note(&caller, Action::SignIn, &caller.name, "password");
        Ok(secret)
    }

    /// Which provider people may sign in at from now on, as it calls itself; `None` for none.
    pub fn set_issuer(&self, issuer: Option<String>) {
        self.issuer.store(issuer.map(Arc::new));
    }

    /// A subject at the provider of the settings.
    ///
    /// # Errors
    /// If there is no provider.
    pub fn subject(&self, subject: &str) -> Result<Subject, AccessError> {
        let issuer = self.issuer.load_full().ok_or(AccessError::NoProvider)?;
        Ok(Subject {
            issuer: (*issuer).clone(),
            subject: subject.to_owned(),
        })
    }

    /// Signs in somebody whom the provider knows; the secret goes into the cookie.
    ///
    /// # Errors
    /// Why not, to be told to the person.
    pub fn sign_in_as(&self, subject: &Subject) -> Result<Secret, NoAccount> {
        let caller = match self.people.linked(subject)? {
            Linked::Open(caller) => caller,
            Linked::Closed => return Err(NoAccount::Closed(subject.subject.clone())),
            Linked::Nobody => return Err(NoAccount::Unknown(subject.subject.clone())),
        };
        let secret = self.sessions.begin(caller.clone(), false)?;
        self.note(&caller, Action::SignIn, &caller.name, &subject.issuer);
        Ok(secret)
    }

    /// Links an account to somebody at the provider instead of its password; its sessions end.
    ///
    /// # Errors
    /// If there is no such account, the subject is another's, or it cannot be written.
    pub fn link_user(&self, name: &str, subject: &Subject) -> Result<(), AccessError> {
        self.people.link(name, subject)?;
        self.password_is_other(name);
        self.sessions.end_all(name, None);
        Ok(())
    }

    /// The session of a cookie's value, if it has not ended.
    pub fn session(&self, cookie: &str) -> Option<Session> {
        self.sessions
            .find(cookie, **self.limits.load(), Micros::system_now())
    }

    /// Ends the session of a cookie's value.
    pub fn sign_out(&self, cookie: &str) {
        self.sessions.end(cookie);
    }

    /// Changes the password of who is signed in by this cookie; other sessions of the account end.
    ///
    /// # Errors
    /// Why not, to be told to the person.
    pub async fn change_password(
        self: &Arc<Self>,
        cookie: String,
        present: String,
        new: String,
    ) -> Result<(), PasswordError> {
        let session = self.session(&cookie).ok_or(SignInError::Wrong)?;
        let caller = session.caller.clone();
        self.hashing(move |access| access.people.change_password(&caller.name, &present, &new))
            .await??;
        self.sessions.end_all(&session.caller.name, Some(&cookie));
        self.sessions.password_changed(&cookie);
        self.password_is_other(&session.caller.name);
        let (caller, what) = (&session.caller, "password");
        self.note(caller, Action::ChangeOwnPassword, &caller.name, what);
        Ok(())
    }

    /// A new second factor for who is signed in, to be shown and then confirmed.
    ///
    /// # Errors
    /// If the system gives no random numbers.
    pub fn new_totp(&self) -> Result<TotpKey, AccessError> {
        totp::key().map(TotpKey)
    }

    /// Takes the second factor on, if a code of it is right; false if not.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn confirm_totp(
        &self,
        caller: &Caller,
        key: TotpKey,
        code: &str,
    ) -> Result<bool, AccessError> {
        let is_right = self.people.set_totp(&caller.name, &key.0, code)?;
        if is_right {
            self.note(
                caller,
                Action::ChangeOwnPassword,
                &caller.name,
                "second factor",
            );
        }
        Ok(is_right)
    }

    /// Closes an account; whoever is signed in with it is out at once.
    ///
    /// # Errors
    /// If there is none of this name, or it cannot be written.
    pub fn disable_user(&self, name: &str) -> Result<(), AccessError> {
        self.people.disable(name)?;
        self.password_is_other(name);
        self.sessions.end_all(name, None);
        Ok(())
    }

    /// Gives an account a new one-time password, opens it again, drops its second factor and its link to
    /// a provider, and ends its sessions.
    ///
    /// # Errors
    /// If there is none of this name, or it cannot be written.
    pub fn reset_user(&self, name: &str) -> Result<Secret, AccessError> {
        let secret = self.people.reset(name)?;
        self.password_is_other(name);
        self.sessions.end_all(name, None);
        Ok(secret)
    }

    /// Records a change that is done already: if it cannot be recorded the log has it.
    pub fn note(&self, caller: &Caller, action: Action, key: &str, new: &str) {
        let change = NewChange {
            key,
            new,
            ..NewChange::default()
        };
        self.note_change(caller, action, &change);
    }

    /// As [`Access::note`], with everything a change has.
    pub fn note_change(&self, caller: &Caller, action: Action, change: &NewChange<'_>) {
        if let Err(error) = self.changes.record(caller, action, change) {
            tracing::error!(%error, action = action.name(), who = caller.name, "a change could not be recorded");
        }
    }

    /// Runs what hashes a password where it may take its time.
    async fn hashing<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Result<T, SignInError> {
        let busy = || SignInError::Wait {
            seconds: LONGEST_WAIT.as_secs(),
        };
        let place = tokio::time::timeout(LONGEST_WAIT, self.hashing.acquire()).await;
        let Ok(Ok(_place)) = place else {
            return Err(busy());
        };
        let access = self.clone();
        tokio::task::spawn_blocking(move || work(&access))
            .await
            .map_err(|_| busy())
    }
}
