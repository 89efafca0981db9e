//! 22: a proxy that only one of two hosts is reached through, and certificate files that are not there.

use std::path::Path;

use http::Uri;
use onecred_core::{Env, Origin};

use crate::doctor::files::{self, Content};
use crate::doctor::finding::Findings;
use crate::doctor::scene::{Scene, Scope, is_set};

const CA_FILES: [&str; 6] = [
    "SSL_CERT_FILE",
    "NODE_EXTRA_CA_CERTS",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "AWS_CA_BUNDLE",
    "CODEX_CA_CERTIFICATE",
];

const PROXIES: [(&str, &str); 4] = [
    ("HTTPS_PROXY", "https_proxy"),
    ("HTTP_PROXY", "http_proxy"),
    ("ALL_PROXY", "all_proxy"),
    ("NO_PROXY", "no_proxy"),
];

pub(super) fn look(scene: &Scene<'_>, found: &mut Findings) {
    certificates(scene.env, found);
    for (upper, lower) in PROXIES {
        spellings(scene.env, upper, lower, found);
        if upper != "NO_PROXY" {
            for name in [upper, lower] {
                url(scene.env, name, found);
            }
        }
    }
    pairs(scene, found);
    loopback(scene, found);
}

fn certificates(env: &Env, found: &mut Findings) {
    for name in CA_FILES {
        let Some(path) = env.text(name).map(Path::new) else {
            continue;
        };
        let why = match files::read(path) {
            // Requests and curl take a directory too.
            _ if path.is_dir() && matches!(name, "REQUESTS_CA_BUNDLE" | "CURL_CA_BUNDLE") => {
                continue;
            }
            Content::Bytes(bytes) if has_certificate(&bytes) => continue,
            Content::Bytes(_) => "holds no PEM certificate".to_owned(),
            Content::Missing => "does not exist".to_owned(),
            Content::Unreadable(why) => why,
        };
        found.error(
            "a file of trusted certificates cannot be used, so TLS fails or ignores it",
            format!("{name} names {}, which {why}", files::shown_if_path(path)),
            format!("correct {name}, or unset it"),
        );
    }
    if let Some(list) = env.text("SSL_CERT_DIR")
        && !std::env::split_paths(list).any(|path| path.is_dir())
    {
        found.error(
            "a directory of trusted certificates does not exist",
            format!(
                "SSL_CERT_DIR names {}",
                files::shown_if_path(Path::new(list))
            ),
            "correct SSL_CERT_DIR, or unset it",
        );
    }
}

fn has_certificate(bytes: &[u8]) -> bool {
    const BEGIN: &[u8] = b"-----BEGIN ";
    bytes.windows(BEGIN.len()).any(|window| window == BEGIN)
}

fn spellings(env: &Env, upper: &str, lower: &str, found: &mut Findings) {
    let both = is_set(env, upper) && is_set(env, lower);
    if both && env.var(upper) != env.var(lower) {
        found.warning(
            "two spellings of one proxy setting differ, and programs differ in which they read",
            format!("{upper} and {lower} have different values"),
            format!("set both alike, or unset {lower}"),
        );
    }
}

/// Shows the host at most: proxies have passwords in their URLs.
fn url(env: &Env, name: &str, found: &mut Findings) {
    let Some(text) = env.text(name) else { return };
    let whole = if text.contains("://") {
        text.to_owned()
    } else {
        format!("http://{text}")
    };
    let uri = whole.parse::<Uri>().ok();
    if uri.is_none_or(|uri| uri.host().is_none_or(str::is_empty)) {
        found.error(
            "a proxy setting is not a URL",
            format!("{name} cannot be read as one"),
            format!("set {name} to http://HOST:PORT, or unset it"),
        );
    }
}

/// The API and the place that its tokens come from.
fn pairs(scene: &Scene<'_>, found: &mut Findings) {
    let Some(proxy) = first(
        scene.env,
        &["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"],
    ) else {
        return;
    };
    let mut pairs: Vec<(String, &str)> = Vec::new();
    if scene
        .stores
        .iter()
        .any(|store| store.refresh_token.is_some() && store.program != "codex")
    {
        let api = scene.target.and_then(|target| target.origins().first());
        let host = api.map(Origin::host).unwrap_or("api.anthropic.com");
        pairs.push((host.to_owned(), "console.anthropic.com"));
    }
    if scene.scope == Scope::Everything {
        if let Some(endpoint) = scene.env.text("AZURE_OPENAI_ENDPOINT")
            && let Ok(origin) = Origin::of_url(endpoint)
            && is_set(scene.env, "AZURE_TENANT_ID")
        {
            pairs.push((origin.host().to_owned(), "login.microsoftonline.com"));
        }
        if is_set(scene.env, "GOOGLE_APPLICATION_CREDENTIALS") {
            pairs.push((
                "aiplatform.googleapis.com".to_owned(),
                "oauth2.googleapis.com",
            ));
        }
    }
    let list = first(scene.env, &["NO_PROXY", "no_proxy"]).map_or("", |(_, list)| list);
    for (api, issuer) in pairs {
        if is_exempt(&api, list) != is_exempt(issuer, list) {
            let (direct, proxied) = if is_exempt(&api, list) {
                (api.as_str(), issuer)
            } else {
                (issuer, api.as_str())
            };
            found.warning(
                "the API and the place its tokens come from are reached in different ways",
                format!(
                    "{proxied} through {}, {direct} directly by NO_PROXY",
                    proxy.0
                ),
                "name both hosts in NO_PROXY, or neither",
            );
        }
    }
}

fn loopback(scene: &Scene<'_>, found: &mut Findings) {
    let Some(origin) = scene.target.and_then(|target| target.origins().first()) else {
        return;
    };
    let names: &[&str] = match origin.scheme() {
        "http" => &["http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"],
        _ => &["https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"],
    };
    let list = first(scene.env, &["NO_PROXY", "no_proxy"]).map_or("", |(_, list)| list);
    if origin.is_loopback()
        && let Some((name, _)) = first(scene.env, names)
        && !is_exempt(origin.host(), list)
    {
        found.warning(
            "requests to this machine go through a proxy, with the credential",
            format!(
                "{name} is set, and NO_PROXY does not name {}",
                origin.host()
            ),
            format!("add {} to NO_PROXY", origin.host()),
        );
    }
}

fn first<'a>(env: &'a Env, names: &[&'static str]) -> Option<(&'static str, &'a str)> {
    names.iter().find_map(|name| Some((*name, env.text(name)?)))
}

fn is_exempt(host: &str, list: &str) -> bool {
    list.split([',', ' ']).any(|entry| {
        let entry = entry
            .trim()
            .trim_start_matches("*.")
            .trim_start_matches('.');
        let entry = match entry.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !name.is_empty() => {
                name
            }
            _ => entry,
        };
        if entry == "*" {
            return true;
        }
        !entry.is_empty()
            && (host.eq_ignore_ascii_case(entry)
                || host
                    .to_ascii_lowercase()
                    .strip_suffix(&entry.to_ascii_lowercase())
                    .is_some_and(|rest| rest.ends_with('.')))
    })
}

#[cfg(test)]
mod tests {
    use super::is_exempt;

    #[test]
    fn exemptions_are_read_as_programs_read_them() {
        for (list, is) in [
            ("", false),
            ("*", true),
            ("api.example.com", true),
            ("API.example.com:443", true),
            (".example.com", true),
            ("*.example.com", true),
            ("other, example.com", true),
            ("ample.com", false),
            ("example.org", false),
        ] {
            assert_eq!(is_exempt("api.example.com", list), is, "{list}");
        }
    }
}
