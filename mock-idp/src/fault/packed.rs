//! What compressors make of octets. They write into memory, where nothing can go wrong.

use std::io::{self, Read};

use flate2::Compression;
use flate2::read::{DeflateEncoder, GzEncoder};

/// As HTTP has it (RFC 1952).
pub(super) fn gzipped(plain: &[u8]) -> Vec<u8> {
    all(GzEncoder::new(plain, Compression::default())).unwrap_or_else(|_| plain.to_vec())
}

/// As JWE has it (RFC 7516 4.1.3, RFC 1951): without a header or a sum.
pub(super) fn deflated(plain: &[u8]) -> Vec<u8> {
    all(DeflateEncoder::new(plain, Compression::default())).unwrap_or_else(|_| plain.to_vec())
}

fn all(mut pack: impl Read) -> io::Result<Vec<u8>> {
    let mut packed = Vec::new();
    pack.read_to_end(&mut packed)?;
    Ok(packed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_found_again() {
        let text = b"{\"a\":1}".repeat(50);
        let (gzip, deflate) = (gzipped(&text), deflated(&text));
        assert!(gzip.len() < text.len() && deflate.len() < gzip.len());

        assert_eq!(all(flate2::read::GzDecoder::new(&*gzip)).unwrap(), text);
        assert_eq!(all(flate2::read::DeflateDecoder::new(&*deflate)).unwrap(), text);
    }
}
