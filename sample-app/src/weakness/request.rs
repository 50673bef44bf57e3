//! Authorization requests that ask for the wrong thing.

use super::{Weakness, change};
use crate::oidc::authorize::{Asking, Parameter, parameters};
use crate::policy::Policy;

pub(super) const WEAKNESSES: &[Weakness] = &[
    change("request-nonce", "The request has no nonce, so providers refuse it.", |policy| {
        leave_out(policy, "nonce");
    }),
    change(
        "request-form-post",
        "The request does not ask for a form, so the token comes in the fragment.",
        |policy| {
            leave_out(policy, "response_mode");
        },
    ),
    change(
        "request-claims-scope",
        "The request has the scope openid alone, so the app learns no name and no address.",
        |policy| {
            for scope in policy.authorization.iter_mut().filter(is_scope) {
                scope.value = |_| "openid".into();
            }
        },
    ),
    change(
        "request-parameter-once",
        "The request names its scope twice, so providers refuse it.",
        |policy| {
            policy
                .authorization
                .extend(parameters().into_iter().filter(|parameter| parameter.name == "scope"));
        },
    ),
    change("request-length", "The request lists so many languages that its address is too long.", |policy| {
        add(policy, "claims_locales", |_| ["en-GB"; 500].join(" "));
    }),
    change("request-without-secrets", "The request carries a secret of the app in its address.", |policy| {
        add(policy, "client_secret", |asking| asking.settings.client_id.clone());
    }),
    change("endpoint-query", "The query of the provider's own address is thrown away.", |policy| {
        policy.authorization_endpoint = |endpoint| {
            let mut bare = endpoint.clone();
            bare.set_query(None);
            bare
        };
    }),
];

fn add(policy: &mut Policy, name: &'static str, value: fn(&Asking<'_>) -> String) {
    policy.authorization.push(Parameter { name, value });
}

fn leave_out(policy: &mut Policy, name: &str) {
    policy.authorization.retain(|parameter| parameter.name != name);
}

fn is_scope(parameter: &&mut Parameter) -> bool {
    parameter.name == "scope"
}
