//! A session larger than one cookie is cut into `name.0`, `name.1`, …
//!
//! Stale pieces are cleared in every direction: growing, shrinking, two-digit numbers, and the unnumbered cookie
//! beside numbered ones. A login cannot see the old session's pieces, because the form post is cross-site and
//! the session cookie is `Lax`; so reading copes with stale pieces at the end, and clears them.

use std::sync::Arc;

use crate::cookies::{CookieKind, MAX_LINE, RequestCookies};

/// More pieces than this are neither written nor read; servers refuse such headers anyway.
const MAX_CHUNKS: usize = 10;

/// A session that would need more pieces than are read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLarge;

/// The names of all cookies of a request that belong to the session.
pub(crate) fn presented<'a>(kind: &CookieKind, cookies: &'a RequestCookies) -> Vec<&'a str> {
    let ours = |name: &str| name == kind.name || kind.suffix(name).is_some_and(is_piece);
    cookies.iter().map(|(name, _)| name).filter(|name| ours(name)).collect()
}

/// A value, which may be large and is shared, and the names of the cookies that it is made of.
pub(crate) type Candidate = (Arc<str>, Vec<String>);

/// What the session's value may be, best guess first, each with the cookie names it is made of.
pub(crate) fn candidates(kind: &CookieKind, cookies: &RequestCookies) -> Vec<Candidate> {
    if let Some(whole) = cookies.get(&kind.name) {
        return vec![(whole.into(), vec![kind.name.clone()])];
    }
    let mut values = Vec::new();
    let (mut value, mut names) = (String::new(), Vec::new());
    for number in 0..MAX_CHUNKS {
        let name = format!("{}.{number}", kind.name);
        let Some(chunk) = cookies.get(&name) else { break };
        value.push_str(chunk);
        names.push(name);
        values.push((value.as_str().into(), names.clone()));
    }
    values.reverse();
    values
}

/// The `Set-Cookie` lines that keep `value` and remove whatever else the request presented.
pub(crate) fn write(
    kind: &CookieKind,
    value: &str,
    max_age: i64,
    presented: &[&str],
) -> Result<Vec<String>, TooLarge> {
    let whole = kind.set("", value, max_age);
    let (names, mut lines) = if whole.len() <= MAX_LINE {
        (vec![kind.name.clone()], vec![whole])
    } else {
        let room = MAX_LINE - kind.set(".00", "", max_age).len();
        if value.len() > room * MAX_CHUNKS {
            return Err(TooLarge);
        }
        let pieces = value.as_bytes().chunks(room).map(String::from_utf8_lossy).enumerate();
        pieces
            .map(|(number, piece)| {
                let suffix = format!(".{number}");
                (format!("{}{suffix}", kind.name), kind.set(&suffix, &piece, max_age))
            })
            .unzip()
    };
    if names.len() > 1 && !presented.contains(&kind.name.as_str()) {
        lines.push(kind.clear(&kind.name));
    }
    let stale = presented.iter().filter(|name| !names.iter().any(|kept| kept == *name));
    lines.extend(stale.map(|name| kind.clear(name)));
    Ok(lines)
}

/// A number that some application may have given to a piece. Beyond 99 nobody ever wrote one, and clearing whatever
/// a request makes up would make answers as large as requests.
fn is_piece(suffix: &str) -> bool {
    suffix.len() <= 2 && suffix.parse::<u8>().is_ok_and(|number| number.to_string() == suffix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cookies::{SameSite, max_age};
    use axum::http::{HeaderMap, header};

    fn kind() -> CookieKind {
        CookieKind {
            name: "s".into(),
            http_only: true,
            secure: true,
            same_site: Some(SameSite::Lax),
            until: max_age,
        }
    }

    fn request(pairs: &[(&str, &str)]) -> RequestCookies {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(header::COOKIE, format!("{name}={value}").parse().unwrap());
        }
        RequestCookies::read(&headers)
    }

    #[test]
    fn no_line_is_longer_than_a_browser_keeps_and_the_pieces_make_the_value_again() {
        for length in [10, 4000, 4096, 9000, 40_000, MOST] {
            let value = "x".repeat(length);
            let lines = write(&kind(), &value, 86_400, &[]).unwrap();
            let pieces: Vec<_> = lines.iter().filter(|line| !line.contains("Max-Age=0")).collect();
            let joined: String = pieces
                .iter()
                .map(|line| line.split(';').next().unwrap().split_once('=').unwrap().1)
                .collect();
            assert!(lines.iter().all(|line| line.len() <= MAX_LINE), "{length}");
            assert_eq!(joined, value);
            let sent: Vec<_> = pieces.iter().map(|line| line.split(';').next().unwrap()).collect();
            let sent: Vec<_> = sent.iter().map(|pair| pair.split_once('=').unwrap()).collect();
            assert_eq!(*candidates(&kind(), &request(&sent))[0].0, value, "what is written is read again");
        }
    }

    #[test]
    fn a_session_that_would_not_be_read_again_is_not_written() {
        assert!(write(&kind(), &"x".repeat(MOST + 1), 86_400, &[]).is_err());
    }

    /// What ten lines of 4096 bytes have room for.
    const MOST: usize = 10 * (4096 - "s.00=; Max-Age=86400; Path=/; HttpOnly; Secure; SameSite=Lax".len());

    #[test]
    fn stale_pieces_are_cleared_in_every_direction() {
        let cookies = request(&[("s.0", "a"), ("s.1", "b"), ("s.11", "c"), ("s.x", "d"), ("t", "e")]);
        let presented = presented(&kind(), &cookies);

        let shrunk = write(&kind(), "small", 60, &presented).unwrap();
        let grown = write(&kind(), &"x".repeat(5000), 60, &["s"]).unwrap();

        let cleared = |lines: &[String]| -> Vec<String> {
            let gone = lines.iter().filter(|line| line.contains("Max-Age=0"));
            gone.map(|line| line.split('=').next().unwrap().to_owned()).collect()
        };
        assert_eq!(cleared(&shrunk), ["s.0", "s.1", "s.11"]);
        assert_eq!(cleared(&grown), ["s"]);
    }

    #[test]
    fn numbers_that_nobody_gives_to_a_piece_are_not_cleared() {
        let names = ["s.99", "s.100", "s.007", "s.07", "s.00", "s.0", "s.+1", "s.", "s.18446744073709551616"];
        let cookies = request(&names.map(|name| (name, "x")));

        assert_eq!(presented(&kind(), &cookies), ["s.99", "s.0"]);
    }

    #[test]
    fn the_whole_cookie_beats_pieces_and_every_prefix_of_pieces_is_a_candidate() {
        let pieces = request(&[("s.1", "b"), ("s.0", "a"), ("s.3", "stray")]);
        let both = request(&[("s.0", "a"), ("s", "whole")]);

        let values: Vec<_> = candidates(&kind(), &pieces).into_iter().map(|(value, _)| value).collect();

        assert_eq!(values, ["ab".into(), "a".into()]);
        assert_eq!(&*candidates(&kind(), &both)[0].0, "whole");
    }
}
