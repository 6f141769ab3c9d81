//! Asking a provider: in time, in bounds, and only what is under its own TLS.

use std::{path::Path, time::Duration};

use axum::body::{Body, to_bytes};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::{Deserialize, de::DeserializeOwned};

use super::{OidcError, OidcOptions, address::form, discovery::Discovery, trip::Trip};
use crate::trust::{self, TrustError};

/// The longest a provider may take for one answer; a person waits for it.
const LONGEST: Duration = Duration::from_secs(10);
/// The longest answer, in bytes. Keys and tokens are a few thousand.
const MOST_BYTES: usize = 256 * 1024;

/// Who asks.
#[derive(Debug)]
pub(super) struct Fetch(Client<HttpsConnector<HttpConnector>, Body>);

/// What is given for a code.
#[derive(Deserialize)]
struct Given {
    id_token: String,
}

/// Why nothing is (RFC 6749 5.2).
#[derive(Default, Deserialize)]
struct NotGiven {
    error: String,
}

impl Fetch {
    /// Believes the CA in the file, else the well-known ones.
    pub(super) fn new(ca_file: Option<&Path>, issuer: &str) -> Result<Self, TrustError> {
        let builder = HttpsConnectorBuilder::new().with_tls_config(trust::client_config(ca_file)?);
        let builder = match issuer.starts_with("http:") {
            true => builder.https_or_http(),
            false => builder.https_only(),
        };
        // A connection is not kept: sign-ins are minutes apart.
        let client = Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(0)
            .build(builder.enable_http1().build());
        Ok(Self(client))
    }

    /// What is at an address.
    pub(super) async fn get<T: DeserializeOwned>(&self, address: &str) -> Result<T, OidcError> {
        let request = Request::builder().uri(address);
        let (status, body) = self.ask(address, request.body(Body::empty())).await?;
        match status {
            StatusCode::OK => read(address, &body),
            _ => Err(unreachable(address, format!("it answers {status}"))),
        }
    }

    /// The ID token that is given for a code.
    pub(super) async fn id_token(
        &self,
        discovery: &Discovery,
        options: &OidcOptions,
        secret: Option<&str>,
        code: &str,
        trip: &Trip,
    ) -> Result<String, OidcError> {
        let address = discovery.token_endpoint.as_str();
        let verifier = trip.verifier();
        let mut values = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", options.redirect.as_str()),
            ("code_verifier", verifier.as_str()),
        ];
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(address)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        match secret {
            Some(secret) if !discovery.secret_in_form() => {
                request = request.header(header::AUTHORIZATION, basic(&options.client_id, secret));
            }
            _ => values.push(("client_id", &options.client_id)),
        }
        if let Some(secret) = secret
            && discovery.secret_in_form()
        {
            values.push(("client_secret", secret));
        }
        let (status, body) = self
            .ask(address, request.body(Body::from(form(&values))))
            .await?;
        match status {
            StatusCode::OK => Ok(read::<Given>(address, &body)?.id_token),
            StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED => {
                let why: NotGiven = serde_json::from_slice(&body).unwrap_or_default();
                Err(OidcError::refused(&why.error))
            }
            _ => Err(unreachable(address, format!("it answers {status}"))),
        }
    }

    async fn ask(
        &self,
        address: &str,
        request: http::Result<Request<Body>>,
    ) -> Result<(StatusCode, Bytes), OidcError> {
        let wrong = |why: String| unreachable(address, why);
        let mut request = request.map_err(|e| wrong(e.to_string()))?;
        request.headers_mut().insert(
            header::ACCEPT,
            header::HeaderValue::from_static("application/json"),
        );
        let asked = async {
            let response = self
                .0
                .request(request)
                .await
                .map_err(|e| wrong(causes(&e)))?;
            let (parts, body) = response.into_parts();
            let bytes = to_bytes(Body::new(body), MOST_BYTES)
                .await
                .map_err(|e| wrong(causes(&e)))?;
            Ok((parts.status, bytes))
        };
        match tokio::time::timeout(LONGEST, asked).await {
            Ok(answer) => answer,
            Err(_) => Err(wrong(format!("no answer within {LONGEST:?}"))),
        }
    }
}

/// `Authorization: Basic` of a client; both halves are first written as in a form (RFC 6749 2.3.1).
fn basic(client_id: &str, secret: &str) -> String {
    let escape = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let both = format!("{}:{}", escape(client_id), escape(secret));
    format!("Basic {}", STANDARD.encode(both))
}

fn read<T: DeserializeOwned>(address: &str, body: &[u8]) -> Result<T, OidcError> {
    // serde's own words could repeat what is secret.
    serde_json::from_slice(body).map_err(|e| OidcError::NotProvider {
        address: address.to_owned(),
        what: format!(
            "it answers what a provider does not (line {}, column {})",
            e.line(),
            e.column()
        ),
    })
}

fn unreachable(address: &str, why: String) -> OidcError {
    OidcError::Unreachable {
        address: address.to_owned(),
        why,
    }
}

/// An error with what caused it: hyper's own words say only where it was.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_with_any_character_goes_into_the_header() {
        // RFC 6749 2.3.1 and RFC 7617: "a%3Ab:p+%26%3A" in base64.
        assert_eq!(basic("a:b", "p &:"), "Basic YSUzQWI6cCslMjYlM0E=");
    }
}
