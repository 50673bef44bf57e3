//! The session: a sealed cookie that says who is signed in, since when, and from which ID token.

pub(crate) mod chunks;
pub(crate) mod format;
pub(crate) mod life;
pub(crate) mod recent;

use std::sync::{Arc, OnceLock};

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::oidc::back_channel;
use crate::oidc::claims::audiences;
use crate::store::Known;

/// What the cookie holds, beside its times.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Data {
    /// The token the login was made with; sent back as a hint at logout, never to a script.
    pub(crate) id_token: String,
    /// The name of this session, fresh at every login.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sid: Option<String>,
    /// The issuer and the client this session was made for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) made_for: Option<(String, String)>,
    /// When the provider signed the person in, by its own clock; renewed tokens do not change that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) signed_in: Option<i64>,
    /// What the userinfo endpoint said beyond the ID token.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(crate) userinfo: Map<String, Value>,
    /// What the app may do for the person while they are away. No part of it ever reaches a script.
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "kept_tokens")]
    pub(crate) kept: Option<Kept>,
    /// What another application wrote, kept as it is.
    #[serde(flatten)]
    pub(crate) rest: Map<String, Value>,
}

/// Tokens that outlive a login.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) access_token: String,
    pub(crate) refresh_token: String,
    /// When they are to be renewed, in Unix seconds.
    pub(crate) due: i64,
}

/// A session as found in a request.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) data: Data,
    /// The claims of the ID token.
    pub(crate) claims: Map<String, Value>,
    /// When the person signed in.
    pub(crate) iat: i64,
    /// When the cookie was last written.
    pub(crate) uat: i64,
    /// Was the cookie sealed with a secret that has a successor?
    pub(crate) sealed_before: bool,
    /// Filled by [`Session::known`].
    pub(crate) known: OnceLock<Arc<Known>>,
}

impl Session {
    pub(crate) fn new(data: Data, iat: i64, uat: i64) -> Option<Self> {
        let claims = claims(&data.id_token)?;
        Some(Self::of(data, claims, iat, uat))
    }

    pub(crate) fn of(data: Data, claims: Map<String, Value>, iat: i64, uat: i64) -> Self {
        Self { data, claims, iat, uat, sealed_before: false, known: OnceLock::new() }
    }

    /// By what it may have been ended; put together when it is first asked for, and shared by all requests.
    pub(crate) fn known(&self) -> &Arc<Known> {
        self.known.get_or_init(|| {
            Arc::new(Known {
                name: self.name().to_owned(),
                provider: back_channel::names(self),
                signed_in: self.signed_in(),
            })
        })
    }

    /// The name under which an ended session is remembered. Sessions written by other applications may lack a
    /// `sid`; then the signature of the ID token serves.
    pub(crate) fn name(&self) -> &str {
        let signature = || self.data.id_token.rsplit('.').next().unwrap_or_default();
        self.data.sid.as_deref().unwrap_or_else(signature)
    }

    /// When the provider signed the person in, by its own clock: no later than that it may have signed them out.
    pub(crate) fn signed_in(&self) -> i64 {
        self.data.signed_in.unwrap_or_else(|| back_channel::issued(&self.claims, self.iat))
    }

    /// A claim that is a text: of the ID token, or of the userinfo endpoint where that is silent.
    pub(crate) fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim).or_else(|| self.data.userinfo.get(claim))?.as_str()
    }

    /// What to call the person: whichever claim there is.
    pub(crate) fn display_name(&self) -> &str {
        let names = ["name", "nickname", "preferred_username", "email", "sub"];
        names
            .iter()
            .find_map(|claim| self.text(claim).filter(|name| !name.is_empty()))
            .unwrap_or("unnamed user")
    }

    /// Was this session made for this client of this issuer? Sealing alone does not bind a session to an
    /// application: another one with the same secret could have written it.
    pub(crate) fn is_for(&self, issuer: &str, client_id: &str) -> bool {
        if let Some((made_at, made_for)) = &self.data.made_for {
            return made_at == issuer && made_for == client_id;
        }
        let for_client = audiences(&self.claims).is_some_and(|all| all.contains(&client_id));
        for_client && self.text("iss") == Some(issuer)
    }

    /// The claims about the person, without those about the token; with the issuer, which together with `sub` says who
    /// they are. What the ID token says, which is signed, comes before what the userinfo endpoint says.
    pub(crate) fn user(&self) -> Map<String, Value> {
        let mut user = self.told_by_token();
        user.extend(self.claims.get("iss").map(|issuer| ("iss".to_owned(), issuer.clone())));
        for (claim, value) in &self.data.userinfo {
            user.entry(claim.clone()).or_insert_with(|| value.clone());
        }
        user
    }

    /// Those of them that the ID token holds.
    pub(crate) fn told_by_token(&self) -> Map<String, Value> {
        const ABOUT_THE_TOKEN: [&str; 11] =
            ["aud", "iss", "iat", "exp", "nbf", "nonce", "azp", "auth_time", "s_hash", "at_hash", "c_hash"];
        let mut user = self.claims.clone();
        user.retain(|claim, _| !ABOUT_THE_TOKEN.contains(&claim.as_str()));
        user.entry("sub").or_insert(Value::Null);
        user
    }
}

/// The payload of an ID token, read without fuss: it was verified before it was sealed, by whatever reader.
fn claims(id_token: &str) -> Option<Map<String, Value>> {
    const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let payload: String = id_token.split('.').nth(1)?.split_whitespace().collect();
    let payload = payload.replace('+', "-").replace('/', "_");
    serde_json::from_slice(&GeneralPurpose::new(&URL_SAFE, CONFIG).decode(payload).ok()?).ok()
}
