//! A request as it was before it was authorized, kept for a replay or a redirect.

use reqwest::Request;

pub(crate) struct Pristine {
    request: Request,
    streams: bool,
}

impl Pristine {
    pub(crate) fn of(request: &Request) -> Self {
        match request.try_clone() {
            Some(request) => Self {
                request,
                streams: false,
            },
            None => Self {
                request: head_of(request),
                streams: true,
            },
        }
    }

    /// The request once more; `None` if its body was a stream.
    pub(crate) fn again(&self) -> Option<Request> {
        if self.streams {
            return None;
        }
        self.request.try_clone()
    }

    /// The request without its body.
    pub(crate) fn head(&self) -> Request {
        head_of(&self.request)
    }

    pub(crate) fn request(&self) -> &Request {
        &self.request
    }
}

fn head_of(request: &Request) -> Request {
    let mut head = Request::new(request.method().clone(), request.url().clone());
    *head.headers_mut() = request.headers().clone();
    *head.version_mut() = request.version();
    *head.timeout_mut() = request.timeout().copied();
    head
}
