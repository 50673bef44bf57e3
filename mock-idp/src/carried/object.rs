//! Request objects: the parameters of a request as claims of a JWT (OIDC Core 6.1, RFC 9101 4).

use serde_json::{Map, Value};

use crate::checks::{Rulebook, Rules};
use crate::client::Client;
use crate::protocol::{ErrorCode, Params, ProtocolError};
use crate::token::ForeignToken;

/// Claims about the object itself.
const ABOUT: &[&str] = &["iss", "aud", "exp", "iat", "nbf", "jti", "sub"];

/// Who reads a request object, and for whom.
pub(super) struct Reader<'r> {
    pub(super) client: &'r Client,
    pub(super) book: &'r Rulebook<'r>,
    pub(super) issuer: &'r str,
    /// When it has to be good; none if it was good when it arrived.
    pub(super) now: Option<i64>,
}

impl Reader<'_> {
    /// The parameters of a request with this object in it. What the object says goes before what stands beside
    /// it (OIDC Core 6.3.3).
    pub(super) fn read(&self, object: &str, beside: &Params) -> Result<Params, ProtocolError> {
        let token = ForeignToken::parse(object).map_err(wrong)?;
        self.believe(&token)?;
        self.is_for_here(&token)?;
        let mut params = beside.clone();
        params.remove("request");
        for (name, value) in told(&token.claims)? {
            let same = !["client_id", "response_type"].contains(&name)
                || beside.given(name).is_none_or(|other| other == value);
            if !same {
                return Err(wrong(format!(
                    "has another {name} than stands beside it: \"{value}\"; send the same in both places"
                )));
            }
            params.set(name, value);
        }
        Ok(params)
    }

    fn believe(&self, token: &ForeignToken<'_>) -> Result<(), ProtocolError> {
        let alg = token.alg.as_str();
        if let Some(registered) = self.client.request_object_signing_alg.as_deref().filter(|own| *own != alg)
        {
            return Err(wrong(format!(
                "is signed with {alg}, and the client registered {registered} as its request_object_signing_alg"
            )));
        }
        if alg == "none" {
            return match self.book.rules {
                Rules::Lenient if token.is_unsigned() => Ok(()),
                Rules::Lenient => Err(wrong("says alg none and has a signature; leave the third part empty")),
                Rules::Strict => Err(wrong(
                    "is unsigned; sign it with a key of the client's jwks or its client_secret, or use \
                     rules = \"lenient\"",
                )),
            };
        }
        if !self.book.offer.verifies(alg) {
            let known = self.book.offer.client_algs.join(", ");
            return Err(wrong(format!("is signed with {alg}, which is not offered; use one of: {known}")));
        }
        token.verify(self.client.client_secret.as_deref(), self.client.jwks.as_ref()).map_err(wrong)
    }

    fn is_for_here(&self, token: &ForeignToken<'_>) -> Result<(), ProtocolError> {
        if token.text("iss").is_some_and(|iss| iss != self.client.client_id) {
            return Err(wrong(format!("has an iss that is not the client_id \"{}\"", self.client.client_id)));
        }
        if token.claims.contains_key("aud") && !token.is_for(&[self.issuer.to_owned()]) {
            return Err(wrong(format!("is for somebody else; its aud must be \"{}\"", self.issuer)));
        }
        match self.now {
            Some(now) if token.is_over(now) || token.is_early(now) => {
                Err(wrong(format!("is not good now, by its exp or nbf; by the provider's clock it is {now}")))
            }
            _ => Ok(()),
        }
    }
}

/// The claims that are parameters, as text.
fn told(claims: &Map<String, Value>) -> Result<Vec<(&str, String)>, ProtocolError> {
    if let Some(name) = ["request", "request_uri"].into_iter().find(|name| claims.contains_key(*name)) {
        return Err(wrong(format!("has {name} in it; a request object carries no other")));
    }
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let params = claims.iter().filter(|(name, value)| !ABOUT.contains(&name.as_str()) && !value.is_null());
    Ok(params.map(|(name, value)| (name.as_str(), text(value))).collect())
}

fn wrong(what: impl std::fmt::Display) -> ProtocolError {
    ProtocolError::new(ErrorCode::InvalidRequestObject, format!("the request object {what}"))
}
