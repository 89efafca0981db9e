//! The one claim of a JWT that matters to its bearer: when it ends. Nothing is verified; that is the
//! server's business.

use std::time::{Duration, SystemTime};

/// When `token` expires, if it is a JWT that says so.
pub(crate) fn expiry(token: &str) -> Option<SystemTime> {
    #[derive(serde::Deserialize)]
    struct Claims {
        exp: f64,
    }
    let mut parts = token.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    if !token.starts_with("eyJ") || parts.next().is_some() {
        return None;
    }
    let claims = base64url(payload)?;
    let Claims { exp } = serde_json::from_slice(&claims).ok()?;
    let since_epoch = Duration::try_from_secs_f64(exp.trunc()).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(since_epoch)
}

fn base64url(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in text.trim_end_matches('=').bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xff).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_end_and_nothing_else() {
        // {"alg":"none"} . {"sub":"a","exp":1700000000} . signature
        let token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIiwiZXhwIjoxNzAwMDAwMDAwfQ.c2ln";
        let end = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        assert_eq!(expiry(token), Some(end));
        for other in [
            "",
            "eyJ",
            "eyJ..",
            "a.b.c",
            "eyJhbGciOiJub25lIn0.e30.c2ln",                 // {}
            "eyJhbGciOiJub25lIn0.eyJleHAiOi0xfQ.c2ln",      // {"exp":-1}
            "eyJhbGciOiJub25lIn0.eyJleHAiOjFlMzAwfQ.c2ln",  // {"exp":1e300}
            "eyJhbGciOiJub25lIn0.eyJleHAiOjE3MDAwMDAwMDB9", // two parts
            "eyJhbGciOiJub25lIn0.eyJleHAiOjE3MDAwMDAwMDB9.x.y",
            "eyJhbGciOiJub25lIn0.e+30.c2ln",
        ] {
            assert_eq!(expiry(other), None, "{other}");
        }
    }

    #[test]
    fn decodes_every_length() {
        let text = |bytes: &[u8]| Some(bytes.to_vec());
        assert_eq!(base64url(""), text(b""));
        assert_eq!(base64url("Zg"), text(b"f"));
        assert_eq!(base64url("Zm8="), text(b"fo"));
        assert_eq!(base64url("Zm9v"), text(b"foo"));
        assert_eq!(base64url("_-8"), text(&[0xff, 0xef]));
    }
}
