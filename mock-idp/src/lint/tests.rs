//! Requests as applications send them, and what the linter says.

use super::*;
use crate::protocol::Params;
use crate::trace::{Endpoint, Recorder, Request, Response};

const GOOD: &[(&str, &str)] = &[
    ("client_id", "app"),
    ("redirect_uri", "http://localhost/cb"),
    ("response_type", "code"),
    ("scope", "openid"),
    ("state", "QqAmQh5x0Rj2pU7VbWc1dE"),
    ("nonce", "n-0S6_WzA2MjQx8fKe3vTg"),
    ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
    ("code_challenge_method", "S256"),
];

fn exchange(seq: u64, endpoint: Endpoint, method: &str, url: &str, body: &str) -> Exchange {
    Exchange {
        seq,
        at_millis: 1_767_225_600_000,
        leg: endpoint.leg(),
        recorder: Recorder::Provider,
        endpoint,
        marker: None,
        request: Request { method: method.into(), url: url.into(), headers: vec![], body: body.into() },
        response: None,
        faults: vec![],
    }
}

fn params(changes: &[(&str, &str)]) -> Params {
    let mut params: Params = GOOD.iter().copied().collect();
    for (name, value) in changes {
        if value.is_empty() { params.remove(name) } else { params.set(name, *value) }
    }
    params
}

fn authorize(seq: u64, changes: &[(&str, &str)]) -> Exchange {
    let url = format!("http://x/authorize?{}", params(changes).encode());
    exchange(seq, Endpoint::Authorize, "GET", &url, "")
}

fn rules(remarks: &[Remark]) -> Vec<&str> {
    let unlisted = |remark: &&Remark| !RULES.iter().any(|(rule, _)| *rule == remark.rule);
    assert_eq!(remarks.iter().find(unlisted), None, "every rule is listed");
    remarks.iter().map(|remark| remark.rule.as_str()).collect()
}

const FRESH: &[(&str, &str)] = &[
    ("state", "Jd83kLq0ZxV5bNm2TyHs7w"),
    ("nonce", "c4RfP9uGe1WaXk6DoMiB3Q"),
    ("code_challenge", "4lCk2x0PZBq7oWnTjvLr9YdEhMu3sXgAi1cRfKt8bJw"),
];

#[test]
fn a_careful_application_hears_nothing() {
    let clients =
        [Client { redirect_uris: vec!["http://localhost/cb".into()], ..Client::unregistered("app") }];

    let remarks = lint_with(&[authorize(1, &[]), authorize(2, FRESH)], &clients);

    assert_eq!(remarks, []);
}

#[test]
fn every_mistake_in_one_request_has_its_rule() {
    for (changes, rule) in [
        (&[("state", "")] as &[_], "state-missing"),
        (&[("state", "abc")], "state-short"),
        (&[("state", "aaaaaaaaaaaaaaaaaaaaaa")], "state-low-entropy"),
        (&[("nonce", "")], "nonce-missing"),
        (&[("nonce", "x9Kq")], "nonce-short"),
        (&[("nonce", "1767225600000123")], "nonce-low-entropy"),
        (&[("nonce", "QqAmQh5x0Rj2pU7VbWc1dE")], "nonce-equals-state"),
        (
            &[("response_type", "id_token"), ("response_mode", "query"), ("code_challenge", "")],
            "token-in-query",
        ),
        (&[("code_challenge", ""), ("code_challenge_method", "")], "pkce-missing"),
        (&[("code_challenge_method", "plain")], "pkce-plain"),
        (&[("code_challenge_method", "")], "pkce-plain"),
    ] {
        assert_eq!(rules(&lint(&[authorize(7, changes)])), [rule], "{changes:?}");
    }
}

#[test]
fn what_two_requests_share_is_noticed_once_with_both() {
    let remarks = lint(&[authorize(3, FRESH), authorize(5, &[]), authorize(9, &[("scope", "openid email")])]);

    assert_eq!(rules(&remarks), ["state-reused", "nonce-reused", "pkce-reused"]);
    assert_eq!(remarks[0].exchanges, [5, 9]);
    assert!(!remarks[0].text.contains("loaded again"));
    assert!(lint(&[authorize(1, &[]), authorize(2, &[])])[0].text.contains("loaded again"));
}

#[test]
fn a_counter_is_noticed_over_a_run() {
    for (name, rule) in [("state", "state-low-entropy"), ("nonce", "nonce-low-entropy")] {
        let one = authorize(1, &[FRESH, &[(name, "Zr4kQe9sLw2mXpVb00000001")]].concat());
        let other = authorize(2, &[(name, "Zr4kQe9sLw2mXpVb00000002")]);

        let remarks = lint(&[one, other]);

        assert_eq!(rules(&remarks), [rule], "{remarks:?}");
        assert_eq!(remarks[0].exchanges, [1, 2]);
    }
}

#[test]
fn parameters_that_come_twice_and_unregistered_redirect_uris_are_noticed() {
    let mut twice = authorize(1, &[]);
    twice.request.url.push_str("&scope=email&resource=a&resource=b");
    let clients = [Client { redirect_uris: vec!["http://localhost/".into()], ..Client::unregistered("app") }];

    assert_eq!(rules(&lint(&[twice])), ["parameter-duplicated"]);
    assert_eq!(rules(&lint_with(&[authorize(1, &[])], &clients)), ["redirect-uri-unregistered"]);
    assert_eq!(rules(&lint_with(&[authorize(1, &[])], &[])), ["redirect-uri-unregistered"]);
}

#[test]
fn pushed_requests_and_request_objects_are_judged_where_they_travelled() {
    let pushed = params(&[("state", "")]).encode();
    let used = "http://x/authorize?client_id=app&request_uri=urn:x";
    let claims = serde_json::json!({"response_type": "code", "scope": "openid", "state": "s", "nonce": "n"});
    let object = format!("e30.{}.", crate::token::base64url(claims.to_string()));
    let signed = format!(
        "http://x/authorize?client_id=app&code_challenge_method=S256&code_challenge=x&request={object}"
    );

    let by_push = lint(&[
        exchange(1, Endpoint::PushedAuthorization, "POST", "http://x/par", &pushed),
        exchange(2, Endpoint::Authorize, "GET", used, ""),
    ]);
    let by_object = lint(&[exchange(1, Endpoint::Authorize, "GET", &signed, "")]);

    let mut fetched = exchange(1, Endpoint::RequestObject, "GET", "http://localhost/r.jwt", "");
    fetched.response = Some(Response { status: 200, headers: Vec::new(), body: format!("{object}\n") });
    let at = signed.replace(&object, "http://localhost/r.jwt").replace("&request=", "&request_uri=");
    let by_address = lint(&[fetched, exchange(2, Endpoint::Authorize, "GET", &at, "")]);

    assert_eq!(rules(&by_push), ["state-missing"]);
    assert_eq!(rules(&by_address), ["state-short", "nonce-short"]);
    assert_eq!(rules(&by_object), ["state-short", "nonce-short"]);
}

#[test]
fn secrets_in_urls_are_noticed_at_every_endpoint() {
    for name in ["client_secret", "access_token", "refresh_token", "client_assertion"] {
        let url = format!("http://x/userinfo?{name}=a");

        let remarks = lint(&[exchange(4, Endpoint::Userinfo, "GET", &url, "")]);

        assert_eq!(rules(&remarks), ["secret-in-url"]);
        assert!(
            remarks[0].text.starts_with(&format!("{name} stands in the URL of userinfo")),
            "{}",
            remarks[0]
        );
        assert!(remarks[0].to_string().ends_with("exchange #4)"), "{}", remarks[0]);
    }
}

#[test]
fn every_listed_rule_is_shown_by_a_test_here() {
    let tests = include_str!("tests.rs");

    for (rule, _) in RULES {
        assert!(tests.contains(&format!("\"{rule}\"")), "{rule}");
    }
}
