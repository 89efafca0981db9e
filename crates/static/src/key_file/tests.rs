use std::path::Path;
use std::time::{Duration, SystemTime};

use onecred_core::{
    Auth, AuthRequest, Authenticator, Body, CachedProvider, Credential, CredentialProvider, Env,
    HeaderSecret, Outcome, ProvideContext, ProviderError, ProviderErrorKind, Reason, Resolver,
    ResponseHead, Target, TextFrom, Verdict,
};
use onecred_testkit::{Conformance, ManualClock};

use super::KeyFile;
use super::look::{Looked, look};
use crate::scratch::{Scratch, wait_until};

const ONE: &str = "test-only-key-number-one-0000000000000";
const TWO: &str = "test-only-key-number-two-0000000000000";
const MINUTE: Duration = Duration::from_secs(60);

/// {"exp":4102444800}: the year 2100; and {"exp":1}.
const JWT: &str = "eyJhbGciOiJub25lIn0.eyJleHAiOjQxMDI0NDQ4MDB9.test-only-signature";
const EXPIRED: &str = "eyJhbGciOiJub25lIn0.eyJleHAiOjF9.test-only-signature";

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
}

async fn ask(provider: &KeyFile) -> Result<String, ProviderError> {
    let cx = ProvideContext::standalone(Reason::FirstUse);
    let credential = provider.provide(&cx).await?;
    Ok(credential.secret().unwrap().expose().to_owned())
}

#[test]
fn it_keeps_its_promises() {
    let scratch = Scratch::new();
    let path = scratch.file("key", ONE);
    let empty = scratch.file("empty", " \n");
    let broken = scratch.file("broken", format!("{ONE} {TWO}"));
    let large = scratch.file("large", "x".repeat(64 * 1024 + 1));
    let rotate = || match std::fs::read_to_string(&path).unwrap().as_str() {
        ONE => write(&path, TWO),
        _ => write(&path, ONE),
    };
    use ProviderErrorKind::{Misconfigured, NotConfigured, Unavailable};
    Conformance::new(|| KeyFile::api_key(&path))
        .secret(ONE)
        .secret(TWO)
        .rotate(rotate)
        .fails("no file", NotConfigured, || {
            KeyFile::api_key(scratch.path("none"))
        })
        .fails("an empty file", Unavailable, || KeyFile::api_key(&empty))
        .fails("two keys", Misconfigured, || KeyFile::api_key(&broken))
        .fails("a large file", Misconfigured, || KeyFile::api_key(&large))
        .fails("a directory", Misconfigured, || {
            KeyFile::api_key(scratch.dir())
        })
        .needs_no_runtime()
        .check();
}

#[test]
fn a_token_that_states_its_end_keeps_them_too() {
    let scratch = Scratch::new();
    let path = scratch.file("token", JWT);
    let expired = scratch.file("expired", EXPIRED);
    Conformance::new(|| KeyFile::bearer(&path))
        .secret(JWT)
        .fails("an expired token", ProviderErrorKind::Unavailable, || {
            KeyFile::bearer(&expired)
        })
        .needs_no_runtime()
        .absolute_expiry()
        .check();
}

#[tokio::test]
async fn the_end_of_a_bearer_is_its_own_and_an_api_key_has_none() {
    let scratch = Scratch::new();
    let path = scratch.file("token", format!("\"{JWT}\"\n"));
    let cx = ProvideContext::standalone(Reason::FirstUse);
    let bearer = KeyFile::bearer(&path).provide(&cx).await.unwrap();
    let end = SystemTime::UNIX_EPOCH + Duration::from_secs(4_102_444_800);
    assert_eq!(bearer.expiry(), Some(end));
    assert_eq!(bearer.secret().unwrap().expose(), JWT);
    let key = KeyFile::api_key(&path).provide(&cx).await.unwrap();
    assert_eq!(key.expiry(), None);
}

#[cfg(unix)]
#[tokio::test]
async fn a_fifo_is_refused_and_not_waited_for() {
    let scratch = Scratch::new();
    let path = scratch.path("fifo");
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(made.unwrap().success());
    let error = ask(&KeyFile::api_key(&path)).await.unwrap_err();
    assert_eq!(error.kind(), ProviderErrorKind::Misconfigured);
    assert_eq!(error.to_string(), "it is not a regular file");
}

#[tokio::test]
async fn a_file_that_was_there_is_not_unconfigured() {
    let scratch = Scratch::new();
    let path = scratch.file("key", ONE);
    let file = KeyFile::api_key(&path);
    assert_eq!(ask(&file).await.unwrap(), ONE);
    std::fs::remove_file(&path).unwrap();
    let error = ask(&file).await.unwrap_err();
    assert_eq!(error.kind(), ProviderErrorKind::Unavailable, "{error}");
}

#[test]
fn what_has_not_changed_is_not_read() {
    let scratch = Scratch::new();
    let path = scratch.file("key", ONE);
    let Ok(Looked::Read(_, stamp)) = look(&path, None) else {
        panic!("a first look reads");
    };
    let fresh = look(&path, Some(&stamp));
    assert!(
        matches!(fresh, Ok(Looked::Read(..))),
        "just written, so its times prove nothing"
    );
    let mut settled = stamp;
    settled.settled = true;
    assert!(matches!(look(&path, Some(&settled)), Ok(Looked::Unchanged)));
    let other = scratch.file("other", TWO);
    std::fs::rename(other, &path).unwrap();
    assert!(matches!(look(&path, Some(&settled)), Ok(Looked::Read(..))));
}

/// A client on a clock that the test turns.
struct Rig {
    scratch: Scratch,
    clock: ManualClock,
    cache: CachedProvider,
    client: Authenticator,
}

impl Rig {
    fn new() -> Self {
        let scratch = Scratch::new();
        let clock = ManualClock::new();
        let path = scratch.file("key", ONE);
        let cache = CachedProvider::builder(KeyFile::api_key(path))
            .clock(clock.clone())
            .build();
        let target = Target::builder("api")
            .origin("https://api.example.com")
            .and_then(|target| target.key_header("x-api-key"))
            .and_then(|target| target.build())
            .unwrap();
        let client = Authenticator::new(target, cache.clone()).unwrap();
        Self {
            scratch,
            clock,
            cache,
            client,
        }
    }

    fn send(&self) -> String {
        self.exchange(false)
    }

    /// A request, and its replay where a server answers 401.
    fn exchange(&self, rejected: bool) -> String {
        let mut uri = "https://api.example.com/v1".parse().unwrap();
        let mut headers = http::HeaderMap::new();
        let mut request = AuthRequest::new(&http::Method::GET, &mut uri, &mut headers, Body::Empty);
        let receipt = self.client.authorize_blocking(&mut request).unwrap();
        if rejected {
            let none = http::HeaderMap::new();
            let head = ResponseHead::new(http::StatusCode::UNAUTHORIZED, &none);
            let verdict = self.client.on_response(&receipt, &head);
            assert_eq!(verdict, Verdict::Reauthorize);
            let again = self.client.reauthorize(&receipt, &mut request);
            let runtime = tokio::runtime::Builder::new_current_thread().build();
            assert!(runtime.unwrap().block_on(again).unwrap().is_some());
        }
        headers["x-api-key"].to_str().unwrap().to_owned()
    }

    fn failure(&self) -> Option<ProviderErrorKind> {
        self.cache.status().last_error.map(|error| error.kind())
    }
}

#[test]
fn a_change_is_noticed_and_nobody_waits_for_it() {
    let rig = Rig::new();
    assert_eq!(rig.send(), ONE);
    rig.scratch.file("key", TWO);
    assert_eq!(rig.send(), ONE, "nobody looks at every request");
    rig.clock.advance(Duration::from_secs(6));
    assert_eq!(rig.send(), ONE, "served while somebody looks");
    wait_until("the change is seen", || rig.send() == TWO);
}

#[test]
fn a_file_that_is_missing_empty_or_broken_keeps_the_old_key_and_shows() {
    let rig = Rig::new();
    let path = rig.scratch.path("key");
    assert_eq!(rig.send(), ONE);
    let breakages: [(&dyn Fn(), _); 3] = [
        (
            &|| std::fs::remove_file(&path).unwrap(),
            ProviderErrorKind::Unavailable,
        ),
        (&|| write(&path, ""), ProviderErrorKind::Unavailable),
        (
            &|| write(&path, "two words"),
            ProviderErrorKind::Misconfigured,
        ),
    ];
    for (break_it, kind) in breakages {
        break_it();
        rig.clock.advance(MINUTE);
        assert_eq!(rig.send(), ONE);
        wait_until("the status says so", || {
            assert_eq!(rig.send(), ONE);
            rig.failure() == Some(kind)
        });
        write(&path, ONE);
        rig.clock.advance(MINUTE);
        wait_until("it is mended", || {
            assert_eq!(rig.send(), ONE);
            rig.failure().is_none()
        });
    }
}

#[test]
fn a_rejection_looks_at_the_file_at_once() {
    let rig = Rig::new();
    assert_eq!(rig.send(), ONE);
    rig.scratch.file("key", TWO);
    assert_eq!(rig.exchange(true), TWO);
    assert_eq!(rig.send(), TWO);
}

#[tokio::test]
async fn as_a_source_it_says_what_is_there() {
    let scratch = Scratch::new();
    for (text, outcome, detail) in [
        (None, Outcome::None, "no such file"),
        (Some(" \n"), Outcome::None, "the file is empty"),
        (Some("two words"), Outcome::Invalid, "white space"),
        (Some("'quoted-key'\n"), Outcome::Selected, "quotes"),
        (Some("sk-ant-oat01-test-only"), Outcome::Selected, "OAuth"),
    ] {
        let path = scratch.path("key");
        if let Some(text) = text {
            write(&path, text);
        }
        let resolver = Resolver::builder().tier([KeyFile::api_key(&path)]).build();
        let (report, auth) = match resolver.resolve(&Env::empty()).await {
            Ok(resolution) => (resolution.report, Some(resolution.auth)),
            Err(error) => (error.report().clone(), None),
        };
        assert_eq!(report.outcome, outcome, "{report}");
        let attempt = &report.attempts[0];
        assert_eq!(attempt.source.as_str(), format!("file:{}", path.display()));
        assert!(attempt.detail.contains(detail), "{}", attempt.detail);
        let is_live = matches!(auth, Some(Auth::Provider(_)));
        assert_eq!(is_live, outcome == Outcome::Selected);
    }
}

/// Metadata may deceive (some network file systems); a rejection and an old reading do not trust them.
#[tokio::test]
async fn a_rejection_reads_whatever_the_metadata_say() {
    let scratch = Scratch::new();
    let file = KeyFile::api_key(scratch.file("key", ONE)).refresh_after(MINUTE);
    let clock = ManualClock::new();
    let asked = async |reason| {
        let cx = ProvideContext::standalone(reason).with_clock(clock.clone());
        let credential = file.provide(&cx).await.unwrap();
        credential.secret().unwrap().expose().to_owned()
    };
    // What was read is not what is there, and the metadata are the same.
    let deceive = || {
        let secret = HeaderSecret::parse(TWO, TextFrom::File).unwrap();
        let mut known = file.known();
        let last = known.last.as_mut().unwrap();
        last.stamp.settled = true;
        last.credential = Credential::api_key(secret);
    };
    assert_eq!(asked(Reason::FirstUse).await, ONE);
    deceive();
    assert_eq!(asked(Reason::RefreshAhead).await, TWO, "not read");
    assert_eq!(asked(Reason::Rejected).await, ONE);
    deceive();
    clock.advance(MINUTE);
    assert_eq!(asked(Reason::RefreshAhead).await, ONE);
}
