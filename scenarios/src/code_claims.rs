//! What the ID Token from the token endpoint says. Its signature may go unread there, because it comes straight from the
//! provider (OIDC Core 3.1.3.7 (6)); its claims are checked as in every flow.

use crate::flows::{CODE, HYBRID};
use harness::{Expect, Input, Scenario};
use mock_idp::Fault;
use mock_idp::fault::{ID_TOKEN, named};

pub(crate) const SCENARIOS: &[Scenario] = &[CLAIMS, AZP, SECOND_CLAIMS, SECOND_AZP];

const CLAIMS: Scenario = Scenario::must("code/id-token-claims")
    .clause("OIDC Core 2, 3.1.3.7 (2), (3), (9), (11)")
    .why("a code can be stolen and put into another login: what its ID Token says is looked at as closely as elsewhere")
    .covers(&["oidcc-client-test-invalid-iss", "oidcc-client-test-invalid-aud", "oidcc-client-test-nonce-invalid"])
    .variant(CODE)
    .inputs(|_| {
        let mut inputs = wrong();
        inputs.push(Input::new("no sub", vec![ID_TOKEN.remove("sub")]));
        inputs
    })
    .expect(Expect::RefusedOrUnavailable);

const SECOND_CLAIMS: Scenario = Scenario::must("code/second-id-token-claims")
    .clause("OIDC Core 3.3.3.7, 3.1.3.7 (2), (3), (9), (11)")
    .why("of two ID Tokens the second is checked as the first: that the one was right says nothing of the other")
    .variant(HYBRID)
    .inputs(|_| of_the_second(wrong()))
    .expect(Expect::RefusedOrUnavailable);

const AZP: Scenario = Scenario::should("code/id-token-azp")
    .clause("OIDC Core 3.1.3.7 (5)")
    .why("azp names the client that the token was given to, in whatever way it came")
    .variant(CODE)
    .with(|| vec![ID_TOKEN.set("azp", "someone-else")])
    .expect(Expect::RefusedOrUnavailable);

const SECOND_AZP: Scenario = Scenario::should("code/second-id-token-azp")
    .clause("OIDC Core 3.3.3.7, 3.1.3.7 (5)")
    .why("azp names the client that the token was given to, in the second ID Token as in the first")
    .variant(HYBRID)
    .with(|| vec![ID_TOKEN.set("azp", "someone-else").nth(2)])
    .expect(Expect::RefusedOrUnavailable);

/// What no ID Token may say, or leave unsaid.
fn wrong() -> Vec<Input> {
    let input = |label, faults: Vec<Fault>| Input::new(label, faults);
    vec![
        input("iss with a character more", vec![ID_TOKEN.append("iss", "1")]),
        input("no iss", vec![ID_TOKEN.remove("iss")]),
        input("aud with a character more", vec![ID_TOKEN.append("aud", "1")]),
        input("no aud", vec![ID_TOKEN.remove("aud")]),
        input("expired", named::expired_by(3600)),
        input("no exp", named::exp_missing()),
        input("no iat", vec![ID_TOKEN.remove("iat")]),
        input("not yet valid", named::not_before_in(3600)),
        input("nonce with a character more", vec![ID_TOKEN.append("nonce", "1")]),
        input("no nonce", named::nonce_missing()),
    ]
}

/// The same, told in the ID Token from the token endpoint alone.
fn of_the_second(inputs: Vec<Input>) -> Vec<Input> {
    let second = |input: Input| Input {
        faults: input.faults.into_iter().map(|fault| fault.nth(2)).collect(),
        ..input
    };
    inputs.into_iter().map(second).collect()
}
