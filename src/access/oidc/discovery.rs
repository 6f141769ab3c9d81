//! What a provider says of itself (OpenID Connect Discovery 1.0).

use serde::Deserialize;

use super::address::is_address;

/// What is needed of it.
#[derive(Debug, Deserialize)]
pub(super) struct Discovery {
    issuer: String,
    /// Where browsers go.
    pub(super) authorization_endpoint: String,
    /// Where a code is given for an ID token.
    pub(super) token_endpoint: String,
    /// Where its keys are.
    pub(super) jwks_uri: String,
    /// How a client shows its secret there; without it by `Authorization: Basic`.
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

impl Discovery {
    /// Where an issuer says it.
    pub(super) fn address(issuer: &str) -> String {
        let issuer = issuer.trim_end_matches('/');
        format!("{issuer}/.well-known/openid-configuration")
    }

    /// Refuses what is not of this issuer (4.3), and endpoints that others could listen in on.
    pub(super) fn check(&self, issuer: &str) -> Result<(), String> {
        if self.issuer != issuer {
            return Err(format!(
                "it calls itself `{}`; write that in oidc.issuer if it is the provider you mean",
                self.issuer.escape_default()
            ));
        }
        let in_clear = issuer.starts_with("http:");
        let all = [
            &self.authorization_endpoint,
            &self.token_endpoint,
            &self.jwks_uri,
        ];
        match all
            .into_iter()
            .find(|a| !is_address(a) || (a.starts_with("http:") && !in_clear))
        {
            None => Ok(()),
            Some(bad) => Err(format!(
                "its `{}` is not an address under https",
                bad.escape_default()
            )),
        }
    }

    /// Whether the secret goes into the form, because the provider takes it nowhere else.
    pub(super) fn secret_in_form(&self) -> bool {
        let methods = self.token_endpoint_auth_methods_supported.as_deref();
        methods.is_some_and(|methods| {
            let has = |method: &str| methods.iter().any(|m| m == method);
            has("client_secret_post") && !has("client_secret_basic")
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    fn said(issuer: &str, token: &str, methods: &str) -> Discovery {
        let text = format!(
            r#"{{"issuer":"{issuer}","authorization_endpoint":"https://id.example/a",
                "token_endpoint":"{token}","jwks_uri":"https://id.example/k"{methods}}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_provider_is_who_it_says_it_is() {
        let at = "https://id.example/t";
        let of = |issuer, token, asked: &str| said(issuer, token, "").check(asked);
        assert_eq!(of("https://id.example", at, "https://id.example"), Ok(()));
        let other = of("https://id.example/", at, "https://id.example").unwrap_err();
        assert!(other.starts_with("it calls itself `https://id.example/`"));
        for token in ["http://id.example/t", "http://127.0.0.1/t", "/t"] {
            assert!(of("https://id.example", token, "https://id.example").is_err());
        }
    }

    #[test]
    fn the_secret_goes_where_the_provider_takes_it() {
        let of = |methods: &str| said("i", "t", methods).secret_in_form();
        assert!(!of(""));
        let methods = r#","token_endpoint_auth_methods_supported":"#;
        assert!(of(&format!(r#"{methods}["client_secret_post"]"#)));
        assert!(!of(&format!(
            r#"{methods}["client_secret_post","client_secret_basic"]"#
        )));
    }
}
