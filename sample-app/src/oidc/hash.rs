//! `c_hash` and `at_hash`: half of a digest, by which an ID token vouches for what came with it (OIDC Core 3.3.2.11).

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The left half of the SHA-256 of `value`, as RS256 has it.
pub(crate) fn half(value: &str) -> String {
    let digest = digest(&SHA256, value.as_bytes());
    URL_SAFE_NO_PAD.encode(&digest.as_ref()[..digest.as_ref().len() / 2])
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_example_of_the_specification_comes_out() {
        assert_eq!(
            super::half("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"),
            "LDktKdoQak3Pk0cnXxCltA"
        );
    }
}
