//! Callers without an executor, and callers with the wrong one.

use std::sync::Arc;

use onecred_core::{AuthError, Authenticator, CachedProvider, ProviderErrorKind, provider_fn};
use onecred_testkit::{Answer, ScriptedProvider};
use onecred_tests::{HOUR, Head, client, secs};

fn cold() -> (Authenticator, ScriptedProvider) {
    let issuer = ScriptedProvider::new().then(Answer::hang().expires_in(HOUR));
    (client(CachedProvider::from(issuer.clone())), issuer)
}

fn send(client: &Authenticator) -> Result<String, AuthError> {
    let mut head = Head::new();
    client.authorize_blocking(&mut head.view())?;
    Ok(head.credential())
}

#[test]
fn from_plain_threads() {
    let (client, issuer) = cold();
    let threads: Vec<_> = (0..16)
        .map(|_| {
            let client = client.clone();
            std::thread::spawn(move || send(&client))
        })
        .collect();
    assert!(issuer.gate().await_waiting(1, secs(60)));
    issuer.gate().open();
    for thread in threads {
        assert_eq!(thread.join().unwrap().unwrap(), issuer.secret(1));
    }
    assert_eq!(issuer.calls(), 1);
}

#[test]
fn inside_a_current_thread_runtime() {
    let (client, issuer) = cold();
    issuer.gate().open();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let sent = runtime.block_on(async { send(&client) });
    assert_eq!(sent.unwrap(), issuer.secret(1));
}

#[tokio::test]
async fn inside_spawn_blocking() {
    let (client, issuer) = cold();
    issuer.gate().open();
    let sent = tokio::task::spawn_blocking(move || send(&client)).await;
    assert_eq!(sent.unwrap().unwrap(), issuer.secret(1));
}

#[test]
fn a_failure_wakes_them() {
    let issuer = ScriptedProvider::new().then(Answer::panic());
    let client = client(CachedProvider::from(issuer));
    let Err(AuthError::Provider(error)) = send(&client) else {
        panic!("a panic is a failure");
    };
    assert_eq!(error.kind(), ProviderErrorKind::Unavailable);
}

/// Parking the one thread that refreshes would stop all refreshes of the process.
#[test]
fn not_inside_a_provider() {
    let (inner, _) = cold();
    let inner = Arc::new(inner);
    let outer = client(CachedProvider::from(provider_fn("outer", move |_cx| {
        let inner = Arc::clone(&inner);
        async move {
            match send(&inner) {
                Err(AuthError::Provider(error)) => Err(error),
                other => panic!("{other:?}"),
            }
        }
    })));
    let Err(AuthError::Provider(error)) = send(&outer) else {
        panic!("it must be refused");
    };
    assert_eq!(error.kind(), ProviderErrorKind::Misconfigured);
}
