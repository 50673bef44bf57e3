//! TLS with the local authority.

use mock_idp::{LoginPolicy, MockIdp, Settings};

use super::program::{Folder, program, said};
use super::stage::{Stage, told};

async fn stage(folder: &Folder) -> Stage {
    let text = format!("tls = true\ntls_hosts = [\"idp.test\"]\ntls_folder = \"{}\"", folder.0.display());
    let settings: Settings = toml::from_str(&text).unwrap();
    let provider = MockIdp::builder().settings(settings).start().await.unwrap();
    provider.tenant().set_policy(LoginPolicy::Auto { user: "alice".into() });
    let authority = std::fs::read(folder.0.join("ca.pem")).unwrap();
    let address = provider.base_url().strip_prefix("https://").unwrap().parse().unwrap();
    let http = reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(&authority).unwrap()])
        .resolve("idp.test", address)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap();
    Stage { provider, http }
}

#[tokio::test]
async fn whoever_trusts_the_authority_logs_in_over_tls_under_every_name() {
    let folder = Folder::new("tls");
    let stage = stage(&folder).await;

    let (_, claims) = told(stage.fields().await.first("id_token").unwrap());

    assert!(claims["iss"].as_str().unwrap().starts_with("https://127.0.0.1:"), "{claims}");
    let port = stage.provider.base_url().rsplit_once(':').unwrap().1;
    for host in ["localhost", "idp.test"] {
        assert_eq!(stage.get(&format!("https://{host}:{port}/healthz")).await.status, 200, "{host}");
    }
    let stranger = super::stage::client().get(stage.provider.base_url()).send().await;
    assert!(stranger.is_err(), "a client that does not trust the authority must refuse it");
}

#[tokio::test]
async fn the_authority_is_made_once() {
    let folder = Folder::new("tls-once");
    drop(stage(&folder).await);
    let first = std::fs::read_to_string(folder.0.join("ca.pem")).unwrap();

    drop(stage(&folder).await);
    let output = program(&["ca", "--tls-folder", folder.0.to_str().unwrap()]).output().unwrap();

    assert_eq!(said(&output), first);
}

#[test]
fn a_plain_public_url_on_a_port_with_tls_is_refused() {
    let settings: Settings = toml::from_str("tls = true\npublic_url = \"http://localhost:9000\"").unwrap();

    let error = settings.check().unwrap_err();

    assert!(error.contains("browsers") && error.contains("https://localhost:9000"), "{error}");
}
