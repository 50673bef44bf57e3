//! Small changes to one value.

use serde_json::Value;

use super::verb::Alteration;

/// Changes a string a little; the result may equal the original (a text without letters has no case).
pub(super) fn alter(text: &str, how: Alteration) -> String {
    match how {
        Alteration::Flip => flip(text),
        Alteration::Shorten => {
            let mut chars = text.chars();
            chars.next_back();
            chars.as_str().to_owned()
        }
        Alteration::SwapCase => text.chars().map(swap_case).collect(),
    }
}

fn swap_case(c: char) -> char {
    if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }
}

/// Changes the letter or digit nearest to the middle; punctuation is left alone, so that a URL stays a URL.
fn flip(text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let middle = chars.len() / 2;
    let nearest = (0..chars.len())
        .filter(|&index| chars[index].is_ascii_alphanumeric())
        .min_by_key(|&index| index.abs_diff(middle));
    if let Some(index) = nearest {
        chars[index] = match chars[index] {
            'z' => 'a',
            'Z' => 'A',
            '9' => '0',
            c => char::from_u32(u32::from(c) + 1).unwrap_or(c),
        };
    }
    chars.into_iter().collect()
}

/// Changes a JSON value that is a string; anything else is nothing to alter.
pub(super) fn alter_raw(raw: &str, how: Alteration) -> Option<String> {
    let text: String = serde_json::from_str(raw).ok()?;
    Some(Value::from(alter(&text, how)).to_string())
}

/// Adds seconds to a JSON number.
pub(super) fn shift_raw(raw: &str, seconds: i64) -> Option<String> {
    if let Ok(number) = raw.parse::<i64>() {
        return Some(number.saturating_add(seconds).to_string());
    }
    let number = raw.parse::<f64>().ok().filter(|number| number.is_finite())?;
    #[expect(clippy::cast_precision_loss, reason = "seconds far below 2^52")]
    let shifted = serde_json::Number::from_f64(number + seconds as f64)?;
    Some(shifted.to_string())
}

/// Appends text to a JSON string, or an element to a JSON array.
pub(super) fn append_raw(raw: &str, text: &str) -> Option<String> {
    match serde_json::from_str(raw).ok()? {
        Value::String(start) => Some(Value::from(start + text).to_string()),
        Value::Array(_) => {
            let raw = raw.trim_end();
            let start = raw.strip_suffix(']')?;
            let comma = if start.trim_end().ends_with('[') { "" } else { "," };
            Some(format!("{start}{comma}{}]", Value::from(text)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flip_changes_one_character_and_keeps_its_alphabet() {
        for (before, after) in [("abc", "acc"), ("http://x", "httq://x"), ("09", "00"), ("-", "-"), ("", "")]
        {
            assert_eq!(alter(before, Alteration::Flip), after);
        }
    }

    #[test]
    fn shortening_respects_characters_and_swapping_is_its_own_inverse() {
        assert_eq!(alter("né", Alteration::Shorten), "n");
        assert_eq!(alter("aB-é", Alteration::SwapCase), "Ab-é");
    }

    #[test]
    fn append_adds_to_strings_and_arrays_and_to_nothing_else() {
        assert_eq!(append_raw("\"a\"", "b").as_deref(), Some("\"ab\""));
        assert_eq!(append_raw("[1]", "b").as_deref(), Some("[1,\"b\"]"));
        assert_eq!(append_raw("[ ]", "b").as_deref(), Some("[ \"b\"]"));
        assert_eq!(append_raw("1", "b"), None);
    }

    #[test]
    fn shift_works_on_integers_and_fractions_only() {
        assert_eq!(shift_raw("10", -20).as_deref(), Some("-10"));
        assert_eq!(shift_raw("1.5", 1).as_deref(), Some("2.5"));
        assert_eq!(shift_raw("\"10\"", 1), None);
        assert_eq!(shift_raw("1e400", 1), None);
    }
}
