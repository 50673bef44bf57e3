//! Every rule of the flows is seen to matter: without it, what it refuses succeeds.

use std::collections::BTreeSet;

use harness::agent::{Agent as _, Fetch};
use mock_idp::fault::{ID_TOKEN, RESPONSE, TOKEN_RESPONSE, USERINFO};
use mock_idp::{Fault, LoginPolicy};
use sample_app::Weakness;

use super::place::{LIFE, Place, assert_signed_in};

type Settings = &'static [(&'static str, &'static str)];

const IMPLICIT: Settings = &[("RESPONSE_TYPE", "id_token token")];
const HYBRID: Settings = &[("RESPONSE_TYPE", "code id_token")];
const CODE: Settings = &[("RESPONSE_TYPE", "code")];
const USERINFO_TOO: Settings = &[("RESPONSE_TYPE", "code"), ("USERINFO", "true")];
const OFFLINE: Settings = &[("RESPONSE_TYPE", "code"), ("SCOPE", "openid profile offline_access")];
const SILENT: Settings = &[("SILENT_LOGIN", "true")];

/// The lie that only an app without the rule believes while somebody logs in.
fn told_at_login() -> Vec<(&'static str, Settings, Fault)> {
    let short = "AAAAAAAAAAAAAAAAAAAAAA";
    vec![
        // The second ID token comes straight from the provider: it need not have the hash, but not a wrong one.
        ("c-hash-check", HYBRID, ID_TOKEN.set("c_hash", short)),
        ("c-hash-required", HYBRID, ID_TOKEN.remove("c_hash").first()),
        ("at-hash-check", IMPLICIT, RESPONSE.set("access_token", "another")),
        ("at-hash-required", IMPLICIT, ID_TOKEN.remove("at_hash")),
        ("hybrid-sub-check", HYBRID, ID_TOKEN.set("sub", "mallory").nth(2)),
        ("token-response-token-type", CODE, TOKEN_RESPONSE.set("token_type", "mac")),
        ("userinfo-sub-check", USERINFO_TOO, USERINFO.set("sub", "mallory")),
        ("userinfo-sub-required", USERINFO_TOO, USERINFO.remove("sub")),
    ]
}

/// The same while tokens are renewed.
fn told_at_renewal() -> Vec<(&'static str, Settings, Fault)> {
    vec![
        ("refresh-sub-check", OFFLINE, ID_TOKEN.set("sub", "mallory")),
        ("refresh-azp-check", OFFLINE, ID_TOKEN.set("azp", "flows")),
        ("refresh-auth-time-check", OFFLINE, ID_TOKEN.shift("auth_time", 100)),
        ("refresh-nonce-check", OFFLINE, ID_TOKEN.set("nonce", "another")),
    ]
}

/// The honest app, and the one without the rule.
fn both(name: &str) -> [Option<Weakness>; 2] {
    [None, Some(Weakness::from_name(name).expect("a weakness"))]
}

#[tokio::test]
async fn a_lie_at_the_login_is_believed_by_an_app_without_the_rule_alone() {
    for (name, settings, fault) in told_at_login() {
        for weakness in both(name) {
            let mut place = Place::weak(settings, weakness).await;
            assert_signed_in(&place.log_in().await, name);
            place.visit("/logout").await;
            let _armed = place.tenant.arm(vec![fault.clone()]).expect("a fault that can be armed");

            let page = place.log_in().await;

            let is_believed = page.text.contains("You are logged in as");
            assert_eq!(is_believed, weakness.is_some(), "{name}: {fault}: {}", page.text);
        }
    }
}

#[tokio::test]
async fn a_lie_at_the_renewal_is_believed_by_an_app_without_the_rule_alone() {
    for (name, settings, fault) in told_at_renewal() {
        for weakness in both(name) {
            let mut place = Place::weak(settings, weakness).await;
            assert_signed_in(&place.log_in().await, name);
            let _armed = place.tenant.arm(vec![fault.clone()]).expect("a fault that can be armed");
            place.advance(LIFE);

            let page = place.visit("/").await;

            let goes_on = page.text.contains("You are logged in as");
            assert_eq!(goes_on, weakness.is_some(), "{name}: {fault}: {}", page.text);
        }
    }
}

#[tokio::test]
async fn what_is_no_page_starts_a_silent_login_in_an_app_without_the_rule_alone() {
    for name in ["silent-page", "silent-navigation"] {
        for weakness in both(name) {
            let mut place = Place::weak(SILENT, weakness).await;
            place.tenant.set_policy(LoginPolicy::Ask);
            place.visit("/healthz").await;
            if name == "silent-page" {
                place.visit("/api/user").await;
            } else {
                let url = place.start.join("/").expect("an address");
                let fetch = Fetch::get(url).header("accept", "text/html");
                place.agent.fetch(fetch).await.expect("an answer");
            }

            let asked = place.tenant.trace().snapshot();
            let started = asked.iter().any(|exchange| exchange.request.url.contains("prompt=none"));

            assert_eq!(started, weakness.is_some(), "{name}");
        }
    }
}

#[test]
fn no_weakness_of_the_flows_is_left_untried() {
    let lies = told_at_login().into_iter().chain(told_at_renewal()).map(|(name, ..)| name);
    let tried: BTreeSet<_> = lies.chain(["silent-page", "silent-navigation"]).collect();

    let all: BTreeSet<_> = Weakness::OF_FLOWS.iter().map(Weakness::name).collect();

    assert_eq!(tried, all);
}
