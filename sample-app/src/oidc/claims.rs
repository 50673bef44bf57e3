//! The inside of an ID token: one named rule per clause of OpenID Connect Core 3.1.3.7, in one table.
//!
//! "Required" and "right" are separate rows: a missing claim breaks the first, a wrong one the second.
//! A claim of the wrong JSON type is never right.

use serde_json::{Map, Value};

use super::{Beside, Expected, hash};
use crate::rule::Rule;
use crate::session::life::Life;

/// The claims of a token.
pub(crate) type Claims = Map<String, Value>;

/// One row of the claims table.
pub(crate) type ClaimRule = Rule<Claims, Expected>;

/// A token made longer ago than this was not made for the login under way, which lives an hour.
const MAX_AGE: f64 = 86_400.0;
/// Core section 2: `sub` must not exceed 255 ASCII characters.
const MAX_SUB: usize = 255;

/// All rules, in the order in which they are asked.
pub(crate) fn claim_rules() -> Vec<ClaimRule> {
    let row = ClaimRule::new;
    vec![
        row("iss-required", "OIDC Core 2", |claims, _| claims.contains_key("iss")),
        row("iss-check", "OIDC Core 3.1.3.7 (2)", iss_is_the_issuer),
        row("aud-required", "OIDC Core 2", |claims, _| claims.contains_key("aud")),
        row("aud-check", "OIDC Core 3.1.3.7 (3)", aud_contains_the_client),
        row("extra-audience-check", "OIDC Core 3.1.3.7 (3)", aud_has_only_trusted_others),
        row("azp-required", "OIDC Core 3.1.3.7 (4)", azp_is_there_for_several_audiences),
        row("azp-check", "OIDC Core 3.1.3.7 (5)", azp_is_the_client),
        row("exp-required", "OIDC Core 2", |claims, _| claims.contains_key("exp")),
        row("exp-check", "OIDC Core 3.1.3.7 (9)", exp_is_ahead),
        row("nbf-check", "RFC 7519 4.1.5", nbf_has_come),
        row("iat-required", "OIDC Core 2", |claims, _| claims.contains_key("iat")),
        row("iat-future-check", "OIDC Core 3.1.3.7 (10)", iat_is_not_ahead),
        row("iat-age-check", "OIDC Core 3.1.3.7 (10)", iat_is_recent),
        row("exp-after-iat-check", "OIDC Core 2", exp_follows_iat),
        row("nonce-required", "OIDC Core 3.2.2.11", |claims, _| claims.contains_key("nonce")),
        row("nonce-check", "OIDC Core 3.1.3.7 (11)", nonce_is_the_one_sent),
        row("c-hash-required", "OIDC Core 3.3.2.11", |claims, expected| {
            let Beside { by_browser, code, .. } = &expected.beside;
            !by_browser || code.is_none() || claims.contains_key("c_hash")
        }),
        row("c-hash-check", "OIDC Core 3.3.2.10", |claims, expected| {
            vouches(claims, "c_hash", expected, expected.beside.code.as_deref())
        }),
        row("at-hash-required", "OIDC Core 3.2.2.10", |claims, expected| {
            let Beside { by_browser, access_token, .. } = &expected.beside;
            !by_browser || access_token.is_none() || claims.contains_key("at_hash")
        }),
        row("at-hash-check", "OIDC Core 3.2.2.9", |claims, expected| {
            vouches(claims, "at_hash", expected, expected.beside.access_token.as_deref())
        }),
        row("sub-required", "OIDC Core 2", |claims, _| claims.contains_key("sub")),
        row("sub-check", "OIDC Core 2", sub_is_a_name),
        row("auth-time-required", "OIDC Core 2", |claims, expected| {
            expected.wishes.max_age.is_none() || claims.contains_key("auth_time")
        }),
        row("auth-time-check", "OIDC Core 3.1.3.7 (13)", auth_time_is_recent),
        row("acr-check", "OIDC Core 3.1.3.7 (12)", acr_is_one_of_those_asked_for),
        row("session-expiry-check", "session_expiry", |claims, expected| {
            !Life::is_beyond_provider_limit(claims, expected.now)
        }),
    ]
}

/// Does `test` hold of the claim, or is the claim absent?
pub(crate) fn absent_or(claims: &Claims, claim: &str, test: impl Fn(&Value) -> bool) -> bool {
    claims.get(claim).is_none_or(test)
}

/// The audiences, if `aud` is a text or a list of texts.
pub(crate) fn audiences(claims: &Claims) -> Option<Vec<&str>> {
    match claims.get("aud")? {
        Value::String(one) => Some(vec![one]),
        Value::Array(several) => several.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

/// Exactly: no leniency about a slash, a port or letter case.
fn iss_is_the_issuer(claims: &Claims, expected: &Expected) -> bool {
    absent_or(claims, "iss", |iss| *iss == expected.issuer)
}

fn aud_contains_the_client(claims: &Claims, expected: &Expected) -> bool {
    let contains = || audiences(claims).is_some_and(|all| all.contains(&expected.client_id.as_str()));
    absent_or(claims, "aud", |_| contains())
}

fn aud_has_only_trusted_others(claims: &Claims, expected: &Expected) -> bool {
    let client = expected.client_id.as_str();
    let fine = |audience: &&str| {
        *audience == client || expected.trusted_audiences.iter().any(|trusted| trusted == audience)
    };
    audiences(claims).is_none_or(|all| !all.contains(&client) || all.iter().all(fine))
}

fn azp_is_there_for_several_audiences(claims: &Claims, _: &Expected) -> bool {
    claims.contains_key("azp") || audiences(claims).is_none_or(|all| all.len() < 2)
}

fn azp_is_the_client(claims: &Claims, expected: &Expected) -> bool {
    absent_or(claims, "azp", |azp| *azp == expected.client_id)
}

fn exp_is_ahead(claims: &Claims, expected: &Expected) -> bool {
    let limit = seconds(expected.now - expected.tolerance);
    absent_or(claims, "exp", |exp| exp.as_f64().is_some_and(|exp| exp > limit))
}

fn nbf_has_come(claims: &Claims, expected: &Expected) -> bool {
    let limit = seconds(expected.now + expected.tolerance);
    absent_or(claims, "nbf", |nbf| nbf.as_f64().is_some_and(|nbf| nbf <= limit))
}

fn iat_is_not_ahead(claims: &Claims, expected: &Expected) -> bool {
    let limit = seconds(expected.now + expected.tolerance);
    absent_or(claims, "iat", |iat| iat.as_f64().is_some_and(|iat| iat <= limit))
}

fn iat_is_recent(claims: &Claims, expected: &Expected) -> bool {
    let limit = seconds(expected.now) - MAX_AGE;
    absent_or(claims, "iat", |iat| iat.as_f64().is_some_and(|iat| iat >= limit))
}

fn exp_follows_iat(claims: &Claims, _: &Expected) -> bool {
    let time = |claim| claims.get(claim).and_then(Value::as_f64);
    time("exp").zip(time("iat")).is_none_or(|(exp, iat)| exp > iat)
}

fn nonce_is_the_one_sent(claims: &Claims, expected: &Expected) -> bool {
    absent_or(claims, "nonce", |nonce| *nonce == expected.nonce)
}

/// Is the hash, if there is one, that of what came with the token?
fn vouches(claims: &Claims, claim: &str, expected: &Expected, value: Option<&str>) -> bool {
    value.is_none_or(|value| absent_or(claims, claim, |hash| *hash == hash::half(expected.alg, value)))
}

fn sub_is_a_name(claims: &Claims, _: &Expected) -> bool {
    let fits = |sub: &str| {
        (1..=MAX_SUB).contains(&sub.len())
            && sub.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_control())
    };
    absent_or(claims, "sub", |sub| sub.as_str().is_some_and(fits))
}

fn auth_time_is_recent(claims: &Claims, expected: &Expected) -> bool {
    let Some(max_age) = expected.wishes.max_age else { return true };
    let earliest = seconds(expected.now.saturating_sub(max_age).saturating_sub(expected.tolerance));
    let latest = seconds(expected.now + expected.tolerance);
    let fits = |time: f64| (earliest..=latest).contains(&time);
    absent_or(claims, "auth_time", |time| time.as_f64().is_some_and(fits))
}

/// A provider may fall short of `acr_values`, which is a voluntary wish; an app that asks because it needs one must
/// look.
fn acr_is_one_of_those_asked_for(claims: &Claims, expected: &Expected) -> bool {
    let wanted = &expected.wishes.acr_values;
    let acr = claims.get("acr").and_then(Value::as_str);
    wanted.is_empty() || acr.is_some_and(|acr| wanted.iter().any(|one| one == acr))
}

/// Times of this era are exact in a float; JSON numbers may be fractional.
#[expect(clippy::cast_precision_loss, reason = "seconds of this era are far below 2^52")]
pub(crate) fn seconds(unix: i64) -> f64 {
    unix as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Wishes;
    use crate::rule;
    use serde_json::json;

    const NOW: i64 = 1_700_000_000;

    fn verdict(change: impl FnOnce(&mut Claims)) -> Result<(), &'static str> {
        wished(Wishes::default(), change)
    }

    fn wished(wishes: Wishes, change: impl FnOnce(&mut Claims)) -> Result<(), &'static str> {
        let mut claims = json!({
            "iss": "https://idp.example", "aud": "app", "sub": "alice", "nonce": "n",
            "iat": NOW - 5, "exp": NOW + 300,
        });
        change(claims.as_object_mut().unwrap());
        let expected = Expected {
            issuer: "https://idp.example".into(),
            client_id: "app".into(),
            trusted_audiences: vec!["partner".into()],
            alg: crate::config::IdTokenAlg::Rs256,
            nonce: "n".into(),
            now: NOW,
            tolerance: 60,
            needs_iss: false,
            wishes,
            beside: Beside::default(),
        };
        rule::check(&claim_rules(), claims.as_object().unwrap(), &expected).map_err(|refusal| refusal.reason)
    }

    fn set(name: &'static str, value: Value) -> impl FnOnce(&mut Claims) {
        move |claims| {
            claims.insert(name.into(), value);
        }
    }

    #[test]
    fn an_honest_token_breaks_no_rule() {
        assert_eq!(verdict(|_| {}), Ok(()));
    }

    #[test]
    fn each_required_claim_is_missed_by_its_own_rule() {
        for claim in ["iss", "aud", "exp", "iat", "nonce", "sub"] {
            let rule = verdict(|claims| drop(claims.remove(claim))).unwrap_err();
            assert_eq!(rule, format!("{claim}-required"));
        }
    }

    #[test]
    fn each_wrong_claim_breaks_its_own_rule() {
        let long = "s".repeat(256);
        let table = [
            ("iss", json!("https://idp.example/"), "iss-check"),
            ("iss", json!("https://IDP.example"), "iss-check"),
            ("iss", json!(["https://idp.example"]), "iss-check"),
            ("iss", json!(null), "iss-check"),
            ("aud", json!("App"), "aud-check"),
            ("aud", json!("app other"), "aud-check"),
            ("aud", json!([]), "aud-check"),
            ("aud", json!(7), "aud-check"),
            ("aud", json!(["app", 7]), "aud-check"),
            ("aud", json!([["app"]]), "aud-check"),
            ("aud", json!({"app": 1}), "aud-check"),
            ("aud", json!(["app", "stranger"]), "extra-audience-check"),
            ("aud", json!(["app", "partner"]), "azp-required"),
            ("azp", json!("partner"), "azp-check"),
            ("azp", json!(null), "azp-check"),
            ("exp", json!(NOW - 60), "exp-check"),
            ("exp", json!((NOW + 300).to_string()), "exp-check"),
            ("exp", json!(-1), "exp-check"),
            ("exp", json!(NOW - 6), "exp-after-iat-check"),
            ("nbf", json!(NOW + 61), "nbf-check"),
            ("nbf", json!("soon"), "nbf-check"),
            ("iat", json!(NOW + 61), "iat-future-check"),
            ("iat", json!("now"), "iat-future-check"),
            ("iat", json!(NOW - 86_401), "iat-age-check"),
            ("iat", json!(-1), "iat-age-check"),
            ("nonce", json!("N"), "nonce-check"),
            ("nonce", json!(["n"]), "nonce-check"),
            ("nonce", json!(""), "nonce-check"),
            ("sub", json!(""), "sub-check"),
            ("sub", json!(7), "sub-check"),
            ("sub", json!(long), "sub-check"),
            ("sub", json!("a\u{0}b"), "sub-check"),
            ("sub", json!("ål"), "sub-check"),
            ("session_expiry", json!(NOW + 30), "session-expiry-check"),
        ];
        for (claim, value, rule) in table {
            assert_eq!(verdict(set(claim, value.clone())), Err(rule), "{claim} = {value}");
        }
    }

    #[test]
    fn what_the_specification_allows_is_accepted() {
        let table = [
            ("aud", json!(["app"])),
            ("azp", json!("app")),
            ("exp", json!(NOW + 1)),
            ("exp", json!(1_700_000_000.5)),
            ("nbf", json!(NOW + 60)),
            ("iat", json!(NOW + 30)),
            ("iat", json!(NOW - 86_000)),
            ("sub", json!("s".repeat(255))),
            ("at_hash", json!("ignored")),
            ("session_expiry", json!(NOW + 31)),
            ("session_expiry", json!("never")),
        ];
        for (claim, value) in table {
            assert_eq!(verdict(set(claim, value.clone())), Ok(()), "{claim} = {value}");
        }
        let skewed = |claims: &mut Claims| {
            claims.insert("iat".into(), json!(NOW - 300));
            claims.insert("exp".into(), json!(NOW - 59));
        };
        assert_eq!(verdict(skewed), Ok(()));
    }

    #[test]
    fn a_recent_sign_in_that_was_asked_for_is_demanded() {
        let verdict = |auth_time: Option<Value>| {
            let wishes = Wishes { max_age: Some(100), ..Wishes::default() };
            wished(wishes, |claims| claims.extend(auth_time.map(|time| ("auth_time".to_owned(), time))))
        };

        assert_eq!(verdict(None), Err("auth-time-required"));
        for refused in [json!(NOW - 161), json!(NOW + 61), json!("now"), json!(null)] {
            assert_eq!(verdict(Some(refused.clone())), Err("auth-time-check"), "{refused}");
        }
        for accepted in [json!(NOW - 160), json!(NOW), json!(NOW + 60)] {
            assert_eq!(verdict(Some(accepted.clone())), Ok(()), "{accepted}");
        }
    }

    #[test]
    fn an_authentication_context_that_was_asked_for_is_demanded() {
        let verdict = |acr: Option<Value>| {
            let wishes = Wishes { acr_values: vec!["gold".into(), "silver".into()], ..Wishes::default() };
            wished(wishes, |claims| claims.extend(acr.map(|acr| ("acr".to_owned(), acr))))
        };

        for refused in [None, Some(json!("bronze")), Some(json!("gold silver")), Some(json!(["gold"]))] {
            assert_eq!(verdict(refused.clone()), Err("acr-check"), "{refused:?}");
        }
        assert_eq!(verdict(Some(json!("silver"))), Ok(()));
    }

    #[test]
    fn a_trusted_audience_needs_the_app_as_authorized_party() {
        let several = |claims: &mut Claims| {
            claims.insert("aud".into(), json!(["app", "partner"]));
            claims.insert("azp".into(), json!("app"));
        };

        assert_eq!(verdict(several), Ok(()));
    }
}
