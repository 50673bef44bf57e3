//! `c_hash` and `at_hash`: half of a digest, by which an ID token vouches for what came with it (OIDC Core 3.3.2.11).

use aws_lc_rs::digest::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::algorithm::scheme;
use crate::config::IdTokenAlg;

/// The left half of the digest of `value`, by the hash that `alg` has.
pub(crate) fn half(alg: IdTokenAlg, value: &str) -> String {
    let digest = digest(scheme(alg).digest, value.as_bytes());
    URL_SAFE_NO_PAD.encode(&digest.as_ref()[..digest.as_ref().len() / 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_comes_out() {
        assert_eq!(
            half(IdTokenAlg::Rs256, "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"),
            "LDktKdoQak3Pk0cnXxCltA"
        );
    }

    #[test]
    fn an_edwards_curve_has_half_of_512_bits() {
        assert_eq!(URL_SAFE_NO_PAD.decode(half(IdTokenAlg::EdDsa, "x")).unwrap().len(), 32);
    }
}
