//! Instants as Java writes them: `2020-01-21T00:00:00Z`.

/// Seconds since 1970.
pub(super) fn unix(text: &str) -> Option<i64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let numbers = |text: &str, between: char| -> Option<Vec<i64>> {
        text.split(between).map(|part| part.split('.').next()?.parse().ok()).collect()
    };
    let ([year, month, day], [hour, minute, second]) =
        (numbers(date, '-')?.try_into().ok()?, numbers(time, ':')?.try_into().ok()?);
    let is_possible = (1..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..61).contains(&second);
    // Years begin in March here, so that a leap day is the last of its year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 719_469;
    is_possible.then_some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::unix;

    #[test]
    fn instants_are_counted_from_1970() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2020-01-21T00:00:00Z", 1_579_564_800),
            ("2024-02-29T12:30:15.5Z", 1_709_209_815),
            ("2026-01-01T00:00:00Z", 1_767_225_600),
        ] {
            assert_eq!(unix(text), Some(seconds), "{text}");
        }
        for text in ["2020-01-21", "2020-13-21T00:00:00Z", "2020-01-21T00:00Z", "x"] {
            assert_eq!(unix(text), None, "{text}");
        }
    }
}
