//! How hard a value is to guess, judged from the outside: an upper bound, never a proof.

/// Fewer characters than this hold fewer than 96 bits in base64url.
pub(super) const SHORTEST: usize = 16;
/// RFC 6749 10.10 wants a guess to succeed at most once in 2^128; an estimate from outside deserves some room.
const FEWEST_BITS: f64 = 62.0;
/// How far a number may be from the time of the request to count as a time.
const AROUND: u128 = 7 * 24 * 60 * 60 * 1000;

/// Why a value can be guessed, if it can.
pub(super) fn weakness(value: &str, at_millis: i64) -> Option<String> {
    if is_a_time(value, at_millis) {
        return Some("it is the time of the request".to_owned());
    }
    let letters: Vec<char> = value.chars().collect();
    let steps = letters.windows(2).map(|pair| u32::from(pair[1]).wrapping_sub(u32::from(pair[0])));
    let even = steps.filter(|step| matches!(*step, 0 | 1) || *step == 1_u32.wrapping_neg()).count();
    if letters.len() > 3 && even * 2 > letters.len() {
        return Some("its characters follow one another".to_owned());
    }
    let bits = bits(&letters);
    (bits < FEWEST_BITS).then(|| format!("it holds about {bits:.0} bits at most"))
}

/// An upper bound: every character drawn from the smallest usual alphabet that holds them all, and not more
/// than the different characters there are can tell.
fn bits(letters: &[char]) -> f64 {
    let all = |test: fn(char) -> bool| letters.iter().all(|letter| test(*letter));
    let alphabet = if all(|letter| letter.is_ascii_digit()) {
        10_u32
    } else if all(|letter| letter.is_ascii_hexdigit() || letter == '-') {
        16
    } else if all(|letter| letter.is_ascii_lowercase()) || all(|letter| letter.is_ascii_uppercase()) {
        26
    } else {
        64
    };
    let mut different = letters.to_vec();
    different.sort_unstable();
    different.dedup();
    // Random text of this length shows most of the letters that it could show; text that repeats does not.
    let shown = u32::try_from(different.len()).unwrap_or(u32::MAX).saturating_mul(2).min(alphabet).max(1);
    let length = u32::try_from(letters.len()).unwrap_or(u32::MAX);
    f64::from(length) * f64::from(shown).log2()
}

fn is_a_time(value: &str, at_millis: i64) -> bool {
    let Ok(number) = value.parse::<u128>() else { return false };
    let now = u128::try_from(at_millis).unwrap_or_default();
    [1000, 1].iter().any(|scale| (number.saturating_mul(*scale)).abs_diff(now) < AROUND)
        || [1000, 1_000_000].iter().any(|scale| (number / scale).abs_diff(now) < AROUND)
}

/// Whether two values differ only in a few characters, as counters and times do. What differs in as many as a
/// value needs at least may have a long frame around it, such as where to go after the login.
pub(super) fn is_near(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one == other || one.len() != other.len() || one.len() < SHORTEST {
        return false;
    }
    let different = one.iter().zip(other).filter(|(a, b)| a != b).count();
    different < SHORTEST && different * 3 <= one.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_767_225_600_000;

    #[test]
    fn what_random_sources_make_is_strong() {
        for value in [
            "n-0S6_WzA2MjQx8fKe3vTg",
            "4f6a1c9e0b7d2583a1f0c6e97b3d5824",
            "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d",
            "QqAmQh5x0Rj2pU7VbWc1dEsT",
            "83019475620198374650192837465019",
        ] {
            assert_eq!(weakness(value, NOW), None, "{value}");
        }
    }

    #[test]
    fn what_can_be_guessed_is_weak() {
        for value in [
            "aaaaaaaaaaaaaaaaaaaaaaaa",
            "1234567890123456",
            "abcdefghijklmnopqrstuvwxyz",
            "1767225600",
            "1767225600123",
            "1767225600123456",
            "abababababababababab",
            "statestatestatest",
        ] {
            assert!(weakness(value, NOW).is_some(), "{value}");
        }
    }

    #[test]
    fn a_counter_is_noticed_by_its_neighbours() {
        assert!(is_near("Zr4kQe9sLw2mXp0000000001", "Zr4kQe9sLw2mXp0000000002"));
        assert!(!is_near("n-0S6_WzA2MjQx8fKe3vTg", "QqAmQh5x0Rj2pU7VbWc1dE"));
    }

    #[test]
    fn random_characters_in_a_long_frame_are_no_counter() {
        let framed =
            |random: &str| format!("eyJyZXR1cm5UbyI6Imh0dHA6Ly9sb2NhbGhvc3Q6MzAwMC9wcm9maWxlL{random}");

        assert!(!is_near(&framed("n-0S6_WzA2MjQx8fKe3vTg"), &framed("QqAmQh5x0Rj2pU7VbWc1dE")));
        assert!(is_near(&framed("0000000000000000000001"), &framed("0000000000000000000002")));
    }
}
