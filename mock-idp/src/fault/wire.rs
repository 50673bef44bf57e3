//! The seam of the HTTP response. What to send is decided here; sending it is the server's business.

use std::borrow::Cow;

use bytes::Bytes;

use super::packed::gzipped;
use super::verb::Verb;

/// The name and the value of a header.
pub(crate) type Header = (Cow<'static, str>, Cow<'static, str>);

/// An HTTP response about to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wire {
    pub(crate) status: u16,
    pub(crate) headers: Vec<Header>,
    pub(crate) body: Bytes,
    /// Whether HEAD was asked: the body is announced, and not sent.
    pub(crate) head: bool,
    /// Milliseconds to wait before sending.
    pub(crate) delay: u64,
    /// Drop the connection instead of answering.
    pub(crate) hang_up: bool,
    /// Drop the connection after so many bytes of the body.
    pub(crate) cut: Option<usize>,
    pub(crate) bytes_per_second: Option<u32>,
}

impl Wire {
    /// The length is announced when the response is sent: until then faults may change it.
    pub(crate) fn new(status: u16, mut headers: Vec<Header>, body: Bytes) -> Self {
        headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-length"));
        Self {
            status,
            headers,
            body,
            head: false,
            delay: 0,
            hang_up: false,
            cut: None,
            bytes_per_second: None,
        }
    }

    /// The answer to a HEAD in place of the GET it stands for (RFC 9110 9.3.2).
    pub(crate) fn for_head(self, head: bool) -> Self {
        Self { head, ..self }
    }

    pub(super) fn apply(&mut self, verb: &Verb) {
        match verb {
            Verb::Status { status } => {
                self.status = *status;
                self.remove("location");
                self.set("content-type", "text/plain; charset=utf-8");
                self.body = match status {
                    204 | 205 | 304 => Bytes::new(),
                    _ => format!("mock-idp was told to answer {status}\n").into(),
                };
            }
            Verb::Delay { millis } => self.delay = self.delay.saturating_add(*millis),
            Verb::HangUp => self.hang_up = true,
            Verb::Truncate { bytes } => self.cut = Some(*bytes).filter(|bytes| *bytes < self.body.len()),
            Verb::Drip { bytes_per_second } => self.bytes_per_second = Some(*bytes_per_second),
            Verb::Body { text } => self.body = text.clone().into(),
            Verb::Prepend { text } => self.body = [text.as_bytes(), &self.body].concat().into(),
            Verb::Gzip => {
                self.body = gzipped(&self.body).into();
                self.set("content-encoding", "gzip");
            }
            Verb::Header { name, value } => self.set(&name.to_ascii_lowercase(), value),
            Verb::ContentType { value } => self.set("content-type", value),
            Verb::Redirect { location } => {
                self.status = 302;
                self.set("location", location);
                self.remove("content-type");
                self.body.clear();
            }
            _ => {}
        }
    }

    /// Adds the header that announces the whole body, even if it breaks off. No fault comes after this.
    pub(crate) fn announce(&mut self) {
        if let Some(length) = self.announced() {
            self.headers.push(("content-length".into(), length.to_string().into()));
        }
    }

    /// The length that is announced, if one is.
    fn announced(&self) -> Option<usize> {
        (!matches!(self.status, 204 | 304)).then_some(self.body.len())
    }

    /// The bytes of the body that will be sent.
    pub(crate) fn sent(&self) -> &[u8] {
        if self.has_no_content() { &[] } else { &self.body[..self.end()] }
    }

    /// The same, to send them.
    pub(crate) fn into_sent(mut self) -> Bytes {
        self.body.truncate(self.sent().len());
        self.body
    }

    /// What will be sent, if somebody else keeps it as well: what is made for one answer is nobody else's.
    pub(crate) fn shared(&self) -> Option<Bytes> {
        (!self.body.is_unique()).then(|| self.body.slice(..self.sent().len()))
    }

    /// Whether the connection breaks before the body is whole.
    pub(crate) fn breaks_off(&self) -> bool {
        !self.has_no_content() && self.end() < self.body.len()
    }

    /// Whether a client could tell the two apart.
    pub(super) fn differs_from(&self, other: &Self) -> bool {
        fn seen(wire: &Wire) -> impl PartialEq + '_ {
            let pace = wire.bytes_per_second.filter(|_| !wire.sent().is_empty());
            let head = (wire.status, &wire.headers, wire.announced());
            (head, wire.sent(), wire.breaks_off(), wire.delay, wire.hang_up, pace)
        }
        seen(self) != seen(other)
    }

    /// Some answers end with their headers, whatever these announce (RFC 9112 6.3).
    fn has_no_content(&self) -> bool {
        self.head || matches!(self.status, 204 | 304)
    }

    fn end(&self) -> usize {
        self.cut.unwrap_or(self.body.len()).min(self.body.len())
    }

    fn set(&mut self, name: &str, value: &str) {
        let mut there = self.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        if there.next().is_some_and(|(_, says)| says == value) && there.next().is_none() {
            return;
        }
        self.remove(name);
        self.headers.push((name.to_owned().into(), value.to_owned().into()));
    }

    fn remove(&mut self, name: &str) {
        self.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
    }
}

#[cfg(test)]
mod tests {
    use super::super::WIRE;
    use super::*;
    use crate::trace::Endpoint;

    fn page() -> Wire {
        Wire::new(
            200,
            vec![("content-type".into(), "application/json".into())],
            Bytes::from_static(b"{\"keys\":[]}"),
        )
    }

    #[test]
    fn a_status_replaces_the_body_and_a_redirect_empties_it() {
        let mut wire = page();

        wire.apply(&WIRE.at(Endpoint::Jwks).status(500).verb);
        assert_eq!((wire.status, wire.body.is_empty()), (500, false));

        wire.apply(&WIRE.at(Endpoint::Jwks).redirect("http://x/").verb);
        assert_eq!((wire.status, wire.body.is_empty()), (302, true));
    }

    #[test]
    fn a_header_is_replaced_or_added_and_one_that_says_so_anyway_changes_nothing() {
        let jwks = WIRE.at(Endpoint::Jwks);
        for (fault, headers) in [
            (jwks.header("Content-Type", "text/html"), vec![("content-type", "text/html")]),
            (jwks.header("X-A", "b"), vec![("content-type", "application/json"), ("x-a", "b")]),
        ] {
            let mut wire = page();

            wire.apply(&fault.verb);

            let seen: Vec<_> = wire.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
            assert_eq!(seen, headers);
            assert!(wire.differs_from(&page()));
        }
        for same in [jwks.header("content-type", "application/json"), jwks.content_type("application/json")] {
            let mut wire = page();
            wire.headers.push(("x-a".into(), "b".into()));
            let before = wire.clone();

            wire.apply(&same.verb);

            assert!(!wire.differs_from(&before));
        }
    }

    #[test]
    fn truncating_beyond_the_end_changes_nothing() {
        let mut wire = page();

        wire.apply(&WIRE.at(Endpoint::Jwks).truncate(1000).verb);
        assert_eq!(wire, page());

        wire.apply(&WIRE.at(Endpoint::Jwks).truncate(3).verb);
        assert_eq!(wire.sent(), b"{\"k");
    }

    #[test]
    fn a_lie_about_a_body_that_is_not_sent_changes_nothing() {
        let jwks = WIRE.at(Endpoint::Jwks);
        for (fault, to_get, to_head) in [
            (jwks.truncate(3), true, false),
            (jwks.drip(1), true, false),
            (jwks.body("shorter"), true, true),
            (jwks.body("equal length"), true, false),
            (jwks.status(500), true, true),
        ] {
            for (head, expected) in [(false, to_get), (true, to_head)] {
                let honest = Wire { body: Bytes::from_static(b"twelve bytes"), ..page() }.for_head(head);
                let mut wire = honest.clone();

                wire.apply(&fault.verb);

                assert_eq!(wire.differs_from(&honest), expected, "{fault} (HEAD: {head})");
            }
        }
    }
}
