//! The opposite mistake: refusing what must be accepted. A suite that only knows refusals would praise these.

use std::sync::{Arc, OnceLock};

use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::keys::{accept_alg, alg};
use super::{Weakness, change};
use crate::oidc::callback::FormRule;
use crate::oidc::claims::{ClaimRule, audiences};
use crate::oidc::metadata::MetadataRule;
use crate::oidc::token::HeaderRule;
use crate::oidc::transaction::{Binding, ByCookie, Transaction};
use crate::routes::form::RequestRule;
use crate::routes::guard::Guard;

const NO_CLAUSE: &str = "none: nothing asks for this";

pub(super) const WEAKNESSES: &[Weakness] = &[
    change("aud-array-acceptance", "An audience in the form of a list is refused.", |policy| {
        policy.claim_rules.push(ClaimRule::new("aud-array-acceptance", NO_CLAUSE, |claims, _| {
            claims.get("aud").is_none_or(Value::is_string)
        }));
    }),
    change("clock-skew-tolerance", "The clocks of app and provider may not differ by a second.", |policy| {
        policy.tolerance = 0;
    }),
    change("fractional-time-tolerance", "A time with a fraction is refused.", |policy| {
        policy.claim_rules.push(ClaimRule::new("fractional-time-tolerance", NO_CLAUSE, |claims, _| {
            ["exp", "iat", "nbf"].iter().all(|time| claims.get(*time).is_none_or(Value::is_i64))
        }));
    }),
    change("email-optional", "A person without an email address is refused.", |policy| {
        policy.claim_rules.push(ClaimRule::new("email-optional", NO_CLAUSE, |claims, _| {
            claims.get("email").is_some_and(Value::is_string)
        }));
    }),
    change("sub-length-tolerance", "A subject longer than 64 characters is refused.", |policy| {
        policy.claim_rules.push(ClaimRule::new("sub-length-tolerance", NO_CLAUSE, |claims, _| {
            claims.get("sub").and_then(Value::as_str).is_none_or(|sub| sub.len() <= 64)
        }));
    }),
    change(
        "azp-tolerance",
        "An authorized party beside a single audience is refused, even the right one.",
        |policy| {
            policy.claim_rules.push(ClaimRule::new("azp-tolerance", NO_CLAUSE, |claims, _| {
                !claims.contains_key("azp") || audiences(claims).is_some_and(|all| all.len() > 1)
            }));
        },
    ),
    change(
        "at-hash-tolerance",
        "A token with at_hash is refused where no access token came with it.",
        |policy| {
            policy.claim_rules.push(ClaimRule::new("at-hash-tolerance", NO_CLAUSE, |claims, expected| {
                expected.beside.access_token.is_some() || !claims.contains_key("at_hash")
            }));
        },
    ),
    change(
        "metadata-growth-tolerance",
        "Metadata that say anything the app does not know are refused.",
        |policy| {
            policy.metadata_rules.push(MetadataRule::new(
                "metadata-growth-tolerance",
                NO_CLAUSE,
                |document, _| {
                    let known = |member: &str, is_known: fn(&str) -> bool| {
                        let all = document.get(member).and_then(Value::as_array);
                        all.is_none_or(|all| all.iter().filter_map(Value::as_str).all(is_known))
                    };
                    document.keys().all(|name| !name.starts_with("x-"))
                        && known("id_token_signing_alg_values_supported", |alg| alg != "XX999")
                        && known("response_types_supported", |kind| !kind.starts_with("token "))
                },
            ));
        },
    ),
    change("second-issuer-acceptance", "Nobody gets in from any provider but the first.", |policy| {
        policy.transactions.binding = Arc::new(OneIssuer::default());
    }),
    change("unknown-claim-tolerance", "A claim of null is refused, whatever its name.", |policy| {
        policy.claim_rules.push(ClaimRule::new("unknown-claim-tolerance", NO_CLAUSE, |claims, _| {
            claims.values().all(|value| !value.is_null())
        }));
    }),
    change("nbf-tolerance", "A token that says from when on it holds is refused.", |policy| {
        policy
            .claim_rules
            .push(ClaimRule::new("nbf-tolerance", NO_CLAUSE, |claims, _| !claims.contains_key("nbf")));
    }),
    change(
        "auth-time-optional",
        "A token without a time of sign-in is refused, asked for or not.",
        |policy| {
            policy.claim_rules.push(ClaimRule::new("auth-time-optional", NO_CLAUSE, |claims, _| {
                claims.contains_key("auth_time")
            }));
        },
    ),
    change("amr-tolerance", "A method of authentication that the app does not know is refused.", |policy| {
        policy.claim_rules.push(ClaimRule::new("amr-tolerance", NO_CLAUSE, |claims, _| {
            let known = |method: &Value| ["pwd", "otp", "mfa"].iter().any(|known| method == known);
            claims.get("amr").and_then(Value::as_array).is_none_or(|methods| methods.iter().all(known))
        }));
    }),
    change(
        "encoding-tolerance",
        "A form is refused unless it is encoded as the app itself would.",
        |policy| {
            policy.callback.params = super::form::from_canonical;
        },
    ),
    change("slow-person-tolerance", "A login that takes longer than two minutes is forgotten.", |policy| {
        policy.transactions.lifetime = 120;
    }),
    change("transaction-cookie-age", "The cookie of a login is kept for two minutes.", |policy| {
        policy.transactions.max_age = 120;
    }),
    change("kid-optional", "A token without a key id is refused although there is only one key.", |policy| {
        policy.header_rules.push(HeaderRule::new("kid-optional", NO_CLAUSE, |header, pinned| {
            header.contains_key("kid") || pinned.starts_with("HS")
        }));
    }),
    change("algorithm-setting", "Whatever the app is registered for, RS256 alone is taken.", |policy| {
        accept_alg(policy, |header, _| alg(header) == Some("RS256"));
    }),
    change("typ-optional", "A token without a type is refused.", |policy| {
        policy.header_rules.push(HeaderRule::new("typ-optional", NO_CLAUSE, |header, _| {
            header.get("typ").is_some_and(|typ| typ == "JWT")
        }));
    }),
    change(
        "unknown-header-tolerance",
        "A token with a header member of no importance is refused.",
        |policy| {
            policy.header_rules.push(HeaderRule::new("unknown-header-tolerance", NO_CLAUSE, |header, _| {
                header.keys().all(|name| ["alg", "kid", "typ"].contains(&name.as_str()))
            }));
        },
    ),
    change(
        "unknown-parameter-tolerance",
        "A response with a parameter of no importance is refused.",
        |policy| {
            policy.callback.form.push(FormRule::new(
                "unknown-parameter-tolerance",
                NO_CLAUSE,
                |params, ()| {
                    let known = [
                        "state",
                        "id_token",
                        "iss",
                        "error",
                        "error_description",
                        "code",
                        "access_token",
                        "token_type",
                        "expires_in",
                        "scope",
                    ];
                    params.names().all(|name| known.contains(&name))
                },
            ));
        },
    ),
    change(
        "content-type-tolerance",
        "A content type with a parameter or in capitals is refused.",
        |policy| {
            policy.callback.request.push(RequestRule::new("content-type-tolerance", NO_CLAUSE, |head, _| {
                head.headers
                    .get(header::CONTENT_TYPE)
                    .is_some_and(|given| given == "application/x-www-form-urlencoded")
            }));
        },
    ),
    change("origin-tolerance", "A form from an opaque or unknown origin is refused.", |policy| {
        policy.callback.request.push(RequestRule::new("origin-tolerance", NO_CLAUSE, |head, settings| {
            let Some(origin) = head.headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok())
            else {
                return true;
            };
            settings.issuers.iter().any(|issuer| issuer.issuer.starts_with(origin))
        }));
    }),
    change("origin-optional", "A form that comes without an origin is refused.", |policy| {
        policy.callback.request.push(RequestRule::new("origin-optional", NO_CLAUSE, |head, _| {
            head.headers.contains_key(header::ORIGIN)
        }));
    }),
    change(
        "trusted-audience-acceptance",
        "A token for a second audience is refused, even for one that is trusted.",
        |policy| {
            policy.claim_rules.push(ClaimRule::new("trusted-audience-acceptance", NO_CLAUSE, |claims, _| {
                audiences(claims).is_none_or(|all| all.len() < 2)
            }));
        },
    ),
    change("junk-key-tolerance", "One key of an unknown kind spoils the whole key set.", |policy| {
        policy.keys.accepts_set = |entries, _| !entries.is_empty() && entries.iter().all(is_of_a_known_kind);
    }),
    change(
        "malformed-key-tolerance",
        "One entry that is no proper key spoils the whole key set.",
        |policy| {
            policy.keys.accepts_set = |entries, _| {
                let kids: Vec<_> = entries.iter().filter_map(|entry| entry.get("kid")).collect();
                let is_only = |kid: &&Value| kids.iter().filter(|other| *other == kid).count() == 1;
                let is_proper = |entry: &Value| entry.is_object() && entry.get("d").is_none();
                let named = kids.iter().all(|kid| kid.is_string() && is_only(kid));
                named && !entries.is_empty() && entries.iter().all(is_proper)
            };
        },
    ),
    change("large-token-acceptance", "A form of more than 3,200 octets is refused.", |policy| {
        policy.callback.body_limit = 3200;
    }),
    change("parallel-logins", "A second login in the same browser spoils the first.", |policy| {
        policy.transactions.pending = 1;
    }),
    change("api-acceptance", "The API turns away people who are signed in as well.", |policy| {
        for guard in policy.guards.iter_mut().filter(|guard| guard.path == "/api/ping") {
            guard.admits = |_| false;
        }
    }),
    change("page-acceptance", "The guarded page is forbidden to people who are signed in.", |policy| {
        policy.guards.push(Guard {
            path: "/profile",
            admits: |visitor| visitor.session().is_none(),
            refuse: |_, _| Box::pin(async { StatusCode::FORBIDDEN.into_response() }),
        });
    }),
    change(
        "cross-site-post-acceptance",
        "Protection against forgery refuses every cross-site POST, so browsers cannot deliver the form.",
        |policy| {
            policy.callback.request.push(
                RequestRule::new("cross-site-post-acceptance", NO_CLAUSE, |head, _| {
                    head.headers.get("sec-fetch-site").is_none_or(|site| site != "cross-site")
                })
                .status(StatusCode::FORBIDDEN),
            );
        },
    ),
];

/// Finds the logins that were begun at the provider of the very first one.
#[derive(Default)]
struct OneIssuer(OnceLock<String>);

impl Binding for OneIssuer {
    fn begin(&self, transaction: &Transaction) {
        self.0.get_or_init(|| transaction.iss.clone());
    }

    fn find(&self, state: Option<&str>, pending: &[Transaction]) -> Option<Transaction> {
        ByCookie.find(state, pending).filter(|found| self.0.get() == Some(&found.iss))
    }
}

/// Every member of it that says what it is has one of the usual values, and its numbers can be read.
fn is_of_a_known_kind(entry: &Value) -> bool {
    let one_of = |name: &str, usual: &[&str]| {
        entry.get(name).is_some_and(|value| usual.iter().any(|one| value == one))
    };
    let absent_or = |name: &str, usual: &[&str]| entry.get(name).is_none() || one_of(name, usual);
    let number = |name: &str| {
        entry.get(name).and_then(Value::as_str).is_some_and(|text| URL_SAFE_NO_PAD.decode(text).is_ok())
    };
    one_of("kty", &["RSA", "EC", "OKP"])
        && absent_or("crv", &["P-256", "P-384", "secp256k1", "Ed25519"])
        && absent_or("alg", &["RS256", "RS384", "RS512", "PS256", "ES256", "EdDSA", "RSA-OAEP"])
        && absent_or("use", &["sig", "enc"])
        && ((number("n") && number("e")) || number("x"))
}
