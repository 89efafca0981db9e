//! Random sequences of everything a program may do to a client, against a simple model of what each request
//! must look like afterwards: headers and URI, whole and exact, and for some of the sequences the lines that
//! arrived on a socket.
//!
//! `ONECRED_MODEL_SEQUENCES` sets how many are run, `ONECRED_MODEL_SEED` repeats the one whose seed a
//! failure printed.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests, and their helpers"
)]

mod issuer;
mod predict;
mod wire;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

use world::World;

/// In an ordinary run of the tests.
const SEQUENCES: u64 = 2_000;
/// Every so manieth goes over a socket.
const OVER_A_SOCKET: u64 = 20;
const STEPS: usize = 30;

#[test]
fn sequences() {
    if let Some(seed) = number("ONECRED_MODEL_SEED") {
        run(seed);
        return;
    }
    let first = fastrand::u64(..1 << 40);
    for seed in first..first + number("ONECRED_MODEL_SEQUENCES").unwrap_or(SEQUENCES) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| run(seed))) {
            eprintln!("\nrepeat with ONECRED_MODEL_SEED={seed}\n");
            std::panic::resume_unwind(panic);
        }
    }
}

fn run(seed: u64) {
    let mut world = World::new(seed, seed.is_multiple_of(OVER_A_SOCKET));
    for _ in 0..STEPS {
        world.step();
    }
    world.check_every_client();
}

/// The same in a process whose environment is full of credentials: every request is compared whole, so that
/// anything ambient on it would be a difference.
#[test]
fn ambient_credentials_reach_no_request() {
    let planted = [
        "ANTHROPIC_API_KEY",
        "ANTHROPIC_AUTH_TOKEN",
        "OPENAI_API_KEY",
        "GOOGLE_API_KEY",
        "GEMINI_API_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_BEARER_TOKEN_BEDROCK",
        "AZURE_CLIENT_SECRET",
        "GITHUB_TOKEN",
    ];
    let exe = std::env::current_exe().unwrap();
    let output = std::process::Command::new(exe)
        .args(["--exact", "sequences"])
        .envs(planted.map(|name| (name, "planted-in-the-environment")))
        .env("ANTHROPIC_BASE_URL", "https://planted.example")
        .env("ONECRED_MODEL_SEQUENCES", "200")
        .env_remove("ONECRED_MODEL_SEED")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("1 passed"), "{text}");
}

#[expect(
    clippy::disallowed_methods,
    reason = "the size of the run and the seed are the environment's to choose"
)]
fn number(name: &str) -> Option<u64> {
    std::env::var(name)
        .ok()
        .map(|text| text.parse().expect("a number"))
}
