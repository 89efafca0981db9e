use super::*;

const JWT: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ0ZXN0LW9ubHkifQ.c2ln";

#[test]
fn known_shapes() {
    for (text, shape) in [
        ("sk-ant-api03-x", Shape::AnthropicApiKey),
        ("sk-ant-oat01-x", Shape::AnthropicOauthToken),
        ("sk-ant-admin01-x", Shape::AnthropicAdminKey),
        ("AKIAIOSFODNN7EXAMPLE", Shape::AwsAccessKeyId),
        ("ASIAIOSFODNN7EXAMPLE", Shape::AwsAccessKeyId),
        ("ABSKQmVkcm9jaw==", Shape::BedrockLongTermKey),
        ("bedrock-api-key-YmVk", Shape::BedrockShortTermKey),
        ("AIzaSyTestOnly", Shape::GoogleApiKey),
        ("ya29.test-only", Shape::GoogleAccessToken),
        (JWT, Shape::Jwt),
        ("sk-proj-x", Shape::OpenAiProjectKey),
    ] {
        assert_eq!(Shape::of(text), Some(shape), "{text}");
    }
}

#[test]
fn lookalikes_have_none() {
    for text in [
        "",
        "sk-ant-",
        "sk-test",
        "SK-ANT-API03-x",
        "xsk-ant-api03-x",
        "AKIAIOSFODNN7EXAMPL",
        "AKIAIOSFODNN7EXAMPLEX",
        "AKIAIOSFODNN7eXAMPLE",
        "ya29",
        "eyJ",
        "eyJhbGc.eyJzdWI",
        "eyJhbGc.eyJzdWI.",
        "eyJhbGc..c2ln",
        "eyJhbGc.eyJz dWI.c2ln",
        "eyJh.eyJi.c.d",
        "abc.def.ghi",
    ] {
        assert_eq!(Shape::of(text), None, "{text:?}");
    }
}

#[test]
fn a_key_in_its_own_place_is_not_odd() {
    use SecretKind::{ApiKey, Bearer};
    for (shape, slot, vendor) in [
        (Shape::AnthropicApiKey, ApiKey, Vendor::Anthropic),
        (Shape::AnthropicOauthToken, Bearer, Vendor::Anthropic),
        (Shape::BedrockLongTermKey, ApiKey, Vendor::Aws),
        (Shape::BedrockShortTermKey, Bearer, Vendor::Aws),
        (Shape::GoogleApiKey, ApiKey, Vendor::Google),
        (Shape::GoogleAccessToken, Bearer, Vendor::Google),
        (Shape::OpenAiProjectKey, Bearer, Vendor::OpenAi),
        (Shape::Jwt, Bearer, Vendor::Microsoft),
    ] {
        assert_eq!(shape.mismatch(slot, Some(vendor)), None, "{shape:?}");
        assert_eq!(
            shape.mismatch(slot, None),
            None,
            "{shape:?} at a third party"
        );
    }
}

#[test]
fn the_wrong_slot_names_the_right_one() {
    let at = |shape: Shape, slot, vendor| shape.mismatch(slot, vendor).unwrap_or_default();
    let anthropic = Some(Vendor::Anthropic);
    assert_eq!(
        at(Shape::AnthropicOauthToken, SecretKind::ApiKey, anthropic),
        "looks like an Anthropic OAuth token, not an API key: set ANTHROPIC_AUTH_TOKEN instead"
    );
    assert!(
        at(Shape::AnthropicApiKey, SecretKind::Bearer, anthropic).contains("set ANTHROPIC_API_KEY")
    );
    assert!(at(Shape::AnthropicAdminKey, SecretKind::ApiKey, anthropic).contains("Admin API"));
    assert!(at(Shape::Jwt, SecretKind::ApiKey, anthropic).contains("bearer token"));
    assert!(
        at(
            Shape::GoogleApiKey,
            SecretKind::Bearer,
            Some(Vendor::Google)
        )
        .contains("as an API key")
    );
    assert!(at(Shape::GoogleAccessToken, SecretKind::ApiKey, None).contains("as a bearer token"));
}

#[test]
fn another_vendors_key_is_odd_in_both_slots() {
    for slot in [SecretKind::ApiKey, SecretKind::Bearer] {
        for (shape, says) in [
            (Shape::AwsAccessKeyId, "AWS source"),
            (Shape::BedrockLongTermKey, "AWS_BEARER_TOKEN_BEDROCK"),
            (Shape::BedrockShortTermKey, "AWS_BEARER_TOKEN_BEDROCK"),
            (Shape::GoogleApiKey, "Google"),
            (Shape::GoogleAccessToken, "Vertex AI target"),
            (Shape::OpenAiProjectKey, "OpenAI"),
        ] {
            let warning = shape
                .mismatch(slot, Some(Vendor::Anthropic))
                .unwrap_or_default();
            assert!(warning.contains(says), "{shape:?}: {warning}");
        }
        for shape in [Shape::AnthropicApiKey, Shape::AnthropicOauthToken] {
            let warning = shape
                .mismatch(slot, Some(Vendor::Microsoft))
                .unwrap_or_default();
            assert!(warning.contains("only Anthropic"), "{shape:?}: {warning}");
        }
    }
}

#[test]
fn a_third_party_may_take_any_key_but_not_half_of_one() {
    for shape in [
        Shape::AnthropicApiKey,
        Shape::OpenAiProjectKey,
        Shape::GoogleApiKey,
        Shape::BedrockLongTermKey,
    ] {
        assert_eq!(shape.mismatch(SecretKind::ApiKey, None), None, "{shape:?}");
        assert_eq!(shape.mismatch(SecretKind::Bearer, None), None, "{shape:?}");
    }
    for slot in [SecretKind::ApiKey, SecretKind::Bearer] {
        assert!(Shape::AwsAccessKeyId.mismatch(slot, None).is_some());
        assert!(Shape::AnthropicAdminKey.mismatch(slot, None).is_some());
    }
}

#[test]
fn lengths_at_the_borders() {
    for (shape, fine, odd) in [
        (Shape::AnthropicApiKey, 90, 89),
        (Shape::AnthropicAdminKey, 90, 89),
        (Shape::BedrockLongTermKey, 113, 112),
        (Shape::GoogleApiKey, 39, 38),
        (Shape::GoogleApiKey, 39, 40),
        (Shape::OpenAiProjectKey, 56, 55),
    ] {
        assert_eq!(shape.odd_length(fine), None, "{shape:?} {fine}");
        assert!(shape.odd_length(odd).is_some(), "{shape:?} {odd}");
    }
    assert_eq!(Shape::Jwt.odd_length(1), None);
}

#[test]
fn the_note_says_which_way() {
    let says = |length| {
        Shape::GoogleApiKey
            .odd_length(length)
            .map(|note| note.to_string())
    };
    assert_eq!(
        says(20).as_deref(),
        Some("looks cut off: 20 characters, where a Google API key usually has 39; copy it again")
    );
    assert_eq!(
        says(50).as_deref(),
        Some("looks too long: 50 characters, where a Google API key usually has 39; copy it again")
    );
}
