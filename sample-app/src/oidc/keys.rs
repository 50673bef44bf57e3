//! Keys: which of a provider's published keys may verify an ID token, and the verification itself.

use std::future::Future;
use std::pin::Pin;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::{Map, Value};
use url::Url;

use super::algorithm::scheme;
use super::metadata::Metadata;
use super::provider::Provider;
use super::remote::{Ages, Allowance};
use super::token::Token;
use crate::config::{IdTokenAlg, Secret};
use crate::error::{ProviderError, Refusal};
use crate::policy::Policy;

/// A future that a plain function pointer can return.
pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Decides whether the issuer made a token.
pub(crate) type Authenticate = for<'a> fn(&'a Token, &'a KeyRing<'a>) -> BoxFuture<'a, Result<(), Refusal>>;

/// How keys are found and used.
#[derive(Clone, Copy)]
pub(crate) struct KeyPolicy {
    pub(crate) authenticate: Authenticate,
    /// Where the set of this issuer is: where its metadata says.
    pub(crate) location: fn(&Metadata, &str) -> Url,
    /// Is a fetched set worth keeping?
    pub(crate) accepts_set: fn(&[Value], IdTokenAlg) -> bool,
    /// How often an unknown key id may cause a fetch.
    pub(crate) refetch: Allowance,
    /// How long metadata and keys are used.
    pub(crate) ages: Ages,
}

/// The published keys of the issuer at which a login was started, and no others.
pub(crate) struct KeyRing<'a> {
    pub(crate) provider: &'a Provider,
    pub(crate) metadata: &'a Metadata,
    pub(crate) policy: &'a Policy,
    pub(crate) now: i64,
}

/// A key that may verify.
pub(crate) struct VerifyingKey {
    pub(crate) key: DecodingKey,
}

impl VerifyingKey {
    /// Did this key make the signature of the message?
    pub(crate) fn made(&self, signature: &[u8], message: &[u8], algorithm: Algorithm) -> bool {
        let signature = URL_SAFE_NO_PAD.encode(signature);
        jsonwebtoken::crypto::verify(&signature, message, &self.key, algorithm).unwrap_or(false)
    }
}

/// Picks out of a published entry the key in it, if it is fit for use.
pub(crate) type Fit = fn(&Map<String, Value>) -> Option<VerifyingKey>;

/// The honest way: a key of this issuer's set, found by its id, fit for the algorithm that the app is registered with,
/// or the client secret where that is the key; and nothing in the token's header says otherwise.
pub(crate) fn by_issuer_key<'a>(
    token: &'a Token,
    ring: &'a KeyRing<'a>,
) -> BoxFuture<'a, Result<(), Refusal>> {
    Box::pin(async move {
        let settings = &ring.provider.settings;
        let scheme = scheme(settings.id_token_alg);
        let keys = match scheme.fit {
            Some(fit) => ring.find(token.kid(), fit).await?,
            None => settings.client_secret.iter().map(shared_key).collect(),
        };
        verify(token, &keys, scheme.algorithm)
    })
}

/// Does one of the keys verify the token? Several can share an id; junk among them must not hide the good one.
pub(crate) fn verify(token: &Token, keys: &[VerifyingKey], algorithm: Algorithm) -> Result<(), Refusal> {
    if keys.iter().any(|key| key.made(&token.signature, token.signing_input.as_bytes(), algorithm)) {
        Ok(())
    } else {
        Err(Refusal::new("signature-check", "OIDC Core 3.1.3.7 (6)"))
    }
}

impl KeyRing<'_> {
    /// The fit keys under `kid`. An unknown id fetches the set once more, as often as the allowance permits.
    pub(crate) async fn find(&self, kid: Option<&str>, fit: Fit) -> Result<Vec<VerifyingKey>, Refusal> {
        let outage = |error: ProviderError| self.policy.outage(&error);
        let known = self.provider.jwks(self.metadata, self.policy, self.now).await.map_err(outage)?;
        if let Some(keys) = select(&known, kid, fit) {
            return Ok(keys);
        }
        let renewed =
            self.provider.renewed_jwks(self.metadata, self.policy, self.now).await.map_err(outage)?;
        select(&renewed, kid, fit).ok_or(Refusal::new("unknown-key", "OIDC Core 10.1"))
    }
}

#[cfg(feature = "weakness")]
impl KeyRing<'_> {
    /// Everything that is published, fit or not.
    pub(crate) async fn published(&self) -> Result<std::sync::Arc<Vec<Value>>, Refusal> {
        let outage = |error: ProviderError| self.policy.outage(&error);
        self.provider.jwks(self.metadata, self.policy, self.now).await.map_err(outage)
    }

    /// How the provider is asked.
    #[cfg(feature = "weakness")]
    pub(crate) fn http(&self) -> &super::http::Http {
        &self.provider.http
    }
}

/// By id; without one, only if there is exactly one fit key to mean.
fn select(entries: &[Value], kid: Option<&str>, fit: Fit) -> Option<Vec<VerifyingKey>> {
    let fit_keys = entries.iter().filter_map(Value::as_object).filter_map(|entry| Some((entry, fit(entry)?)));
    let meant = |entry: &Map<String, Value>| kid.is_none_or(|kid| entry.get("kid").is_some_and(|k| k == kid));
    let keys: Vec<_> = fit_keys.filter(|(entry, _)| meant(entry)).map(|(_, key)| key).collect();
    let unambiguous = kid.is_some() || keys.len() == 1;
    (!keys.is_empty() && unambiguous).then_some(keys)
}

/// A set without a single fit key is an accident, not a rotation: the old one stays.
pub(crate) fn has_a_fit_key(entries: &[Value], alg: IdTokenAlg) -> bool {
    let Some(fit) = scheme(alg).fit else { return true };
    entries.iter().filter_map(Value::as_object).any(|entry| fit(entry).is_some())
}

/// The entry of a public signing key, if the entry does not reserve it for something else than `alg`.
pub(crate) fn fit<'a>(entry: &'a Map<String, Value>, alg: &str) -> Option<&'a Map<String, Value>> {
    let is = |member: &str, wanted: &str| entry.get(member).is_none_or(|value| value == wanted);
    let verifies = entry
        .get("key_ops")
        .is_none_or(|ops| ops.as_array().is_some_and(|ops| ops.iter().any(|op| op == "verify")));
    let is_public = !entry.contains_key("d");
    if !is("use", "sig") || !is("alg", alg) || !verifies || !is_public {
        return None;
    }
    Some(entry)
}

/// The key of a MAC: the bytes of the client secret (OIDC Core 10.1).
fn shared_key(secret: &Secret) -> VerifyingKey {
    VerifyingKey { key: DecodingKey::from_secret(secret.bytes()) }
}

/// The member `name`, if the entry is a key of this type and curve and the member a coordinate of 256 bits.
fn coordinate<'a>(entry: &'a Map<String, Value>, (kty, crv): (&str, &str), name: &str) -> Option<&'a str> {
    let is = |member: &str, wanted: &str| entry.get(member).is_some_and(|value| value == wanted);
    let text = entry.get(name)?.as_str().filter(|_| is("kty", kty) && is("crv", crv))?;
    (URL_SAFE_NO_PAD.decode(text).ok()?.len() == 32).then_some(text)
}

/// The key of an entry on the curve P-256 (RFC 7518 6.2). A point beside the curve verifies nothing.
pub(crate) fn ec_key(entry: &Map<String, Value>) -> Option<VerifyingKey> {
    let member = |name| coordinate(entry, ("EC", "P-256"), name);
    let key = DecodingKey::from_ec_components(member("x")?, member("y")?).ok()?;
    Some(VerifyingKey { key })
}

/// The key of an entry on the curve Ed25519 (RFC 8037 2).
pub(crate) fn ed_key(entry: &Map<String, Value>) -> Option<VerifyingKey> {
    let key = DecodingKey::from_ed_components(coordinate(entry, ("OKP", "Ed25519"), "x")?).ok()?;
    Some(VerifyingKey { key })
}

/// The RSA key of an entry of 2048 to 8192 bits, if its numbers are sound.
pub(crate) fn rsa_key(entry: &Map<String, Value>) -> Option<VerifyingKey> {
    if entry.get("kty").is_none_or(|kty| kty != "RSA") {
        return None;
    }
    let number = |name| URL_SAFE_NO_PAD.decode(entry.get(name)?.as_str()?).ok();
    let (modulus, exponent) = (number("n")?, number("e")?);
    let modulus = trim(&modulus);
    let exponent = trim(&exponent);
    let odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
    let sound = (256..=1024).contains(&modulus.len())
        && (1..=4).contains(&exponent.len())
        && odd(modulus)
        && odd(exponent)
        && exponent != [1];
    sound.then(|| VerifyingKey { key: DecodingKey::from_rsa_raw_components(modulus, exponent) })
}

fn trim(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rsa(kid: &str, change: &Value) -> Value {
        let mut modulus = vec![0xc5; 256];
        modulus[255] = 1;
        let mut entry = json!({"kty": "RSA", "kid": kid, "n": URL_SAFE_NO_PAD.encode(modulus), "e": "AQAB"});
        for (name, value) in change.as_object().unwrap() {
            entry[name] = value.clone();
        }
        entry
    }

    fn found(entries: &[Value], kid: Option<&str>) -> usize {
        select(entries, kid, |entry| fit(entry, "RS256").and_then(rsa_key)).map_or(0, |keys| keys.len())
    }

    #[test]
    fn junk_beside_the_good_key_is_ignored() {
        let short = URL_SAFE_NO_PAD.encode([0xc5; 128]);
        let junk = [
            json!({"use": "enc"}),
            json!({"alg": "RS512"}),
            json!({"key_ops": ["encrypt"]}),
            json!({"kty": "oct", "k": "c2VjcmV0"}),
            json!({"d": "c2VjcmV0"}),
            json!({"n": short}),
            json!({"n": "not base64!"}),
            json!({"e": "AQ"}),
            json!({"e": "Ag"}),
            json!({"kid": 7}),
        ];
        let mut set: Vec<_> = junk.iter().map(|change| rsa("a", change)).collect();
        set.extend([json!(null), json!("x"), rsa("a", &json!({"use": "sig", "alg": "RS256"}))]);

        assert_eq!(found(&set, Some("a")), 1);
        assert_eq!(found(&set[..12], Some("a")), 0);
    }

    #[test]
    fn a_token_without_kid_means_the_only_key_or_none() {
        let (one, two) = (rsa("a", &json!({})), rsa("b", &json!({})));

        assert_eq!(found(&[one.clone(), rsa("e", &json!({"use": "enc"}))], None), 1);
        assert_eq!(found(&[one.clone(), two.clone()], None), 0);
        assert_eq!(found(&[one, two], Some("b")), 1);
    }
}
