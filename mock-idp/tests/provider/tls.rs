//! TLS with the local authority.

use mock_idp::fault::{BadCertificate, CERTIFICATE};
use mock_idp::tls::Authority;
use mock_idp::trace::Endpoint;
use mock_idp::{Clock, Ids, LoginPolicy, MockIdp, Settings};

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
        // Every request sees the certificate of its time.
        .pool_max_idle_per_host(0)
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

/// How often each fault that is armed has fired.
fn fired(guard: &mock_idp::tenant::FaultGuard) -> Vec<u32> {
    guard.report().iter().map(|report| report.fired).collect()
}

#[tokio::test]
async fn a_bad_certificate_is_refused_for_as_long_as_it_is_armed_and_counts_each_time() {
    let folder = Folder::new("tls-bad");
    let stage = stage(&folder).await;
    let metadata = format!("{}/.well-known/openid-configuration", stage.provider.base_url());
    for bad in BadCertificate::ALL {
        // A lie of any issuer is the whole provider's.
        let tenant = stage.provider.new_tenant("other", Clock::system(), Ids::random());
        let guard = tenant.arm(vec![CERTIFICATE.present(bad)]).unwrap();

        let refused = stage.http.get(&metadata).send().await;

        let error = refused.map(|answer| answer.status()).expect_err(&bad.to_string());
        assert!(error.is_connect(), "{bad}: {error:?}");
        // The provider hears of it a moment after the client has made up its mind.
        while fired(&guard) == [0] {
            tokio::task::yield_now().await;
        }
        assert_eq!(fired(&guard), [1], "{bad}");
        drop(guard);
        assert_eq!(stage.get(&metadata).await.status, 200, "{bad}");
    }
}

#[tokio::test]
async fn who_asks_in_spite_of_a_bad_certificate_is_written_down_unless_it_is_a_browser() {
    let folder = Folder::new("tls-believed");
    let stage = stage(&folder).await;
    let tenant = stage.provider.tenant();
    let careless =
        reqwest::Client::builder().tls_danger_accept_invalid_certs(true).no_proxy().build().unwrap();
    let guard = tenant.arm(vec![CERTIFICATE.present(BadCertificate::SelfSigned)]).unwrap();
    let ask = async |path: &str| {
        careless.get(format!("{}{path}", stage.provider.base_url())).send().await.unwrap().status()
    };

    ask("/authorize").await;
    assert_eq!(fired(&guard), [0], "a browser");
    ask("/jwks").await;

    assert_eq!(fired(&guard), [1]);
    let asked = tenant.trace().since(0);
    let keys = asked.iter().find(|exchange| exchange.endpoint == Endpoint::Jwks).unwrap();
    assert_eq!(keys.faults[0].clause, "the certificate is signed by itself");
}

#[tokio::test]
async fn the_authority_signs_for_an_application_as_well() {
    let folder = Folder::new("tls-issued");
    let stage = stage(&folder).await;
    let authority = Authority::of(&folder.0).unwrap();

    let issued = authority.issue(&["localhost".to_owned()], 1_800_000_000).unwrap();

    assert!(issued.certificate.starts_with("-----BEGIN CERTIFICATE-----"), "{}", issued.certificate);
    assert!(issued.key.contains("PRIVATE KEY"));
    assert_eq!(authority.certificate(), std::fs::read_to_string(folder.0.join("ca.pem")).unwrap());
    let wrong = authority.issue(&["bücher.test".to_owned()], 0).map(|_| ()).unwrap_err();
    assert!(wrong.contains("bücher.test") && wrong.contains("tls_hosts"), "{wrong}");
    drop(stage);
}
