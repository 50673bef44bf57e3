//! Applications that are registered at the provider, by their metadata (OIDC Dynamic Client Registration 2).

mod check;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An application that is registered at the provider. The members are named as in client registration; what is
/// left out is not restricted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Client {
    /// Its identifier.
    pub client_id: String,
    /// Its secret, if it has one: it authenticates with it, and tokens with HS256 are signed with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    /// Its name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
    /// Where responses may go, compared character by character.
    pub redirect_uris: Vec<String>,
    /// Where the browser may go after logout, compared character by character.
    pub post_logout_redirect_uris: Vec<String>,
    /// The response types it may use; all of them if empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub response_types: Vec<String>,
    /// The grant types it may use; all of them if empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub grant_types: Vec<String>,
    /// How it authenticates; whatever its credentials allow if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_method: Option<AuthMethod>,
    /// The algorithm of the assertions it authenticates with; any that fits the method if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_signing_alg: Option<String>,
    /// The algorithm of its ID Tokens; RS256 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_signed_response_alg: Option<String>,
    /// The algorithm of its userinfo responses; plain JSON if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<String>,
    /// The algorithm of its request objects; any that is offered if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_object_signing_alg: Option<String>,
    /// Where its request objects may be fetched, compared character by character (OIDC Core 6.2).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub request_uris: Vec<String>,
    /// Its public keys, for `private_key_jwt` and signed request objects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
    /// Whether it has to push its authorization requests (RFC 9126 6).
    #[serde(skip_serializing_if = "is_false")]
    pub require_pushed_authorization_requests: bool,
    /// The page that is framed at logout (OIDC Front-Channel Logout 2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frontchannel_logout_uri: Option<String>,
    /// Whether `iss` and `sid` are sent to that page.
    #[serde(skip_serializing_if = "is_false")]
    pub frontchannel_logout_session_required: bool,
    /// Where logout tokens are posted (OIDC Back-Channel Logout 2.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// Whether a logout token has to name the session.
    #[serde(skip_serializing_if = "is_false")]
    pub backchannel_logout_session_required: bool,
    /// The `max_age` of requests that have none, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<i64>,
    /// How long its ID Tokens are good for, in seconds; as in the settings if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_lifetime: Option<i64>,
    /// How long its access tokens are good for, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token_lifetime: Option<i64>,
    /// How long its refresh tokens are good for, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token_lifetime: Option<i64>,
    /// By how many seconds the provider's clock is wrong for this client alone.
    #[serde(skip_serializing_if = "is_zero")]
    pub clock_skew: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_false(value: &bool) -> bool {
    !value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_zero(value: &i64) -> bool {
    *value == 0
}

/// Whether a value is a set of keys (RFC 7517 5).
pub(crate) fn is_key_set(jwks: &Value) -> bool {
    jwks["keys"].as_array().is_some_and(|keys| keys.iter().all(Value::is_object))
}

impl Client {
    /// A client that nobody registered: an id and nothing else.
    pub fn unregistered(client_id: &str) -> Self {
        Self { client_id: client_id.to_owned(), ..Self::default() }
    }

    /// What people know it by: its name, or else its id.
    pub fn display_name(&self) -> &str {
        self.client_name.as_deref().filter(|name| !name.is_empty()).unwrap_or(&self.client_id)
    }

    /// The algorithm of its ID Tokens.
    pub fn id_token_alg(&self) -> &str {
        self.id_token_signed_response_alg.as_deref().unwrap_or("RS256")
    }

    /// Whether it can authenticate at all.
    pub fn is_confidential(&self) -> bool {
        match self.token_endpoint_auth_method {
            Some(method) => method != AuthMethod::None,
            None => self.client_secret.is_some() || self.jwks.is_some(),
        }
    }

    /// Refuses a client that could never authenticate; the text says what to write instead.
    fn check_secret(&self) -> Result<(), String> {
        match self.token_endpoint_auth_method {
            Some(method) if method.needs_secret() && self.client_secret.is_none() => Err(format!(
                "the client \"{}\" has token_endpoint_auth_method = \"{}\" and no client_secret; give it one, or \
                 write \"none\"",
                self.client_id,
                method.as_str()
            )),
            _ => Ok(()),
        }
    }
}

/// How a client authenticates at the endpoints that it asks itself (OIDC Core 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// Not at all: a public client.
    None,
    /// Id and secret in the header `Authorization`, each form-encoded first (RFC 6749 2.3.1).
    ClientSecretBasic,
    /// Id and secret in the body.
    ClientSecretPost,
    /// A JWT signed with the secret (RFC 7523 2.2).
    ClientSecretJwt,
    /// A JWT signed with a key of the client's `jwks`.
    PrivateKeyJwt,
}

impl AuthMethod {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::None,
        Self::ClientSecretBasic,
        Self::ClientSecretPost,
        Self::ClientSecretJwt,
        Self::PrivateKeyJwt,
    ];

    /// Whether it takes a secret that both sides know.
    pub(crate) fn needs_secret(self) -> bool {
        matches!(self, Self::ClientSecretBasic | Self::ClientSecretPost | Self::ClientSecretJwt)
    }

    /// The registered name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::ClientSecretJwt => "client_secret_jwt",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }
}
