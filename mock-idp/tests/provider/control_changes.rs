//! Changing an issuer while it runs.

use serde_json::{Value, json};

use super::control::Desk;
use super::stage::{request, told};

impl Desk {
    async fn default(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        self.ok(method, &format!("/tenants/_default/{path}"), body).await
    }

    async fn minted(&self, order: Value) -> (Value, Value) {
        let minted = self.default("POST", "mint", Some(order)).await;
        told(minted["id_token"].as_str().unwrap())
    }

    async fn key_set(&self) -> Vec<Value> {
        let body = self.stage.get(&format!("{}/jwks", self.stage.provider.base_url())).await.body;
        serde_json::from_str::<Value>(&body).unwrap()["keys"].as_array().unwrap().clone()
    }
}

#[tokio::test]
async fn an_issuer_is_made_with_everything_and_comes_back_to_it_when_it_is_reset() {
    let desk = Desk::new().await;
    let order = json!({
        "slug": "a", "seed": 1, "now": 100, "rules": "strict",
        "users": [{"username": "zoe", "password": "z", "sub": "9"}],
        "clients": [{"client_id": "an-app", "redirect_uris": ["http://localhost:3000/callback"]}],
        "policy": {"policy": "auto", "user": "zoe"},
    });

    let made = desk.ok("POST", "/tenants", Some(order)).await;
    desk.ok("DELETE", "/tenants/a/users/zoe", None).await;
    desk.ok("PATCH", "/tenants/a/settings", Some(json!({"rules": "lenient"}))).await;
    desk.ok("POST", "/tenants/a/reset", None).await;

    assert_eq!(desk.ok("GET", "/tenants/a", None).await, made);
    assert_eq!(desk.ok("GET", "/tenants/a/settings", None).await["rules"], "strict");
    let answer = desk.stage.get(&request(made["issuer"].as_str().unwrap(), &[])).await;
    assert_eq!(told(answer.fragment().first("id_token").unwrap()).1["sub"], "9");
    desk.ok("POST", "/reset", None).await;
    assert_eq!(desk.ok("GET", "/tenants", None).await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn clients_and_people_are_added_read_replaced_and_removed() {
    let desk = Desk::new().await;
    for (list, item, first, second) in [
        (
            "clients",
            "shop",
            json!({"client_id": "shop", "client_name": "One"}),
            json!({"client_name": "Two"}),
        ),
        (
            "users",
            "zoe@example.test",
            json!({"username": "zoe@example.test", "password": "One", "sub": "9"}),
            json!({"password": "Two", "sub": "9"}),
        ),
    ] {
        let before = desk.default("GET", list, None).await.as_array().unwrap().len();
        let path = format!("{list}/{}", item.replace('@', "%40"));

        desk.default("POST", list, Some(first)).await;
        assert!(desk.default("GET", &path, None).await.to_string().contains("One"));
        desk.default("PUT", &path, Some(second)).await;
        let after = desk.default("GET", list, None).await;
        assert!(after.to_string().contains("Two") && !after.to_string().contains("One"));
        assert_eq!(after.as_array().unwrap().len(), before + 1);

        desk.default("DELETE", &path, None).await;
        assert_eq!(desk.call("GET", &format!("/tenants/_default/{path}"), None).await.status, 404);
    }
}

#[tokio::test]
async fn settings_change_only_where_they_are_named() {
    let desk = Desk::new().await;
    let before = desk.default("GET", "settings", None).await;

    let after = desk
        .default("PATCH", "settings", Some(json!({"id_token_lifetime": 5, "issuer_parameter": true})))
        .await;

    assert_eq!((&after["id_token_lifetime"], &after["issuer_parameter"]), (&json!(5), &json!(true)));
    assert_eq!((&after["rules"], &after["code_lifetime"]), (&before["rules"], &before["code_lifetime"]));
    let (_, claims) = desk.minted(json!({"user": "alice", "client_id": "a"})).await;
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 5);
}

#[tokio::test]
async fn the_clock_freezes_is_set_advances_and_resumes() {
    let desk = Desk::new().await;

    assert_eq!(desk.default("PUT", "clock", Some(json!({"freeze": 1000}))).await["now"], 1000);
    assert_eq!(desk.default("PUT", "clock", Some(json!({"advance": -1}))).await["now"], 999);
    let set = desk.default("PUT", "clock", Some(json!({"set": 5000}))).await;
    assert_eq!(set["frozen"], false);
    assert!((5000..5060).contains(&set["now"].as_i64().unwrap()), "{set}");
    let resumed = desk.default("PUT", "clock", Some(json!({"resume": true}))).await;
    assert!(resumed["now"].as_i64().unwrap() > 1_700_000_000);
}

#[tokio::test]
async fn the_clock_can_be_wrong_for_one_client_alone() {
    let desk = Desk::new().await;
    desk.default("PUT", "clock", Some(json!({"freeze": 1000}))).await;

    let face =
        desk.default("PUT", "clock", Some(json!({"skew": {"client": "sample-app", "seconds": -90}}))).await;

    assert_eq!(face["skew"], json!({"sample-app": -90}));
    let iat = async |client: &str| {
        desk.minted(json!({"user": "alice", "client_id": client})).await.1["iat"].clone()
    };
    assert_eq!((iat("sample-app").await, iat("other").await), (json!(910), json!(1000)));
    let clients = desk.default("GET", "clients/sample-app", None).await;
    assert_eq!(clients["redirect_uris"], json!(["http://localhost:3000/callback"]));
}

#[tokio::test]
async fn the_key_set_shows_several_encryption_and_junk_keys_on_request() {
    let desk = Desk::new().await;
    let order = json!({
        "signing": "rsa2", "published": ["rsa1", "rsa2", "encryption", "ed"],
        "junk": ["unknown-kty", "unknown-crv", "unknown-alg", "unknown-use", "missing-members", "no-kid"],
    });

    desk.default("PUT", "keys", Some(order.clone())).await;

    let keys = desk.key_set().await;
    let kids: Vec<&str> = keys.iter().map(|key| key["kid"].as_str().unwrap_or("none")).collect();
    assert_eq!(kids[..4], ["rsa-1", "rsa-2", "rsa-enc", "ed25519"]);
    assert_eq!(keys.len(), 10);
    assert!(keys.iter().all(|key| key.get("d").is_none()));
    assert_eq!(desk.minted(json!({"user": "alice", "client_id": "a"})).await.0["kid"], "rsa-2");
    desk.default("POST", "keys/rotate", Some(json!({"grace": "drop-old"}))).await;
    assert_eq!(desk.default("GET", "keys", None).await["signing"], "rsa3");
}

#[tokio::test]
async fn a_token_is_minted_with_any_claims_and_any_lie() {
    let desk = Desk::new().await;

    let (header, claims) = desk
        .minted(json!({
            "user": "alice", "client_id": "a", "nonce": "n", "scope": "openid", "sid": "s",
            "claims": {"role": "admin", "exp": 1, "aud": ["a", "b"]},
            "faults": [{"named": "alg-none"}, {"seam": "id-token-claims", "verb": "remove", "name": "iat"}],
        }))
        .await;

    assert_eq!(header["alg"], "none");
    assert_eq!((&claims["role"], &claims["exp"], &claims["sid"]), (&json!("admin"), &json!(1), &json!("s")));
    assert!(claims.get("iat").is_none() && claims.get("email").is_none(), "{claims}");
}

#[tokio::test]
async fn a_number_in_a_claim_is_told_on_as_it_was_given() {
    let desk = Desk::new().await;
    let largest = format!("{:.0}", f64::MAX);
    let exact = [0.1 + 0.2, 1.0 / 3.0 * 1e300, f64::MIN_POSITIVE];
    let claims: Value =
        serde_json::from_str(&format!("{{\"largest\": {largest}, \"exact\": {exact:?}}}")).unwrap();

    let (_, told) = desk.minted(json!({"user": "alice", "client_id": "a", "claims": claims})).await;

    assert_eq!(told["largest"].as_f64(), Some(f64::MAX));
    let numbers: Vec<f64> = told["exact"].as_array().unwrap().iter().filter_map(Value::as_f64).collect();
    assert_eq!(numbers, exact);
}

#[tokio::test]
async fn a_minted_access_token_is_good_at_the_userinfo_endpoint() {
    let desk = Desk::new().await;
    let order = json!({"kind": "access-token", "user": "bob", "client_id": "a", "scope": "openid email"});

    let minted = desk.default("POST", "mint", Some(order)).await;

    let url = format!("{}/userinfo", desk.stage.provider.base_url());
    let call = desk.stage.http.get(url).bearer_auth(minted["access_token"].as_str().unwrap());
    let userinfo: Value = call.send().await.unwrap().json().await.unwrap();
    assert_eq!(userinfo["email"], "bob@example.test");
}

#[tokio::test]
async fn well_known_lies_are_armed_by_name_and_disarmed_one_by_one() {
    let desk = Desk::new().await;
    for lie in desk.ok("GET", "/faults/named", None).await.as_array().unwrap() {
        desk.default("POST", "faults", Some(lie["example"].clone())).await;
    }
    desk.default("DELETE", "faults", None).await;

    let armed = desk
        .default("POST", "faults", Some(json!([{"named": "exp-missing"}, {"named": "nonce-missing"}])))
        .await;
    desk.default("DELETE", &format!("faults/{}", armed["ids"][0]), None).await;

    let left = desk.default("GET", "faults", None).await;
    assert_eq!(left.as_array().unwrap().len(), 1);
    assert_eq!(
        (&left[0]["id"], &left[0]["clause"]),
        (&armed["ids"][1], &json!("the id_token's nonce is missing"))
    );
}

#[tokio::test]
async fn every_seam_is_listed_and_every_verb_of_it_is_known() {
    let desk = Desk::new().await;

    let seams = desk.ok("GET", "/faults/seams", None).await;

    for seam in seams.as_array().unwrap() {
        for verb in seam["verbs"].as_array().unwrap() {
            let fault = json!({"seam": seam["seam"], "endpoint": "jwks", "verb": verb, "bogus": 1});
            let error = desk.refused("POST", "/tenants/_default/faults", fault).await;
            assert!(!error.contains("unknown verb") && !error.contains("unknown seam"), "{error}");
        }
    }
    assert_eq!(seams.as_array().unwrap().len(), mock_idp::Seam::names().count());
}

#[tokio::test]
async fn a_policy_can_be_bound_to_a_marker() {
    let desk = Desk::new().await;

    desk.default("PUT", "policy?marker=m", Some(json!({"policy": "auto", "user": "bob"}))).await;

    assert_eq!(desk.default("GET", "policy", None).await["policy"], "ask");
    assert_eq!(desk.default("GET", "policy?marker=m", None).await["user"], "bob");
}

#[tokio::test]
async fn a_device_that_waits_is_let_in_or_refused() {
    let desk = Desk::new().await;
    let base = desk.stage.provider.base_url().to_owned();
    for (user, status, expected) in [(Some("alice"), 200, "access_token"), (None, 400, "access_denied")] {
        let form = [("client_id", "sample-app"), ("scope", "openid")];
        let waiting = desk.stage.post(&format!("{base}/device_authorization"), &form).await;
        let waiting: Value = serde_json::from_str(&waiting.body).unwrap();

        desk.default("POST", "device", Some(json!({"user_code": waiting["user_code"], "user": user}))).await;

        let form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("client_id", "sample-app"),
            ("device_code", waiting["device_code"].as_str().unwrap()),
        ];
        let answer = desk.stage.post(&format!("{base}/token"), &form).await;
        assert!(answer.status == status && answer.body.contains(expected), "{answer:?}");
    }
    let unknown = desk.refused("POST", "/tenants/_default/device", json!({"user_code": "NONE"})).await;
    assert!(!unknown.is_empty());
}

#[tokio::test]
async fn a_logout_token_is_minted_with_any_lie_at_its_own_seams() {
    let desk = Desk::new().await;
    let order = json!({
        "kind": "logout-token", "user": "alice", "client_id": "a", "sid": "s", "claims": {"nonce": "n"},
        "faults": {"seam": "logout-token-claims", "verb": "remove", "name": "events"},
    });

    let minted = desk.default("POST", "mint", Some(order)).await;

    let (header, claims) = told(minted["logout_token"].as_str().unwrap());
    assert_eq!(
        (&header["typ"], &claims["sub"], &claims["sid"]),
        (&json!("logout+jwt"), &json!("user-alice"), &json!("s"))
    );
    assert!(claims.get("events").is_none() && claims["nonce"] == "n", "{claims}");
}

#[tokio::test]
async fn logout_on_demand_tells_the_application_and_says_what_it_answered() {
    let desk = Desk::new().await;
    // Nobody listens there: the answer says so.
    let client = json!({"client_id": "a", "backchannel_logout_uri": "http://127.0.0.1:1/logout"});
    desk.default("POST", "clients", Some(client)).await;

    let told = desk.default("POST", "logout", Some(json!({"user": "alice", "client_id": "a"}))).await;

    assert!(told[0]["logout_token"].is_string() && told[0]["problem"].is_string(), "{told}");
    let error = desk.refused("POST", "/tenants/_default/logout", json!({})).await;
    assert!(error.contains("\"user\""), "{error}");
    let error = desk.refused("POST", "/tenants/_default/logout", json!({"user": "alice"})).await;
    assert!(error.contains("sign in first"), "{error}");
}
