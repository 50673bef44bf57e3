//! What the provider says about itself, and that it is so.

use mock_idp::token::{Junk, KeyName};
use mock_idp::{Client, Grace, Keys, MockIdp, Rules, Settings};
use serde_json::Value;

use super::stage::{Stage, request};

#[tokio::test]
async fn every_required_member_is_there_and_the_issuer_is_the_url_it_was_asked_at() {
    let stage = Stage::new().await;
    let base = stage.provider.base_url();

    let got = stage.get(&format!("{base}/.well-known/openid-configuration")).await;

    assert_eq!(got.header("content-type"), "application/json");
    let metadata: Value = serde_json::from_str(&got.body).unwrap();
    assert_eq!(metadata["issuer"], base);
    for member in [
        "authorization_endpoint",
        "jwks_uri",
        "response_types_supported",
        "subject_types_supported",
        "id_token_signing_alg_values_supported",
    ] {
        assert!(!metadata[member].is_null(), "{member}");
    }
}

#[tokio::test]
async fn every_advertised_endpoint_answers() {
    let stage = Stage::alice().await;
    let url = format!("{}/.well-known/openid-configuration", stage.provider.base_url());
    let metadata: Value = serde_json::from_str(&stage.get(&url).await.body).unwrap();

    for (member, value) in metadata.as_object().unwrap() {
        if member.ends_with("_endpoint") || member.ends_with("_uri") {
            let got = stage.get(value.as_str().unwrap()).await;
            assert!([200, 400, 401, 405].contains(&got.status), "{member}: {got:?}");
        }
    }
}

#[tokio::test]
async fn advertised_response_modes_work_and_others_are_refused() {
    let stage = Stage::alice().await;

    assert_eq!(stage.authorize(&[("response_mode", "form_post")]).await.status, 200);
    assert!(stage.authorize(&[("response_mode", "fragment")]).await.fragment().has("id_token"));
    assert!(stage.authorize(&[("response_mode", "query")]).await.fragment().has("error"));
    assert!(stage.authorize(&[("response_mode", "web_message")]).await.fragment().has("error"));
}

#[tokio::test]
async fn the_key_set_has_public_members_only() {
    let stage = Stage::new().await;

    let got = stage.get(&format!("{}/jwks", stage.provider.base_url())).await;

    let keys: Value = serde_json::from_str(&got.body).unwrap();
    let keys = keys["keys"].as_array().unwrap();
    assert_eq!(
        keys.iter().map(|key| key["alg"].as_str().unwrap()).collect::<Vec<_>>(),
        ["RS256", "ES256", "EdDSA"]
    );
    for key in keys {
        let members: Vec<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
        for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "use_"] {
            assert!(!members.contains(&private), "{private}");
        }
        assert_eq!(key["use"], "sig");
    }
}

#[tokio::test]
async fn every_key_has_a_kid_of_its_own_whatever_was_registered_rotated_or_chosen() {
    let stage = Stage::new().await;
    let tenant = stage.tenant();
    let kids = async |what: &str, expected: usize| {
        let keys = stage.get(&format!("{}/jwks", tenant.issuer())).await.json()["keys"].clone();
        let kids: Vec<&str> = keys.as_array().unwrap().iter().filter_map(|key| key["kid"].as_str()).collect();
        let distinct: std::collections::BTreeSet<&str> = kids.iter().copied().collect();
        assert_eq!((kids.len(), distinct.len()), (expected, expected), "{what}: {keys}");
    };

    kids("the default", 3).await;
    for alg in ["PS256", "RS384", "RS512", "PS256"] {
        let id_token_signed_response_alg = Some(alg.to_owned());
        tenant.add_client(Client {
            id_token_signed_response_alg,
            ..Client::unregistered(&format!("a-client-of-{alg}"))
        });
    }
    kids("clients with algorithms of their own", 6).await;
    tenant.rotate_keys(Grace::KeepOld);
    kids("a rotation", 12).await;
    tenant.rotate_keys(Grace::DropOld);
    kids("another", 6).await;
    let published = vec![KeyName::Rsa2, KeyName::Rsa1, KeyName::Encryption, KeyName::Ec];
    tenant.set_keys(Keys { signing: KeyName::Rsa1, published, junk: vec![Junk::UnknownKty] }).unwrap();
    kids("a choice of keys", 11).await;
    let published = vec![KeyName::Rsa1, KeyName::Ec2];
    tenant.set_keys(Keys { signing: KeyName::Rsa1, published, junk: Vec::new() }).unwrap();
    tenant.rotate_keys(Grace::KeepOld);
    kids("a rotation of a choice of keys", 12).await;
}

#[tokio::test]
async fn the_issuer_parameter_is_sent_if_and_only_if_it_is_advertised() {
    let stage = Stage::alice().await;
    let tenant = stage.tenant();
    let discovery = format!("{}/.well-known/openid-configuration", tenant.issuer());
    let advertised = "authorization_response_iss_parameter_supported";

    assert!(!stage.get(&discovery).await.body.contains(advertised));
    assert!(!stage.authorize(&[]).await.fragment().has("iss"));

    tenant.set_issuer_parameter(true);

    assert!(stage.get(&discovery).await.body.contains(advertised));
    assert_eq!(stage.authorize(&[]).await.fragment().first("iss"), Some(tenant.issuer().as_str()));
    let error = stage.get(&request(&tenant.issuer(), &[("nonce", "")])).await.fragment();
    assert_eq!(error.first("iss"), Some(tenant.issuer().as_str()));
}

#[tokio::test]
async fn registration_is_advertised_if_and_only_if_somebody_could_register() {
    let stage = Stage::new().await;
    let settings = Settings { registration_token: Some("let-me-in".into()), ..Settings::default() };
    let guarded = Stage::with(MockIdp::builder().settings(settings).start().await.unwrap());
    for (stage, under_strict_rules) in [(stage, false), (guarded, true)] {
        for (rules, expected) in [(Rules::Lenient, true), (Rules::Strict, under_strict_rules)] {
            stage.tenant().set_rules(rules);
            let url = format!("{}/.well-known/openid-configuration", stage.provider.base_url());

            let told = stage.get(&url).await.json()["registration_endpoint"].is_string();

            assert_eq!(told, expected, "{rules:?}");
        }
    }
}
