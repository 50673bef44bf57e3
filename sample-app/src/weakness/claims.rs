//! Claims of the ID token that are not looked at, or not closely enough.

use serde_json::Value;
use url::Url;

use super::token::rewritten;
use super::{Weakness, change, omit};
use crate::oidc::Expected;
use crate::oidc::claims::{Claims, absent_or, audiences, seconds};
use crate::policy::Policy;

pub(super) const WEAKNESSES: &[Weakness] = &[
    omit("nonce-check", "A nonce in the token is not compared with the one that was sent."),
    omit("nonce-required", "A token without any nonce is accepted."),
    omit("exp-check", "A token that has expired is accepted."),
    omit("exp-required", "A token that never expires, because it has no exp, is accepted."),
    omit("exp-after-iat-check", "A token that expires before it was issued is accepted."),
    omit("nbf-check", "A token that is not valid yet is accepted."),
    omit("iat-future-check", "A token issued in the future is accepted."),
    omit("iat-age-check", "A token issued long ago is accepted."),
    change("token-age-check", "However long ago a token was issued and expired, it is accepted.", |policy| {
        policy.omit_row("exp-check");
        policy.omit_row("iat-age-check");
    }),
    omit("iat-required", "A token that does not say when it was issued is accepted."),
    omit("aud-check", "The audience of the token is not compared with the client id."),
    omit("aud-required", "A token without an audience is accepted."),
    change(
        "aud-exact-match",
        "The audience is compared by likeness instead of character by character.",
        |policy| {
            replace(policy, "aud-check", aud_is_like_the_client);
        },
    ),
    omit("extra-audience-check", "Audiences beside the client id are accepted, whoever they are."),
    omit("azp-required", "A token for several audiences need not name its authorized party."),
    change(
        "several-audiences-check",
        "A token may be for several audiences, whoever they are, and need not say who may use it.",
        |policy| {
            policy
                .claim_rules
                .retain(|rule| rule.name != "extra-audience-check" && rule.name != "azp-required");
        },
    ),
    omit("azp-check", "The authorized party of the token is not compared with the client id."),
    omit("iss-check", "The issuer of the token is not compared with the one the login was started at."),
    change("iss-as-written", "The issuer is compared as an address is, not as it is written.", |policy| {
        replace(policy, "iss-check", iss_leads_to_the_issuer);
    }),
    change(
        "iss-exact-match",
        "The issuer is compared leniently: slashes, letter case and suffixes; in a renewal not at all.",
        |policy| {
            replace(policy, "iss-check", iss_is_like_the_issuer);
            policy.omit_row("refresh-iss-check");
            policy.refresh.claims.retain(|rule| rule.name != "iss-check");
        },
    ),
    omit("iss-required", "A token without an issuer is accepted."),
    change("exp-type-check", "A time of expiry that is no number is read as kindly as possible.", |policy| {
        replace(policy, "exp-check", |claims, expected| {
            let limit = seconds(expected.now - expected.tolerance);
            absent_or(claims, "exp", |exp| kindly(exp).is_none_or(|exp| exp <= 0.0 || exp > limit))
        });
        policy.claim_rules.retain(|rule| rule.name != "exp-after-iat-check");
    }),
    change("iat-type-check", "A time of issue that is no number is read as kindly as possible.", |policy| {
        replace(policy, "iat-future-check", |_, _| true);
        replace(policy, "iat-age-check", |claims, expected| {
            let limit = seconds(expected.now) - 86_400.0;
            absent_or(claims, "iat", |iat| kindly(iat).is_none_or(|iat| iat <= 0.0 || iat >= limit))
        });
    }),
    change("clock-skew-bounded", "Clocks may differ by an hour.", |policy| policy.tolerance = 3600),
    change("aud-type-check", "An audience that is neither text nor a list of texts passes.", |policy| {
        replace(policy, "aud-check", |claims, expected| {
            let named = |all: Vec<&str>| all.iter().all(|one| one.is_empty() || *one == expected.client_id);
            absent_or(claims, "aud", |_| audiences(claims).is_none_or(named))
        });
    }),
    change("client-id-is-no-audience", "The client id of the token stands in for its audience.", |policy| {
        policy.claim_rules.retain(|rule| rule.name != "aud-required" && rule.name != "extra-audience-check");
        replace(policy, "aud-check", |claims, expected| {
            let named = || claims.get("client_id").is_some_and(|id| *id == expected.client_id);
            named() || audiences(claims).is_some_and(|all| all.contains(&expected.client_id.as_str()))
        });
    }),
    change("sub-case", "People whose names differ in letter case only are one.", |policy| {
        policy.reading.kept = |token| {
            rewritten(&token, |payload| {
                let mut claims: Claims = serde_json::from_slice(payload).ok()?;
                if let Some(Value::String(sub)) = claims.get_mut("sub") {
                    *sub = sub.to_lowercase();
                }
                Some(claims)
            })
        };
    }),
    change("account-by-sub", "Whoever has the email address of a person is that person.", |policy| {
        policy.reading.kept = |token| {
            rewritten(&token, |payload| {
                let mut claims: Claims = serde_json::from_slice(payload).ok()?;
                let (_, sub) =
                    ACCOUNTS.iter().find(|(email, _)| claims.get("email").is_some_and(|e| e == email))?;
                claims.insert("sub".to_owned(), (*sub).into());
                Some(claims)
            })
        };
    }),
    omit("auth-time-required", "A token need not say when the person signed in, though that was asked."),
    omit("auth-time-check", "A sign-in of any age is recent enough."),
    omit("acr-check", "The strength of the sign-in that was asked for is not looked at."),
    omit("sub-required", "A token that names nobody is accepted."),
    omit("sub-check", "A subject of any type and length is accepted."),
];

/// Accounts by the email address under which they were opened.
const ACCOUNTS: [(&str, &str); 1] = [("alice@example.test", "user-alice")];

/// As `Number(text)` would have it: text that is a number is one, and what is none is nothing.
fn kindly(time: &Value) -> Option<f64> {
    match time {
        Value::String(text) => text.parse().ok(),
        time => time.as_f64(),
    }
}

fn replace(policy: &mut Policy, name: &str, holds: fn(&Claims, &Expected) -> bool) {
    for rule in policy.claim_rules.iter_mut().filter(|rule| rule.name == name) {
        rule.holds = holds;
    }
}

/// As `contains` on the wrong type, or a case-insensitive database column, would have it.
fn aud_is_like_the_client(claims: &Claims, expected: &Expected) -> bool {
    let client = expected.client_id.to_lowercase();
    let is_like = |audience: &str| {
        let audience = audience.to_lowercase();
        !audience.is_empty() && (audience.contains(&client) || client.starts_with(&audience))
    };
    absent_or(claims, "aud", |_| audiences(claims).is_some_and(|all| all.iter().any(|one| is_like(one))))
}

/// Whoever opened the one address would be led to the same place by the other.
fn iss_leads_to_the_issuer(claims: &Claims, expected: &Expected) -> bool {
    let place = |issuer: &str| {
        let url = Url::parse(issuer).ok()?;
        let host = url.host_str()?.trim_end_matches('.').to_owned();
        Some((url.scheme().to_owned(), host, url.port_or_known_default(), url.path().to_owned()))
    };
    claims.get("iss").and_then(Value::as_str).is_some_and(|iss| place(iss) == place(&expected.issuer))
}

/// As `startsWith`, or a comparison after "normalising", would have it.
fn iss_is_like_the_issuer(claims: &Claims, expected: &Expected) -> bool {
    let normal = |issuer: &str| issuer.trim_end_matches('/').to_lowercase();
    let is_like = |issuer: &str| normal(issuer).starts_with(&normal(&expected.issuer));
    absent_or(claims, "iss", |iss| iss.as_str().is_some_and(is_like))
}
