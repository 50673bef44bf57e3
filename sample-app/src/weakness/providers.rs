//! Providers that are believed too easily or asked too often, and answers whose sender is forgotten.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use url::Url;

use super::keys::{any_key, own_scheme};
use super::{Weakness, change};
use crate::error::Refusal;
use crate::oidc::callback::ResponseRule;
use crate::oidc::http::{Certificates, Redirects};
use crate::oidc::keys::{KeyRing, VerifyingKey, by_issuer_key, verify};
use crate::oidc::metadata::MetadataRule;
use crate::oidc::remote::{Ages, Allowance};
use crate::oidc::token::Token;
use crate::oidc::transaction::{Binding, ByCookie, Transaction};
use crate::pages::advice;

const NO_CLAUSE: &str = "none: nothing asks for this";

pub(super) const WEAKNESSES: &[Weakness] = &[
    change(
        "transaction-issuer",
        "Every answer is taken for one of the issuer of the first login.",
        |policy| {
            policy.transactions.binding = Arc::new(FirstIssuer::default());
        },
    ),
    change(
        "metadata-cache",
        "Metadata and keys are fetched for every login, and missed when they fail.",
        |policy| {
            policy.keys.ages = Ages { fresh: 0, stale: 0 };
        },
    ),
    change("metadata-age", "Metadata and keys are kept for ever.", |policy| {
        policy.keys.ages = Ages { fresh: i64::MAX / 4, stale: i64::MAX / 4 };
    }),
    change("jwks-shared", "Every login fetches the key set for itself.", |policy| {
        policy.keys.authenticate = |token, ring| {
            Box::pin(async move {
                let set = ring.http().fetch(&ring.metadata.jwks_uri, "key set").await;
                let set = set.map_err(|error| ring.policy.outage(&error))?;
                let published = set.get("keys").and_then(Value::as_array).into_iter().flatten();
                let keys: Vec<VerifyingKey> = published
                    .filter(|key| token.kid().is_none() || named(key) == token.kid())
                    .filter_map(Value::as_object)
                    .filter(|key| key.get("use").is_none_or(|used| used == "sig"))
                    .filter_map(any_key)
                    .collect();
                verify_or_mac(token, ring, &keys).await
            })
        };
    }),
    change(
        "jwks-cool-down-bounded",
        "After a look in vain the key set is left alone for a month.",
        |policy| {
            policy.keys.refetch = Allowance { burst: 1, every: 30 * 86_400 };
            policy.keys.ages = Ages { fresh: 30 * 86_400, stale: 30 * 86_400 };
        },
    ),
    change("one-key-of-several", "Only the first key of the set counts.", |policy| {
        policy.keys.authenticate = |token, ring| {
            Box::pin(async move {
                let Some(fit) = own_scheme(ring).fit else { return by_issuer_key(token, ring).await };
                ring.find(token.kid(), fit).await?;
                let published = ring.published().await?;
                let first = published.iter().filter_map(Value::as_object).find_map(fit);
                verify(token, &first.into_iter().collect::<Vec<_>>(), own_scheme(ring).algorithm)
            })
        };
    }),
    change("withdrawn-keys", "A key that was once in the set is believed for ever.", |policy| {
        policy.keys.authenticate = |token, ring| Box::pin(by_any_key_ever(token, ring));
    }),
    change("providers-apart", "Issuers, nonces and keys of all providers are in one pot.", |policy| {
        policy.claim_rules.retain(|rule| rule.name != "iss-check" && rule.name != "nonce-check");
        policy.keys.authenticate = |token, ring| Box::pin(by_any_key_ever(token, ring));
    }),
    change(
        "metadata-null-tolerance",
        "An optional member of the metadata that is null spoils it.",
        |policy| {
            policy.metadata_rules.push(MetadataRule::new(
                "metadata-null-tolerance",
                NO_CLAUSE,
                |document, _| document.values().all(|value| !value.is_null()),
            ));
        },
    ),
    change("provider-certificate", "A provider on https may prove itself with anything.", |policy| {
        policy.providers.0 = Certificates::Any;
    }),
    change("provider-redirects", "A provider's redirect is followed, wherever it leads.", |policy| {
        policy.providers.1 = Redirects::Anywhere;
    }),
    change(
        "userinfo-address",
        "The access token stands in the address that userinfo is asked at as well.",
        |policy| {
            policy.userinfo.address = |endpoint, token| {
                let mut address = endpoint.clone();
                address.query_pairs_mut().append_pair("access_token", token);
                address
            };
        },
    ),
    change("endpoint-https", "A provider on https may have its endpoints at plain addresses.", |policy| {
        for rule in
            policy.metadata_rules.iter_mut().filter(|rule| rule.name == "authorization-endpoint-check")
        {
            *rule = MetadataRule::new("authorization-endpoint-check", NO_CLAUSE, |document, _| {
                let address = document.get("authorization_endpoint").and_then(Value::as_str);
                let address = address.and_then(|address| Url::parse(address).ok());
                address.is_some_and(|address| matches!(address.scheme(), "http" | "https"))
            });
        }
    }),
    change("jwks-uri-https", "A provider on https may have its keys at a plain address.", |policy| {
        for rule in policy.metadata_rules.iter_mut().filter(|rule| rule.name == "jwks-uri-check") {
            *rule = MetadataRule::new("jwks-uri-check", NO_CLAUSE, |document, _| {
                let address = document.get("jwks_uri").and_then(Value::as_str);
                let address = address.and_then(|address| Url::parse(address).ok());
                address.is_some_and(|address| matches!(address.scheme(), "http" | "https"))
            });
        }
    }),
    change(
        "response-iss-tolerance",
        "A response that names its issuer is refused, even for the right name.",
        |policy| {
            policy.callback.issuer.push(ResponseRule::new(
                "response-iss-tolerance",
                NO_CLAUSE,
                |params, _| !params.has("iss"),
            ));
        },
    ),
    change(
        "error-of-another-issuer",
        "What an error of another provider says is shown to people.",
        |policy| {
            policy.callback.issuer.clear();
            policy.callback.advice = |refusal, params| {
                let said = params.first("error_description").unwrap_or_default();
                format!("{} {said}", advice(refusal, params))
            };
        },
    ),
];

fn named(key: &Value) -> Option<&str> {
    key.get("kid").and_then(Value::as_str)
}

/// Every key that was ever published.
static SEEN: Mutex<Vec<Value>> = Mutex::new(Vec::new());

/// By one of these keys; by the secret where that is the key.
async fn verify_or_mac(token: &Token, ring: &KeyRing<'_>, keys: &[VerifyingKey]) -> Result<(), Refusal> {
    match own_scheme(ring).fit {
        Some(_) => verify(token, keys, own_scheme(ring).algorithm),
        None => by_issuer_key(token, ring).await,
    }
}

async fn by_any_key_ever(token: &Token, ring: &KeyRing<'_>) -> Result<(), Refusal> {
    if own_scheme(ring).fit.is_none() {
        return by_issuer_key(token, ring).await;
    }
    let mut published = ring.published().await?;
    if !published.iter().any(|key| named(key) == token.kid()) && !is_remembered(token.kid()) {
        ring.find(token.kid(), any_key).await?;
        published = ring.published().await?;
    }
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    seen.extend(published.iter().cloned());
    let meant = |key: &&Value| token.kid().is_none() || named(key) == token.kid();
    let keys: Vec<VerifyingKey> =
        seen.iter().filter(meant).filter_map(Value::as_object).filter_map(any_key).collect();
    verify(token, &keys, own_scheme(ring).algorithm)
}

fn is_remembered(kid: Option<&str>) -> bool {
    SEEN.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|key| named(key) == kid)
}

/// Remembers with whom the first login was begun, and takes every other one for one of the same.
#[derive(Default)]
struct FirstIssuer(Mutex<Option<String>>);

impl Binding for FirstIssuer {
    fn begin(&self, transaction: &Transaction) {
        let mut first = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert_with(|| transaction.iss.clone());
    }

    fn find(&self, state: Option<&str>, pending: &[Transaction]) -> Option<Transaction> {
        let found = ByCookie.find(state, pending)?;
        let first = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Some(Transaction { iss: first.unwrap_or_else(|| found.iss.clone()), ..found })
    }
}
