//! Several clients in one file: a registry holds them, a reload touches only what changed.
//!
//! `cargo run -p onecred-examples --example config_registry`

use onecred::config::{Registry, target_fn};
use onecred::prelude::*;

const FILE: &str = r#"
[client.claude]
target = "anthropic"
auth = { env = "ANTHROPIC_API_KEY" }

[client.gateway]
target = { origin = "https://llm.corp.example", key_header = "api-key" }
auth = { env = "GATEWAY_KEY" }
"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = std::env::temp_dir().join(format!("onecred-example-{}", std::process::id()));
    std::fs::create_dir_all(&directory)?;
    let file = directory.join("onecred.toml");
    std::fs::write(&file, FILE)?;

    // Env::from_process() in a program.
    let env = Env::empty()
        .with(
            "ANTHROPIC_API_KEY",
            "key-for-show-0123456789-0123456789-0123",
        )
        .with("GATEWAY_KEY", "gateway-key-0123456789-0123456789-0001");
    let registry = Registry::builder()
        .env(env)
        .target(target_fn("anthropic", || Ok(onecred::anthropic::target())))
        .consent(onecred::config::Consent::Explicit)
        .build_from_file(&file)?;
    println!("clients: {:?}", registry.names());

    let claude = registry.get("claude").ok_or("no such client")?;
    let gateway = registry.get("gateway").ok_or("no such client")?;
    let before = (claude.status().epoch, gateway.status().epoch);

    // A broken file changes nothing, and says where it is broken.
    std::fs::write(&file, FILE.replace("GATEWAY_KEY", "NOT_SET"))?;
    let refused = registry.reload().map(|_| ()).unwrap_err();
    println!("refused: {refused}");

    // A good one replaces what changed, under the handles that programs hold.
    let anonymous = FILE.replace(r#"{ env = "GATEWAY_KEY" }"#, r#"{ anonymous = true }"#);
    std::fs::write(&file, anonymous)?;
    println!("reloaded: {:?}", registry.reload()?);
    let after = (claude.status().epoch, gateway.status().epoch);
    assert_eq!(before.0, after.0, "claude was not touched");
    assert_ne!(before.1, after.1, "gateway has another auth");
    println!("gateway is now {}", gateway.status().source);

    std::fs::remove_dir_all(&directory)?;
    Ok(())
}
