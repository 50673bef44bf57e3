//! Members that stand twice. RFC 7519 section 4 lets a parser refuse them or take the last; the first never counts.

use harness::{Facts, Input, Scenario};
use mock_idp::Fault;
use mock_idp::fault::{HEADER, ID_TOKEN, Order};
use serde_json::{Value, json};

pub(crate) const SCENARIOS: &[Scenario] = &[LAST_WRONG, LAST_RIGHT, HEADER_LAST_WRONG, HEADER_LAST_RIGHT];

/// Claims, and what is wrong for each of them.
fn wrong_claims(facts: &Facts) -> [(&'static str, Value); 5] {
    [
        ("iss", json!("http://127.0.0.1:9/other")),
        ("aud", json!("someone-else")),
        ("nonce", json!("a-nonce-of-nobody")),
        ("exp", json!(facts.now - 86_400)),
        ("sub", json!(7)),
    ]
}

/// Header members, and what is wrong for each of them.
fn wrong_members(_: &Facts) -> [(&'static str, Value); 2] {
    [("alg", json!("none")), ("kid", json!("no-such-key"))]
}

fn inputs<const N: usize>(
    wrong: [(&'static str, Value); N],
    order: Order,
    twice: impl Fn(&str, Value, Order) -> Fault,
) -> Vec<Input> {
    wrong.into_iter().map(|(name, value)| Input::new(name, vec![twice(name, value, order)])).collect()
}

const LAST_WRONG: Scenario = Scenario::must("id-token/duplicate-claim-last-wrong")
    .clause("RFC 7519 4; OIDC Core 3.1.3.7")
    .why("of two claims with one name the last counts, or none: whoever takes the first can be told apart from the verifier")
    .covers(&["SUB-07"])
    .inputs(|facts| inputs(wrong_claims(facts), Order::Last, |name, value, order| ID_TOKEN.duplicate(name, value, order)));

const LAST_RIGHT: Scenario = Scenario::harden("id-token/duplicate-claim")
    .clause("RFC 7519 4")
    .why("two parsers that choose differently see two tokens under one signature: a careful app refuses both")
    .covers(&["SUB-07"])
    .inputs(|facts| {
        inputs(wrong_claims(facts), Order::First, |name, value, order| ID_TOKEN.duplicate(name, value, order))
    });

const HEADER_LAST_WRONG: Scenario = Scenario::must("jose/duplicate-member-last-wrong")
    .clause("RFC 7515 4, 5.2")
    .why("of two header members with one name the last counts, or none: the first must not choose algorithm or key")
    .covers(&["JOSE-11"])
    .inputs(|facts| inputs(wrong_members(facts), Order::Last, |name, value, order| HEADER.duplicate(name, value, order)));

const HEADER_LAST_RIGHT: Scenario = Scenario::harden("jose/duplicate-member")
    .clause("RFC 7515 4, 5.2")
    .why("header member names are unique: with two of a name, the check and the verification may read different ones")
    .covers(&["JOSE-11"])
    .inputs(|facts| inputs(wrong_members(facts), Order::First, |name, value, order| HEADER.duplicate(name, value, order)));
