//! The code flow, from the request to the tokens and what can be done with them.

use mock_idp::{Client, Offer, Params};
use serde_json::Value;

use super::stage::{CALLBACK, CLIENT, Got, Stage, told};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

impl Stage {
    async fn code(&self, changes: &[(&str, &str)]) -> String {
        let changes = [&[("response_type", "code")], changes].concat();
        let location = self.authorize(&changes).await.header("location").to_owned();
        let (_, query) = location.split_once('?').unwrap_or_else(|| panic!("no query in {location}"));
        Params::parse(query).first("code").unwrap_or_else(|| panic!("no code in {location}")).to_owned()
    }

    async fn token(&self, form: &[(&str, &str)]) -> Got {
        self.post(&format!("{}/token", self.provider.base_url()), form).await
    }

    async fn exchange(&self, code: &str, more: &[(&str, &str)]) -> Got {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("client_id", CLIENT),
        ];
        self.token(&[&form, more].concat()).await
    }

    async fn userinfo(&self, token: &str) -> Got {
        let url = format!("{}/userinfo", self.provider.base_url());
        super::stage::read(self.http.get(url).bearer_auth(token).send().await.unwrap()).await
    }
}

fn json(got: &Got) -> Value {
    serde_json::from_str(&got.body).unwrap_or_else(|_| panic!("{got:?}"))
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

#[tokio::test]
async fn a_code_becomes_tokens_that_open_userinfo() {
    let stage = Stage::alice().await;
    let code = stage.code(&[("code_challenge", CHALLENGE), ("code_challenge_method", "S256")]).await;

    let answer = json(&stage.exchange(&code, &[("code_verifier", VERIFIER)]).await);

    let (_, claims) = told(text(&answer, "id_token"));
    assert_eq!(claims["nonce"], "the-nonce");
    assert_eq!(claims["at_hash"].as_str().map(str::len), Some(22));
    assert_eq!(answer["expires_in"], 3600);
    let person = json(&stage.userinfo(text(&answer, "access_token")).await);
    assert_eq!((&person["sub"], &person["name"]), (&claims["sub"], &"Alice Doe".into()));
}

#[tokio::test]
async fn a_code_is_good_once_and_using_it_again_ends_what_it_gave() {
    let stage = Stage::alice().await;
    let code = stage.code(&[]).await;
    let answer = json(&stage.exchange(&code, &[]).await);

    let again = stage.exchange(&code, &[]).await;

    assert_eq!((again.status, text(&json(&again), "error")), (400, "invalid_grant"));
    let person = stage.userinfo(text(&answer, "access_token")).await;
    assert_eq!(person.status, 401);
    assert!(person.header("www-authenticate").contains("invalid_token"), "{person:?}");
}

#[tokio::test]
async fn the_verifier_is_compared_both_ways() {
    let stage = Stage::alice().await;
    let with = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    for (request, form, problem) in [
        (&with[..], &[][..], "code_verifier is missing"),
        (&with[..], &[("code_verifier", "short")][..], "43 to 128"),
        (&with[..], &[("code_verifier", CHALLENGE)][..], "does not fit"),
        (&[][..], &[("code_verifier", VERIFIER)][..], "no code_challenge"),
    ] {
        let code = stage.code(request).await;

        let refused = stage.exchange(&code, form).await;

        assert_eq!(refused.status, 400, "{problem}");
        assert!(text(&json(&refused), "error_description").contains(problem), "{refused:?}");
    }
}

#[tokio::test]
async fn a_refresh_token_is_rotated_and_a_spent_one_ends_the_grant() {
    let stage = Stage::alice().await;
    let code = stage.code(&[("scope", "openid profile offline_access")]).await;
    let first = json(&stage.exchange(&code, &[]).await);
    let refresh = |token: String| {
        let stage = &stage;
        async move {
            stage
                .token(&[("grant_type", "refresh_token"), ("refresh_token", &token), ("client_id", CLIENT)])
                .await
        }
    };

    let second = json(&refresh(text(&first, "refresh_token").to_owned()).await);
    let replayed = refresh(text(&first, "refresh_token").to_owned()).await;
    let ended = refresh(text(&second, "refresh_token").to_owned()).await;

    assert_eq!(told(text(&second, "id_token")).1["nonce"], Value::Null);
    assert_eq!((replayed.status, ended.status), (400, 400));
    assert_eq!(stage.userinfo(text(&second, "access_token")).await.status, 401);
}

#[tokio::test]
async fn a_registered_secret_is_checked_in_either_place() {
    let stage = Stage::alice().await;
    stage
        .tenant()
        .add_client(Client { client_secret: Some("s&cret".into()), ..Client::unregistered(CLIENT) });

    let none = stage.exchange(&stage.code(&[]).await, &[]).await;
    let wrong = stage.exchange(&stage.code(&[]).await, &[("client_secret", "guess")]).await;
    let right = stage.exchange(&stage.code(&[]).await, &[("client_secret", "s&cret")]).await;
    let basic = async |secret: &str| {
        let code = stage.code(&[]).await;
        let form =
            [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", CALLBACK)];
        let call = stage.http.post(format!("{}/token", stage.provider.base_url()));
        call.basic_auth(CLIENT, Some(secret)).form(&form).send().await.unwrap().status().as_u16()
    };

    assert_eq!((none.status, wrong.status, right.status), (401, 401, 200));
    assert_eq!((basic("guess").await, basic("s%26cret").await), (401, 200));
    assert!(wrong.header("www-authenticate").starts_with("Basic"), "{wrong:?}");
}

#[tokio::test]
async fn hybrid_responses_carry_hashes_and_keep_the_order_of_the_specification() {
    let stage = Stage::alice().await;

    let fields = stage
        .authorize(&[("response_type", "token id_token code"), ("response_mode", "form_post")])
        .await
        .fields();

    let names: Vec<&str> = fields.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["code", "access_token", "token_type", "expires_in", "scope", "id_token", "state"]);
    let (_, claims) = told(fields.first("id_token").unwrap());
    assert!(claims["at_hash"].is_string() && claims["c_hash"].is_string(), "{claims}");
}

#[tokio::test]
async fn introspection_and_revocation_agree_about_a_token() {
    let stage = Stage::alice().await;
    stage.tenant().add_client(Client { client_secret: Some("s".into()), ..Client::unregistered(CLIENT) });
    let answer = json(&stage.exchange(&stage.code(&[]).await, &[("client_secret", "s")]).await);
    let form = [("token", text(&answer, "access_token")), ("client_id", CLIENT), ("client_secret", "s")];
    let ask = |path: &str| format!("{}/{path}", stage.provider.base_url());

    let before = json(&stage.post(&ask("introspect"), &form).await);
    stage.post(&ask("revoke"), &form).await;
    let after = json(&stage.post(&ask("introspect"), &form).await);

    assert_eq!((&before["active"], &before["username"]), (&true.into(), &"alice".into()));
    assert_eq!(after, serde_json::json!({ "active": false }));
}

#[tokio::test]
async fn what_belongs_to_another_client_is_not_ended_and_what_needs_credentials_says_which() {
    let stage = Stage::alice().await;
    let code = stage.code(&[("scope", "openid offline_access")]).await;
    let answer = json(&stage.exchange(&code, &[]).await);
    let ask = |path: &str| format!("{}/{path}", stage.provider.base_url());

    for name in ["access_token", "refresh_token"] {
        let form = [("token", text(&answer, name)), ("client_id", "another-app")];
        let got = stage.post(&ask("revoke"), &form).await;
        assert_eq!((got.status, text(&json(&got), "error")), (400, "invalid_grant"), "{name}");
    }
    let unknown = stage.post(&ask("revoke"), &[("token", "x"), ("client_id", "another-app")]).await;
    let public = stage.post(&ask("introspect"), &[("token", "x"), ("client_id", CLIENT)]).await;

    assert_eq!(stage.userinfo(text(&answer, "access_token")).await.status, 200);
    assert_eq!((unknown.status, public.status), (200, 401));
    assert!(public.header("www-authenticate").starts_with("Basic"), "{public:?}");
}

#[tokio::test]
async fn a_refused_refresh_spends_nothing_and_a_narrowed_one_tells_no_more_than_its_scope() {
    let stage = Stage::alice().await;
    let code = stage.code(&[("scope", "openid email offline_access")]).await;
    let first = json(&stage.exchange(&code, &[]).await);
    let refresh = |scope: &'static str| {
        let token = text(&first, "refresh_token");
        let form = [("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", CLIENT)];
        let form = [&form[..], &[("scope", scope)]].concat();
        let stage = &stage;
        async move { stage.token(&form).await }
    };

    let beyond = refresh("openid profile").await;
    let narrowed = json(&refresh("openid").await);

    assert_eq!((beyond.status, text(&json(&beyond), "error")), (400, "invalid_scope"));
    assert_eq!(told(text(&first, "id_token")).1["email"], "alice@example.test");
    let (_, claims) = told(text(&narrowed, "id_token"));
    assert_eq!((&claims["sub"], &claims["email"]), (&"user-alice".into(), &Value::Null));
    let wide = stage
        .token(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", text(&narrowed, "refresh_token")),
            ("client_id", CLIENT),
        ])
        .await;
    assert_eq!(told(text(&json(&wide), "id_token")).1["email"], "alice@example.test");
}

#[tokio::test]
async fn a_refresh_token_is_handed_out_only_to_who_may_use_it() {
    let stage = Stage::alice().await;
    let scope = [("scope", "openid offline_access")];
    let has_one =
        || async { json(&stage.exchange(&stage.code(&scope).await, &[]).await)["refresh_token"].is_string() };
    assert!(has_one().await);

    let grant_types = vec!["authorization_code".into()];
    stage.tenant().add_client(Client { grant_types, ..Client::unregistered(CLIENT) });
    assert!(!has_one().await);

    stage.tenant().add_client(Client::unregistered(CLIENT));
    let grant_types = vec!["authorization_code".into()];
    stage.tenant().set_offer(Offer { grant_types, ..Offer::default() }).unwrap();
    assert!(!has_one().await);
}
