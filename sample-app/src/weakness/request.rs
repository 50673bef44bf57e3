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
    change(
        "request-wishes",
        "What the app is set up to ask for beside a second factor is not asked.",
        |policy| {
            for name in ["max_age", "prompt", "ui_locales"] {
                leave_out(policy, name);
            }
        },
    ),
    change("request-acr", "A second factor is demanded and not asked for.", |policy| {
        leave_out(policy, "acr_values");
    }),
    change(
        "request-redirect-uri",
        "The callback is named on another host and with a fragment, so providers refuse it.",
        |policy| {
            for uri in policy.authorization.iter_mut().filter(|parameter| parameter.name == "redirect_uri") {
                uri.value = |_| "http://app.example/callback#done".to_owned();
            }
        },
    ),
    change("login-parameters", "Whoever makes a link to the login decides what the app asks.", |policy| {
        for parameter in &mut policy.authorization {
            obey(parameter);
        }
        add(policy, "request_uri", |asking| said(asking, "request_uri", ""));
    }),
    change("endpoint-query", "The query of the provider's own address is thrown away.", |policy| {
        policy.authorization_endpoint = |endpoint| {
            let mut bare = endpoint.clone();
            bare.set_query(None);
            bare
        };
    }),
];

/// What the request that started the login says of it, or else the app's own.
fn said(asking: &Asking<'_>, name: &str, own: &str) -> String {
    asking.said.and_then(|said| said.first(name)).unwrap_or(own).to_owned()
}

fn obey(parameter: &mut Parameter) {
    parameter.value = match parameter.name {
        "client_id" => |asking| said(asking, "client_id", &asking.settings.client_id),
        "scope" => |asking| said(asking, "scope", &asking.settings.scope),
        "response_type" => |asking| said(asking, "response_type", &asking.settings.response_type.to_string()),
        "response_mode" => |asking| said(asking, "response_mode", asking.response_mode.name()),
        "redirect_uri" => |asking| said(asking, "redirect_uri", &format!("{}/callback", asking.base_url)),
        "nonce" => |asking| said(asking, "nonce", &asking.transaction.nonce),
        "state" => |asking| said(asking, "state", &asking.transaction.state),
        "prompt" => |asking| said(asking, "prompt", &asking.settings.wishes.prompt.join(" ")),
        "acr_values" => |asking| said(asking, "acr_values", &asking.settings.wishes.acr_values.join(" ")),
        _ => parameter.value,
    };
}

fn add(policy: &mut Policy, name: &'static str, value: fn(&Asking<'_>) -> String) {
    policy.authorization.push(Parameter { name, value });
}

fn leave_out(policy: &mut Policy, name: &str) {
    policy.authorization.retain(|parameter| parameter.name != name);
}

fn is_scope(parameter: &&mut Parameter) -> bool {
    parameter.name == "scope"
}
