//! An application that is configured for a vendor works against the imitation: discovery at the vendor's place,
//! login at the vendor's paths, and the claims that the vendor's documents describe.

use mock_idp::{LoginPolicy, MockIdp, Settings};
use serde_json::Value;

use super::stage::{CALLBACK, CLIENT, Stage, told};

async fn vendor(settings: &str) -> Stage {
    let settings: Settings = toml::from_str(settings).unwrap();
    let stage = Stage::with(MockIdp::builder().settings(settings).start().await.unwrap());
    stage.tenant().set_policy(LoginPolicy::Auto { user: "alice".into() });
    stage
}

/// Finds the provider as an application does, logs in with a code, and gives metadata and claims.
async fn logged_in(stage: &Stage, issuer_path: &str) -> (Value, Value) {
    let base = stage.provider.base_url();
    let issuer = format!("{base}{issuer_path}");
    assert_eq!(stage.tenant().issuer(), issuer);
    let discovery = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let metadata: Value = serde_json::from_str(&stage.get(&discovery).await.body).unwrap();
    assert_eq!(metadata["issuer"], issuer, "an application rejects an issuer that is not the one it asked");
    let at =
        |member: &str| metadata[member].as_str().unwrap_or_else(|| panic!("{member}: {metadata}")).to_owned();
    let request = format!(
        "{}?client_id={CLIENT}&redirect_uri={CALLBACK}&response_type=code&scope=openid%20profile%20email&nonce=n",
        at("authorization_endpoint")
    );
    let got = stage.get(&request).await;
    let location = got.header("location").to_owned();
    let code = mock_idp::Params::parse(location.split_once('?').unwrap().1).first("code").unwrap().to_owned();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("client_id", CLIENT),
    ];
    let answer = stage.post(&at("token_endpoint"), &form).await;
    let answer: Value = serde_json::from_str(&answer.body).unwrap();
    let (header, claims) = told(answer["id_token"].as_str().unwrap());
    let keys = stage.get(&at("jwks_uri")).await;
    assert!(keys.status == 200 && keys.body.contains(header["kid"].as_str().unwrap()), "{keys:?}");
    assert_eq!(claims["iss"], issuer);
    if let Some(userinfo) = metadata["userinfo_endpoint"].as_str() {
        let token = answer["access_token"].as_str().unwrap();
        let got = stage.http.get(userinfo).bearer_auth(token).send().await.unwrap();
        assert_eq!(got.status(), 200);
    }
    (metadata, claims)
}

/// The path of an endpoint in the metadata.
fn path(stage: &Stage, metadata: &Value, member: &str) -> String {
    metadata[member].as_str().unwrap().strip_prefix(stage.provider.base_url()).unwrap().to_owned()
}

#[tokio::test]
async fn auth0_has_a_slash_at_the_end_of_its_issuer_and_its_token_endpoint_below_oauth() {
    let stage = vendor("preset = \"auth0\"").await;

    let (metadata, claims) = logged_in(&stage, "/").await;

    assert_eq!(path(&stage, &metadata, "authorization_endpoint"), "/authorize");
    assert_eq!(path(&stage, &metadata, "token_endpoint"), "/oauth/token");
    assert_eq!(path(&stage, &metadata, "jwks_uri"), "/.well-known/jwks.json");
    assert!(claims["sid"].is_string());
}

#[tokio::test]
async fn entra_names_the_tenant_in_its_issuer_and_in_its_claims() {
    let stage = vendor("preset = \"entra\"\nrealm = \"aaaabbbb-0000-cccc-1111-dddd2222eeee\"").await;
    let tenant = "aaaabbbb-0000-cccc-1111-dddd2222eeee";

    let (metadata, claims) = logged_in(&stage, &format!("/{tenant}/v2.0")).await;

    assert_eq!(path(&stage, &metadata, "authorization_endpoint"), format!("/{tenant}/oauth2/v2.0/authorize"));
    assert_eq!(path(&stage, &metadata, "jwks_uri"), format!("/{tenant}/discovery/v2.0/keys"));
    assert_eq!((claims["tid"].as_str(), claims["ver"].as_str()), (Some(tenant), Some("2.0")));
    assert_eq!(claims["oid"].as_str().unwrap().len(), 36);
    assert_eq!(claims["preferred_username"], "alice", "what the person has counts more than the preset");
}

#[tokio::test]
async fn google_names_the_hosted_domain_and_has_no_logout() {
    let stage = vendor("preset = \"google\"").await;

    let (metadata, claims) = logged_in(&stage, "").await;

    assert_eq!(path(&stage, &metadata, "authorization_endpoint"), "/o/oauth2/v2/auth");
    assert_eq!(path(&stage, &metadata, "jwks_uri"), "/oauth2/v3/certs");
    assert!(metadata.get("end_session_endpoint").is_none());
    assert_eq!((claims["hd"].as_str(), claims["azp"].as_str()), (Some("example.test"), Some(CLIENT)));
}

#[tokio::test]
async fn google_names_no_hosted_domain_for_a_person_without_an_address() {
    let stage = vendor("preset = \"google\"").await;
    stage.tenant().set_policy(LoginPolicy::Auto { user: "nemo".into() });

    let (_, claims) = logged_in(&stage, "").await;

    assert!(claims.get("hd").is_none());
}

#[tokio::test]
async fn okta_has_everything_below_its_authorization_server() {
    let stage = vendor("preset = \"okta\"").await;

    let (metadata, claims) = logged_in(&stage, "/oauth2/default").await;

    assert_eq!(path(&stage, &metadata, "jwks_uri"), "/oauth2/default/v1/keys");
    assert_eq!(path(&stage, &metadata, "introspection_endpoint"), "/oauth2/default/v1/introspect");
    assert_eq!(claims["ver"], 1);
    assert!(claims["jti"].as_str().unwrap().starts_with("ID."));
    assert_eq!(claims["amr"], serde_json::json!(["pwd"]));
}

#[tokio::test]
async fn keycloak_has_everything_below_its_realm_and_tells_roles() {
    let stage = vendor("preset = \"keycloak\"\nrealm = \"acme\"").await;

    let (metadata, claims) = logged_in(&stage, "/realms/acme").await;

    let openid = "/realms/acme/protocol/openid-connect";
    assert_eq!(path(&stage, &metadata, "authorization_endpoint"), format!("{openid}/auth"));
    assert_eq!(path(&stage, &metadata, "jwks_uri"), format!("{openid}/certs"));
    assert_eq!(path(&stage, &metadata, "end_session_endpoint"), format!("{openid}/logout"));
    assert_eq!(claims["realm_access"]["roles"][0], "default-roles-acme");
    assert_eq!(claims["typ"], "ID");
    let (_, again) = logged_in(&stage, "/realms/acme").await;
    assert_eq!(claims["jti"].as_str().unwrap().len(), 36);
    assert_ne!(claims["jti"], again["jti"], "no two tokens have the same id");
}

/// What a provider may have beyond what each has to have.
const OPTIONAL: &[&str] = &[
    "userinfo_endpoint",
    "introspection_endpoint",
    "revocation_endpoint",
    "pushed_authorization_request_endpoint",
    "device_authorization_endpoint",
    "registration_endpoint",
    "end_session_endpoint",
    "check_session_iframe",
    "frontchannel_logout_supported",
    "backchannel_logout_supported",
];

#[tokio::test]
async fn the_metadata_names_what_the_vendor_has_and_nothing_that_it_has_not() {
    // As the vendors publish it; 1 for what is there, in the order above.
    for (vendor, issuer_path, has) in [
        ("auth0", "", "1011111001"),
        ("entra", "/11111111-2222-3333-4444-555555555555/v2.0", "1000101010"),
        ("google", "", "1010100000"),
        ("okta", "/oauth2/default", "1111111000"),
        ("keycloak", "/realms/mock", "1111111111"),
        ("apple", "", "0010000000"),
    ] {
        let stage = vendor_that_registers(vendor).await;
        let url = format!("{}{issuer_path}/.well-known/openid-configuration", stage.provider.base_url());

        let metadata = stage.get(&url).await.json();

        let is_there = |name: &&str| if metadata.get(*name).is_some() { '1' } else { '0' };
        assert_eq!(OPTIONAL.iter().map(is_there).collect::<String>(), has, "{vendor}: {metadata}");
        let members = metadata.as_object().unwrap().keys();
        let orphan = members
            .filter_map(|name| name.split_once("_endpoint_auth_"))
            .find(|(endpoint, _)| metadata.get(format!("{endpoint}_endpoint")).is_none());
        assert_eq!(orphan, None, "{vendor}");
    }
}

async fn vendor_that_registers(name: &str) -> Stage {
    vendor(&format!("preset = \"{name}\"")).await
}

#[tokio::test]
async fn apple_tells_a_name_once_beside_the_first_form_response() {
    let stage = vendor("preset = \"apple\"").await;
    let (metadata, claims) = logged_in(&stage, "").await;
    assert_eq!(path(&stage, &metadata, "authorization_endpoint"), "/auth/authorize");
    assert!(metadata.get("userinfo_endpoint").is_none());
    assert_eq!(claims["nonce_supported"], true);
    let form =
        |scope: &'static str| [("response_mode", "form_post"), ("response_type", "code"), ("scope", scope)];

    let without = stage.authorize(&form("openid")).await.fields();
    let first = stage.authorize(&form("openid name email")).await.fields();
    let second = stage.authorize(&form("openid name email")).await.fields();

    assert!(without.first("user").is_none(), "nothing was asked for");
    let user: Value = serde_json::from_str(first.first("user").unwrap()).unwrap();
    assert_eq!(user["name"], serde_json::json!({"firstName": "Alice", "lastName": "Doe"}));
    assert_eq!(user["email"], "alice@example.test");
    assert!(second.first("user").is_none(), "it was told already");
}

#[tokio::test]
async fn a_tenant_can_imitate_another_vendor_than_the_default_issuer() {
    let stage = vendor("preset = \"auth0\"\n[tenant.kc]\npreset = \"keycloak\"\npolicy = \"alice\"").await;
    let base = stage.provider.base_url();

    let url = format!("{base}/t/kc/realms/mock/.well-known/openid-configuration");
    let metadata: Value = serde_json::from_str(&stage.get(&url).await.body).unwrap();

    assert_eq!(metadata["issuer"], format!("{base}/t/kc/realms/mock"));
    assert_eq!(metadata["jwks_uri"], format!("{base}/t/kc/realms/mock/protocol/openid-connect/certs"));
    assert_eq!(stage.get(metadata["jwks_uri"].as_str().unwrap()).await.status, 200);
}

#[tokio::test]
async fn without_a_preset_no_vendor_path_is_answered_and_no_claim_is_added() {
    let stage = Stage::alice().await;

    assert_eq!(stage.get(&format!("{}/oauth2/v3/certs", stage.provider.base_url())).await.status, 404);
    let (_, claims) = told(stage.fields().await.first("id_token").unwrap());
    assert!(claims.get("azp").is_none() && claims.get("ver").is_none());
}
