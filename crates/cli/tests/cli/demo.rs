use super::support::{alone, onecred};

const NAMES: [&str; 7] = [
    "static key",
    "derive",
    "hot replace",
    "conflict",
    "stray header",
    "redirect",
    "401",
];

#[test]
fn every_step_holds_and_says_what_arrived() {
    let ran = alone(&["demo", "--json"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    let json = ran.json();
    assert_eq!(json["ok"], true);
    let steps = json["steps"].as_array().unwrap();
    let names: Vec<&str> = steps
        .iter()
        .map(|step| step["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, NAMES);
    let arrived = |step: usize| steps[step]["arrived"].to_string();
    for (step, what) in [
        (0, "x-api-key: …kkkk#"),
        (1, "authorization: Bearer …tttt#"),
        (1, "x-api-key: …kkkk#"),
        (2, "0 with both, 0 with none, 0 with anything else"),
        (2, "0 failed"),
        (3, "env:ANTHROPIC_API_KEY and env:ANTHROPIC_AUTH_TOKEN"),
        (4, "header `authorization`"),
        (5, "onecred: GET /elsewhere without a credential"),
        (5, "plain reqwest: GET /elsewhere with x-api-key: …kkkk#"),
        (
            6,
            "refused: POST /v1/messages with authorization: Bearer …tttt#",
        ),
        (
            6,
            "replayed: POST /v1/messages with authorization: Bearer …nnnn#",
        ),
        (6, "the caller saw 200"),
    ] {
        assert_eq!(steps[step]["ok"], true);
        assert!(arrived(step).contains(what), "{what}: {}", arrived(step));
    }
    assert!(
        !ran.out.contains("opens-nothing"),
        "a whole credential in {ran:?}"
    );
}

#[test]
fn the_text_ends_with_what_to_try_next() {
    let ran = alone(&["demo"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("ok: 7 of 7 steps held"), "{ran:?}");
    assert!(
        ran.out.contains("onecred explain --target anthropic"),
        "{ran:?}"
    );
    assert!(
        !ran.out.contains("opens-nothing"),
        "a whole credential in {ran:?}"
    );
    for name in NAMES {
        assert!(ran.out.contains(name), "{name}");
    }
}

#[test]
fn proxies_of_the_environment_are_not_asked() {
    let nowhere = "http://127.0.0.1:1";
    let env = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"].map(|name| (name, nowhere));
    assert_eq!(onecred(&["demo", "--json"], &env).code, 0);
}
