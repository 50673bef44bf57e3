//! `at_hash`, `c_hash` and `s_hash`: the left half of a hash, by which an ID Token vouches for what came with it
//! (OIDC Core 3.1.3.6, 3.3.2.11).

use aws_lc_rs::digest::{self, SHA256, SHA384, SHA512};

use super::compact::base64url;

/// The half hash of a token or code for an ID Token with this `alg`. Ed25519 hashes with SHA-512 itself.
pub fn half_hash(alg: &str, text: &str) -> String {
    let hash = whole_hash(alg, text);
    base64url(&hash[..hash.len() / 2])
}

/// The octets of which [`half_hash`] takes the left half.
pub fn whole_hash(alg: &str, text: &str) -> Vec<u8> {
    let algorithm = match alg {
        _ if alg.ends_with("512") || alg == "EdDSA" || alg == "Ed25519" => &SHA512,
        _ if alg.ends_with("384") => &SHA384,
        _ => &SHA256,
    };
    digest::digest(algorithm, text.as_bytes()).as_ref().to_vec()
}

/// A UUID that is always the same for the same text.
pub(crate) fn uuid_of(text: &str) -> String {
    let hash = digest::digest(&SHA256, text.as_bytes());
    let hex: String =
        hash.as_ref()[..16].iter().fold(String::new(), |hex, octet| format!("{hex}{octet:02x}"));
    // Version 8: by a rule of one's own (RFC 9562 5.8).
    format!("{}-{}-8{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_specification_come_out() {
        // OIDC Core A.3 and A.4.
        assert_eq!(
            half_hash("RS256", "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
            "77QmUPtjPfzWtF2AnpK9RQ"
        );
        assert_eq!(
            half_hash("RS256", "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"),
            "LDktKdoQak3Pk0cnXxCltA"
        );
    }

    #[test]
    fn the_algorithm_decides_how_long_a_hash_is() {
        for (alg, length) in [("ES256", 22), ("HS384", 32), ("PS512", 43), ("EdDSA", 43)] {
            assert_eq!(half_hash(alg, "x").len(), length, "{alg}");
            assert!(base64url(whole_hash(alg, "x")).starts_with(&half_hash(alg, "x")[..length - 2]), "{alg}");
        }
    }
}
