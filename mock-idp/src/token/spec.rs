//! What an ID Token says, complete, before it is sealed.

use serde_json::Value;

use super::compact::base64url;
use super::hash::half_hash;
use super::signing::Signing;
use super::signing_keys::SigningKeys;
use crate::client::Client;
use crate::login::User;
use crate::protocol::{Document, Object, Wishes};

/// Claims that the scope `profile` asks for (OIDC Core 5.4).
const PROFILE: &[&str] = &[
    "name",
    "family_name",
    "given_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
];
/// Claims that the scope `email` asks for.
const EMAIL: &[&str] = &["email", "email_verified"];
/// Claims that the scope `phone` asks for.
const PHONE: &[&str] = &["phone_number", "phone_number_verified"];
/// Claims that the provider itself answers for. A person cannot bring their own; that is what faults are for.
const OWN: &[&str] = &[
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "sid",
    "at_hash",
    "c_hash",
    "s_hash",
];

/// What each scope asks for.
const BY_SCOPE: &[(&str, &[&str])] =
    &[("profile", PROFILE), ("email", EMAIL), ("address", &["address"]), ("phone", PHONE)];

/// Claims the provider may put into a token, for its metadata.
pub(crate) fn claims_supported(scopes: &[String]) -> Vec<&'static str> {
    let offered = BY_SCOPE.iter().filter(|(scope, _)| scopes.iter().any(|known| known == scope));
    OWN.iter().chain(offered.flat_map(|(_, claims)| claims.iter())).copied().collect()
}

/// What was granted: everything that an ID Token is made of.
#[derive(Clone, Debug)]
pub struct Grant<'g> {
    /// The issuer.
    pub issuer: &'g str,
    /// For whom the token is.
    pub client: &'g Client,
    /// About whom the token is.
    pub user: &'g User,
    /// The granted scope, separated by spaces.
    pub scope: &'g str,
    /// The nonce of the request.
    pub nonce: Option<&'g str>,
    /// When the user proved who they are, in seconds since 1970.
    pub auth_time: i64,
    /// Now, in seconds since 1970.
    pub now: i64,
    /// How long the token is good for, in seconds.
    pub lifetime: i64,
    /// The id of the user's session at the provider.
    pub sid: &'g str,
    /// The keys that sign, one of which does.
    pub keys: SigningKeys,
    /// The level of the authentication, if one was asked for.
    pub acr: Option<&'g str>,
    /// How the user proved who they are (RFC 8176).
    pub amr: &'g [String],
    /// Claims that are wanted by name (OIDC Core 5.5).
    pub wishes: &'g Wishes,
    /// The access token that comes with it.
    pub access_token: Option<&'g str>,
    /// The code that comes with it.
    pub code: Option<&'g str>,
    /// The state that comes with it.
    pub state: Option<&'g str>,
}

/// A complete token, not yet sealed: header, claims and the way to sign.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenSpec {
    /// `alg`, `typ`, `kid`, in this order.
    pub header: Document,
    /// The claims, in the order of their names in OIDC Core 2, then those about the person.
    pub claims: Document,
    /// The provider's keys that sign; the header names one of them.
    pub keys: SigningKeys,
    /// The client's secret, for algorithms that sign with it.
    pub(crate) secret: Option<String>,
    pub(crate) signing: Signing,
}

impl TokenSpec {
    /// The honest ID Token of a grant.
    pub fn id_token(grant: &Grant<'_>) -> Self {
        let secret = grant.client.client_secret.as_deref();
        let mut spec =
            Self::signed(Object::default().into(), grant.client.id_token_alg(), grant.keys, secret);
        let alg = spec.signing.alg();
        let mut claims = Object::default()
            .with("iss", grant.issuer)
            .with("sub", grant.user.sub.as_str())
            .with("aud", grant.client.client_id.as_str())
            .with("exp", grant.now.saturating_add(grant.lifetime))
            .with("iat", grant.now)
            .with("auth_time", grant.auth_time);
        if let Some(nonce) = grant.nonce {
            claims.push("nonce", nonce);
        }
        if let Some(acr) = grant.acr {
            claims.push("acr", acr);
        }
        if !grant.amr.is_empty() {
            claims.push("amr", Value::from(grant.amr.to_vec()));
        }
        if grant.wishes.want("azp") {
            claims.push("azp", grant.client.client_id.as_str());
        }
        claims.push("sid", grant.sid);
        if let Some(token) = grant.access_token {
            claims.push("at_hash", half_hash(alg, token));
        }
        if let Some(code) = grant.code {
            claims.push("c_hash", half_hash(alg, code));
        }
        // FAPI 1.0 Advanced 5.1.1; OpenID Connect does not know it, so that it is told on demand.
        if let Some(state) = grant.state.filter(|_| grant.wishes.want("s_hash")) {
            claims.push("s_hash", half_hash(alg, state));
        }
        for (name, value) in claims_of(grant.user, grant.scope, grant.wishes) {
            claims.push(name, value.clone());
        }
        spec.claims = claims.into();
        spec
    }

    /// Any claims, to be signed by this algorithm.
    pub(crate) fn signed(claims: Document, alg: &str, keys: SigningKeys, secret: Option<&str>) -> Self {
        let signing = Signing::by_name(alg, keys, secret).unwrap_or(Signing::rs256(keys.rsa));
        let mut header = Object::default().with("alg", signing.alg()).with("typ", "JWT");
        if let Some(kid) = signing.kid() {
            header.push("kid", kid.as_ref());
        }
        Self { header: header.into(), claims, keys, secret: secret.map(str::to_owned), signing }
    }

    /// The compact form.
    pub(crate) fn seal(&self) -> String {
        let mut token = base64url(self.header.octets());
        token.extend([".", &base64url(self.claims.octets())]);
        let signature = base64url(self.signing.sign(token.as_bytes()));
        token.extend([".", &signature]);
        token
    }
}

/// The claims about a person that a scope asks for, or that are wanted by name.
pub(crate) fn claims_of<'g>(
    user: &'g User,
    scope: &str,
    wishes: &Wishes,
) -> impl Iterator<Item = (&'g String, &'g Value)> {
    let withheld: Vec<&str> = BY_SCOPE
        .iter()
        .filter(|(name, _)| !scope.split(' ').any(|word| word == *name))
        .flat_map(|(_, claims)| claims.iter().copied())
        .collect();
    user.claims.iter().filter(move |(name, value)| {
        let name = name.as_str();
        let told = wishes.fit(name, value) || (!withheld.contains(&name) && wishes.allow(name, value));
        told && !OWN.contains(&name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(scope: &str) -> String {
        let user: User = serde_json::from_value(serde_json::json!({
            "username": "a", "password": "a", "sub": "s",
            "claims": {"name": "A", "iss": "not me", "email": "a@b", "https://x/role": "admin"},
        }))
        .unwrap();
        let client: Client = serde_json::from_value(serde_json::json!({"client_id": "c"})).unwrap();
        let grant = Grant {
            issuer: "http://i",
            client: &client,
            user: &user,
            scope,
            nonce: None,
            auth_time: 5,
            now: 10,
            lifetime: 60,
            sid: "sid",
            keys: SigningKeys::FIRST,
            acr: None,
            amr: &[],
            wishes: &Wishes::default(),
            access_token: None,
            code: None,
            state: None,
        };
        TokenSpec::id_token(&grant).claims.to_string()
    }

    #[test]
    fn the_scope_decides_which_claims_about_the_person_are_told() {
        let always = r#"{"iss":"http://i","sub":"s","aud":"c","exp":70,"iat":10,"auth_time":5,"sid":"sid""#;

        assert_eq!(claims("openid"), format!("{always},\"https://x/role\":\"admin\"}}"));
        assert_eq!(
            claims("openid profile"),
            format!("{always},\"name\":\"A\",\"https://x/role\":\"admin\"}}")
        );
        assert_eq!(
            claims("email openid"),
            format!("{always},\"email\":\"a@b\",\"https://x/role\":\"admin\"}}")
        );
    }

    #[test]
    fn no_nonce_is_invented_when_none_was_sent() {
        assert!(!claims("openid").contains("nonce"));
    }
}
