//! Logout tokens that are believed too easily, obeyed too far or not far enough, or answered badly.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{NOTHING, Weakness, change};
use crate::oidc::Expected;
use crate::oidc::back_channel::name;
use crate::oidc::claims::{ClaimRule, Claims};
use crate::oidc::token::HeaderRule;
use crate::policy::Policy;

const NO_CLAUSE: &str = "none: nothing asks for this";
/// What every logout token has, and what it may have (Back-Channel Logout 2.4).
const KNOWN: [&str; 9] = ["iss", "sub", "aud", "iat", "exp", "jti", "events", "sid", "nbf"];

pub(super) const WEAKNESSES: &[Weakness] = &[
    change("logout-iss-check", "A logout token may name any issuer.", |policy| {
        policy.back_channel.provider = |app, _| app.providers.first();
        omit(policy, &["iss-check"]);
    }),
    change("logout-aud-check", "A logout token may be for any client.", |policy| {
        omit(policy, &["aud-check", "aud-required"]);
    }),
    change("logout-exp-check", "A logout token that has expired is obeyed.", |policy| {
        omit(policy, &["exp-check"]);
    }),
    change("logout-exp-required", "A logout token without an exp is obeyed.", |policy| {
        omit(policy, &["exp-required"]);
    }),
    change("logout-iat-required", "A logout token without an iat is obeyed.", |policy| {
        omit(policy, &["iat-required"]);
    }),
    change("logout-iat-check", "A logout token may be of any time.", |policy| {
        omit(policy, &["iat-future-check", "logout-iat-age-check"]);
    }),
    change("logout-jti-required", "A logout token without a name of its own is obeyed.", |policy| {
        omit(policy, &["logout-jti-required"]);
    }),
    change("logout-events-required", "Any token of the provider is a logout token.", |policy| {
        omit(policy, &["logout-events-check"]);
    }),
    change("logout-event-check", "Whatever event a token tells of is a logout.", |policy| {
        replace(policy, "logout-events-check", |claims, _| claims.contains_key("events"));
    }),
    change(
        "logout-event-type-check",
        "The event is looked for in any text or list, and its value is not looked at.",
        |policy| {
            replace(policy, "logout-events-check", |claims, _| {
                claims
                    .get("events")
                    .is_some_and(|events| events.to_string().contains("/event/backchannel-logout"))
            });
        },
    ),
    change("logout-nonce-check", "A token with a nonce, as ID tokens have, is a logout token.", |policy| {
        omit(policy, &["logout-nonce-check"]);
    }),
    change("logout-token-confusion", "An ID token is taken for a logout token.", |policy| {
        omit(policy, &["logout-nonce-check", "logout-events-check", "logout-jti-required"]);
    }),
    change("logout-subject-required", "A logout token that names nobody is obeyed.", |policy| {
        omit(policy, &["logout-subject-required"]);
    }),
    change("logout-typ-check", "A token of any other type is a logout token.", |policy| {
        policy.back_channel.header.retain(|rule| rule.name != "logout-typ-check");
    }),
    change(
        "logout-by-subject",
        "A logout token that names a person and no session ends nothing.",
        |policy| {
            policy.back_channel.name = |iss, sub, sid| name(iss, sub.filter(|_| sid.is_some()), sid);
        },
    ),
    change(
        "logout-by-session",
        "A logout token that names a session and no person ends nothing.",
        |policy| {
            policy.back_channel.name = |iss, sub, sid| name(iss, sub, sid.filter(|_| sub.is_some()));
        },
    ),
    change("logout-session-scope", "A logout token for one session ends all of the person.", |policy| {
        policy.back_channel.name = |iss, sub, sid| name(iss, sub, sid.filter(|_| sub.is_none()));
    }),
    change(
        "logout-pair-check",
        "Of a logout token with person and session only the session counts.",
        |policy| {
            policy.back_channel.name = |iss, sub, sid| name(iss, sub.filter(|_| sid.is_none()), sid);
        },
    ),
    change("logout-replay", "A logout token that is sent again ends what began in between.", |policy| {
        policy.back_channel.reaches = |_, now| now;
        policy.transactions.remembered = NOTHING;
    }),
    change(
        "logout-answer",
        "Whom the provider logs out is sent to the login, and so is the provider.",
        |policy| {
            policy.back_channel.obeyed = StatusCode::FOUND;
        },
    ),
    change(
        "logout-refusal-answer",
        "A logout token that is refused is answered as if it had been obeyed.",
        |policy| {
            policy.back_channel.refused = |_| StatusCode::OK;
        },
    ),
    change("logout-no-store", "The answer to a logout token may be kept in a cache.", |policy| {
        policy.back_channel.cache = "private, max-age=600";
    }),
];

/// The opposite mistake.
pub(super) const STRICT: &[Weakness] = &[
    change("logout-typ-optional", "A logout token has to say that it is one in its header.", |policy| {
        policy.back_channel.header.push(HeaderRule::new("logout-typ-optional", NO_CLAUSE, |header, _| {
            header.get("typ").is_some_and(|typ| typ == "logout+jwt")
        }));
    }),
    change("logout-aud-array-acceptance", "A logout token for a list of clients is refused.", |policy| {
        demand(policy, "logout-aud-array-acceptance", |claims, _| {
            claims.get("aud").is_none_or(Value::is_string)
        });
    }),
    change("logout-claim-tolerance", "A logout token with a claim of no importance is refused.", |policy| {
        demand(policy, "logout-claim-tolerance", |claims, _| {
            claims.keys().all(|claim| KNOWN.contains(&claim.as_str()))
        });
    }),
    change(
        "logout-event-tolerance",
        "A logout token may tell of nothing else, and nothing about it.",
        |policy| {
            demand(policy, "logout-event-tolerance", |claims, _| {
                let events = claims.get("events").and_then(Value::as_object);
                events.is_some_and(|events| {
                    events.len() == 1 && events.values().all(|value| *value == json!({}))
                })
            });
        },
    ),
];

fn omit(policy: &mut Policy, names: &[&str]) {
    policy.back_channel.claims.retain(|rule| !names.contains(&rule.name));
}

fn replace(policy: &mut Policy, name: &'static str, holds: fn(&Claims, &Expected) -> bool) {
    omit(policy, &[name]);
    demand(policy, name, holds);
}

fn demand(policy: &mut Policy, name: &'static str, holds: fn(&Claims, &Expected) -> bool) {
    policy.back_channel.claims.push(ClaimRule::new(name, NO_CLAUSE, holds));
}
