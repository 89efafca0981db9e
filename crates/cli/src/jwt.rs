//! What a JWT says of itself. The signature is not checked: this is for people, and decides nothing.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use onecred_core::Shape;
use serde::Deserialize;

/// The claims that a diagnosis needs.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Claims {
    exp: Option<f64>,
    aud: Audience,
}

#[derive(Debug, Default, Deserialize)]
#[serde(untagged)]
enum Audience {
    #[default]
    None,
    One(String),
    Many(Vec<String>),
}

impl Claims {
    /// `None` for anything but a JWT whose claims can be read.
    pub(crate) fn of(token: &str) -> Option<Self> {
        if Shape::of(token) != Some(Shape::Jwt) {
            return None;
        }
        let payload = token.split('.').nth(1)?;
        let bytes = URL_SAFE_NO_PAD.decode(payload).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    pub(crate) fn expires_at(&self) -> Option<SystemTime> {
        let since = Duration::try_from_secs_f64(self.exp?).ok()?;
        SystemTime::UNIX_EPOCH.checked_add(since)
    }

    pub(crate) fn audiences(&self) -> &[String] {
        match &self.aud {
            Audience::None => &[],
            Audience::One(one) => std::slice::from_ref(one),
            Audience::Many(many) => many,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &str) -> String {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.c2ln", part(r#"{"alg":"RS256"}"#), part(claims))
    }

    #[test]
    fn claims_are_read() {
        let claims = Claims::of(&token(r#"{"exp":100.5,"aud":["a","b"],"sub":"x"}"#)).unwrap();
        let at = SystemTime::UNIX_EPOCH + Duration::from_millis(100_500);
        assert_eq!(claims.expires_at(), Some(at));
        assert_eq!(claims.audiences(), ["a", "b"]);
        let claims = Claims::of(&token(r#"{"aud":"a"}"#)).unwrap();
        assert_eq!(claims.expires_at(), None);
        assert_eq!(claims.audiences(), ["a"]);
    }

    #[test]
    fn what_is_none_is_none() {
        for text in ["", "sk-ant-api03-x", "eyJ.eyJ.eyJ", "eyJhbGciOiJub25lIn0"] {
            assert!(Claims::of(text).is_none(), "{text}");
        }
        assert!(Claims::of(&token("1")).is_none());
        for exp in ["-1", "1e300"] {
            let claims = Claims::of(&token(&format!(r#"{{"exp":{exp}}}"#))).unwrap();
            assert_eq!(claims.expires_at(), None);
        }
    }
}
