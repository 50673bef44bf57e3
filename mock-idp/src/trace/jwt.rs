//! The tokens in an exchange, for people who want to read them.

use serde::Serialize;
use serde_json::Value;

use super::exchange::Exchange;
use crate::token::decode;

/// A token that came along in an exchange, decoded and not verified.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SeenToken {
    /// Where it was: `request url`, `request body`, `response header location`, …
    pub place: String,
    /// What its header says.
    pub header: Value,
    /// What it claims.
    pub claims: Value,
}

impl Exchange {
    /// Every JWS in the exchange that can be read, each once.
    pub fn tokens(&self) -> Vec<SeenToken> {
        let mut places = vec![("request url".to_owned(), self.request.url.as_str())];
        for (name, value) in &self.request.headers {
            places.push((format!("request header {name}"), value));
        }
        places.push(("request body".to_owned(), &self.request.body));
        if let Some(response) = &self.response {
            for (name, value) in &response.headers {
                places.push((format!("response header {name}"), value));
            }
            places.push(("response body".to_owned(), &response.body));
        }
        let mut known = Vec::new();
        let mut seen = Vec::new();
        for (place, text) in places {
            for (compact, header, claims) in readable(text) {
                if !known.contains(&compact) {
                    known.push(compact);
                    seen.push(SeenToken { place: place.clone(), header, claims });
                }
            }
        }
        seen
    }
}

/// The runs of token characters in a text that are a JWS: two JSON objects in base64url, and a signature.
fn readable(text: &str) -> impl Iterator<Item = (&str, Value, Value)> {
    let is_token = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    text.split(move |letter| !is_token(letter)).filter_map(|run| {
        let mut parts = run.split('.');
        let (header, claims, _signature) = (parts.next()?, parts.next()?, parts.next()?);
        Some((run, object(header)?, object(claims)?))
    })
}

fn object(part: &str) -> Option<Value> {
    serde_json::from_slice(&decode(part)?).ok().filter(Value::is_object)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_wherever_it_stands_and_nothing_else_is_taken_for_one() {
        let token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.";

        for text in [
            format!("http://x/cb#id_token={token}&state=a.b.c"),
            format!("{{\"id_token\":\"{token}\"}}"),
            format!("<input value=\"{token}\">"),
            format!("Bearer {token}"),
        ] {
            let found: Vec<_> = readable(&text).collect();

            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].1["alg"], "none");
            assert_eq!(found[0].2["sub"], "a");
        }
        assert_eq!(readable("www.example.com a.b.c e30 eyJ.eyJ.x").count(), 0);
    }
}
