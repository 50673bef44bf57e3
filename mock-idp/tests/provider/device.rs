//! Devices that show a code, and the page where a person enters it.

use mock_idp::{Client, Clock, Ids, LoginPolicy, Logout, MockIdp};
use serde_json::{Value, json};

use super::stage::{CLIENT, Got, Stage};

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

struct Device {
    code: String,
    shown: String,
    page: String,
}

impl Stage {
    async fn frozen() -> Self {
        let provider =
            MockIdp::builder().clock(Clock::frozen(1000)).ids(Ids::random()).start().await.unwrap();
        Self::with(provider)
    }

    async fn device(&self) -> Device {
        let url = format!("{}/device_authorization", self.provider.base_url());
        let got = self.post(&url, &[("client_id", CLIENT), ("scope", "openid profile offline_access")]).await;
        let answer = got.json();
        let text = |name: &str| answer[name].as_str().unwrap_or_else(|| panic!("{got:?}")).to_owned();
        assert_eq!((&answer["expires_in"], &answer["interval"]), (&json!(600), &json!(5)));
        assert_eq!(text("verification_uri"), format!("{}/device", self.provider.base_url()));
        Device {
            code: text("device_code"),
            shown: text("user_code"),
            page: text("verification_uri_complete"),
        }
    }

    async fn poll(&self, device: &Device) -> Got {
        let form = [("grant_type", DEVICE_CODE), ("device_code", &device.code), ("client_id", CLIENT)];
        self.post(&format!("{}/token", self.provider.base_url()), &form).await
    }

    /// Asks, after having waited long enough.
    async fn poll_later(&self, device: &Device) -> Got {
        self.tenant().clock().advance(60);
        self.poll(device).await
    }

    async fn enter(&self, form: &[(&str, &str)]) -> Got {
        self.post(&format!("{}/device", self.provider.base_url()), form).await
    }
}

fn error(got: &Got) -> Value {
    got.json()["error"].clone()
}

fn ticket(got: &Got) -> String {
    got.fields().first("ticket").unwrap_or_else(|| panic!("{got:?}")).to_owned()
}

#[tokio::test]
async fn a_person_enters_the_code_signs_in_allows_and_the_device_has_its_tokens_once() {
    let stage = Stage::frozen().await;
    let device = stage.device().await;

    let form = stage.get(&device.page).await;
    assert!(form.body.contains(&format!("value=\"{}\"", device.shown)), "{form:?}");
    let login = stage.enter(&[("user_code", &device.shown.to_lowercase().replace('-', " "))]).await;
    assert!(login.body.contains("Password"), "{login:?}");
    let wrong =
        stage.enter(&[("user_code", &device.shown), ("username", "alice"), ("password", "guess")]).await;
    let question =
        stage.enter(&[("user_code", &device.shown), ("username", "alice"), ("password", "alice")]).await;
    assert!(question.body.contains(&device.shown) && question.body.contains("Alice Doe"), "{question:?}");
    let done = stage.enter(&[("ticket", &ticket(&question)), ("answer", "allow")]).await;
    let tokens = stage.poll(&device).await;

    assert_eq!((wrong.status, done.status), (403, 200));
    let (_, claims) = super::stage::told(tokens.json()["id_token"].as_str().unwrap());
    assert_eq!((&claims["sub"], &claims["name"]), (&json!("user-alice"), &json!("Alice Doe")));
    assert!(tokens.json()["refresh_token"].is_string(), "{tokens:?}");
    assert_eq!(error(&stage.poll_later(&device).await), "invalid_grant");
}

#[tokio::test]
async fn a_device_that_waits_is_told_so_and_one_that_asks_too_often_has_to_slow_down() {
    let stage = Stage::frozen().await;
    let device = stage.device().await;
    let clock = stage.tenant().clock();

    assert_eq!(error(&stage.poll(&device).await), "authorization_pending");
    clock.advance(4);
    assert_eq!(error(&stage.poll(&device).await), "slow_down");
    clock.advance(9);
    assert_eq!(error(&stage.poll(&device).await), "slow_down");
    clock.advance(15);
    assert_eq!(error(&stage.poll(&device).await), "authorization_pending");
    clock.advance(600);
    assert_eq!(error(&stage.poll(&device).await), "expired_token");
    assert_eq!(stage.enter(&[("user_code", &device.shown)]).await.status, 404);
}

#[tokio::test]
async fn a_person_may_say_no_before_and_after_signing_in() {
    let stage = Stage::frozen().await;
    let (one, two) = (stage.device().await, stage.device().await);

    stage.enter(&[("user_code", &one.shown), ("deny", "yes")]).await;
    let question = stage.enter(&[("user_code", &two.shown), ("person", "bob")]).await;
    stage.enter(&[("ticket", &ticket(&question)), ("answer", "deny")]).await;

    assert_eq!(error(&stage.poll(&one).await), "access_denied");
    assert_eq!(error(&stage.poll(&two).await), "access_denied");
    let again = stage.enter(&[("ticket", &ticket(&question)), ("answer", "allow")]).await;
    assert_eq!(again.status, 404);
}

#[tokio::test]
async fn a_policy_signs_in_at_the_device_page_as_well_but_does_not_allow_by_itself() {
    let stage = Stage::frozen().await;
    stage.tenant().set_policy(LoginPolicy::Auto { user: "alice".into() });
    let device = stage.device().await;

    let question = stage.enter(&[("user_code", &device.shown)]).await;

    assert!(question.body.contains("Alice Doe"), "{question:?}");
    assert_eq!(error(&stage.poll(&device).await), "authorization_pending");
}

#[tokio::test]
async fn a_test_answers_a_device_without_a_page() {
    let stage = Stage::frozen().await;
    let (yes, no) = (stage.device().await, stage.device().await);
    let tenant = stage.tenant();

    let nobody = tenant.approve_device(&yes.shown, "zoe").unwrap_err().to_string();
    tenant.approve_device(&yes.shown, "alice").unwrap();
    tenant.deny_device(&no.shown).unwrap();

    assert!(nobody.contains("alice"), "{nobody}");
    assert_eq!(stage.poll(&yes).await.status, 200);
    assert_eq!(error(&stage.poll(&no).await), "access_denied");
    assert!(tenant.deny_device("XXXX-XXXX").is_err());
}

#[tokio::test]
async fn a_device_code_belongs_to_its_client_and_the_grant_type_may_have_to_be_registered() {
    let stage = Stage::frozen().await;
    let device = stage.device().await;
    let form = [("grant_type", DEVICE_CODE), ("device_code", &device.code), ("client_id", "another-app")];
    let other = stage.post(&format!("{}/token", stage.provider.base_url()), &form).await;
    stage.tenant().add_client(Client {
        grant_types: vec!["authorization_code".into()],
        ..Client::unregistered("web-app")
    });
    let url = format!("{}/device_authorization", stage.provider.base_url());
    let refused = stage.post(&url, &[("client_id", "web-app")]).await;

    assert_eq!(error(&other), "invalid_grant");
    assert_eq!(error(&refused), "unauthorized_client");
}

#[tokio::test]
async fn a_device_gets_no_code_for_tokens_that_could_not_be_signed() {
    let stage = Stage::frozen().await;
    stage.tenant().add_client(Client {
        id_token_signed_response_alg: Some("HS256".into()),
        ..Client::unregistered(CLIENT)
    });
    let url = format!("{}/device_authorization", stage.provider.base_url());

    let got = stage.post(&url, &[("client_id", CLIENT)]).await;

    assert_eq!((got.status, error(&got)), (400, json!("unauthorized_client")));
    assert!(got.body.contains("id_token_signed_response_alg = HS256"), "{got:?}");
}

#[tokio::test]
async fn the_session_at_a_device_can_be_ended_like_any_other() {
    let stage = Stage::frozen().await;
    let tenant = stage.tenant();
    tenant.add_client(Client {
        backchannel_logout_uri: Some("http://127.0.0.1:1/".into()),
        ..Client::unregistered(CLIENT)
    });
    let device = stage.device().await;
    tenant.approve_device(&device.shown, "alice").unwrap();
    let tokens = stage.poll(&device).await.json();
    let (_, claims) = super::stage::told(tokens["id_token"].as_str().unwrap());

    let by_sid = Logout { sid: claims["sid"].as_str().map(str::to_owned), ..Logout::default() };
    let told = tenant.back_channel_logout(&by_sid).await.unwrap();

    assert_eq!(told.iter().map(|told| told.client_id.as_str()).collect::<Vec<_>>(), [CLIENT]);
    let by_user = Logout { user: Some("alice".into()), ..Logout::default() };
    assert!(tenant.back_channel_logout(&by_user).await.is_err(), "the session goes on");
}
