//! Malformed everything: whatever octets come, the answer is the client's mistake in a sentence, and never the
//! provider's, and the provider goes on.

use mock_idp::{LoginPolicy, MockIdp};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::connections::told;

const PATHS: &[&str] = &[
    "/",
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server/t/x",
    "/.well-known/webfinger",
    "/jwks",
    "/authorize",
    "/login",
    "/consent",
    "/token",
    "/userinfo",
    "/introspect",
    "/revoke",
    "/par",
    "/device_authorization",
    "/device",
    "/register",
    "/register/x",
    "/end-session",
    "/v2/logout",
    "/check-session",
    "/healthz",
    "/pause",
    "/social",
    "/account",
    "/claims",
    "/t/x/authorize",
    "/t/",
    "/t/%ff",
];

const NAMES: &[&str] = &[
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "prompt",
    "max_age",
    "claims",
    "request",
    "request_uri",
    "id_token_hint",
    "login_hint",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
    "grant_type",
    "code",
    "refresh_token",
    "token",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "user_code",
    "device_code",
    "post_logout_redirect_uri",
    "username",
    "password",
    "action",
    "resource",
];

const VALUES: &[&str] = &[
    "",
    "app",
    "openid",
    "http://localhost:3000/callback",
    "http://[::1",
    "javascript:1",
    "http://localhost:99999/",
    "id_token",
    "code id_token token",
    "form_post",
    "S256",
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    "-9223372036854775808",
    "99999999999999999999999999",
    "1e400",
    "eyJhbGciOiJub25lIn0.e30.",
    "eyJhbGciOiJSUzI1NiJ9.bm8.bm8",
    "....",
    "{\"id_token\":{\"acr\":{\"values\":[[[[[[[[1]]]]]]]]}}}",
    "[]",
    "\u{0}\u{7f}\u{202e}é",
    "%",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "'\"&",
];

/// Octets of any kind, or words that get far.
fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => prop::sample::select(VALUES).prop_map(|value| value.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..40),
        1 => "[ -~]{0,40}".prop_map(String::into_bytes),
    ]
}

fn pairs() -> impl Strategy<Value = Vec<u8>> {
    let pair = (prop::sample::select(NAMES), value(), any::<bool>()).prop_map(|(name, value, raw)| {
        let value = if raw {
            value.into_iter().filter(|octet| !b" \r\n".contains(octet)).collect()
        } else {
            form_encoded(&value)
        };
        [name.as_bytes(), b"=", &value].concat()
    });
    vec(pair, 0..9).prop_map(|pairs| pairs.join(&b'&'))
}

fn form_encoded(value: &[u8]) -> Vec<u8> {
    value.iter().flat_map(|octet| format!("%{octet:02X}").into_bytes()).collect()
}

fn path() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => prop::sample::select(PATHS).prop_map(|path| path.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..30).prop_map(|octets| [b"/", &octets[..]].concat()),
        1 => "/[!-~]{0,20}".prop_map(String::into_bytes),
    ]
}

fn header() -> impl Strategy<Value = Vec<u8>> {
    let name = prop::sample::select(
        &[
            "authorization: Basic ",
            "authorization: Bearer ",
            "authorization: ",
            "cookie: mock_idp=",
            "cookie: mock_idp_marker=",
            "cookie: ",
            "mock-idp-marker: ",
            "content-type: ",
            "accept: ",
            "origin: ",
            "host: ",
            "x-forwarded-host: ",
            "x-forwarded-proto: ",
            "",
        ][..],
    );
    (name, value()).prop_map(|(name, value)| [name.as_bytes(), &value, b"\r\n"].concat())
}

fn content_type() -> impl Strategy<Value = &'static str> {
    prop::sample::select(
        &["application/x-www-form-urlencoded", "application/json", "application/jwt", "text/plain"][..],
    )
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => pairs(),
        1 => vec(any::<u8>(), 0..60),
        1 => prop::sample::select(&["{", "{}", "[]", "null", "{\"redirect_uris\":[1]}", "{\"redirect_uris\":[\"x\"]}",
            "{\"jwks\":{\"keys\":[{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"\"}]}}", "[[[[[[[["][..])
            .prop_map(|text| text.as_bytes().to_vec()),
    ]
}

/// A request that ends its connection, and that is well formed as far as the length of its body goes.
fn request() -> impl Strategy<Value = Vec<u8>> {
    let method =
        prop::sample::select(&["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "BREW"][..]);
    let head = (method, path(), pairs());
    (head, vec(header(), 0..3), content_type(), body()).prop_map(
        |((method, path, query), headers, kind, body)| {
            let line = [method.as_bytes(), b" ", &path, b"?", &query, b" HTTP/1.1\r\n"].concat();
            let rest = format!(
                "host: localhost\r\nconnection: close\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            [line, headers.concat(), rest.into_bytes(), body].concat()
        },
    )
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// What is wrong with an answer.
fn complaint(answer: &str) -> Option<String> {
    let Some((head, _)) = answer.split_once("\r\n\r\n") else { return Some("no answer".to_owned()) };
    let Some(status) = head.get(9..12).and_then(|status| status.parse::<u16>().ok()) else {
        return Some("no status".to_owned());
    };
    if status >= 500 {
        return Some("it is the provider's mistake".to_owned());
    }
    // To HEAD, the sentence is announced only.
    let has_sentence = head
        .lines()
        .filter_map(|line| line.strip_prefix("content-length: "))
        .any(|length| length.parse::<usize>().is_ok_and(|length| length > 10));
    (status >= 400 && !has_sentence).then(|| "no sentence".to_owned())
}

fn assert_no_complaint(policy: &LoginPolicy, strategy: impl Strategy<Value = Vec<u8>>, cases: u32) {
    let runtime = runtime();
    let provider = runtime.block_on(MockIdp::start()).unwrap();
    provider.tenant().set_policy(policy.clone());
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let ran = TestRunner::new(config).run(&strategy, |octets| {
        let answer = runtime.block_on(told(&provider, &octets));
        match complaint(&answer) {
            None => Ok(()),
            Some(why) => {
                Err(TestCaseError::fail(format!("{why}: {:?}\n{answer}", String::from_utf8_lossy(&octets))))
            }
        }
    });
    ran.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn no_request_is_answered_with_the_providers_own_mistake() {
    assert_no_complaint(&LoginPolicy::Auto { user: "alice".into() }, request(), 1500);
    assert_no_complaint(&LoginPolicy::Ask, request(), 500);
}

#[test]
fn octets_that_are_no_request_are_answered_with_a_sentence() {
    // An empty line at the end, so that there is something to answer.
    let octets = vec(any::<u8>(), 1..80).prop_map(|octets| [&octets[..], b"\r\n\r\n"].concat());
    // What begins with empty lines only is nothing yet.
    let octets =
        octets.prop_filter("something", |octets| !octets.iter().all(|octet| b"\r\n".contains(octet)));
    assert_no_complaint(&LoginPolicy::Ask, octets, 200);
}
