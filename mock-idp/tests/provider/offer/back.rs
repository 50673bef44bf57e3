//! What clients ask themselves: endpoints, algorithms, authentication, grants.

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use mock_idp::{AuthMethod, Client, Offer};
use serde_json::{Value, json};

use super::super::stage::{read, told, verified_strictly};
use super::keys::{ClientKey, ask_as};
use super::{DEVICE_CODE, SECRET, Walk, method_named};

impl Walk {
    pub(super) async fn endpoints(&self, context: &str) {
        for (member, path) in [
            ("authorization_endpoint", "/authorize"),
            ("token_endpoint", "/token"),
            ("jwks_uri", "/jwks"),
            ("userinfo_endpoint", "/userinfo"),
            ("introspection_endpoint", "/introspect"),
            ("revocation_endpoint", "/revoke"),
            ("pushed_authorization_request_endpoint", "/par"),
            ("device_authorization_endpoint", "/device_authorization"),
            ("registration_endpoint", "/register"),
            ("end_session_endpoint", "/end-session"),
        ] {
            let got = self.stage.post(&self.at(path), &[]).await;

            let advertised = self.told[member].as_str();
            // 403: it is there, and for nobody.
            assert_eq!(![403, 404].contains(&got.status), advertised.is_some(), "{context}: {member}");
            assert!(advertised.is_none_or(|url| url == self.at(path)), "{context}: {member}");
        }
    }

    pub(super) async fn signing_algorithms(&self, context: &str) {
        let extra = ["none", "ES384", "ES512", "HS1", "RSA-OAEP"].map(str::to_owned);
        for alg in Offer::default().signing_algs.iter().chain(&extra) {
            let client =
                Client { id_token_signed_response_alg: Some(alg.clone()), ..self.client("signing-app") };
            self.add(&client);
            let works = match self.login(&client, &[]).await {
                Some(tokens) => self.is_signed(&tokens.id_token.unwrap(), alg).await,
                None => false,
            };
            assert_eq!(works, self.tells("id_token_signing_alg_values_supported", alg), "{context}: {alg}");

            let client =
                Client { userinfo_signed_response_alg: Some(alg.clone()), ..self.client("signing-app") };
            self.add(&client);
            let works = match self.login(&client, &[]).await.and_then(|tokens| tokens.access_token) {
                Some(token) => {
                    let got = self.stage.http.get(self.at("/userinfo")).bearer_auth(token);
                    let got = read(got.send().await.unwrap()).await;
                    got.status == 200 && self.is_signed(&got.body, alg).await
                }
                None => false,
            };
            assert_eq!(works, self.tells("userinfo_signing_alg_values_supported", alg), "{context}: {alg}");
        }
    }

    /// Whether a token for the signing app is signed by this algorithm, as a careful application sees it.
    async fn is_signed(&self, token: &str, alg: &str) -> bool {
        if told(token).0["alg"] != alg {
            return false;
        }
        let claims = if alg.starts_with("HS") {
            let algorithm: Algorithm = serde_json::from_value(json!(alg)).unwrap();
            let mut validation = Validation::new(algorithm);
            validation.set_audience(&["signing-app"]);
            validation.set_required_spec_claims(&["iss", "aud"]);
            let key = DecodingKey::from_secret(SECRET.as_bytes());
            jsonwebtoken::decode::<Value>(token, &key, &validation)
                .map(|token| token.claims)
                .map_err(|e| e.to_string())
        } else {
            verified_strictly(&self.stage, &self.tenant, token, "signing-app").await
        };
        claims.unwrap()["sub"] == "user-alice"
    }

    pub(super) async fn request_object_algorithms(&self, context: &str) {
        for alg in Offer::default().client_algs.iter().map(String::as_str).chain(["none", "HS1"]) {
            let key = ClientKey::new(alg);
            let client = Client { jwks: key.jwks(), ..self.client("objects") };
            self.add(&client);
            let object = key.sign(&json!({ "state": "signed" }));
            let kind = &self.list("response_types_supported")[0];

            let got = self.front(&client, &[("response_type", kind), ("request", &object)]).await;

            let works = got.status == 200 && got.fields().first("state") == Some("signed");
            let expected = self.tells("request_object_signing_alg_values_supported", alg);
            assert_eq!(works, expected, "{context}: {alg} {got:?}");
        }
    }

    pub(super) async fn auth_methods(&self, context: &str) {
        for method in AuthMethod::ALL.iter().map(|method| method.as_str()) {
            for alg in Offer::default().client_algs {
                let is_hmac = alg.starts_with("HS");
                let is_jwt = method.ends_with("_jwt");
                if (is_jwt && is_hmac != (method == "client_secret_jwt")) || (!is_jwt && alg != "RS256") {
                    continue;
                }
                for (endpoint, path) in
                    [("token", "/token"), ("introspection", "/introspect"), ("revocation", "/revoke")]
                {
                    let works = self.proves(path, method, &alg).await;

                    let methods = format!("{endpoint}_endpoint_auth_methods_supported");
                    let algs = format!("{endpoint}_endpoint_auth_signing_alg_values_supported");
                    let expected = self.tells(&methods, method) && (!is_jwt || self.tells(&algs, &alg));
                    assert_eq!(works, expected, "{context}: {method} with {alg} at {endpoint}");
                }
            }
        }
    }

    /// Whether an endpoint believes a client, whatever it says to its request otherwise.
    async fn proves(&self, path: &str, method: &str, alg: &str) -> bool {
        let key = ClientKey::new(alg);
        let method = method_named(method);
        let client = Client {
            token_endpoint_auth_method: Some(method),
            token_endpoint_auth_signing_alg: Some(alg.to_owned()),
            jwks: key.jwks(),
            client_secret: (method != AuthMethod::None).then(|| SECRET.to_owned()),
            ..self.client("prover")
        };
        self.add(&client);
        let form = [("token", "x"), ("grant_type", "nothing")];
        let got = ask_as(self, path, &client, &key, &form).await;
        got.status != 404 && !got.body.contains("invalid_client")
    }

    pub(super) async fn grant_types(&self, context: &str) {
        let public = self.tells("token_endpoint_auth_methods_supported", "none");
        let client = self.client("granted");
        self.add(&client);
        let confidential = client.token_endpoint_auth_method != Some(AuthMethod::None) || !public;
        for (grant, works) in [
            ("authorization_code", self.has_code(&client).await),
            ("implicit", self.has_implicit(&client).await),
            ("refresh_token", self.refreshes(&client).await),
            ("client_credentials", confidential && self.is_granted(&client, "client_credentials", &[]).await),
            (DEVICE_CODE, self.connects_a_device(&client).await),
            (
                "password",
                self.is_granted(&client, "password", &[("username", "alice"), ("password", "alice")]).await,
            ),
        ] {
            assert_eq!(works, self.tells("grant_types_supported", grant), "{context}: {grant}");
        }
    }

    async fn is_granted(&self, client: &Client, grant_type: &str, form: &[(&str, &str)]) -> bool {
        let got = self.ask("/token", client, &[&[("grant_type", grant_type)], form].concat()).await;
        got.status == 200 && got.json()["access_token"].is_string()
    }

    async fn has_code(&self, client: &Client) -> bool {
        self.tells("response_types_supported", "code") && self.login(client, &[]).await.is_some()
    }

    async fn has_implicit(&self, client: &Client) -> bool {
        let got = self.front(client, &[("response_type", "id_token")]).await;
        got.status == 200 && got.fields().has("id_token")
    }

    async fn refreshes(&self, client: &Client) -> bool {
        let scope = ("scope", "openid offline_access");
        let tokens = self.login(client, &[scope]).await.unwrap_or_default();
        match tokens.refresh_token {
            Some(token) => self.is_granted(client, "refresh_token", &[("refresh_token", &token)]).await,
            None => false,
        }
    }

    async fn connects_a_device(&self, client: &Client) -> bool {
        let got = self.ask("/device_authorization", client, &[("scope", "openid")]).await;
        if got.status != 200 {
            return false;
        }
        let codes = got.json();
        self.tenant.approve_device(codes["user_code"].as_str().unwrap(), "alice").unwrap();
        self.is_granted(client, DEVICE_CODE, &[("device_code", codes["device_code"].as_str().unwrap())]).await
    }
}
