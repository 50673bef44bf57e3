//! When the token was made and until when it holds.

use harness::{Expect, Input, Scenario};
use mock_idp::fault::{ID_TOKEN, named};

pub(crate) const SCENARIOS: &[Scenario] = &[
    EXPIRED,
    NO_EXP,
    ISSUED_LATER,
    SKEWED,
    NOT_YET,
    NO_IAT,
    ENDS_BEFORE_IT_STARTS,
    FRACTION,
    ISSUED_LONG_AGO,
];

const EXPIRED: Scenario = Scenario::must("id-token/expired")
    .clause("OIDC Core 3.1.3.7 (9); RFC 7519 4.1.4")
    .why("a token is good until exp and not a day longer")
    .covers(&["TIME-01", "professos/replay-attack-1", "professos/replay-attack-2"])
    .inputs(|_| {
        vec![
            Input::new("an hour ago", named::expired_by(3600)),
            Input::new("a day ago", named::expired_by(86_400)),
            Input::new("a year ago", named::expired_by(365 * 86_400)),
        ]
    });

const NO_EXP: Scenario = Scenario::must("id-token/exp-missing")
    .clause("OIDC Core 2")
    .why("a token without exp would be good for ever")
    .covers(&["TIME-03"])
    .with(named::exp_missing);

const ISSUED_LATER: Scenario = Scenario::harden("id-token/iat-future")
    .clause("OIDC Core 3.1.3.7 (10)")
    .why("a token from an hour ahead comes from a clock that is wrong, or from somebody who stores tokens up")
    .covers(&["TIME-06"])
    .with(|| named::issued_in(3600));

const SKEWED: Scenario = Scenario::tolerate("id-token/iat-skewed")
    .clause("OIDC Core 3.1.3.7 (10)")
    .why("clocks differ by seconds: thirty of them must not lock anybody out")
    .covers(&["TIME-07"])
    .with(|| named::issued_in(30))
    .expect(Expect::Accepted);

const NOT_YET: Scenario = Scenario::must("id-token/nbf-future")
    .clause("RFC 7519 4.1.5")
    .why("a token that is not yet valid is not valid")
    .covers(&["TIME-10"])
    .with(|| named::not_before_in(3600));

const NO_IAT: Scenario = Scenario::must("id-token/iat-missing")
    .clause("OIDC Core 2")
    .why("iat is REQUIRED; without it nobody can tell a stored token from a fresh one")
    .covers(&["oidcc-client-test-missing-iat"])
    .with(|| vec![ID_TOKEN.remove("iat")]);

const ENDS_BEFORE_IT_STARTS: Scenario = Scenario::harden("id-token/exp-before-iat")
    .clause("OIDC Core 2")
    .why("a token that ends before it was made was put together by hand")
    .covers(&["TIME-14"])
    .with(|| vec![ID_TOKEN.shift("exp", -3601), ID_TOKEN.shift("iat", 30)]);

const FRACTION: Scenario = Scenario::tolerate("id-token/exp-with-fraction")
    .clause("RFC 7519 2")
    .why("a NumericDate may have a fraction, and some providers send one")
    .covers(&["TIME-04"])
    .inputs(|facts| {
        let later = facts.now + 3600;
        vec![Input::new("", vec![ID_TOKEN.set_raw("exp", format!("{later}.5"))])]
    })
    .expect(Expect::Accepted);

const ISSUED_LONG_AGO: Scenario = Scenario::harden("id-token/iat-long-ago")
    .clause("OIDC Core 3.1.3.7 (10)")
    .why("a token from years ago that has not expired was kept by somebody")
    .covers(&["TIME-08"])
    .inputs(|_| {
        vec![
            Input::new("a week", named::issued_before(7 * 86_400)),
            Input::new("ten years", named::issued_before(3650 * 86_400)),
        ]
    });
