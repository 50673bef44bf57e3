//! Proof Key for Code Exchange (RFC 7636): whoever redeems a code shows that it started the login.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::ambient::Random;
use crate::vault::{Times, Vault};

/// The secret of one login, and the form in which the browser keeps it for us: the cookie of a login is signed but
/// can be read, and the verifier is worth as much as the code.
pub(crate) struct Verifier {
    pub(crate) challenge: String,
    pub(crate) sealed: String,
}

/// A fresh verifier for a login that lives from `iat` to `exp`.
pub(crate) fn fresh(random: &Random, vault: &Vault, (iat, exp): (i64, i64)) -> Option<Verifier> {
    let verifier = random.token();
    let sealed = vault.seal(Times { iat, uat: iat, exp }, verifier.as_bytes(), random.bytes())?;
    Some(Verifier { challenge: challenge(&verifier), sealed })
}

/// The verifier in its sealed form.
pub(crate) fn unseal(vault: &Vault, sealed: &str) -> Option<String> {
    String::from_utf8(vault.open(sealed)?.plaintext).ok()
}

/// `code_challenge` by the method `S256`.
fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;

    #[test]
    fn the_example_of_rfc_7636_comes_out() {
        assert_eq!(
            challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn what_the_browser_keeps_opens_here_only() {
        let (ours, other) = (Vault::new(&[Secret::new("12345678")]), Vault::new(&[Secret::new("87654321")]));

        let verifier = fresh(&Random::system(), &ours, (0, 60)).unwrap();

        assert_eq!(challenge(&unseal(&ours, &verifier.sealed).unwrap()), verifier.challenge);
        assert_eq!(unseal(&other, &verifier.sealed), None);
    }
}
