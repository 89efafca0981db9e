//! Puts a response together again with another body or another URL; everything else stays.

use reqwest::{Response, ResponseBuilderExt, Url};

pub(crate) fn with_body(
    response: Response,
    body: impl FnOnce(reqwest::Body) -> reqwest::Body,
) -> Response {
    let url = response.url().clone();
    rebuild(response, url, body)
}

/// The same response, which says that it came from `url`.
pub(crate) fn with_url(response: Response, url: Url) -> Response {
    rebuild(response, url, |body| body)
}

fn rebuild(
    response: Response,
    url: Url,
    body: impl FnOnce(reqwest::Body) -> reqwest::Body,
) -> Response {
    let (mut parts, before) = http::Response::<reqwest::Body>::from(response).into_parts();
    // reqwest takes the URL from an extension that only its builder trait can make.
    if let Ok(bearer) = http::Response::builder().url(url).body(()) {
        parts.extensions.extend(bearer.into_parts().0.extensions);
    }
    http::Response::from_parts(parts, body(before)).into()
}
