//! The sample app signs people in at the real provider by every flow that it can be set to, and refuses what is
//! particular to each.

use harness::agent::{Agent as _, AgentOptions, HttpAgent, Page};
use mock_idp::fault::{ID_TOKEN, RESPONSE, TOKEN_RESPONSE};
use mock_idp::{AuthMethod, Client, Clock, Fault, Ids, LoginPolicy, MockIdp, Tenant};
use sample_app::{Ambient, Random, SampleApp, Settings};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::net::TcpListener;
use url::Url;

const NOW: i64 = 1_800_000_000;
const SECRET: &str = "p:ss w\u{f6}rd+%";

const RESPONSE_TYPES: [&str; 6] =
    ["id_token", "token id_token", "code", "id_token code", "token code", "id_token token code"];
const HYBRID: &str = "code id_token token";

/// A provider, the app set in one way, and a person's browser.
struct Place {
    tenant: Tenant,
    agent: HttpAgent,
    start: Url,
    _idp: MockIdp,
    _app: SampleApp,
}

impl Place {
    async fn new(settings: &[(&str, &str)], registered: Option<AuthMethod>) -> Self {
        let idp = MockIdp::start().await.expect("the provider starts");
        let clock = Clock::frozen(NOW);
        let tenant = idp.new_tenant("flows", clock.clone(), Ids::seeded(1));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://localhost:{}", listener.local_addr().expect("an address").port());
        tenant.add_client(Client {
            redirect_uris: vec![format!("{base}/callback")],
            client_secret: registered.filter(|method| *method != AuthMethod::None).map(|_| SECRET.to_owned()),
            token_endpoint_auth_method: registered,
            ..Client::unregistered("flows")
        });
        tenant.set_policy(LoginPolicy::Auto { user: "alice".into() });
        let issuer = tenant.issuer();
        let secret = "a-published-secret-that-protects-nothing";
        let mut values: BTreeMap<&str, &str> = BTreeMap::from([
            ("ISSUER_BASE_URL", issuer.as_str()),
            ("BASE_URL", &base),
            ("CLIENT_ID", "flows"),
            ("SECRET", secret),
        ]);
        values.extend(settings.iter().copied());
        let values = values.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let settings = Settings::from_map(&values).expect("settings");
        let options = AgentOptions::new(Url::parse(idp.base_url()).expect("a URL"), clock.clone());
        let clock = sample_app::Clock::from_fn(Arc::new(move || clock.unix()));
        let ambient = Ambient { clock, random: Random::system() };
        let app = SampleApp::start(listener, settings, ambient).await.expect("the app starts");
        let start = Url::parse(&format!("{base}/login")).expect("a URL");
        Self { tenant, agent: HttpAgent::new(options), start, _idp: idp, _app: app }
    }

    async fn log_in(&mut self) -> Page {
        self.agent.visit(&self.start).await.expect("a page")
    }
}

#[track_caller]
fn assert_signed_in(page: &Page, flow: &str) {
    assert_eq!((page.status, page.url.path()), (200, "/"), "{flow}: {}", page.text);
    assert!(page.text.contains("You are logged in as"), "{flow}: {}", page.text);
}

#[tokio::test]
async fn every_response_type_signs_people_in_without_a_secret_and_with_one() {
    let ways = [
        ("none", AuthMethod::None),
        ("client_secret_basic", AuthMethod::ClientSecretBasic),
        ("client_secret_post", AuthMethod::ClientSecretPost),
    ];
    for response_type in RESPONSE_TYPES {
        for (way, method) in ways {
            let secret = if way == "none" { "" } else { SECRET };
            let settings =
                [("RESPONSE_TYPE", response_type), ("CLIENT_AUTH", way), ("CLIENT_SECRET", secret)];
            let mut place = Place::new(&settings, Some(method)).await;

            let page = place.log_in().await;

            assert_signed_in(&page, &format!("{response_type} with {way}"));
        }
    }
}

/// Logs in honestly, then once under the fault.
async fn refused(response_type: &str, fault: Fault) -> String {
    let mut place = Place::new(&[("RESPONSE_TYPE", response_type)], None).await;
    assert_signed_in(&place.log_in().await, response_type);
    let _armed = place.tenant.arm(vec![fault]).expect("a fault that can be armed");

    let page = place.log_in().await;

    assert_eq!((page.status, page.url.path()), (400, "/callback"), "{response_type}: {}", page.text);
    page.body.split("<code>").nth(1).and_then(|rest| rest.split('<').next()).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn what_comes_with_an_id_token_is_what_the_token_vouches_for() {
    for (response_type, fault, reason) in [
        ("code id_token", RESPONSE.set("code", "another"), "c-hash-check"),
        ("code id_token", ID_TOKEN.set("c_hash", "AAAAAAAAAAAAAAAAAAAAAA"), "c-hash-check"),
        ("code id_token", ID_TOKEN.remove("c_hash"), "c-hash-required"),
        ("id_token token", RESPONSE.set("access_token", "another"), "at-hash-check"),
        ("id_token token", ID_TOKEN.remove("at_hash"), "at-hash-required"),
        (HYBRID, RESPONSE.set("access_token", "another"), "at-hash-check"),
        ("code", ID_TOKEN.set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"), "at-hash-check"),
        ("code", TOKEN_RESPONSE.set("access_token", "another"), "at-hash-check"),
    ] {
        assert_eq!(refused(response_type, fault.clone()).await, reason, "{response_type}: {fault}");
    }
}

#[tokio::test]
async fn a_response_holds_what_was_asked_for_and_nothing_else() {
    for (response_type, fault, reason) in [
        ("code", RESPONSE.remove("code"), "code-required"),
        ("code", RESPONSE.set("access_token", "x"), "unrequested-token-check"),
        ("code", RESPONSE.set("id_token", "x"), "unrequested-token-check"),
        (HYBRID, RESPONSE.remove("id_token"), "id-token-required"),
        ("id_token token", RESPONSE.remove("access_token"), "access-token-required"),
        ("id_token token", RESPONSE.set("token_type", "mac"), "token-type-check"),
    ] {
        assert_eq!(refused(response_type, fault.clone()).await, reason, "{response_type}: {fault}");
    }
}

#[tokio::test]
async fn a_code_is_worth_what_its_token_response_proves() {
    for (response_type, fault, reason) in [
        ("code", RESPONSE.set("code", "another"), "code-refused"),
        ("code token", TOKEN_RESPONSE.remove("id_token"), "token-response-id-token"),
        ("code", TOKEN_RESPONSE.set("token_type", "mac"), "token-response-token-type"),
        ("code", ID_TOKEN.set("nonce", "another"), "nonce-check"),
        ("code", ID_TOKEN.set("aud", "another"), "aud-check"),
        (HYBRID, ID_TOKEN.set("sub", "mallory").nth(2), "hybrid-sub-check"),
    ] {
        assert_eq!(refused(response_type, fault.clone()).await, reason, "{response_type}: {fault}");
    }
}

#[tokio::test]
async fn an_app_with_the_wrong_secret_says_that_the_login_is_out_of_order() {
    let settings = [("RESPONSE_TYPE", "code"), ("CLIENT_SECRET", "wrong")];
    let mut place = Place::new(&settings, Some(AuthMethod::ClientSecretBasic)).await;

    let page = place.log_in().await;

    assert_eq!(page.status, 502, "{}", page.text);
    assert!(page.body.contains("<code>provider-unusable</code>"), "{}", page.text);
}

#[tokio::test]
async fn a_code_is_redeemed_with_a_verifier_that_no_browser_can_read() {
    let mut place = Place::new(&[("RESPONSE_TYPE", "code")], None).await;

    let page = place.log_in().await;

    assert_signed_in(&page, "code");
    let asked: Vec<_> =
        place.tenant.trace().snapshot().into_iter().map(|exchange| exchange.request).collect();
    let form =
        asked.iter().find_map(|request| request.body.split_once("code_verifier=")).expect("a verifier");
    let verifier = form.1.split('&').next().expect("its value");
    assert!(verifier.len() >= 43, "RFC 7636 4.1: {verifier}");
    assert!(asked.iter().any(|request| request.url.contains("code_challenge_method=S256")));
    let cookies: Vec<_> = page.hops.iter().flat_map(|hop| &hop.set_cookies).collect();
    assert!(cookies.iter().any(|line| line.contains("code_verifier")), "the login remembers it, sealed");
    assert!(cookies.iter().all(|line| !line.contains(verifier)), "{cookies:?}");
    let seen: Vec<_> = page.hops.iter().map(|hop| hop.url.as_str()).collect();
    assert!(seen.iter().all(|url| !url.contains(verifier)), "{seen:?}");
}
