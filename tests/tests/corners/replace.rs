//! Replace frees those who wait for what was replaced.

use onecred_core::ProviderError;
use onecred_testkit::Answer;
use onecred_tests::{Head, Rig, key};

#[test]
fn who_waits_for_a_hanging_provider_gets_the_new_credential_at_once() {
    let rig = Rig::new([Answer::hang()]);
    let client = rig.client.clone();
    let mut head = Head::new();
    let mut view = head.view();
    let waits = rig.client.authorize(&mut view);
    let replaces = async { client.replace(key("the-new-key")).unwrap() };
    // The manual clock stands still, so that no time-out comes to help.
    let (authorized, _) = rig.run(async { tokio::join!(waits, replaces) });
    assert!(authorized.is_ok());
    assert_eq!(head.credential(), "the-new-key");
}

#[test]
fn and_so_does_who_waits_for_a_failing_one() {
    let failing = Answer::failure(ProviderError::denied("log in again")).gated();
    let rig = Rig::new([failing]);
    let (client, gate) = (rig.client.clone(), rig.issuer.gate());
    let mut head = Head::new();
    let mut view = head.view();
    let waits = rig.client.authorize(&mut view);
    let replaces = async {
        gate.open();
        client.replace(key("the-new-key")).unwrap()
    };
    let (authorized, _) = rig.run(async { tokio::join!(waits, replaces) });
    assert!(authorized.is_ok());
    assert_eq!(head.credential(), "the-new-key");
}
