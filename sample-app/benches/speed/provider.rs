//! A provider of two documents and as many tokens as there are people.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::Outcome;

/// Signs in the name of the provider.
#[derive(Clone)]
pub(crate) struct Signer {
    pub(crate) issuer: String,
    key: Arc<RsaKeyPair>,
}

pub(crate) struct Provider(Signer);

impl Provider {
    /// Publishes on a thread of its own for as long as the program runs.
    pub(crate) fn start() -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let issuer = format!("http://{}", listener.local_addr()?);
        let key = RsaKeyPair::generate(KeySize::Rsa2048)?;
        let (modulus, exponent) = (key.public_key().modulus(), key.public_key().exponent());
        let keys = json!({"keys": [{
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": "one",
            "n": URL_SAFE_NO_PAD.encode(modulus.big_endian_without_leading_zero()),
            "e": URL_SAFE_NO_PAD.encode(exponent.big_endian_without_leading_zero()),
        }]});
        let metadata = json!({
            "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"),
            "jwks_uri": format!("{issuer}/jwks"),
        });
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // Who hangs up asks again.
                let _ = answer(stream, &metadata, &keys);
            }
        });
        Ok(Self(Signer { issuer, key: Arc::new(key) }))
    }

    pub(crate) fn signer(&self) -> Signer {
        self.0.clone()
    }
}

impl Signer {
    /// An ID Token of these claims.
    pub(crate) fn token(&self, claims: &Value) -> Outcome<String> {
        let parts = [json!({"alg": "RS256", "kid": "one", "typ": "JWT"}), claims.clone()];
        let input = parts.map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), input.as_bytes(), &mut signature)?;
        Ok(format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// One document, on a connection that ends after it.
fn answer(mut stream: TcpStream, metadata: &Value, keys: &Value) -> std::io::Result<()> {
    let mut lines = BufReader::new(&stream).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let body = if request.contains("jwks") { keys } else { metadata }.to_string();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}
