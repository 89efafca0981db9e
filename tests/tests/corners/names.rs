//! A header that carried a credential once is never taken for a plain one.

use http::HeaderName;
use onecred_core::{Auth, AuthError, Credential, Target, Verdict};
use onecred_tests::{API, Head, client, key, secret, token};

fn old() -> Auth {
    Auth::fixed(Credential::header(
        HeaderName::from_static("x-old"),
        secret("old-key"),
    ))
}

fn refuses_x_old(result: Result<impl Sized, AuthError>) -> bool {
    matches!(result, Err(AuthError::ForeignCredential(name)) if name.as_header().is_some_and(|n| n == "x-old"))
}

#[test]
fn a_head_that_was_authorized_before_a_replace_is_refused_after_it() {
    let client = client(old());
    let mut head = Head::new();
    client.authorize_blocking(&mut head.view()).unwrap();
    client.replace(token("new-token")).unwrap();
    assert!(refuses_x_old(client.authorize_blocking(&mut head.view())));
    assert_eq!(head.headers.len(), 1, "nothing of ours was added");
}

#[test]
fn nor_does_a_child_add_to_what_its_parent_put_there() {
    let parent = client(old());
    let mut head = Head::new();
    parent.authorize_blocking(&mut head.view()).unwrap();
    let child = parent.derive().auth(key("child-key")).build().unwrap();
    let grandchild = child.derive().auth(token("grandchild")).build().unwrap();
    for client in [child, grandchild] {
        assert!(refuses_x_old(client.authorize_blocking(&mut head.view())));
    }
}

#[test]
fn a_receipt_of_another_client_on_the_same_cache_is_reported_and_not_replayed() {
    let rig = onecred_tests::Rig::new([onecred_testkit::Answer::api_key()]);
    let other = Target::builder("other")
        .origin(API)
        .unwrap()
        .key_header("x-two")
        .unwrap()
        .build()
        .unwrap();
    let sibling = rig.client.derive().target(other).build().unwrap();
    let mut head = Head::new();
    let receipt = rig.run(rig.client.authorize(&mut head.view())).unwrap();
    assert_eq!(Head::rejected(&sibling, &receipt), Verdict::Reject);
    assert!(rig.client.status().rejected, "the cache has heard of it");
    let replay = rig.run(sibling.reauthorize(&receipt, &mut head.view()));
    assert_eq!(replay.unwrap(), None);
    assert_eq!(head.values("x-two"), [""; 0]);
}

#[test]
fn the_order_of_origins_binds_nothing() {
    let target = |one: &str, two: &str| {
        let builder = Target::builder("t")
            .origin(one)
            .unwrap()
            .origin(two)
            .unwrap();
        builder.key_bearer().build().unwrap()
    };
    let (a, b) = ("https://a.example", "https://b.example");
    let client = onecred_core::Authenticator::new(target(a, b), key("k")).unwrap();
    assert!(client.derive().target(target(b, a)).build().is_ok());
}
