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

#[tokio::test(flavor = "multi_thread")]
async fn a_health_check_asks_over_tls_and_trusts_the_authority_of_the_folder_only() {
    let (folder, other) = (Folder::new("tls-health"), Folder::new("tls-other"));
    let (stage, _other) = (stage(&folder).await, stage(&other).await);
    let check = |url: &str, folder: &Folder| {
        let folder = folder.0.to_str().unwrap();
        program(&["healthcheck", url, "--tls-folder", folder]).output().unwrap()
    };
    let url = stage.provider.base_url();

    let well = check(url, &folder);
    assert!(well.status.success() && said(&well).contains("is well"), "{}", said(&well));
    let missing = check(&format!("{url}/nothing"), &folder);
    assert!(said(&missing).contains("answered 404"), "{}", said(&missing));
    let stranger = check(url, &other);
    assert!(!stranger.status.success() && said(&stranger).contains("certificate"), "{}", said(&stranger));
    let nobody = check(url, &Folder::new("tls-none"));
    assert!(!nobody.status.success() && said(&nobody).contains("--tls-folder"), "{}", said(&nobody));
}

#[test]
fn a_plain_public_url_on_a_port_with_tls_is_refused() {
    let settings: Settings = toml::from_str("tls = true\npublic_url = \"http://localhost:9000\"").unwrap();

    let error = settings.check().unwrap_err();

    assert!(error.contains("browsers") && error.contains("https://localhost:9000"), "{error}");
}
