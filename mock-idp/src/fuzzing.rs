//! What the fuzz targets run: each takes any octets, and panics if something is not as it must be.
//!
//! `fuzz/` drives them with libFuzzer; the tests below drive them from seeds, with a stable compiler.

use std::path::Path;

use crate::checks::{is_on_loopback, nearest};
use crate::protocol::{Document, Object, Params};
use crate::settings::FromFile;
use crate::token::{ForeignToken, SigningKeys, TokenSpec, read_hint};

/// Parameters: what was read is written so that it is read alike.
pub fn params(octets: &[u8]) {
    let text = String::from_utf8_lossy(octets);
    let read = Params::parse(&text);
    assert_eq!(Params::parse(&read.encode()), read, "{text}");
    let most = read.0.len();
    assert_eq!(Params::parse_at_most(&text, most).as_ref(), Some(&read), "{text}");
    assert!(most == 0 || Params::parse_at_most(&text, most - 1).is_none(), "{text}");
}

/// Compact JWS: any text may come as one, and any text may be made into one, which then says what it was given.
pub fn compact_jws(octets: &[u8]) {
    let text = String::from_utf8_lossy(octets);
    let _ = ForeignToken::parse(&text);
    assert_eq!(read_hint(&text, &[]), None, "nobody can sign by chance: {text}");

    let claims = Document::Text(text.clone().into_owned());
    let token = TokenSpec::signed(claims, "HS256", SigningKeys::FIRST, Some("a secret")).seal();
    assert_eq!(token.split('.').count(), 3, "{token}");
    let is_object = matches!(serde_json::from_str(&text), Ok(serde_json::Value::Object(_)));
    assert_eq!(ForeignToken::parse(&token).is_ok(), is_object, "{text}");
    if let Some(object) = Object::parse(&text) {
        let written = object.to_string();
        assert_eq!(Object::parse(&written), Some(object), "{written}");
    }
}

/// Redirect URIs, the first line as requested and the others as registered: the difference is the whole of both.
pub fn redirect_uri(octets: &[u8]) {
    let text = String::from_utf8_lossy(octets);
    let mut lines = text.split('\n').map(str::to_owned);
    let requested = lines.next().unwrap_or_default();
    let registered: Vec<String> = lines.collect();
    let _ = is_on_loopback(&requested);
    let told = nearest(&requested, &registered);
    assert_eq!([&*told.start, &*told.requested, &*told.end].concat(), requested, "{text}");
    let other = [&*told.start, &*told.registered, &*told.end].concat();
    assert!(registered.is_empty() || registered.contains(&other), "{text}");
}

/// Settings: a file is understood, or refused with a sentence that has a remedy.
pub fn settings(octets: &[u8]) {
    let text = String::from_utf8_lossy(octets);
    match FromFile::understand(Path::new("fuzz.toml"), &text) {
        Ok(read) => drop(read.settings.check()),
        Err(error) => assert!(error.to_string().contains("fuzz.toml"), "{error}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// Octets, or the letters that mean something to the target.
    fn octets(letters: &'static str) -> impl Strategy<Value = Vec<u8>> {
        let letters: Vec<char> = letters.chars().collect();
        let words = vec(prop::sample::select(letters), 0..60);
        prop_oneof![
            vec(any::<u8>(), 0..60),
            words.prop_map(|letters| letters.into_iter().collect::<String>().into_bytes()),
        ]
    }

    proptest! {
        #[test]
        fn parameters_are_written_as_they_were_read(octets in octets("ab=&%+;20fFé\u{0}")) {
            super::params(&octets);
        }

        #[test]
        fn any_text_may_come_as_a_token_and_be_made_into_one(octets in octets("{}[]\":,.\\eyJ01-_é \n")) {
            super::compact_jws(&octets);
        }

        #[test]
        fn the_difference_between_redirect_uris_is_the_whole_of_both(octets in octets("abé:/.?#@[]%\n")) {
            super::redirect_uri(&octets);
        }

        #[test]
        fn settings_are_understood_or_refused(octets in octets("rules=\"[]{}.'x1-_\n #:")) {
            super::settings(&octets);
        }
    }

    /// Good inputs with one octet changed, taken out or doubled: what stays nearest to being right.
    #[test]
    fn almost_good_input_panics_nothing() {
        let idp = include_str!("../../fixtures/idp.toml");
        for (target, good) in [
            (
                super::params as fn(&[u8]),
                "client_id=app&redirect_uri=http%3A%2F%2Flocalhost%2Fcb&state=a+b&state=",
            ),
            (super::compact_jws, r#"{"iss":"http://i","aud":["a","b"],"exp":1e400,"nested":{"a":[{}]}}"#),
            (super::compact_jws, "eyJhbGciOiJIUzI1NiIsImNyaXQiOlsiYiJdfQ.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"),
            (super::redirect_uri, "http://localhost:3000/cb?é=1\nhttp://localhost:3001/cb?é=2\nhttps://x/"),
            (super::settings, idp),
        ] {
            for place in 0..good.len() {
                let (before, after) = good.as_bytes().split_at(place);
                for changed in [&after[1..], &[&[0xC3], &after[1..]].concat(), &[&after[..1], after].concat()]
                {
                    target(&[before, changed].concat());
                }
            }
        }
    }
}
