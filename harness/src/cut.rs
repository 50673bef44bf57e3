//! Texts of which only the beginning is kept say so, and how long they were.

use std::borrow::Cow;

/// Bytes of a body that are kept where nobody needs the rest.
pub(crate) const KEPT_OF_A_BODY: usize = 64 * 1024;

/// No note is longer.
const NOTE: usize = 64;

/// The first `most` bytes of a text that is longer, and the note; one that is hardly longer stays whole, so that what was
/// cut once is not cut again.
pub(crate) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most + NOTE {
        return Cow::Borrowed(text);
    }
    let kept = &text[..text.floor_char_boundary(most)];
    Cow::Owned(format!("{kept}{}", note(kept.len(), text.len())))
}

/// Says what is not there.
pub(crate) fn note(kept: usize, of: usize) -> String {
    format!("{BEFORE}{kept} of {of}{AFTER}")
}

const BEFORE: &str = "… (the first ";
const AFTER: &str = " bytes)";

/// What is there of a text, without the note.
pub(crate) fn kept(text: &str) -> &str {
    let noted = text.ends_with(AFTER).then(|| text.rfind(BEFORE)).flatten();
    noted.map_or(text, |end| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_says_how_long_it_was_and_is_not_cut_again() {
        let long = format!("x{}", "é".repeat(1000));

        let once = cut(&long, 100).into_owned();

        assert_eq!(once, format!("x{}… (the first 99 of 2001 bytes)", "é".repeat(49)));
        assert_eq!(cut(&once, 100), once);
        assert_eq!(kept(&once), &long[..99]);
        assert_eq!(kept(&long), long);
        assert_eq!(cut(&once, 50), format!("x{}… (the first 49 of {} bytes)", "é".repeat(24), once.len()));
    }

    #[test]
    fn what_is_not_longer_stays_and_no_note_needs_more_room_than_it_has() {
        assert!(note(usize::MAX, usize::MAX).len() <= NOTE + 24, "{}", note(usize::MAX, usize::MAX));
        assert!(note(1 << 40, 1 << 40).len() <= NOTE);
        for length in [0, 99, 100, 100 + NOTE] {
            let text = "x".repeat(length);
            assert_eq!(cut(&text, 100), text);
        }
    }
}
