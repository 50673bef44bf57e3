//! Keys of clients, for every algorithm that a client may sign with.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use aws_lc_rs::{hmac, rsa};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use mock_idp::token::{KeyName, public_jwk};
use mock_idp::{AuthMethod, Client};
use rpcheck_fixtures::keys;
use serde_json::{Value, json};

use super::super::stage::{Got, read};
use super::{SECRET, Walk};

/// A key for one algorithm.
pub(super) struct ClientKey {
    alg: String,
    pair: Pair,
}

enum Pair {
    Secret,
    Rsa(rsa::KeyPair),
    Ec(&'static str, EcdsaKeyPair),
    Ed(Ed25519KeyPair),
    Nothing,
}

impl ClientKey {
    pub(super) fn new(alg: &str) -> Self {
        let ec = |curve, algorithm| Pair::Ec(curve, EcdsaKeyPair::generate(algorithm).unwrap());
        let pair = match alg {
            "none" => Pair::Nothing,
            "EdDSA" | "Ed25519" => Pair::Ed(Ed25519KeyPair::generate().unwrap()),
            "ES256" => ec("P-256", &signature::ECDSA_P256_SHA256_FIXED_SIGNING),
            "ES384" => ec("P-384", &signature::ECDSA_P384_SHA384_FIXED_SIGNING),
            "ES512" => ec("P-521", &signature::ECDSA_P521_SHA512_FIXED_SIGNING),
            _ if alg.starts_with("HS") => Pair::Secret,
            _ => {
                let text: String = keys::RSA_2.pem.lines().filter(|line| !line.starts_with("--")).collect();
                Pair::Rsa(rsa::KeyPair::from_pkcs8(&STANDARD.decode(text).unwrap()).unwrap())
            }
        };
        Self { alg: alg.to_owned(), pair }
    }

    /// The key set that the client registers.
    pub(super) fn jwks(&self) -> Option<Value> {
        let key = match &self.pair {
            Pair::Secret | Pair::Nothing => return None,
            Pair::Rsa(_) => {
                let key = public_jwk(KeyName::Rsa2);
                json!({ "kty": "RSA", "n": key["n"], "e": key["e"] })
            }
            Pair::Ec(curve, pair) => {
                let point = &pair.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                json!({ "kty": "EC", "crv": curve, "x": base64(x), "y": base64(y) })
            }
            Pair::Ed(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": base64(pair.public_key().as_ref()) })
            }
        };
        Some(json!({ "keys": [key] }))
    }

    pub(super) fn sign(&self, claims: &Value) -> String {
        let header = json!({ "alg": self.alg }).to_string();
        let input = format!("{}.{}", base64(header.as_bytes()), base64(claims.to_string().as_bytes()));
        format!("{input}.{}", base64(&self.signature(input.as_bytes())))
    }

    fn signature(&self, input: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Nothing => Vec::new(),
            Pair::Secret => {
                let algorithm = match self.alg.as_str() {
                    "HS384" => hmac::HMAC_SHA384,
                    "HS512" => hmac::HMAC_SHA512,
                    _ => hmac::HMAC_SHA256,
                };
                hmac::sign(&hmac::Key::new(algorithm, SECRET.as_bytes()), input).as_ref().to_vec()
            }
            Pair::Ec(_, pair) => pair.sign(&random, input).unwrap().as_ref().to_vec(),
            Pair::Ed(pair) => pair.sign(input).as_ref().to_vec(),
            Pair::Rsa(pair) => {
                let encoding: &dyn signature::RsaEncoding = match self.alg.as_str() {
                    "RS384" => &signature::RSA_PKCS1_SHA384,
                    "RS512" => &signature::RSA_PKCS1_SHA512,
                    "PS256" => &signature::RSA_PSS_SHA256,
                    "PS384" => &signature::RSA_PSS_SHA384,
                    "PS512" => &signature::RSA_PSS_SHA512,
                    _ => &signature::RSA_PKCS1_SHA256,
                };
                let mut octets = vec![0; pair.public_modulus_len()];
                pair.sign(encoding, &random, input, &mut octets).unwrap();
                octets
            }
        }
    }
}

fn base64(octets: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(octets)
}

/// Asks an endpoint as a client that proves itself as it registered, with this key if by a JWT.
pub(super) async fn ask_as(
    walk: &Walk,
    path: &str,
    client: &Client,
    key: &ClientKey,
    form: &[(&str, &str)],
) -> Got {
    let (url, id) = (walk.at(path), client.client_id.as_str());
    let request = walk.stage.http.post(&url);
    let with = |more: &[(&'static str, String)]| {
        let form = form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let more = more.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        form.chain(more).collect::<Vec<_>>()
    };
    let request = match client.token_endpoint_auth_method.unwrap_or(AuthMethod::None) {
        AuthMethod::None => request.form(&with(&[("client_id", id.into())])),
        AuthMethod::ClientSecretBasic => request.basic_auth(id, Some(SECRET)).form(&with(&[])),
        AuthMethod::ClientSecretPost => {
            request.form(&with(&[("client_id", id.into()), ("client_secret", SECRET.into())]))
        }
        AuthMethod::ClientSecretJwt | AuthMethod::PrivateKeyJwt => {
            // A key that is made for one question is registered for it.
            walk.add(&Client { jwks: key.jwks(), ..client.clone() });
            let now = walk.tenant.clock().unix();
            let jti: String = base64(&rand());
            let assertion = key.sign(&json!({ "iss": id, "sub": id, "aud": walk.tenant.issuer(), "jti": jti,
                "exp": now + 60 }));
            let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
            request.form(&with(&[("client_assertion", assertion), ("client_assertion_type", kind.into())]))
        }
    };
    read(request.send().await.unwrap()).await
}

fn rand() -> [u8; 16] {
    let mut octets = [0; 16];
    aws_lc_rs::rand::fill(&mut octets).unwrap();
    octets
}
