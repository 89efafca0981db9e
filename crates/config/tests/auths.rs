//! What the built-in kinds do, and what factories get.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::{Asked, Directory, KEY, builder, env, placed};
use onecred_config::{
    AuthFactory, BuildContext, Built, ConfigError, ConfigErrorKind, Consent, Registry, Section,
};
use onecred_core::{
    Auth, AuthRequest, Authenticator, Body, CachePolicy, Credential, HeaderSecret, Reason,
    ResponseHead, TextFrom, Verdict, provider_fn,
};
use onecred_testkit::LeakScan;

const URL: &str = "https://llm.corp.example/v1";
const TARGET: &str = "target = { origin = \"https://llm.corp.example\", key_header = \"api-key\" }";

fn text(auth: &str) -> String {
    format!("[client.a]\n{TARGET}\nauth = {auth}\n")
}

async fn sent(auth: &str) -> Vec<String> {
    let registry = builder(&Asked::default())
        .build_from_str(&text(auth))
        .unwrap();
    placed(&registry.get("a").unwrap(), URL).await.unwrap()
}

#[tokio::test]
async fn a_variable_has_one_of_two_forms() {
    let key = vec![format!("api-key: {KEY}")];
    let bearer = vec![format!("authorization: Bearer {KEY}")];
    assert_eq!(sent("{ env = \"GOOD\" }").await, key);
    assert_eq!(
        sent("{ env = { name = \"GOOD\", form = \"api_key\" } }").await,
        key
    );
    assert_eq!(
        sent("{ env = { name = \"GOOD\", form = \"bearer\" } }").await,
        bearer
    );
    assert_eq!(sent("{ anonymous = true }").await, Vec::<String>::new());

    // By the target's convention, unless the file says otherwise.
    let named = |auth: &str| {
        let text = format!("[client.a]\ntarget = \"anthropic\"\nauth = {auth}\n");
        let env = env().with("ANTHROPIC_AUTH_TOKEN", KEY);
        let registry = builder(&Asked::default())
            .env(env)
            .build_from_str(&text)
            .unwrap();
        registry.get("a").unwrap()
    };
    let url = "https://api.anthropic.com/v1/messages";
    let token = named("{ env = \"ANTHROPIC_AUTH_TOKEN\" }");
    assert_eq!(placed(&token, url).await.unwrap(), bearer);
    let as_key = named("{ env = { name = \"ANTHROPIC_AUTH_TOKEN\", form = \"api_key\" } }");
    assert_eq!(
        placed(&as_key, url).await.unwrap(),
        [format!("x-api-key: {KEY}")]
    );
}

#[tokio::test]
async fn a_chain_takes_the_first_that_is_configured() {
    let key = vec![format!("api-key: {KEY}")];
    let lease = vec!["api-key: lease-of-one".to_owned()];
    let (absent, blank) = ("{ env = \"NOT_SET\" }", "{ env = \"BLANK\" }");
    let (good, vault) = ("{ env = \"GOOD\" }", "{ vault = { path = \"one\" } }");
    let none = "{ vault = { path = \"missing\" } }";
    for (links, expected) in [
        (vec![good], &key),
        (vec![absent, blank, good, vault], &key),
        (vec![absent, vault, good], &lease),
        (vec![none, vault], &lease),
        (vec![none, absent, good], &key),
    ] {
        let chain = format!("{{ chain = [{}] }}", links.join(", "));
        assert_eq!(sent(&chain).await, *expected, "{chain}");
    }
}

#[test]
fn the_variables_that_were_looked_at_are_reported() {
    let chain = "{ chain = [{ env = \"NOT_SET\" }, { env = \"LINE\" }] }";
    let env = env().with("LINE", format!("{KEY}\n"));
    let registry = builder(&Asked::default())
        .env(env)
        .build_from_str(&text(chain))
        .unwrap();
    let attempts: Vec<String> = registry
        .attempts("a")
        .iter()
        .map(|attempt| {
            format!(
                "{} {:?} {}",
                attempt.source, attempt.outcome, attempt.detail
            )
        })
        .collect();
    assert_eq!(
        attempts,
        [
            "env:NOT_SET Absent not set",
            "env:LINE Selected trimmed trailing newline"
        ]
    );
    assert!(registry.attempts("b").is_empty());
}

#[test]
fn a_chain_that_begins_with_a_variable_is_no_more_than_that_variable() {
    let chain = "{ chain = [{ env = \"GOOD\" }, { vault = { path = \"one\" } }] }";
    let registry = builder(&Asked::default())
        .build_from_str(&text(chain))
        .unwrap();
    let auth = registry.get("a").unwrap().auth();
    assert!(matches!(auth, Auth::Static(_)), "{auth:?}");
    assert_eq!(auth.source().as_str(), "env:GOOD");
}

/// A kind whose cache may be shared with others, so that the chain does not see its provider.
struct Rotating {
    asked: Arc<AtomicUsize>,
    shared: bool,
}

impl AuthFactory for Rotating {
    fn kind(&self) -> &str {
        "rotating"
    }

    fn build(&self, cx: &BuildContext<'_>, _: Section<'_>) -> Result<Built, ConfigError> {
        let asked = Arc::clone(&self.asked);
        let provider = provider_fn("rotating", move |cx| {
            // Looking again because of a rejection, or because the source may have changed.
            let number = asked.fetch_add(1, Ordering::SeqCst);
            assert!(number == 0 || cx.reason() != Reason::FirstUse);
            async move {
                let text = format!("key-number-{number}");
                Ok(Credential::api_key(HeaderSecret::parse(
                    &text,
                    TextFrom::Provider,
                )?))
            }
        });
        Ok(match self.shared {
            true => cx.cached(provider, CachePolicy::default()).into(),
            false => Built::provider(provider),
        })
    }
}

/// A server says 401 to what the chain gave: the next credential comes from the link's source.
#[tokio::test]
async fn a_rejection_reaches_the_link_of_a_chain() {
    for shared in [false, true] {
        let asked = Arc::new(AtomicUsize::new(0));
        let registry = builder(&Asked::default())
            .with(Rotating {
                asked: Arc::clone(&asked),
                shared,
            })
            .build_from_str(&text(
                "{ chain = [{ vault = { path = \"missing\" } }, { rotating = {} }] }",
            ))
            .unwrap();
        let client = registry.get("a").unwrap();
        let replayed = rejected_once(&client).await;
        assert_eq!(
            replayed,
            Some(("key-number-0".to_owned(), "key-number-1".to_owned()))
        );
        assert_eq!(asked.load(Ordering::SeqCst), 2, "shared: {shared}");
    }
}

/// The keys of a request and of its replay after a 401.
async fn rejected_once(client: &Authenticator) -> Option<(String, String)> {
    let mut uri = URL.parse().unwrap();
    let mut headers = http::HeaderMap::new();
    let method = http::Method::GET;
    let key = |headers: &http::HeaderMap| headers["api-key"].to_str().unwrap().to_owned();
    let mut request = AuthRequest::new(&method, &mut uri, &mut headers, Body::Empty);
    let receipt = client.authorize(&mut request).await.unwrap();
    let first = key(&headers);
    let none = http::HeaderMap::new();
    let head = ResponseHead::new(http::StatusCode::UNAUTHORIZED, &none);
    assert_eq!(client.on_response(&receipt, &head), Verdict::Reauthorize);
    let mut request = AuthRequest::new(&method, &mut uri, &mut headers, Body::Empty);
    client.reauthorize(&receipt, &mut request).await.unwrap()?;
    Some((first, key(&headers)))
}

#[tokio::test]
async fn a_reference_gives_the_secret_of_now() {
    let directory = Directory::new("reference");
    directory.write("unlock-key", "  first\n");
    let vault = "{ vault = { path = \"one\", unlock = { file = \"unlock-key\" } } }";
    let file = directory.write("onecred.toml", text(vault));
    let build = || {
        let builder = builder(&Asked::default()).consent(Consent::Explicit);
        builder.build_from_file(&file).unwrap().get("a").unwrap()
    };
    assert_eq!(
        placed(&build(), URL).await.unwrap(),
        ["api-key: lease-of-one-first"]
    );
    let client = build();
    directory.write("unlock-key", "second");
    assert_eq!(
        placed(&client, URL).await.unwrap(),
        ["api-key: lease-of-one-second"]
    );
    for (content, word) in [("", "is empty"), (" \n", "is empty")] {
        directory.write("unlock-key", content);
        let error = placed(&build(), URL).await.unwrap_err();
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains(word), "{source}");
    }

    let command = "{ vault = { path = \"one\", unlock = { command = [\"print-key\"] } } }";
    let asked = Asked::default();
    let registry = builder(&asked)
        .allow_commands()
        .build_from_str(&text(command))
        .unwrap();
    assert_eq!(asked.command(), 0);
    let sent = placed(&registry.get("a").unwrap(), URL).await.unwrap();
    assert_eq!(
        (sent.concat().as_str(), asked.command()),
        ("api-key: lease-of-one-printed-key", 1)
    );
}

#[test]
fn one_client_can_be_built_without_what_others_need() {
    let other = "[client.b]\ntarget = \"anthropic\"\nauth = { env = \"NOT_SET\" }\n";
    let all = format!("{}{other}", text("{ env = \"GOOD\" }"));
    let build = |names: &[&str]| {
        let start = builder(&Asked::default());
        let builder = names
            .iter()
            .fold(start, |builder, name| builder.only(*name));
        builder.build_from_str(&all)
    };
    assert_eq!(build(&[]).unwrap_err().kind(), ConfigErrorKind::Secret);
    assert_eq!(build(&["a"]).unwrap().names(), ["a"]);
    assert_eq!(build(&["b"]).unwrap_err().line(), Some(6));
    let error = build(&["a", "bb"]).unwrap_err();
    assert_eq!(error.kind(), ConfigErrorKind::Missing);
    assert!(error.to_string().contains("did you mean `b`?"), "{error}");
    // A mistake elsewhere in the file is one all the same.
    let broken = format!("{all}[client.c]\nauth = {{ env = \"GOOD\" }}\n");
    let error = builder(&Asked::default())
        .only("a")
        .build_from_str(&broken)
        .unwrap_err();
    assert!(
        error.to_string().contains("client `c` has no target"),
        "{error}"
    );
}

/// A kind that needs the network.
struct Online;

impl AuthFactory for Online {
    fn kind(&self) -> &str {
        "online"
    }

    fn build(&self, cx: &BuildContext<'_>, _: Section<'_>) -> Result<Built, ConfigError> {
        cx.http().map(|_| onecred_core::Auth::Anonymous.into())
    }
}

#[test]
fn a_kind_that_needs_the_network_says_so_and_relative_paths_need_a_file() {
    let online = text("{ online = {} }");
    let error = builder(&Asked::default())
        .with(Online)
        .build_from_str(&online)
        .unwrap_err();
    assert_eq!((error.line(), error.column()), (Some(3), Some(8)));
    assert!(error.to_string().contains("needs the network"), "{error}");
    let double = Arc::new(onecred_testkit::HttpDouble::new());
    let with = builder(&Asked::default()).with(Online).http(double);
    assert!(with.build_from_str(&online).is_ok());

    let relative = text("{ file = \"key\" }");
    let error = builder(&Asked::default())
        .build_from_str(&relative)
        .unwrap_err();
    assert!(error.to_string().contains("relative path"), "{error}");
    let directory = Directory::new("base");
    directory.write("key", "a-key");
    let based = builder(&Asked::default()).base_directory(directory.path());
    assert!(based.build_from_str(&relative).is_ok());
    let home = text("{ file = \"~/key\" }");
    let with_home = builder(&Asked::default()).env(env().with_home(directory.path()));
    assert!(with_home.build_from_str(&home).is_ok());
}

#[test]
fn nothing_prints_what_it_holds() {
    let start = builder(&Asked::default());
    let mut scan = LeakScan::new([KEY]);
    scan.debug("the builder", &start);
    let registry: Registry = start.build_from_str(&text("{ env = \"GOOD\" }")).unwrap();
    scan.debug("the registry", &registry)
        .debug("the client", &registry.get("a"));
    scan.assert_clean();
}
