//! What the browser brings: response types, modes, scopes, claims, prompts.

use mock_idp::{Client, LoginPolicy, Params, Rules};
use serde_json::{Map, Value, json};

use super::super::fetched::serving;
use super::super::stage::told;
use super::keys::ClientKey;
use super::{CHALLENGE, VERIFIER, Walk};

/// Claims about a person (OIDC Core 5.1), but for `sub`.
const OF_A_PERSON: &[&str] = &[
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "email",
    "email_verified",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
    "phone_number_verified",
    "address",
    "updated_at",
];

impl Walk {
    /// OIDC Discovery 3, and RFC 8414 2.
    pub(super) fn required_members(&self, context: &str) {
        for member in [
            "issuer",
            "authorization_endpoint",
            "token_endpoint",
            "jwks_uri",
            "response_types_supported",
            "subject_types_supported",
            "id_token_signing_alg_values_supported",
        ] {
            assert!(!self.told[member].is_null(), "{context}: {member}");
        }
        assert!(self.tells("id_token_signing_alg_values_supported", "RS256"), "{context}");
        assert_eq!(self.list("subject_types_supported"), ["public"], "{context}");
        assert_eq!(self.told["issuer"], self.tenant.issuer(), "{context}");
    }

    pub(super) async fn response_types_and_modes(&self, context: &str) {
        let client = self.client("modes");
        self.add(&client);
        let kinds =
            ["code", "id_token", "id_token token", "code id_token", "code token", "code id_token token"];
        for kind in kinds.into_iter().chain(["none", "token", "foo", "code none"]) {
            for mode in ["query", "fragment", "form_post", "web_message"] {
                let changes = [("response_type", kind), ("response_mode", mode)];
                let answer = self.answer(&client, &changes, mode).await;

                let has_token = kind.contains("token");
                let expected = self.tells("response_types_supported", kind)
                    && self.tells("response_modes_supported", mode)
                    && !(has_token && mode == "query");
                let works = answer.is_some_and(|answer| {
                    let words: Vec<&str> = kind.split(' ').collect();
                    let fits = |word: &str, name: &str| words.contains(&word) == answer.has(name);
                    !answer.has("error")
                        && fits("code", "code")
                        && fits("token", "access_token")
                        && fits("id_token", "id_token")
                });
                assert_eq!(works, expected, "{context}: {kind} by {mode}");
            }
        }
    }

    /// What came back in the place that the mode means.
    async fn answer(&self, client: &Client, changes: &[(&str, &str)], mode: &str) -> Option<Params> {
        let got = self.front(client, changes).await;
        let location = got.headers.get("location").map(|location| location.to_str().unwrap().to_owned());
        match (mode, location) {
            ("form_post", None) if got.status == 200 => Some(got.fields()),
            ("query", Some(url)) => Some(Params::parse(url.split_once('?')?.1)),
            ("fragment", Some(url)) => Some(Params::parse(url.split_once('#')?.1)),
            _ => None,
        }
    }

    /// A person who is signed in is sent on, or sees the page that the prompt is for.
    pub(super) async fn prompts(&self, context: &str) {
        let client = self.client("prompts");
        self.add(&client);
        self.tenant.set_policy(LoginPolicy::Ask);
        let mut browser = self.stage.browser();
        let kind = self.list("response_types_supported").swap_remove(0);
        let asked = [
            ("client_id", "prompts"),
            ("response_type", &kind),
            ("response_mode", "form_post"),
            ("scope", "openid"),
        ];
        browser.sign_in("alice", &asked).await;
        for (prompt, sight) in [
            ("none", "<form method=\"post\" action=\"http://localhost:3000/callback\""),
            ("login", "name=\"password\""),
            ("consent", "name=\"allow\""),
            ("select_account", "name=\"sid\""),
            ("create", "name=\"password\""),
        ] {
            let mut got = browser.authorize(&[&asked[..], &[("prompt", prompt)]].concat()).await;
            if got.status == 302 {
                got = browser.get(got.header("location")).await;
            }

            let is_error = prompt == "none" && got.fields().has("error");
            let works = got.body.contains(sight) && !is_error;
            let expected = self.tells("prompt_values_supported", prompt);
            assert_eq!(works, expected, "{context}: {prompt} {got:?}");
            let refusal = (!expected).then(|| got.fields().first("error").map(str::to_owned)).flatten();
            assert_eq!(refusal.is_none(), expected, "{context}: {prompt} {refusal:?}");
        }
        self.tenant.set_policy(LoginPolicy::Auto { user: "alice".into() });
    }

    pub(super) async fn scopes(&self, context: &str) {
        let client = self.client("scopes");
        self.add(&client);
        self.tell_everything_about_alice();
        for (scope, claim) in [
            ("profile", "name"),
            ("email", "email"),
            ("address", "address"),
            ("phone", "phone_number"),
            ("offline_access", ""),
            ("unheard-of", ""),
        ] {
            let tokens = self.login(&client, &[("scope", &format!("openid {scope}"))]).await;

            let expected = self.tells("scopes_supported", scope) || self.rules == Rules::Lenient;
            assert_eq!(tokens.is_some(), expected, "{context}: {scope}");
            if let Some(tokens) = tokens {
                let (_, claims) = told(&tokens.id_token.unwrap());
                assert_eq!(claims.get(claim).is_some(), !claim.is_empty(), "{context}: {scope}");
                if scope == "offline_access" && self.tells("grant_types_supported", "refresh_token") {
                    assert!(tokens.refresh_token.is_some(), "{context}: {scope}");
                }
            }
        }
    }

    /// Gives alice every claim that a person can have (OIDC Core 5.1).
    fn tell_everything_about_alice(&self) {
        let mut alice = self.tenant.users().into_iter().find(|user| user.username == "alice").unwrap();
        for name in OF_A_PERSON {
            alice.claims.entry((*name).to_owned()).or_insert_with(|| json!("told"));
        }
        self.tenant.add_user(alice);
    }

    pub(super) async fn claims(&self, context: &str) {
        let client = self.client("claims");
        self.add(&client);
        self.tell_everything_about_alice();
        let advertised = self.list("claims_supported");
        assert!(advertised.iter().any(|claim| claim == "sub"), "{context}");
        if self.told["claims_parameter_supported"] != true {
            let refused = self.login(&client, &[("claims", r#"{"id_token":{"email":null}}"#)]).await;
            assert!(refused.is_none(), "{context}: claims");
            return;
        }
        let mut wishes: Map<String, Value> =
            advertised.iter().map(|name| (name.clone(), Value::Null)).collect();
        wishes.insert("acr".into(), json!({ "essential": true, "values": ["1"] }));
        let claims = json!({ "id_token": wishes }).to_string();
        let kinds = self.list("response_types_supported");
        let richest = kinds.iter().filter(|kind| kind.contains("id_token")).max_by_key(|kind| kind.len());
        let (_, token) = match richest {
            Some(kind) => {
                let got = self.front(&client, &[("response_type", kind), ("claims", &claims)]).await;
                told(got.fields().first("id_token").unwrap_or_else(|| panic!("{context}: {got:?}")))
            }
            None => told(&self.login(&client, &[("claims", &claims)]).await.unwrap().id_token.unwrap()),
        };
        for claim in advertised {
            // Only a response from the front has both hashes, and only with a code one of that.
            let is_hash = ["at_hash", "c_hash", "s_hash"].contains(&claim.as_str());
            let has_all = richest.is_some_and(|kind| kind == "code id_token token");
            assert!(token.get(&claim).is_some() || (is_hash && !has_all), "{context}: {claim} in {token}");
        }
    }

    /// `request`, `request_uri` and `registration`.
    pub(super) async fn parameters(&self, context: &str) {
        let key = ClientKey::new("RS256");
        let object = key.sign(&json!({ "state": "carried" }));
        let (address, _) = serving(&object).await;
        let request_uris = vec![address.clone()];
        let client = Client { jwks: key.jwks(), request_uris, ..self.client("carried") };
        self.add(&client);

        let signed = self.login(&client, &[("request", &object)]).await;
        let fetched = self.login(&client, &[("request_uri", &address)]).await;
        let elsewhere = self.login(&client, &[("request_uri", &format!("{address}?"))]).await;
        let registered = self.login(&client, &[("registration", "{}")]).await;

        assert_eq!(signed.is_some(), self.told["request_parameter_supported"] == true, "{context}: request");
        assert_eq!(fetched.is_some(), self.told["request_uri_parameter_supported"] == true, "{context}");
        assert_eq!(elsewhere.is_none(), self.told["require_request_uri_registration"] == true, "{context}");
        assert!(registered.is_none(), "{context}: registration");
    }

    pub(super) async fn challenge_methods(&self, context: &str) {
        if !self.tells("response_types_supported", "code") {
            return;
        }
        let client = self.client("challenges");
        self.add(&client);
        for (method, challenge) in [("S256", CHALLENGE), ("plain", VERIFIER), ("S512", CHALLENGE)] {
            let changes = [("code_challenge_method", method), ("code_challenge", challenge)];

            let works = self.login(&client, &changes).await.is_some();

            assert_eq!(works, self.tells("code_challenge_methods_supported", method), "{context}: {method}");
        }
    }
}
