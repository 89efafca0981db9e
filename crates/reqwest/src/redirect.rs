//! Which redirects are followed, and with what.

use http::{HeaderMap, HeaderName, Method, StatusCode, header};
use reqwest::{Request, Url};

use crate::notes::NotFollowed;
use crate::pristine::Pristine;

/// A chain of redirects that is longer than this is a loop.
pub const MAX_REDIRECTS: usize = 10;

/// What a [`Client`](crate::Client) does with 301, 302, 303, 307 and 308.
///
/// Method and body change as in browsers: 301 and 302 make a GET of a POST, 303 of everything but HEAD, 307 and 308
/// send the same again. No `Referer` is sent. A response that is not followed is handed on as it is, with a
/// [`NotFollowed`] among its extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Redirects {
    /// Nothing: the response is handed on.
    None,
    /// Follows up to [`MAX_REDIRECTS`] to the same scheme, host and port, each authorized by itself. One that leads
    /// elsewhere is handed on. The default.
    #[default]
    SameOrigin,
    /// Also follows to other origins, without any credential: of the request's headers only those that describe the
    /// content or its negotiation go along (no cookie, nothing of the caller's own), and no later hop gets a
    /// credential, not even one that leads back. Never from https to http.
    AnyOriginWithoutCredential,
}

/// What to do with a response.
pub(crate) enum Plan {
    /// Hand it on: it is no redirect, or none are followed.
    Done,
    /// It is a redirect. Hand it on, and say why.
    Stay(NotFollowed),
    Follow {
        request: Box<Request>,
        /// It goes to another origin; the headers that must not are gone already.
        leaves: bool,
    },
}

/// Headers that may go to another origin. A list of what may, since nobody knows every header that must not.
const TRAVELS: [HeaderName; 15] = [
    header::ACCEPT,
    header::ACCEPT_CHARSET,
    header::ACCEPT_ENCODING,
    header::ACCEPT_LANGUAGE,
    header::CACHE_CONTROL,
    header::CONTENT_ENCODING,
    header::CONTENT_LANGUAGE,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::IF_MATCH,
    header::IF_MODIFIED_SINCE,
    header::IF_NONE_MATCH,
    header::IF_RANGE,
    header::RANGE,
    header::USER_AGENT,
];

/// Headers that describe a body which is no longer there (Fetch standard, "request-body-header name").
const OF_THE_BODY: [HeaderName; 6] = [
    header::CONTENT_ENCODING,
    header::CONTENT_LANGUAGE,
    header::CONTENT_LENGTH,
    header::CONTENT_LOCATION,
    header::CONTENT_TYPE,
    header::TRANSFER_ENCODING,
];

pub(crate) fn plan(
    redirects: Redirects,
    pristine: &Pristine,
    status: StatusCode,
    headers: &HeaderMap,
) -> Plan {
    if redirects == Redirects::None
        || !is_redirect(status)
        || !headers.contains_key(header::LOCATION)
    {
        return Plan::Done;
    }
    let before = pristine.request();
    let Some(next) = location(before.url(), headers) else {
        return Plan::Stay(NotFollowed::InvalidLocation);
    };
    if !next.username().is_empty() || next.password().is_some() {
        return Plan::Stay(NotFollowed::CarriesCredential);
    }
    let leaves = !same_origin(before.url(), &next);
    if leaves && redirects == Redirects::SameOrigin {
        return Plan::Stay(NotFollowed::OtherOrigin);
    }
    if before.url().scheme() == "https" && next.scheme() != "https" {
        return Plan::Stay(NotFollowed::Downgrade);
    }
    let mut request = if becomes_get(status, before.method()) {
        let mut request = pristine.head();
        *request.method_mut() = Method::GET;
        for name in OF_THE_BODY {
            request.headers_mut().remove(name);
        }
        request
    } else {
        match pristine.again() {
            Some(request) => request,
            None => return Plan::Stay(NotFollowed::BodyNotReplayable),
        }
    };
    *request.url_mut() = next;
    if leaves {
        leave_behind(request.headers_mut());
    }
    Plan::Follow {
        request: Box::new(request),
        leaves,
    }
}

/// Scheme, host and port.
pub(crate) fn same_origin(a: &Url, b: &Url) -> bool {
    a.scheme() == b.scheme()
        && a.host_str() == b.host_str()
        && a.port_or_known_default() == b.port_or_known_default()
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

fn becomes_get(status: StatusCode, method: &Method) -> bool {
    match status.as_u16() {
        301 | 302 => *method == Method::POST,
        303 => *method != Method::GET && *method != Method::HEAD,
        _ => false,
    }
}

/// The one place that the response leads to.
fn location(before: &Url, headers: &HeaderMap) -> Option<Url> {
    let mut values = headers.get_all(header::LOCATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    let text = std::str::from_utf8(value.as_bytes()).ok()?;
    let mut next = before.join(text).ok()?;
    next.set_fragment(None);
    (matches!(next.scheme(), "http" | "https") && next.has_host()).then_some(next)
}

fn leave_behind(headers: &mut HeaderMap) {
    let dropped: Vec<HeaderName> = headers
        .keys()
        .filter(|name| !TRAVELS.contains(name))
        .cloned()
        .collect();
    for name in dropped {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests;
