//! Tokens as a person reads them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// Claims that hold a time.
const TIMES: [&str; 4] = ["exp", "iat", "nbf", "auth_time"];

/// Header and claims of a compact token as JSON, times relative to `start`; `None` if it is no token.
pub fn decoded(token: &str, start: i64) -> Option<(String, String)> {
    let mut parts = token.split('.');
    let header = part(parts.next()?)?;
    let claims = part(parts.next()?)?;
    parts.next()?;
    Some((readable(header, start), readable(claims, start)))
}

fn part(text: &str) -> Option<Value> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn readable(mut value: Value, start: i64) -> String {
    if let Value::Object(members) = &mut value {
        for (name, member) in members {
            if TIMES.contains(&name.as_str())
                && let Some(seconds) = member.as_i64()
                && (seconds - start).abs() < 400 * 86_400
            {
                *member = Value::String(format!("t{:+}s", seconds - start));
            }
        }
    }
    value.to_string()
}

#[cfg(test)]
mod tests {
    use super::decoded;
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

    #[test]
    fn a_token_is_shown_decoded_with_times_from_the_start() {
        let part = |json: &str| URL_SAFE_NO_PAD.encode(json);
        let token = format!("{}.{}.c2ln", part(r#"{"alg":"RS256"}"#), part(r#"{"sub":"a","exp":1060}"#));

        let (header, claims) = decoded(&token, 1000).unwrap();

        assert_eq!(header, r#"{"alg":"RS256"}"#);
        assert_eq!(claims, r#"{"sub":"a","exp":"t+60s"}"#);
        assert_eq!(decoded("not.a token", 0), None);
    }
}
