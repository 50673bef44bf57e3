//! A running provider, and a client that follows nothing by itself.

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, Validation};
use mock_idp::{LoginPolicy, MockIdp, Params, Tenant};
use serde_json::Value;

pub(crate) const CLIENT: &str = "an-app";
pub(crate) const CALLBACK: &str = "http://localhost:3000/callback";

/// A provider and a client.
pub(crate) struct Stage {
    pub(crate) provider: MockIdp,
    pub(crate) http: reqwest::Client,
}

/// A response, read to its end.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: String,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        Self::with(MockIdp::start().await.unwrap())
    }

    pub(crate) fn with(provider: MockIdp) -> Self {
        Self { provider, http: client() }
    }

    /// A provider that signs alice in without asking.
    pub(crate) async fn alice() -> Self {
        let stage = Self::new().await;
        stage.tenant().set_policy(LoginPolicy::Auto { user: "alice".into() });
        stage
    }

    pub(crate) fn tenant(&self) -> Tenant {
        self.provider.tenant()
    }

    pub(crate) async fn get(&self, url: &str) -> Got {
        read(self.http.get(url).send().await.unwrap()).await
    }

    pub(crate) async fn post(&self, url: &str, form: &[(&str, &str)]) -> Got {
        read(self.http.post(url).form(form).send().await.unwrap()).await
    }

    /// A good request to the default issuer, with changes: an empty value takes a parameter out.
    pub(crate) async fn authorize(&self, changes: &[(&str, &str)]) -> Got {
        self.get(&request(self.provider.base_url(), changes)).await
    }

    /// Logs in with form_post, and reads the fields of the page.
    pub(crate) async fn fields(&self) -> Params {
        self.authorize(&[("response_mode", "form_post")]).await.fields()
    }
}

pub(crate) fn client() -> reqwest::Client {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap()
}

pub(crate) async fn read(response: reqwest::Response) -> Got {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Got { status, headers, body: response.text().await.unwrap() }
}

/// The URL of a good authorization request, with changes: an empty value takes a parameter out.
pub(crate) fn request(issuer: &str, changes: &[(&str, &str)]) -> String {
    let mut params: Params = [
        ("client_id", CLIENT),
        ("redirect_uri", CALLBACK),
        ("response_type", "id_token"),
        ("scope", "openid profile email"),
        ("state", "the-state"),
        ("nonce", "the-nonce"),
    ]
    .into_iter()
    .collect();
    for (name, value) in changes {
        if value.is_empty() {
            params.remove(name);
        } else {
            params.set(name, *value);
        }
    }
    format!("{issuer}/authorize?{}", params.encode())
}

impl Got {
    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name} in {self:?}")).to_str().unwrap()
    }

    /// The parameters in the fragment of a redirect.
    #[track_caller]
    pub(crate) fn fragment(&self) -> Params {
        let location = self.header("location");
        Params::parse(location.split_once('#').unwrap_or_else(|| panic!("no fragment in {location}")).1)
    }

    /// The hidden fields of a page, in order.
    #[track_caller]
    pub(crate) fn fields(&self) -> Params {
        assert_eq!(self.status, 200, "{self:?}");
        let field = |line: &str, attribute: &str| {
            let start = line.split_once(&format!("{attribute}=\"")).unwrap().1;
            unescaped(start.split_once('"').unwrap().0)
        };
        self.body
            .lines()
            .filter(|line| line.starts_with("<input type=\"hidden\""))
            .map(|line| (field(line, "name"), field(line, "value")))
            .collect()
    }
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&#34;", "\"").replace("&#39;", "'").replace("&#60;", "<").replace("&#62;", ">");
    text.replace("&#38;", "&")
}

/// The claims of a token, verified with the issuer's key set as a careful application does.
pub(crate) async fn verified(stage: &Stage, tenant: &Tenant, token: &str) -> Result<Value, String> {
    verified_for(stage, tenant, token, CLIENT).await
}

async fn verified_for(stage: &Stage, tenant: &Tenant, token: &str, client: &str) -> Result<Value, String> {
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
    let keys: JwkSet =
        serde_json::from_str(&stage.get(&format!("{}/jwks", tenant.issuer())).await.body).unwrap();
    let header = jsonwebtoken::decode_header(token).map_err(|error| error.to_string())?;
    let key = keys.find(header.kid.as_deref().unwrap_or_default()).ok_or("the key is not published")?;
    let mut validation = Validation::new(header.alg);
    validation.set_audience(&[client]);
    validation.set_issuer(&[tenant.issuer()]);
    validation.validate_exp = false;
    validation.set_required_spec_claims(&["iss", "aud"]);
    jsonwebtoken::decode(token, &DecodingKey::from_jwk(key).unwrap(), &validation)
        .map(|token| token.claims)
        .map_err(|error| error.to_string())
}

/// The same, by an application that uses a key for the one algorithm which the key names.
pub(crate) async fn verified_strictly(
    stage: &Stage,
    tenant: &Tenant,
    token: &str,
    client: &str,
) -> Result<Value, String> {
    let (header, _) = told(token);
    let keys = stage.get(&format!("{}/jwks", tenant.issuer())).await.json();
    let fits = |key: &&Value| key["kid"] == header["kid"] && key["alg"] == header["alg"];
    if keys["keys"].as_array().unwrap().iter().filter(fits).count() != 1 {
        return Err(format!("not one key for {header} in {keys}"));
    }
    verified_for(stage, tenant, token, client).await
}

/// The header and claims of a token that nobody verified.
#[track_caller]
pub(crate) fn told(token: &str) -> (Value, Value) {
    use base64::Engine as _;
    let part = |index| {
        let text = token.split('.').nth(index).unwrap();
        let octets = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap();
        serde_json::from_slice(&octets).unwrap()
    };
    (part(0), part(1))
}

/// A JWT that somebody else than the provider signed.
pub(crate) fn signed(
    header: &jsonwebtoken::Header,
    claims: &Value,
    key: &jsonwebtoken::EncodingKey,
) -> String {
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
    jsonwebtoken::encode(header, claims, key).unwrap()
}
