use serde_json::json;

use super::support::{ANTHROPIC, KEY, TOKEN, onecred, with};

#[test]
fn the_json_is_the_contract() {
    let env = [("ANTHROPIC_API_KEY", format!("{KEY}\n"))];
    let ran = onecred(&with(&ANTHROPIC, &["--json"]), &env);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let mut got = ran.json();
    // The shape of a fingerprint; its digest is core's business.
    let fingerprint = got["selected"]["fingerprint"].take();
    let (tail, digest) = fingerprint.as_str().unwrap().split_once('#').unwrap();
    assert_eq!(tail, "…wxyz");
    assert!(digest.len() == 8 && digest.bytes().all(|b| b.is_ascii_hexdigit()));
    let detail = got["attempts"][0]["detail"].take();
    assert!(
        detail
            .as_str()
            .unwrap()
            .starts_with("trimmed trailing newline")
    );
    assert_eq!(
        got,
        json!({
            "target": {
                "name": "anthropic",
                "base_url": "https://api.anthropic.com",
                "origins": ["https://api.anthropic.com"],
            },
            "outcome": "selected",
            "selected": {
                "source": "env:ANTHROPIC_API_KEY",
                "kind": "api_key",
                "header": "x-api-key",
                "fingerprint": null,
                "expires_at": null,
            },
            "attempts": [
                {"source": "env:ANTHROPIC_API_KEY", "outcome": "selected", "kind": "api_key", "detail": null},
                {"source": "env:ANTHROPIC_AUTH_TOKEN", "outcome": "absent", "kind": "bearer", "detail": "not set"},
            ],
        })
    );
}

#[test]
fn both_variables_are_a_conflict_that_names_both() {
    let env = [("ANTHROPIC_API_KEY", KEY), ("ANTHROPIC_AUTH_TOKEN", TOKEN)];
    for args in [
        ANTHROPIC.to_vec(),
        with(&ANTHROPIC, &["--json"]),
        vec!["headers", "--target", "anthropic", "--url", "/"],
    ] {
        let ran = onecred(&args, &env);
        assert_eq!(ran.code, 2, "{ran:?}");
        for name in ["env:ANTHROPIC_API_KEY", "env:ANTHROPIC_AUTH_TOKEN"] {
            assert!(ran.err.contains(name), "{ran:?}");
        }
        assert!(
            ran.err.contains("--source env:ANTHROPIC_API_KEY"),
            "{ran:?}"
        );
    }
    let json = onecred(&with(&ANTHROPIC, &["--json"]), &env).json();
    assert_eq!(json["outcome"], "conflict");
    assert_eq!(json["selected"], serde_json::Value::Null);
    assert_eq!(json["target"]["base_url"], "https://api.anthropic.com");
    assert_eq!(json["attempts"][0]["outcome"], "found");
    assert_eq!(json["attempts"][1]["outcome"], "found");
}

#[test]
fn one_of_two_is_picked_by_name() {
    let env = [("ANTHROPIC_API_KEY", KEY), ("ANTHROPIC_AUTH_TOKEN", TOKEN)];
    for (source, kind, header) in [
        ("env:ANTHROPIC_API_KEY", "api_key", "x-api-key"),
        ("env:ANTHROPIC_AUTH_TOKEN", "bearer", "authorization"),
    ] {
        let ran = onecred(&with(&ANTHROPIC, &["--json", "--source", source]), &env);
        assert_eq!(ran.code, 0, "{ran:?}");
        let selected = &ran.json()["selected"];
        assert_eq!(selected["source"], source);
        assert_eq!(selected["kind"], kind);
        assert_eq!(selected["header"], header);
    }
    let ran = onecred(&with(&ANTHROPIC, &["--source", "env:OTHER"]), &env);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("there is no source env:OTHER"), "{ran:?}");
    assert!(
        ran.err
            .contains("env:ANTHROPIC_API_KEY, env:ANTHROPIC_AUTH_TOKEN")
    );
}

#[test]
fn a_credential_in_the_custom_headers_is_refused_by_name() {
    let lines = "X-Team: blue\nX-Api-Key: PLANTED";
    let env = [
        ("ANTHROPIC_API_KEY", KEY),
        ("ANTHROPIC_CUSTOM_HEADERS", lines),
    ];
    let ran = onecred(&ANTHROPIC, &env);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("ANTHROPIC_CUSTOM_HEADERS (x-api-key)"),
        "{ran:?}"
    );
    assert!(ran.err.contains("remove that line"), "{ran:?}");
    let alone = onecred(&ANTHROPIC, &[("ANTHROPIC_CUSTOM_HEADERS", lines)]);
    assert_eq!(alone.code, 2);
    assert!(alone.err.contains("`x-api-key`"), "{alone:?}");
}

#[test]
fn the_dialect_decides_where_a_key_goes() {
    let env = [("ANTHROPIC_API_KEY", KEY)];
    let ran = onecred(&with(&ANTHROPIC, &["--json", "--dialect", "bearer"]), &env);
    assert_eq!(ran.json()["selected"]["header"], "authorization");
}

#[test]
fn a_custom_target_reads_what_it_is_told_to() {
    let custom = [
        "explain",
        "--json",
        "--target",
        "custom",
        "--origin",
        "https://llm.corp.example",
        "--key-header",
        "api-key",
        "--key-env",
        "GW_KEY",
        "--bearer-env",
        "GW_TOKEN",
    ];
    let ran = onecred(&custom, &[("GW_KEY", KEY), ("ANTHROPIC_API_KEY", KEY)]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let json = ran.json();
    assert_eq!(json["target"]["name"], "custom");
    assert_eq!(json["target"]["base_url"], serde_json::Value::Null);
    assert_eq!(
        json["target"]["origins"],
        json!(["https://llm.corp.example"])
    );
    assert_eq!(json["selected"]["source"], "env:GW_KEY");
    assert_eq!(json["selected"]["header"], "api-key");
    assert_eq!(onecred(&custom, &[("ANTHROPIC_API_KEY", KEY)]).code, 3);
    assert_eq!(
        onecred(&custom, &[("GW_KEY", KEY), ("GW_TOKEN", TOKEN)]).code,
        2
    );
}

#[test]
fn the_text_is_for_people() {
    let ran = onecred(&ANTHROPIC, &[("ANTHROPIC_API_KEY", KEY)]);
    for part in [
        "selected   env:ANTHROPIC_API_KEY",
        "…wxyz#",
        "`x-api-key`",
        "not set",
    ] {
        assert!(ran.out.contains(part), "{part}: {ran:?}");
    }
    let none = onecred::<&str>(&ANTHROPIC, &[]);
    assert!(
        none.err
            .contains("set ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN"),
        "{none:?}"
    );
}
