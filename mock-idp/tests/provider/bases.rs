//! One issuer, known under several URLs.

use mock_idp::{LoginPolicy, MockIdp, Settings};
use serde_json::Value;

use super::stage::{Stage, request, told};

/// A provider that browsers know as http://idp.localhost:PORT and back ends as another name.
async fn stage(text: &str) -> Stage {
    let settings: Settings = toml::from_str(text).unwrap();
    let stage = Stage::with(MockIdp::builder().settings(settings).start().await.unwrap());
    stage.tenant().set_policy(LoginPolicy::Auto { user: "alice".into() });
    stage
}

const SPLIT: &str = "listen = \"0.0.0.0:9000\"\npublic_url = \"http://localhost:9000\"\n\
                     internal_url = \"http://mock-idp:9000\"\n";

/// What the provider answers at a path under a host name.
async fn asked(stage: &Stage, address: &str, headers: &[(&str, &str)]) -> Value {
    let url = format!("{address}/.well-known/openid-configuration");
    let mut request = stage.http.get(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap()
}

async fn started(text: &str) -> (Stage, String) {
    // The base URL is another than where it listens, so the address has to be known beforehand.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let settings: Settings = toml::from_str(text).unwrap();
    settings.check().unwrap();
    let builder = MockIdp::builder().listen(([127, 0, 0, 1], port).into()).settings(settings);
    let stage = Stage::with(builder.start().await.unwrap());
    stage.tenant().set_policy(LoginPolicy::Auto { user: "alice".into() });
    (stage, format!("http://127.0.0.1:{port}"))
}

#[tokio::test]
async fn back_ends_are_told_urls_that_they_reach_and_browsers_theirs_under_one_issuer() {
    let (stage, address) = started(SPLIT).await;

    let outside = asked(&stage, &address, &[("host", "localhost:9000")]).await;
    let inside = asked(&stage, &address, &[("host", "mock-idp:9000")]).await;

    assert_eq!(outside["issuer"], "http://localhost:9000");
    assert_eq!(inside["issuer"], outside["issuer"]);
    assert_eq!(inside["authorization_endpoint"], "http://localhost:9000/authorize");
    assert_eq!(inside["end_session_endpoint"], "http://localhost:9000/end-session");
    for member in ["token_endpoint", "jwks_uri", "userinfo_endpoint"] {
        assert!(inside[member].as_str().unwrap().starts_with("http://mock-idp:9000/"), "{member}: {inside}");
        assert!(
            outside[member].as_str().unwrap().starts_with("http://localhost:9000/"),
            "{member}: {outside}"
        );
    }
}

#[tokio::test]
async fn a_proxy_is_believed_only_when_it_is_trusted() {
    let (stage, address) = started(&format!("{SPLIT}trust_forwarded = \"loopback\"\n")).await;
    let forwarded = [("x-forwarded-host", "mock-idp:9000"), ("host", "x")];
    assert_eq!(asked(&stage, &address, &forwarded).await["jwks_uri"], "http://mock-idp:9000/jwks");
    assert!(stage.tenant().trace().snapshot()[0].request.url.starts_with("http://mock-idp:9000/"));

    let (stage, address) = started(SPLIT).await;
    assert_eq!(asked(&stage, &address, &forwarded).await["jwks_uri"], "http://localhost:9000/jwks");
}

#[tokio::test]
async fn a_trailing_slash_is_in_the_issuer_and_nowhere_twice() {
    let stage = stage("trailing_slash = true").await;
    let base = stage.provider.base_url();

    assert_eq!(stage.tenant().issuer(), format!("{base}/"));
    let metadata: Value =
        serde_json::from_str(&stage.get(&format!("{base}/.well-known/openid-configuration")).await.body)
            .unwrap();
    assert_eq!(metadata["issuer"], format!("{base}/"));
    for (name, value) in metadata.as_object().unwrap() {
        let path = value.as_str().and_then(|url| url.strip_prefix(base)).unwrap_or_default();
        assert!(!path.contains("//"), "{name}: {value}");
        if name.ends_with("_endpoint") || name == "jwks_uri" {
            assert_ne!(stage.get(value.as_str().unwrap()).await.status, 404, "{name}: {value}");
        }
    }
    let (_, claims) = told(stage.fields().await.first("id_token").unwrap());
    assert_eq!(claims["iss"], format!("{base}/"));
}

#[tokio::test]
async fn the_login_page_of_an_issuer_with_a_slash_is_found() {
    let stage = stage("trailing_slash = true").await;
    stage.tenant().set_policy(LoginPolicy::Ask);

    let got = stage.get(&request(stage.provider.base_url(), &[])).await;

    assert_eq!(stage.get(got.header("location")).await.status, 200, "{got:?}");
}

#[tokio::test]
async fn a_combination_that_some_party_would_reject_does_not_start() {
    let settings: Settings = toml::from_str("internal_url = \"http://mock-idp:9000\"").unwrap();

    let error = MockIdp::builder().settings(settings).start().await.err().unwrap();

    assert!(error.to_string().contains("the application would reject every ID Token"), "{error}");
}
