//! When the token was made and until when it holds.

use harness::{Expect, Input, Outcome, Scenario, Trial};
use mock_idp::Fault;
use mock_idp::fault::{ID_TOKEN, named};

pub(crate) const SCENARIOS: &[Scenario] = &[
    EXPIRED,
    NO_EXP,
    EXP_MALFORMED,
    EXP_OUT_OF_RANGE,
    EXPIRED_BEYOND_SKEW,
    EXPIRED_WITHIN_SKEW,
    EXPIRES_NOW,
    ISSUED_LATER,
    SKEWED,
    NOT_YET,
    NEARLY_YET,
    NO_IAT,
    IAT_MALFORMED,
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

const EXP_MALFORMED: Scenario = Scenario::must("id-token/exp-malformed")
    .clause("RFC 7519 2, 4.1.4")
    .why("exp is a number of seconds; text, nothing, or a number long past is no time to come")
    .covers(&["TIME-04"])
    .inputs(|facts| {
        let exp = |label, text: String| Input::new(label, vec![ID_TOKEN.set_raw("exp", text)]);
        vec![
            exp("a string", format!("\"{}\"", facts.now + 3600)),
            exp("null", "null".to_owned()),
            exp("true", "true".to_owned()),
            exp("in an array", format!("[{}]", facts.now + 3600)),
            exp("negative", "-1".to_owned()),
            exp("zero", "0".to_owned()),
        ]
    });

const EXP_OUT_OF_RANGE: Scenario = Scenario::policy("id-token/exp-out-of-range")
    .clause("RFC 8259 6; RFC 7519 2")
    .why("a number that no clock will ever reach is a number: an app may take it for never or for nonsense")
    .covers(&["TIME-04"])
    .run(|t| Box::pin(exp_out_of_range(t)));

async fn exp_out_of_range(t: &mut Trial) -> Outcome {
    for (label, exp) in
        [("2^53 + 1", "9007199254740993"), ("the year 10,000,000", "315507700800000"), ("1e400", "1e400")]
    {
        let outcome = t.either(&format!("an exp of {label}"), vec![ID_TOKEN.set_raw("exp", exp)]).await;
        t.input(label, outcome);
    }
    Ok(())
}

const EXPIRED_BEYOND_SKEW: Scenario = Scenario::must("id-token/expired-beyond-skew")
    .clause("OIDC Core 3.1.3.7 (9)")
    .why("the leeway for clocks that differ ends where the app says it ends")
    .covers(&["TIME-02"])
    .inputs(|facts| vec![Input::new("", just_expired(facts.clock_skew + 5))]);

const EXPIRED_WITHIN_SKEW: Scenario = Scenario::policy("id-token/expired-within-skew")
    .clause("OIDC Core 3.1.3.7 (9)")
    .why("a few seconds of leeway for clocks that differ are allowed, and not demanded")
    .covers(&["TIME-02"])
    .run(|t| Box::pin(expired_within_skew(t)));

async fn expired_within_skew(t: &mut Trial) -> Outcome {
    let seconds = (t.facts().clock_skew - 5).max(1);
    t.either(&format!("a token that ran out {seconds} s ago"), just_expired(seconds)).await
}

const EXPIRES_NOW: Scenario = Scenario::policy("id-token/expires-now")
    .clause("OIDC Core 3.1.3.7 (9)")
    .why("now must be before exp; leeway for clocks that differ makes the very second a choice")
    .covers(&["TIME-05"])
    .run(|t| Box::pin(expires_now(t)));

async fn expires_now(t: &mut Trial) -> Outcome {
    t.either("a token that runs out this very second", just_expired(0)).await
}

/// A token of ten minutes that ran out so many seconds ago.
fn just_expired(seconds: i64) -> Vec<Fault> {
    let mut faults = vec![ID_TOKEN.copy("exp", "iat"), ID_TOKEN.shift("iat", -seconds - 600)];
    if seconds != 0 {
        faults.push(ID_TOKEN.shift("exp", -seconds));
    }
    faults
}

const NEARLY_YET: Scenario = Scenario::tolerate("id-token/nbf-skewed")
    .clause("RFC 7519 4.1.5")
    .why("a token whose time came, or comes in some seconds by a clock that is a little ahead, is good")
    .covers(&["TIME-11"])
    .inputs(|_| {
        vec![
            Input::new("in 30 s", named::not_before_in(30)),
            Input::new("an hour ago", named::not_before_in(-3600)),
        ]
    })
    .expect(Expect::Accepted);

const IAT_MALFORMED: Scenario = Scenario::must("id-token/iat-malformed")
    .clause("OIDC Core 2; RFC 7519 2")
    .why("iat is a number of seconds; text, nothing or a list tells no time")
    .covers(&["TIME-09"])
    .inputs(|facts| {
        let iat = |label, text: String| Input::new(label, vec![ID_TOKEN.set_raw("iat", text)]);
        vec![
            iat("a string", format!("\"{}\"", facts.now)),
            iat("null", "null".to_owned()),
            iat("true", "true".to_owned()),
            iat("in an array", format!("[{}]", facts.now)),
        ]
    });

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
    .covers(&["TIME-08", "TIME-09", "professos/replay-attack-3", "professos/replay-attack-4"])
    .inputs(|_| {
        vec![
            Input::new("a day and a minute", named::issued_before(86_460 + 60)),
            Input::new("a week", named::issued_before(7 * 86_400)),
            Input::new("a year", named::issued_before(365 * 86_400)),
            Input::new("ten years", named::issued_before(3650 * 86_400)),
            Input::new("before 1970", vec![ID_TOKEN.set("iat", -1)]),
        ]
    });
