//! The self-test: everything that the metadata advertises works, and what it does not advertise is refused.
//!
//! Each walk tries every value that this provider could offer, and some that it never does, and compares whether it
//! worked with whether it was advertised.

mod back;
mod front;
mod keys;
mod members;

use mock_idp::{AuthMethod, Client, LoginPolicy, Offer, Params, Rules, Tenant};
use serde_json::{Value, json};

use super::stage::{CALLBACK, Got, Stage};
use keys::ClientKey;

const SECRET: &str = "a secret that is long enough for every one of the algorithms, which is 64";
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// An issuer with an offer, and what it says about itself.
struct Walk {
    stage: Stage,
    tenant: Tenant,
    rules: Rules,
    told: Value,
}

/// The tokens of a login.
#[expect(clippy::struct_field_names, reason = "these are their names")]
#[derive(Debug, Default)]
struct Tokens {
    id_token: Option<String>,
    access_token: Option<String>,
    refresh_token: Option<String>,
}

impl Walk {
    async fn of(offer: Offer, rules: Rules) -> Self {
        let stage = Stage::new().await;
        let tenant = stage.tenant();
        tenant.set_policy(LoginPolicy::Auto { user: "alice".into() });
        tenant.set_offer(offer).unwrap();
        tenant.set_rules(rules);
        let url = format!("{}/.well-known/openid-configuration", tenant.issuer());
        let told = stage.get(&url).await.json();
        let oauth = stage.get(&format!("{}/.well-known/oauth-authorization-server", tenant.issuer())).await;
        assert_eq!(told, oauth.json());
        Self { stage, tenant, rules, told }
    }

    /// Whether a list of the metadata has this value.
    fn tells(&self, member: &str, value: &str) -> bool {
        self.list(member).iter().any(|known| known == value)
    }

    fn list(&self, member: &str) -> Vec<String> {
        serde_json::from_value(self.told[member].clone()).unwrap_or_default()
    }

    /// A client that may do everything, and proves itself however the issuer likes.
    fn client(&self, id: &str) -> Client {
        let method = ["client_secret_post", "client_secret_basic", "private_key_jwt"];
        let method =
            method.into_iter().find(|name| self.tells("token_endpoint_auth_methods_supported", name));
        Client {
            client_secret: Some(SECRET.into()),
            redirect_uris: vec![CALLBACK.into()],
            token_endpoint_auth_method: Some(method_named(method.unwrap_or("none"))),
            ..Client::unregistered(id)
        }
    }

    /// Registers a client.
    fn add(&self, client: &Client) {
        self.tenant.add_client(client.clone());
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.tenant.issuer())
    }

    /// Asks an endpoint as a client, which proves itself as it registered.
    async fn ask(&self, path: &str, client: &Client, form: &[(&str, &str)]) -> Got {
        let method = client.token_endpoint_auth_method.unwrap_or(AuthMethod::None);
        let alg = client.token_endpoint_auth_signing_alg.as_deref();
        let key = match method {
            AuthMethod::ClientSecretJwt => ClientKey::new(alg.unwrap_or("HS256")),
            _ => ClientKey::new(alg.unwrap_or("RS256")),
        };
        keys::ask_as(self, path, client, &key, form).await
    }

    /// Logs in by form_post, with changes to a good request.
    async fn front(&self, client: &Client, changes: &[(&str, &str)]) -> Got {
        let mut params: Params = [
            ("client_id", client.client_id.as_str()),
            ("redirect_uri", CALLBACK),
            ("scope", "openid"),
            ("state", "s"),
            ("nonce", "n"),
            ("response_mode", "form_post"),
        ]
        .into_iter()
        .collect();
        for (name, value) in changes {
            params.set(name, *value);
        }
        self.stage.get(&self.at(&format!("/authorize?{}", params.encode()))).await
    }

    /// Logs in by whatever flow is offered; none if it was refused.
    async fn login(&self, client: &Client, changes: &[(&str, &str)]) -> Option<Tokens> {
        let kinds = ["code", "id_token token", "id_token"];
        let kind = kinds.into_iter().find(|kind| self.tells("response_types_supported", kind))?;
        let pkce = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
        let pkce = if kind == "code" { &pkce[..] } else { &[] };
        let got = self.front(client, &[&[("response_type", kind)], pkce, changes].concat()).await;
        if got.status != 200 {
            return None;
        }
        let fields = got.fields();
        let text = |name: &str| fields.first(name).map(str::to_owned);
        if fields.has("error") {
            return None;
        }
        let Some(code) = text("code") else {
            return Some(Tokens {
                id_token: text("id_token"),
                access_token: text("access_token"),
                refresh_token: None,
            });
        };
        let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)];
        let got = self.ask("/token", client, &[&form[..], &[("code_verifier", VERIFIER)]].concat()).await;
        let text = |name: &str| got.json()[name].as_str().map(str::to_owned);
        (got.status == 200).then(|| Tokens {
            id_token: text("id_token"),
            access_token: text("access_token"),
            refresh_token: text("refresh_token"),
        })
    }
}

fn method_named(name: &str) -> AuthMethod {
    serde_json::from_value(json!(name)).unwrap()
}

/// Everything, and offers with parts switched off.
fn offers() -> Vec<(&'static str, Offer)> {
    let all = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    vec![
        ("everything", Offer::default()),
        (
            "the code flow alone",
            Offer {
                grant_types: all(&["authorization_code"]),
                response_modes: all(&["query", "form_post"]),
                auth_methods: vec![AuthMethod::ClientSecretBasic],
                signing_algs: all(&["RS256", "ES256"]),
                client_algs: all(&["RS256"]),
                scopes: all(&["openid", "email"]),
                prompts: all(&["none", "login"]),
                endpoints: Vec::new(),
                claims_parameter: false,
                request_parameter: false,
                ..Offer::default()
            },
        ),
        (
            "the implicit flow alone",
            Offer {
                grant_types: all(&["implicit"]),
                response_types: all(&["id_token", "token id_token"]),
                response_modes: all(&["form_post"]),
                auth_methods: vec![AuthMethod::None],
                endpoints: vec![mock_idp::Endpoint::Userinfo, mock_idp::Endpoint::Registration],
                ..Offer::default()
            },
        ),
        (
            "clients with keys",
            Offer {
                auth_methods: vec![AuthMethod::PrivateKeyJwt],
                client_algs: all(&["RS256", "ES512", "EdDSA"]),
                grant_types: all(&["authorization_code", "refresh_token", "client_credentials", DEVICE_CODE]),
                ..Offer::default()
            },
        ),
    ]
}

#[tokio::test]
async fn everything_that_is_advertised_works_and_nothing_else_does() {
    for rules in [Rules::Lenient, Rules::Strict] {
        for (what, offer) in offers() {
            let walk = Walk::of(offer, rules).await;
            let context = format!("{what}, {rules:?}");

            walk.required_members(&context);
            walk.members(&context);
            walk.endpoints(&context).await;
            walk.response_types_and_modes(&context).await;
            walk.prompts(&context).await;
            walk.scopes(&context).await;
            walk.claims(&context).await;
            walk.parameters(&context).await;
            walk.challenge_methods(&context).await;
            walk.signing_algorithms(&context).await;
            walk.request_object_algorithms(&context).await;
            walk.auth_methods(&context).await;
            walk.grant_types(&context).await;
        }
    }
}
