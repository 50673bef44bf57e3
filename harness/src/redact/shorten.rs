//! Long values, made short enough to read: base64url as what it says, or as octets that nobody reads; a letter that is
//! repeated by its count; and of the rest the beginning.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A run of base64url that is at least so long is no word.
pub(super) const WORD: usize = 40;
/// One that is a part of a token may be shorter: an initialisation vector of 96 bits.
const PART: usize = 16;
/// A line that is longer is cut.
const LINE: usize = 600;

/// The text with every long value made short.
pub(super) fn shortened(text: &str) -> String {
    without_runs(&without_pictures(text))
}

/// Every line no longer than a person reads, and about how much there is of one that is.
pub(super) fn cut(text: &str) -> String {
    text.split_inclusive('\n').map(cut_line).collect()
}

/// `data:` URLs up to where the data begins.
fn without_pictures(text: &str) -> String {
    let mut parts = text.split("\"data:");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (data, rest) = part.split_at(part.find('"').unwrap_or(part.len()));
        let kind = data.split(',').next().unwrap_or_default();
        plain.extend(["\"data:", kind, ",…", rest]);
    }
    plain
}

fn without_runs(line: &str) -> String {
    let of_token = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let mut short = String::new();
    let mut rest = line;
    while !rest.is_empty() {
        let end = rest.find(|letter| !of_token(letter)).unwrap_or(rest.len());
        let (token, tail) = rest.split_at(end);
        // Beside a part that is no word, shorter ones are none either.
        let word = if token.split('.').any(|part| part.len() >= WORD) { PART } else { WORD };
        let parts: Vec<String> = token.split('.').map(|part| told(part, word)).collect();
        short.push_str(&parts.join("."));
        let next = tail.find(of_token).unwrap_or(tail.len());
        short.push_str(&tail[..next]);
        rest = &tail[next..];
    }
    short
}

/// What a run of letters says, unless it is a word.
fn told(run: &str, word: usize) -> String {
    if run.len() < word {
        return run.to_owned();
    }
    if let Some(first) = run.chars().next().filter(|first| run.chars().all(|letter| letter == *first)) {
        return format!("{first}… × {}", run.len());
    }
    match URL_SAFE_NO_PAD.decode(run).map(String::from_utf8) {
        Ok(Ok(text)) if !text.chars().any(char::is_control) => format!("‹{text}›"),
        _ => "‹octets›".to_owned(),
    }
}

fn cut_line(line: &str) -> String {
    let (text, end_of_line) = match line.strip_suffix('\n') {
        Some(text) => (text, "\n"),
        None => (line, ""),
    };
    let Some((end, _)) = text.char_indices().nth(LINE) else { return line.to_owned() };
    let size = match text.len() {
        0..=9_999 => "",
        10_000..=99_999 => ", more than 10 kB",
        _ => ", more than 100 kB",
    };
    format!("{}… (cut{size}){end_of_line}", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::{cut, shortened};

    #[test]
    fn base64url_is_read_and_what_nobody_can_read_is_octets() {
        let text = "a=eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6InJzYS0xIn0._7__8f__7__8f__7__8f__7__8f__7__8f__7__8f__7__8f_\n";

        assert_eq!(shortened(text), "a=‹{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"rsa-1\"}›.‹octets›\n");
    }

    #[test]
    fn a_picture_in_a_claim_is_left_out() {
        assert_eq!(
            shortened(r#"{"picture":"data:image/svg+xml,%3Csvg%3E","a":1}"#),
            r#"{"picture":"data:image/svg+xml,…","a":1}"#
        );
    }

    #[test]
    fn a_letter_that_is_repeated_is_counted_and_a_long_line_cut() {
        assert_eq!(shortened(&"a".repeat(10_000)), "a… × 10000");
        assert_eq!(cut(&"a b ".repeat(5_000)), format!("{}… (cut, more than 10 kB)", "a b ".repeat(150)));
    }
}
