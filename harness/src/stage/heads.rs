//! Secrets by how they begin, so that a text is read once for all of them.

use std::collections::HashMap;

/// By so many octets a secret is looked up; none that is kept is shorter.
pub(super) const HEAD: usize = 16;

/// How many marks there are.
const MARKS: usize = 1 << 16;

/// The places of secrets in a list, by their first octets.
#[derive(Debug)]
pub(super) struct Heads {
    places: HashMap<[u8; HEAD], Vec<usize>>,
    /// A bit for every mark that a head has. Nearly everything in a text has another one and is not looked up.
    marks: Vec<u64>,
}

impl Default for Heads {
    fn default() -> Self {
        Self { places: HashMap::new(), marks: vec![0; MARKS / 64] }
    }
}

impl Heads {
    /// Adds a secret. One that is too short is never found.
    pub(super) fn add(&mut self, secret: &str, place: usize) {
        if let Some(head) = secret.as_bytes().first_chunk::<HEAD>() {
            let mark = mark(head);
            self.marks[mark / 64] |= 1 << (mark % 64);
            self.places.entry(*head).or_default().push(place);
        }
    }

    /// Where in a text something begins like a secret, and the places of the secrets that begin so.
    pub(super) fn within<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = (usize, &'a [usize])> {
        text.windows(HEAD).enumerate().filter_map(|(at, window)| {
            let head = window.first_chunk::<HEAD>()?;
            let mark = mark(head);
            if self.marks[mark / 64] >> (mark % 64) & 1 == 0 {
                return None;
            }
            self.places.get(head).map(|places| (at, places.as_slice()))
        })
    }
}

/// A number below [`MARKS`], by the first four octets; multiplying by an odd constant spreads them.
fn mark(head: &[u8; HEAD]) -> usize {
    let start = u32::from_le_bytes([head[0], head[1], head[2], head[3]]);
    (start.wrapping_mul(0x9E37_79B1) >> 16) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_looked_up_at_every_octet_and_each_secret_that_begins_so_is_told() {
        let mut heads = Heads::default();
        heads.add("one-begins-like-this", 0);
        heads.add("one-begins-like-that", 1);
        heads.add("another-one-altogether", 2);
        heads.add("too short", 3);

        let text = b"too short, another-one-altogether|one-begins-like-";
        let found: Vec<_> = heads.within(text).collect();

        assert_eq!(found, [(11, &[2][..]), (34, &[0, 1][..])]);
    }

    #[test]
    fn among_many_secrets_none_is_missed() {
        let secrets: Vec<_> = (0..1000).map(|number| format!("{number:04}-and-twelve-more")).collect();
        let mut heads = Heads::default();
        secrets.iter().enumerate().for_each(|(place, secret)| heads.add(secret, place));

        for (place, secret) in secrets.iter().enumerate() {
            assert_eq!(heads.within(secret.as_bytes()).collect::<Vec<_>>(), [(0, &[place][..])], "{secret}");
        }
    }

    #[test]
    fn what_only_has_the_mark_of_a_secret_is_none() {
        let mut heads = Heads::default();
        heads.add("same-four-octets", 0);

        assert_eq!(heads.within(b"same, and then something else").count(), 0);
    }
}
