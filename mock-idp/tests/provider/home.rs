//! The landing page.

use mock_idp::{Client, Clock, Ids, MockIdp, Rules};

use super::stage::{Got, Stage};

async fn home(stage: &Stage, issuer: &str) -> Got {
    let page = stage.get(issuer).await;
    assert_eq!(page.status, 200, "{page:?}");
    page
}

#[tokio::test]
async fn the_landing_page_has_settings_for_every_framework_with_the_values_of_this_issuer() {
    let stage = Stage::new().await;
    let tenant = stage.provider.new_tenant("shop", Clock::system(), Ids::random());
    let issuer = tenant.issuer();

    let page = home(&stage, &issuer).await;

    let port = issuer.split([':', '/']).nth(4).unwrap();
    for text in [
        format!("ISSUER_BASE_URL={issuer}"),
        format!("issuer-uri: &#34;{issuer}&#34;"),
        format!("options.Authority = &#34;{issuer}&#34;"),
        format!("OIDC_OP_TOKEN_ENDPOINT = &#34;{issuer}/token&#34;"),
        format!("OIDC_OP_JWKS_ENDPOINT = &#34;{issuer}/jwks&#34;"),
        format!("issuer: &#34;{issuer}&#34;"),
        format!("port: {port},"),
        format!("oidc.NewProvider(ctx, &#34;{issuer}&#34;)"),
        "CLIENT_ID=sample-app".to_owned(),
    ] {
        assert!(page.body.contains(&text), "{text}: {}", page.body);
    }
    assert_eq!(page.body.matches("<details").count(), 8);
}

#[tokio::test]
async fn the_landing_page_names_the_registered_client_and_its_secret_under_strict_rules() {
    let stage = Stage::new().await;
    let tenant = stage.tenant();
    for client in tenant.clients() {
        tenant.remove_client(&client.client_id);
    }
    tenant
        .add_client(Client { client_secret: Some("its-secret".into()), ..Client::unregistered("only-one") });
    tenant.set_rules(Rules::Strict);

    let page = home(&stage, &tenant.issuer()).await;

    assert!(page.body.contains("client-id: &#34;only-one&#34;"), "{}", page.body);
    assert!(page.body.contains("client-secret: &#34;its-secret&#34;"), "{}", page.body);
    assert!(page.body.contains("The rules are <strong>strict</strong>"), "{}", page.body);
}

#[tokio::test]
async fn the_landing_page_leads_to_every_endpoint_and_to_the_trace() {
    let stage = Stage::with(MockIdp::builder().control(([127, 0, 0, 1], 0).into()).start().await.unwrap());
    let base = stage.provider.base_url();
    let metadata: serde_json::Value =
        serde_json::from_str(&stage.get(&format!("{base}/.well-known/openid-configuration")).await.body)
            .unwrap();

    let page = home(&stage, base).await;

    for (name, url) in metadata.as_object().unwrap().iter().filter(|(name, _)| name.ends_with("_endpoint")) {
        assert!(page.body.contains(&format!("<a href=\"{}\">", url.as_str().unwrap())), "{name}");
    }
    let viewer = format!("{}/tenants/_default/viewer", stage.provider.control_url().unwrap());
    assert!(page.body.contains(&format!("<a href=\"{viewer}\">")), "{}", page.body);
    assert_eq!(stage.get(&viewer).await.status, 200);
}
