//! Sending a report by SMTP.

use std::{fs, path::PathBuf, time::Duration};

use lettre::{
    Message, SmtpTransport, Transport,
    message::{Mailbox, MultiPart},
    transport::smtp::authentication::Credentials,
};

use crate::facts::model::words;
use std::fmt;

words! {
    /// How the mail server is spoken to.
    MailTls {
        /// In clear first, then TLS, or not at all.
        Starttls = 1 "starttls",
        /// TLS from the first byte.
        Tls = 2 "tls",
        /// In clear: for a server on this machine.
        None = 3 "none",
    }
}

/// Where reports are sent, and how.
#[derive(Clone, Debug)]
pub struct MailOptions {
    /// The server, as `host:port`.
    pub server: String,
    /// How it is spoken to.
    pub tls: MailTls,
    /// The user to sign in as; empty signs in as nobody.
    pub user: String,
    /// The file that holds the password, on its first line.
    pub password_file: PathBuf,
    /// The sender.
    pub from: String,
    /// The receivers, with commas between.
    pub to: String,
}

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The server's address.
    #[error("report.mail_server: `{0}` is not a host and a port; write it as mail.example.org:587")]
    Server(String),
    /// An address.
    #[error("`{0}` is not a mail address ({1}); mend report.mail_from or report.mail_to")]
    Address(String, lettre::address::AddressError),
    /// The password.
    #[error("{path}: the mail password cannot be read: {source}")]
    Password {
        /// The file.
        path: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The mail itself.
    #[error("the mail cannot be made: {0}")]
    Message(#[from] lettre::error::Error),
    /// The server.
    #[error("the mail server did not take it: {0}")]
    Smtp(#[from] lettre::transport::smtp::Error),
}

impl MailOptions {
    /// Sends a report; returns when the server took it.
    ///
    /// # Errors
    /// See [`MailError`].
    pub fn send(&self, subject: &str, text: &str, html: &str) -> Result<(), MailError> {
        let address = |text: &str| {
            text.trim()
                .parse::<Mailbox>()
                .map_err(|e| MailError::Address(text.to_owned(), e))
        };
        let mut message = Message::builder()
            .from(address(&self.from)?)
            .subject(subject);
        for to in self.to.split(',') {
            message = message.to(address(to)?);
        }
        let both = MultiPart::alternative_plain_html(text.to_owned(), html.to_owned());
        self.transport()?.send(&message.multipart(both)?)?;
        Ok(())
    }

    fn transport(&self) -> Result<SmtpTransport, MailError> {
        let bad = || MailError::Server(self.server.clone());
        let (host, port) = self.server.rsplit_once(':').ok_or_else(bad)?;
        let port: u16 = port.parse().map_err(|_| bad())?;
        let builder = match self.tls {
            MailTls::Starttls => SmtpTransport::starttls_relay(host)?,
            MailTls::Tls => SmtpTransport::relay(host)?,
            MailTls::None => SmtpTransport::builder_dangerous(host),
        };
        let mut builder = builder.port(port).timeout(Some(Duration::from_secs(30)));
        if !self.user.is_empty() {
            builder = builder.credentials(Credentials::new(self.user.clone(), self.password()?));
        }
        Ok(builder.build())
    }

    fn password(&self) -> Result<String, MailError> {
        let text =
            fs::read_to_string(&self.password_file).map_err(|source| MailError::Password {
                path: self.password_file.display().to_string(),
                source,
            })?;
        Ok(text.lines().next().unwrap_or_default().to_owned())
    }
}
