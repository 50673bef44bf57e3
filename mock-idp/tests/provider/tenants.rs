//! Issuers of their own.

use mock_idp::fault::ID_TOKEN;
use mock_idp::trace::Endpoint;
use mock_idp::{Clock, Ids, LoginPolicy};
use serde_json::Value;

use super::stage::{Stage, request, told};

#[tokio::test]
async fn a_tenant_is_an_issuer_with_metadata_in_both_places() {
    let stage = Stage::new().await;
    let base = stage.provider.base_url();
    let tenant = stage.provider.new_tenant("a-1", Clock::system(), Ids::random());

    let appended = stage.get(&format!("{}/.well-known/openid-configuration", tenant.issuer())).await;
    let inserted = stage.get(&format!("{base}/.well-known/oauth-authorization-server/t/a-1")).await;

    let metadata: Value = serde_json::from_str(&appended.body).unwrap();
    assert_eq!(metadata["issuer"], format!("{base}/t/a-1"));
    assert_eq!(metadata["jwks_uri"], format!("{base}/t/a-1/jwks"));
    assert_eq!(appended.body, inserted.body);
}

#[tokio::test]
async fn nothing_told_to_one_tenant_is_heard_by_another() {
    let stage = Stage::new().await;
    let one = stage.provider.new_tenant("one", Clock::frozen(10), Ids::random());
    let two = stage.provider.new_tenant("two", Clock::frozen(20), Ids::random());
    for tenant in [&one, &two] {
        tenant.set_policy(LoginPolicy::Auto { user: "alice".into() });
    }
    let _lie = one.arm(vec![ID_TOKEN.set("sub", "liar")]).unwrap();

    let first = stage.get(&request(&one.issuer(), &[])).await.fragment();
    let second = stage.get(&request(&two.issuer(), &[])).await.fragment();

    assert_eq!(told(first.first("id_token").unwrap()).1["sub"], "liar");
    let (_, claims) = told(second.first("id_token").unwrap());
    assert_eq!((&claims["sub"], &claims["iat"]), (&"user-alice".into(), &20.into()));
    assert_eq!(two.trace().count(Endpoint::Authorize), 1);
    assert_eq!(stage.tenant().trace().snapshot().len(), 0);
}

#[tokio::test]
async fn an_unknown_tenant_says_how_to_make_one_and_a_removed_one_is_unknown() {
    let stage = Stage::new().await;
    let tenant = stage.provider.new_tenant("gone", Clock::system(), Ids::random());
    let url = format!("{}/jwks", tenant.issuer());
    assert_eq!(stage.get(&url).await.status, 200);

    tenant.remove();

    let got = stage.get(&url).await;
    assert_eq!(got.status, 404);
    assert!(got.body.contains("new_tenant") && got.body.contains("POST /tenants"), "{}", got.body);
}

#[tokio::test]
async fn a_policy_set_through_a_marker_counts_for_its_requests_only() {
    let stage = Stage::new().await;
    stage.tenant().marked("m1").set_policy(LoginPolicy::Once { user: "bob".into() });
    let url = request(stage.provider.base_url(), &[("prompt", "none")]);
    let marked = async |name: &str, value: &str| {
        super::stage::read(stage.http.get(&url).header(name, value).send().await.unwrap()).await.fragment()
    };

    assert!(marked("mock-idp-marker", "m2").await.has("error"));
    assert!(marked("cookie", "a=b; mock_idp_marker=m1").await.has("id_token"));
    assert!(marked("mock-idp-marker", "m1").await.has("error"));
}
