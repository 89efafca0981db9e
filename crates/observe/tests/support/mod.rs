//! One story that makes every event happen.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use onecred_core::{
    Argument, Auth, AuthRequest, Authenticator, Body, CachePolicy, CachedProvider, Env,
    ForeignPolicy, HeaderSecret, Observer, ProviderErrorKind, Resolver, ResponseHead, Target,
    TextFrom, Verdict,
};
use onecred_testkit::{Answer, ManualClock, ManualRuntime, ScriptedProvider};

/// The static key of the story.
pub(crate) const KEY: &str = "planted-static-key-0123456789-0123456789";

/// Resolved, refreshed, rejected, refreshed, replayed, refresh failed while usable and while not, conflict,
/// replaced. Returns the secrets.
pub(crate) fn tell_everything_to(observer: Arc<dyn Observer>) -> Vec<String> {
    let clock = ManualClock::new();
    let runtime = ManualRuntime::new(&clock);
    let hour = Duration::from_secs(3600);
    let issuer = ScriptedProvider::new()
        .then(Answer::bearer().expires_in(hour))
        .then(Answer::bearer().expires_in(hour))
        .then(Answer::error(ProviderErrorKind::Unavailable));
    let cache = CachedProvider::builder(issuer.clone())
        .policy(CachePolicy::default().jitter(0.0))
        .clock(clock.clone())
        .runtime(runtime.clone())
        .observer(Arc::clone(&observer))
        .build();
    let target = Target::builder("api")
        .origin("https://api.example.com")
        .unwrap();
    let target = target.key_header("x-api-key").unwrap().build().unwrap();
    let client = Authenticator::builder(target, cache)
        .foreign(ForeignPolicy::Defer)
        .observer(Arc::clone(&observer))
        .build()
        .unwrap();

    let resolver = Resolver::builder()
        .tier([Argument::api_key(Some(KEY))])
        .build();
    resolver
        .resolve_blocking(&Env::empty())
        .unwrap()
        .tell("api", &*observer);

    let mut uri = Uri::from_static("https://api.example.com/");
    let mut headers = HeaderMap::new();
    let mut request = AuthRequest::new(&Method::GET, &mut uri, &mut headers, Body::Empty);
    let receipt = runtime
        .complete(client.authorize(&mut request))
        .unwrap()
        .unwrap();
    clock.advance(Duration::from_secs(60));
    let none = HeaderMap::new();
    let head = ResponseHead::new(StatusCode::UNAUTHORIZED, &none);
    assert_eq!(client.on_response(&receipt, &head), Verdict::Reauthorize);
    let again = runtime
        .complete(client.reauthorize(&receipt, &mut request))
        .unwrap();
    assert!(again.unwrap().is_some());

    clock.advance(hour - Duration::from_secs(200));
    assert!(runtime.complete(client.warm_up()).unwrap().is_ok());
    runtime.run_until_stalled();
    clock.advance(hour);
    assert!(runtime.complete(client.warm_up()).unwrap().is_err());

    let mut headers = HeaderMap::new();
    headers.insert(
        "authorization",
        HeaderValue::from_static("Bearer planted-foreign-one"),
    );
    headers.insert("x-api-key", HeaderValue::from_static("planted-foreign-two"));
    let mut request = AuthRequest::new(&Method::GET, &mut uri, &mut headers, Body::Empty);
    assert!(client.authorize_blocking(&mut request).is_err());

    let key = HeaderSecret::parse(KEY, TextFrom::Argument).unwrap();
    client.replace(Auth::api_key(key)).unwrap();
    vec![
        issuer.secret(1),
        issuer.secret(2),
        KEY.to_owned(),
        "planted-foreign".to_owned(),
    ]
}
