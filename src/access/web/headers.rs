//! The headers of every answer, and the refusal of forms that another site sent.

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{Next, from_fn, map_response},
    response::{IntoResponse, Response},
};

/// Nothing from elsewhere, no script or style that is not a file of this sidecar, in no frame.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                   font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
                   frame-ancestors 'none'";

/// A year, as HSTS preload lists ask for; the subdomains are not ours to bind.
const HSTS: &str = "max-age=31536000";

/// Puts the headers on every answer of these pages and refuses what another site sent.
pub fn secured<S: Clone + Send + Sync + 'static>(pages: Router<S>, tls: bool) -> Router<S> {
    pages
        .layer(from_fn(same_site))
        .layer(map_response(move |response: Response| async move {
            with_headers(response, tls)
        }))
}

fn with_headers(mut response: Response, tls: bool) -> Response {
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, CSP);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "same-origin");
    set(
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    set(
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    );
    set(
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    );
    if tls {
        set(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    // Whatever does not say that it may be kept is personal.
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// A form is only taken from a page of this sidecar. Browsers say where a request comes from in
/// `Sec-Fetch-Site` or `Origin`; this guards the sign-in form, which has no session to be tied to, and
/// is a second lock on the others beside their `csrf` field.
async fn same_site(request: Request, next: Next) -> Response {
    let reads = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if reads || is_same_site(request.headers()) {
        return next.run(request).await;
    }
    (
        StatusCode::FORBIDDEN,
        "this form was sent from another site; open the page here and send it again\n",
    )
        .into_response()
}

fn is_same_site(headers: &HeaderMap) -> bool {
    let text = |name| {
        headers
            .get(name)
            .and_then(|v: &HeaderValue| v.to_str().ok())
    };
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text("origin") else {
        // Neither: not a browser of this decade, and so no site that could have been lured.
        return true;
    };
    let host = origin.split_once("://").map(|(_, host)| host);
    host.is_some() && host == text("host")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn a_form_of_another_site_is_told_apart() {
        let of = |pairs: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            is_same_site(&headers)
        };
        assert!(of(&[]));
        assert!(of(&[("sec-fetch-site", "same-origin"), ("origin", "null")]));
        assert!(!of(&[("sec-fetch-site", "cross-site")]));
        assert!(!of(&[("sec-fetch-site", "same-site")]));
        assert!(of(&[
            ("origin", "https://v.example"),
            ("host", "v.example")
        ]));
        assert!(!of(&[
            ("origin", "https://evil.example"),
            ("host", "v.example")
        ]));
        assert!(!of(&[("origin", "null"), ("host", "v.example")]));
    }
}
