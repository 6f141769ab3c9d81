//! The ID token: who signed in, signed by the provider (OpenID Connect Core 3.1.3.7).

use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header,
    jwk::{Jwk, JwkSet, KeyAlgorithm, PublicKeyUse},
};
use serde::Deserialize;

use super::signature;
use crate::access::secret::same;

/// The longest subject there is, in bytes (Core 2).
pub(in crate::access) const LONGEST_SUBJECT: usize = 255;

/// What it must be for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected<'a> {
    /// Who made it.
    pub(super) issuer: &'a str,
    /// Whom it was made for.
    pub(super) client_id: &'a str,
    /// What this sign-in was begun with.
    pub(super) nonce: &'a str,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    // Read once more than `jsonwebtoken` does, which also takes a list of issuers.
    iss: String,
    aud: Audience,
    nonce: Option<String>,
    azp: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Who an ID token is of. An error says what is wrong with it, and nothing of what it says.
pub(super) fn subject(
    token: &str,
    keys: &JwkSet,
    expected: &Expected<'_>,
) -> Result<String, String> {
    let said = |e: jsonwebtoken::errors::Error| format!("is no good: {e}");
    let header = decode_header(token).map_err(said)?;
    if !signature::is_taken(header.alg) {
        return Err(format!("is signed by {:?}, which is not taken", header.alg));
    }
    let key = key(keys, header.kid.as_deref(), header.alg)?;
    let key = DecodingKey::from_jwk(key).map_err(said)?;
    // A clock may be a minute off, as the library's default has it.
    let mut validation = Validation::new(header.alg);
    validation.validate_nbf = true;
    validation.set_issuer(&[expected.issuer]);
    validation.set_audience(&[expected.client_id]);
    validation.set_required_spec_claims(&["iss", "sub", "aud", "exp"]);
    let claims = decode::<Claims>(token, &key, &validation)
        .map_err(said)?
        .claims;
    if claims.iss != expected.issuer {
        return Err("is of another issuer".to_owned());
    }
    // A token for several clients says which of them it was given to.
    let given_to = claims.azp.or(match claims.aud {
        Audience::One(aud) => Some(aud),
        Audience::Many(mut all) => all.pop().filter(|_| all.is_empty()),
    });
    if given_to.as_deref() != Some(expected.client_id) {
        return Err("is for another client too".to_owned());
    }
    let nonce = claims.nonce.unwrap_or_default();
    if !same(nonce.as_bytes(), expected.nonce.as_bytes()) {
        return Err("is of another sign-in (its nonce)".to_owned());
    }
    match claims.sub.len() {
        1..=LONGEST_SUBJECT => Ok(claims.sub),
        length => Err(format!("has a subject of {length} bytes")),
    }
}

/// The key that is meant: of this id, for signatures, and for this algorithm if it says for which. A
/// provider with one key need not name it.
fn key<'k>(keys: &'k JwkSet, id: Option<&str>, algorithm: Algorithm) -> Result<&'k Jwk, String> {
    let fits = |key: &&Jwk| {
        let common = &key.common;
        let signs = matches!(common.public_key_use, None | Some(PublicKeyUse::Signature));
        let by = common.key_algorithm.as_ref();
        let is_named = id.is_none_or(|id| common.key_id.as_deref() == Some(id));
        signs && is_named && by.is_none_or(|by| *by == KeyAlgorithm::from(algorithm))
    };
    let mut fit = keys.keys.iter().filter(fits);
    match (fit.next(), fit.next()) {
        (Some(key), None) => Ok(key),
        (None, _) => Err("is signed by a key the provider does not have".to_owned()),
        (Some(_), Some(_)) => Err("does not say which key signed it".to_owned()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use ring::{
        rand::SystemRandom,
        signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
    };
    use serde_json::{Value, json};

    use super::*;

    struct Signer(EcdsaKeyPair);

    impl Signer {
        fn new() -> Self {
            signature::install();
            let how = &ECDSA_P256_SHA256_FIXED_SIGNING;
            let random = SystemRandom::new();
            let der = EcdsaKeyPair::generate_pkcs8(how, &random).unwrap();
            Self(EcdsaKeyPair::from_pkcs8(how, der.as_ref(), &random).unwrap())
        }

        fn keys(&self) -> JwkSet {
            let point = self.0.public_key().as_ref();
            let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
            serde_json::from_value(json!({"keys": [{
                "kty": "EC", "crv": "P-256", "kid": "k1", "use": "sig", "alg": "ES256",
                "x": text(&point[1..33]), "y": text(&point[33..]),
            }]}))
            .unwrap()
        }

        fn token(&self, header: &Value, claims: &Value) -> String {
            let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
            let text = format!("{}.{}", part(header), part(claims));
            let signed = self.0.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
            format!("{text}.{}", URL_SAFE_NO_PAD.encode(signed))
        }
    }

    const EXPECTED: Expected<'_> = Expected {
        issuer: "https://id.example",
        client_id: "verzet",
        nonce: "n-1",
    };

    fn header() -> Value {
        json!({"alg": "ES256", "kid": "k1"})
    }

    fn claims() -> Value {
        json!({"iss": "https://id.example", "aud": "verzet", "sub": "s-1", "nonce": "n-1",
               "exp": jsonwebtoken::get_current_timestamp() + 300})
    }

    #[test]
    fn a_token_for_this_sign_in_is_taken() {
        let signer = Signer::new();
        let of = |claims: &Value| {
            subject(&signer.token(&header(), claims), &signer.keys(), &EXPECTED).unwrap()
        };
        assert_eq!(of(&claims()), "s-1");
        let mut more = claims();
        more["aud"] = json!(["verzet"]);
        assert_eq!(of(&more), "s-1");
        more["aud"] = json!(["verzet", "other"]);
        more["azp"] = json!("verzet");
        assert_eq!(of(&more), "s-1");
        // One key need not be named.
        let token = signer.token(&json!({"alg": "ES256"}), &claims());
        assert_eq!(subject(&token, &signer.keys(), &EXPECTED).unwrap(), "s-1");
    }

    #[test]
    fn no_other_token_is() {
        let signer = Signer::new();
        let now = jsonwebtoken::get_current_timestamp();
        for (claim, value, what) in [
            ("iss", json!("https://other.example"), "InvalidIssuer"),
            ("iss", json!(["https://id.example"]), "is no good"),
            ("iss", Value::Null, "is no good"),
            ("aud", json!("other"), "InvalidAudience"),
            ("aud", json!(["verzet", "other"]), "another client"),
            ("aud", Value::Null, "is no good"),
            ("azp", json!("other"), "another client"),
            ("exp", json!(now - 120), "ExpiredSignature"),
            ("exp", Value::Null, "exp"),
            ("exp", json!("tomorrow"), "exp"),
            ("nbf", json!(now + 300), "ImmatureSignature"),
            ("nonce", json!("n-2"), "nonce"),
            ("nonce", json!(""), "nonce"),
            ("nonce", Value::Null, "nonce"),
            ("sub", json!(""), "subject of 0 bytes"),
            ("sub", json!("x".repeat(256)), "subject of 256 bytes"),
            ("sub", Value::Null, "is no good"),
        ] {
            let mut bad = claims();
            bad[claim] = value.clone();
            let token = signer.token(&header(), &bad);
            let error = subject(&token, &signer.keys(), &EXPECTED).unwrap_err();
            assert!(error.contains(what), "{claim} {value}: {error}");
        }
    }

    #[test]
    fn no_other_signature_is() {
        let (signer, other) = (Signer::new(), Signer::new());
        let of = |token: &str| subject(token, &signer.keys(), &EXPECTED).unwrap_err();
        assert!(of(&other.token(&header(), &claims())).contains("InvalidSignature"));
        let own = signer.token(&header(), &claims());
        let (text, _) = own.rsplit_once('.').unwrap();
        assert!(of(&format!("{text}.")).contains("InvalidSignature"));
        for header in [
            json!({"alg": "none", "kid": "k1"}),
            json!({"alg": "HS256", "kid": "k1"}),
            json!({"alg": "RS256", "kid": "k1"}),
            json!({"alg": "ES384", "kid": "k1"}),
            json!({"alg": "ES256", "kid": "k2"}),
        ] {
            of(&signer.token(&header, &claims()));
        }
        let mut for_secrets = signer.keys();
        for_secrets.keys[0].common.public_key_use = Some(PublicKeyUse::Encryption);
        assert!(subject(&own, &for_secrets, &EXPECTED).is_err());
        let mut two = signer.keys();
        two.keys.extend(signer.keys().keys);
        assert!(
            subject(&own, &two, &EXPECTED)
                .unwrap_err()
                .contains("which key")
        );
        for bad in ["", "a.b", "a.b.c", &own[1..], "..."] {
            of(bad);
        }
    }
}
