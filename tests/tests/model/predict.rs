//! The model: what a request must look like, said in the simplest way.

use std::time::SystemTime;

use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use onecred_core::{Companion, Credential, ForeignPolicy};
use onecred_tests::{HeaderSigner, QuerySigner, secret};

/// The wire form of a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    ApiKey,
    Bearer,
    Header,
    SignsHeader,
    SignsQuery,
}

impl Form {
    pub(crate) fn any(rng: &mut fastrand::Rng) -> Self {
        let all = [
            Self::ApiKey,
            Self::Bearer,
            Self::Header,
            Self::SignsHeader,
            Self::SignsQuery,
        ];
        all[rng.usize(..all.len())]
    }

    pub(crate) fn signs(self) -> bool {
        matches!(self, Self::SignsHeader | Self::SignsQuery)
    }

    /// The header that it owns at a target whose keys go to `key`.
    pub(crate) fn header(self, key: &str) -> Option<&str> {
        match self {
            Self::ApiKey => Some(key),
            Self::Bearer => Some("authorization"),
            Self::Header => Some("x-own-token"),
            Self::SignsHeader => Some("x-signature"),
            Self::SignsQuery => None,
        }
    }
}

/// A credential, as the model knows it.
#[derive(Debug, Clone)]
pub(crate) struct Cred {
    pub(crate) form: Form,
    pub(crate) secret: String,
    pub(crate) until: Option<SystemTime>,
    pub(crate) companions: bool,
}

/// What credentials with companions bring along; the second names whose it is.
const BETA: (&str, &str) = ("anthropic-beta", "oauth-2025-04-20");
const WORKSPACE: &str = "anthropic-workspace-id";

impl Cred {
    pub(crate) fn build(&self) -> Credential {
        let mut built = match self.form {
            Form::ApiKey => Credential::api_key(secret(&self.secret)),
            Form::Bearer => Credential::bearer(secret(&self.secret)),
            Form::Header => {
                Credential::header(HeaderName::from_static("x-own-token"), secret(&self.secret))
            }
            Form::SignsHeader => Credential::signed(HeaderSigner::new(&self.secret)),
            Form::SignsQuery => Credential::signed(QuerySigner::new(&self.secret)),
        };
        if self.companions {
            let name = HeaderName::from_static(BETA.0);
            built = built
                .companion(Companion::merge(name, HeaderValue::from_static(BETA.1)).unwrap())
                .companion(
                    Companion::set(HeaderName::from_static(WORKSPACE), value(&self.secret))
                        .unwrap(),
                );
        }
        match self.until {
            Some(until) => built.expires_at(until),
            None => built,
        }
    }

    /// The request with this credential on it. `body` is the length of the body.
    pub(crate) fn place(&self, key: &str, body: usize, head: &mut (Uri, HeaderMap)) {
        let (uri, headers) = head;
        if self.companions {
            let mut list: Vec<String> = all(headers, BETA.0);
            list.push(BETA.1.to_owned());
            headers.insert(BETA.0, value(&list.join(", ")));
            headers.insert(WORKSPACE, value(&self.secret));
        }
        let text = match self.form {
            Form::ApiKey if key == "authorization" => format!("Bearer {}", self.secret),
            Form::Bearer => format!("Bearer {}", self.secret),
            Form::SignsHeader => format!("{}:{body}", self.secret),
            _ => self.secret.clone(),
        };
        match self.form.header(key) {
            Some(name) => {
                headers.insert(
                    HeaderName::from_bytes(name.as_bytes()).unwrap(),
                    value(&text),
                );
            }
            None => {
                let mark = if uri.query().is_some() { '&' } else { '?' };
                *uri = format!("{uri}{mark}X-Amz-Signature={text}")
                    .parse()
                    .unwrap();
            }
        }
    }

    /// The secret of a credential of this form that is on a request.
    pub(crate) fn read(form: Form, key: &str, uri: &Uri, headers: &HeaderMap) -> Option<String> {
        let text = match form.header(key) {
            Some(name) => all(headers, name).pop()?,
            None => {
                let query = uri.query()?;
                let (_, signature) = query.split_once("X-Amz-Signature=")?;
                signature.to_owned()
            }
        };
        let text = text.strip_prefix("Bearer ").unwrap_or(&text);
        Some(text.split(':').next().unwrap_or(text).to_owned())
    }
}

pub(crate) fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap()
}

fn all(headers: &HeaderMap, name: &str) -> Vec<String> {
    let values = headers.get_all(name).iter();
    values.map(|v| v.to_str().unwrap().to_owned()).collect()
}

/// Headers that are credentials wherever they are.
const KNOWN: [&str; 6] = [
    "authorization",
    "x-api-key",
    "api-key",
    "x-goog-api-key",
    "x-amz-security-token",
    "dpop",
];

/// What the policy makes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Foreign {
    None,
    Refused,
    Conflict,
    /// Ours goes on what is left.
    Stripped(Uri, HeaderMap),
    DoesTheWork,
}

/// `own` are the headers of the target, its gateways and the credential.
pub(crate) fn foreign(
    policy: ForeignPolicy,
    own: &[&str],
    gateways: &[&str],
    uri: &Uri,
    headers: &HeaderMap,
) -> Foreign {
    let names: Vec<&str> = KNOWN.iter().chain(own).copied().collect();
    let found: Vec<&str> = headers
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| names.contains(name))
        .collect();
    let parameters: Vec<&str> = uri.query().map_or(Vec::new(), |q| q.split('&').collect());
    let (bad, good): (Vec<&str>, Vec<&str>) = parameters.into_iter().partition(|pair| {
        pair.starts_with("key=AIza")
            || pair.to_ascii_lowercase().starts_with("access_token=")
            || pair.starts_with("X-Amz-Signature=")
    });
    match (policy, found.len() + bad.len()) {
        (_, 0) => Foreign::None,
        (ForeignPolicy::Reject, _) => Foreign::Refused,
        (ForeignPolicy::Defer, 1) if found.iter().any(|name| gateways.contains(name)) => {
            Foreign::Refused
        }
        (ForeignPolicy::Defer, 1) => Foreign::DoesTheWork,
        (ForeignPolicy::Defer, _) => Foreign::Conflict,
        (_, _) => {
            let mut left = headers.clone();
            for name in found {
                left.remove(name);
            }
            let mut text = format!(
                "{}://{}{}",
                uri.scheme_str().unwrap(),
                uri.authority().unwrap(),
                uri.path()
            );
            if !good.is_empty() {
                text = format!("{text}?{}", good.join("&"));
            }
            Foreign::Stripped(text.parse().unwrap(), left)
        }
    }
}
