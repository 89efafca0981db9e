//! The contracts of other tools, each tried with a helper that was written for them and insists on its part.

use std::time::{Duration, SystemTime};

use onecred_core::{
    AuthRequest, Authenticator, Body, CachedProvider, CredentialKind, ProviderErrorKind, Reason,
    ResponseHead, Target, Verdict,
};
use onecred_core::{CredentialProvider, ProvideContext};
use onecred_testkit::{LeakScan, ManualClock};

use super::{JWT, TOKEN, ask, env, script, token};
use crate::HelperCommand;
use crate::scratch::Scratch;

const URI: &str = "https://llm.corp.example/v1/messages";

/// Claude Code's `apiKeyHelper`: a string for a shell, one value on standard output, run again after 5
/// minutes and on a 401. The shell is named, since the program decides about it and not the library.
#[test]
fn claude_codes_api_key_helper() {
    let scratch = Scratch::new();
    let setting = "printf 'run\\n' >> runs; printf 'sk-test-%s\\n' \"$(wc -l < runs | tr -d ' ')\"";
    let helper = HelperCommand::api_key(&env(), ["/bin/sh", "-c", setting]);
    let clock = ManualClock::new();
    let cache = CachedProvider::builder(helper.base_dir(scratch.dir()))
        .clock(clock.clone())
        .build();
    let target = Target::builder("gateway")
        .origin("https://llm.corp.example")
        .and_then(|target| target.key_header("x-api-key"))
        .and_then(|target| target.build())
        .unwrap();
    let client = Authenticator::new(target, cache).unwrap();
    let send = |rejected: bool| {
        let mut uri = URI.parse().unwrap();
        let mut headers = http::HeaderMap::new();
        let mut request =
            AuthRequest::new(&http::Method::POST, &mut uri, &mut headers, Body::Empty);
        let receipt = client.authorize_blocking(&mut request).unwrap();
        if rejected {
            let none = http::HeaderMap::new();
            let head = ResponseHead::new(http::StatusCode::UNAUTHORIZED, &none);
            assert_eq!(client.on_response(&receipt, &head), Verdict::Reauthorize);
            let runtime = tokio::runtime::Builder::new_current_thread().build();
            let again = client.reauthorize(&receipt, &mut request);
            assert!(runtime.unwrap().block_on(again).unwrap().is_some());
        }
        // One header, where Claude Code itself sends the value under two.
        assert!(!headers.contains_key("authorization"));
        headers["x-api-key"].to_str().unwrap().to_owned()
    };
    assert_eq!(send(false), "sk-test-1");
    clock.advance(Duration::from_secs(299));
    assert_eq!(send(false), "sk-test-1");
    clock.advance(Duration::from_secs(2));
    crate::scratch::wait_until("it is run again after 5 minutes", || {
        send(false) == "sk-test-2"
    });
    clock.advance(Duration::from_secs(61));
    assert_eq!(send(true), "sk-test-3", "and on a 401");
}

/// codex's `auth.command`: a program, its arguments, a time-out, a refresh interval, one trimmed token.
#[tokio::test]
async fn codex_auth_command() {
    let scratch = Scratch::new();
    let text = format!(
        "test \"$*\" = 'print-token --min-ttl 5m work' || exit 64\nprintf '  {TOKEN}\\r\\n\\n'"
    );
    let path = scratch.file("helper.sh", text);
    let (timeout_ms, refresh_interval_ms) = (5_000, 300_000);
    let path = path.to_str().unwrap();
    let argv = ["sh", path, "print-token", "--min-ttl", "5m", "work"];
    let helper = HelperCommand::bearer(&env(), argv)
        .timeout(Duration::from_millis(timeout_ms))
        .ttl(Duration::from_millis(refresh_interval_ms));
    let credential = ask(&helper).await.unwrap();
    assert_eq!(credential.kind(), CredentialKind::Bearer);
    assert_eq!(credential.secret().unwrap().expose(), TOKEN);
    assert_eq!(credential.refresh_hint(), Some(Duration::from_secs(300)));
}

/// A helper that speaks Bazel's protocol: it insists on `get` and on the request, and answers with `$answer`.
fn bazel(scratch: &Scratch, answer: &str) -> HelperCommand {
    let text = format!(
        "test \"$*\" = get || exit 64\nread -r request\n\
         test \"$request\" = '{{\"uri\":\"{URI}\"}}' || {{ echo unsupported URI >&2; exit 1; }}\n\
         cat answer\n"
    );
    scratch.file("answer", answer);
    let path = scratch.file("bazel.sh", text);
    HelperCommand::bazel(&env(), ["sh".into(), path.into_os_string()], URI).base_dir(scratch.dir())
}

#[tokio::test]
async fn bazels_protocol() {
    let scratch = Scratch::new();
    let bearer = format!(
        r#"{{"headers":{{"Authorization":["Bearer {TOKEN}"],"x-tenant":["blue"]}},"expires":"2100-01-01T01:00:00+01:00","more":1}}"#
    );
    let credential = ask(&bazel(&scratch, &bearer)).await.unwrap();
    let end = Some(SystemTime::UNIX_EPOCH + Duration::from_secs(4_102_444_800));
    assert_eq!(credential.kind(), CredentialKind::Bearer);
    assert_eq!(credential.secret().unwrap().expose(), TOKEN);
    assert_eq!(
        (credential.expiry(), credential.refresh_hint()),
        (end, None)
    );
    assert_eq!(credential.companions()[0].name(), "x-tenant");
    assert_eq!(credential.companions()[0].value(), "blue");

    let jwt = format!(r#"{{"headers":{{"authorization":["bearer {JWT}"]}}}}"#);
    assert_eq!(ask(&bazel(&scratch, &jwt)).await.unwrap().expiry(), end);

    // A header that stands alone is the credential, whatever its name.
    let custom = format!(r#"{{"headers":{{"x-corp-key":["{TOKEN}"]}}}}"#);
    let credential = ask(&bazel(&scratch, &custom)).await.unwrap();
    assert_eq!(credential.kind(), CredentialKind::Header);
    assert_eq!(credential.refresh_hint(), Some(Duration::from_secs(300)));
    assert_eq!(token(&bazel(&scratch, &custom)).await.unwrap(), TOKEN);
}

#[tokio::test]
async fn bazels_protocol_broken() {
    use ProviderErrorKind::{Misconfigured, NotConfigured, Unavailable};
    let scratch = Scratch::new();
    let answer = |text: &str| text.replace("TOKEN", TOKEN);
    for (text, kind, says) in [
        ("{}", NotConfigured, "no credential"),
        (r#"{"headers":{}}"#, NotConfigured, "no credential"),
        (r#"{"headers":null}"#, NotConfigured, "no credential"),
        ("TOKEN", Misconfigured, "answer of the Bazel protocol"),
        (
            r#"{"headers":{"authorization":"TOKEN"}}"#,
            Misconfigured,
            "answer of",
        ),
        (
            r#"{"headers":{"authorization":["Basic TOKEN"]}}"#,
            Misconfigured,
            "other scheme",
        ),
        (
            r#"{"headers":{"authorization":["Bearer TOKEN x"]}}"#,
            Misconfigured,
            "more than",
        ),
        (
            r#"{"headers":{"authorization":["Bearer TOKEN","Bearer TOKEN"]}}"#,
            Misconfigured,
            "one value",
        ),
        (
            r#"{"headers":{"Authorization":["Bearer TOKEN"],"authorization":["Bearer TOKEN"]}}"#,
            Misconfigured,
            "2 headers",
        ),
        (
            r#"{"headers":{"Authorization":["Bearer TOKEN"],"X-Api-Key":["TOKEN"]}}"#,
            Misconfigured,
            "2 headers",
        ),
        (
            r#"{"headers":{"x-one":["TOKEN"],"x-two":["TOKEN"]}}"#,
            Misconfigured,
            "0 headers",
        ),
        (
            r#"{"headers":{"x-api-key":["TOKEN"],"host":["TOKEN"]}}"#,
            Misconfigured,
            "may not set",
        ),
        (r#"{"headers":{"a b":["TOKEN"]}}"#, Misconfigured, "no name"),
        (
            r#"{"headers":{"x-api-key":["TOKEN"]},"expires":"TOKEN"}"#,
            Misconfigured,
            "RFC 3339",
        ),
        (
            r#"{"headers":{"x-api-key":["TOKEN"]},"expires":"1999-01-01T00:00:00Z"}"#,
            Unavailable,
            "expired",
        ),
    ] {
        let error = match ask(&bazel(&scratch, &answer(text))).await {
            Err(error) => error,
            Ok(_) => panic!("{text} is an answer"),
        };
        assert_eq!(error.kind(), kind, "{text}: {error}");
        assert!(error.to_string().contains(says), "{text}: {error}");
        LeakScan::new([TOKEN])
            .error(text.replace("TOKEN", ""), &error)
            .assert_clean();
    }
    let mut other = bazel(&scratch, "{}");
    other.output = super::super::Output::Bazel {
        uri: "https://other.example/".to_owned(),
    };
    let error = ask(&other).await.unwrap_err();
    assert!(error.to_string().contains("unsupported URI"), "{error}");
}

/// A helper that does not read its input, and one whose secret travels as a companion by mistake.
#[tokio::test]
async fn what_nobody_knows_is_not_printed() {
    let scratch = Scratch::new();
    let text = format!(
        r#"printf '%s' '{{"headers":{{"authorization":["Bearer {JWT}"],"x-second":["{TOKEN}"]}}}}'"#
    );
    let path = scratch.file("helper.sh", text);
    let helper = HelperCommand::bazel(&env(), ["sh".into(), path.into_os_string()], URI);
    let cx = ProvideContext::standalone(Reason::FirstUse);
    let credential = helper.provide(&cx).await.unwrap();
    LeakScan::new([TOKEN, JWT])
        .debug("the credential", &credential)
        .assert_clean();
    assert!(ask(&script(&scratch, "exit 1")).await.is_err());
}
