//! The algorithms of ID Tokens, a row each: what verifies, and the digest of `c_hash` and `at_hash`.

use aws_lc_rs::digest;
use jsonwebtoken::Algorithm;

use super::keys::{Fit, ec_key, ed_key, fit, rsa_key};
use crate::config::IdTokenAlg;

/// One algorithm.
pub(crate) struct Scheme {
    pub(crate) alg: IdTokenAlg,
    pub(crate) algorithm: Algorithm,
    /// Which published keys verify; without, it is the client secret that does.
    pub(crate) fit: Option<Fit>,
    /// OIDC Core 3.3.2.11: the hash that the algorithm itself uses.
    pub(crate) digest: &'static digest::Algorithm,
}

static SCHEMES: [Scheme; 5] = [
    Scheme {
        alg: IdTokenAlg::Rs256,
        algorithm: Algorithm::RS256,
        fit: Some(|entry| fit(entry, "RS256").and_then(rsa_key)),
        digest: &digest::SHA256,
    },
    Scheme {
        alg: IdTokenAlg::Ps256,
        algorithm: Algorithm::PS256,
        fit: Some(|entry| fit(entry, "PS256").and_then(rsa_key)),
        digest: &digest::SHA256,
    },
    Scheme {
        alg: IdTokenAlg::Es256,
        algorithm: Algorithm::ES256,
        fit: Some(|entry| fit(entry, "ES256").and_then(ec_key)),
        digest: &digest::SHA256,
    },
    Scheme {
        alg: IdTokenAlg::EdDsa,
        algorithm: Algorithm::EdDSA,
        fit: Some(|entry| fit(entry, "EdDSA").and_then(ed_key)),
        digest: &digest::SHA512,
    },
    Scheme { alg: IdTokenAlg::Hs256, algorithm: Algorithm::HS256, fit: None, digest: &digest::SHA256 },
];

/// The row of an algorithm.
pub(crate) fn scheme(alg: IdTokenAlg) -> &'static Scheme {
    SCHEMES.iter().find(|scheme| scheme.alg == alg).unwrap_or(&SCHEMES[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_algorithm_has_a_row_of_its_own() {
        for alg in IdTokenAlg::ALL {
            let scheme = scheme(alg);

            assert_eq!(scheme.alg, alg);
            assert_eq!(format!("{:?}", scheme.algorithm), alg.name());
        }
    }
}
