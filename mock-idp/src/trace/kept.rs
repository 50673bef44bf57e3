//! An exchange as it is kept: everything that has a length in one piece of memory, and written out as texts only
//! when somebody reads. Most exchanges are never read.

use bytes::Bytes;

use super::exchange::{Endpoint, Exchange, Fired, Leg, Recorder, Request, Response};

/// What was said in both directions: method, URL, headers and bodies one after the other, each behind its length.
#[derive(Debug, Default)]
pub(crate) struct Transcript {
    bytes: Vec<u8>,
    asked: usize,
    /// The status and the number of headers of the answer, if there was one.
    answer: Option<(u16, usize)>,
    /// The body of the answer, if it is kept elsewhere anyway.
    shared: Option<Bytes>,
}

/// What a length takes.
const LENGTH: usize = size_of::<u32>();

impl Transcript {
    /// Begins with a request. The URL comes in two parts, which are written as one.
    pub(crate) fn of<'h>(
        method: &str,
        (origin, target): (&str, &str),
        headers: impl Iterator<Item = (&'h str, &'h [u8])> + Clone,
        body: &[u8],
    ) -> Self {
        let mut transcript = Self::default();
        let size = method.len() + origin.len() + target.len() + body.len() + 3 * LENGTH;
        transcript.bytes.reserve_exact(size + size_of_all(headers.clone()));
        transcript.put(&[method.as_bytes()]);
        transcript.put(&[origin.as_bytes(), target.as_bytes()]);
        transcript.asked = transcript.put_all(headers);
        transcript.put(&[body]);
        transcript
    }

    /// Adds the answer.
    pub(crate) fn answered<'h>(
        &mut self,
        status: u16,
        headers: impl Iterator<Item = (&'h str, &'h [u8])> + Clone,
        body: &[u8],
    ) {
        self.bytes.reserve_exact(size_of_all(headers.clone()) + body.len() + LENGTH);
        let count = self.put_all(headers);
        self.put(&[body]);
        self.answer = Some((status, count));
    }

    /// Adds an answer whose body is kept elsewhere anyway.
    pub(crate) fn answered_with<'h>(
        &mut self,
        status: u16,
        headers: impl Iterator<Item = (&'h str, &'h [u8])> + Clone,
        body: Bytes,
    ) {
        self.bytes.reserve_exact(size_of_all(headers.clone()));
        let count = self.put_all(headers);
        self.answer = Some((status, count));
        self.shared = Some(body);
    }

    fn put(&mut self, parts: &[&[u8]]) {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let length = u32::try_from(length).expect("a request and its answer are bounded far below 4 GiB");
        self.bytes.extend_from_slice(&length.to_ne_bytes());
        for part in parts {
            self.bytes.extend_from_slice(part);
        }
    }

    fn put_all<'h>(&mut self, headers: impl Iterator<Item = (&'h str, &'h [u8])>) -> usize {
        let mut count = 0;
        for (name, value) in headers {
            self.put(&[name.as_bytes()]);
            self.put(&[value]);
            count += 1;
        }
        count
    }

    fn read(&self) -> (Request, Option<Response>) {
        let mut reader = Reader(&self.bytes);
        let request = Request {
            method: reader.text(),
            url: reader.text(),
            headers: reader.headers(self.asked),
            body: reader.text(),
        };
        let response = self.answer.map(|(status, count)| Response {
            status,
            headers: reader.headers(count),
            body: match &self.shared {
                Some(body) => String::from_utf8_lossy(body).into_owned(),
                None => reader.text(),
            },
        });
        (request, response)
    }
}

fn size_of_all<'h>(headers: impl Iterator<Item = (&'h str, &'h [u8])>) -> usize {
    headers.map(|(name, value)| name.len() + value.len() + 2 * LENGTH).sum()
}

struct Reader<'b>(&'b [u8]);

impl Reader<'_> {
    fn text(&mut self) -> String {
        let Some((length, rest)) = self.0.split_first_chunk::<LENGTH>() else { return String::new() };
        let length = usize::try_from(u32::from_ne_bytes(*length)).unwrap_or(usize::MAX).min(rest.len());
        let (text, rest) = rest.split_at(length);
        self.0 = rest;
        String::from_utf8_lossy(text).into_owned()
    }

    fn headers(&mut self, count: usize) -> Vec<(String, String)> {
        (0..count).map(|_| (self.text(), self.text())).collect()
    }
}

/// An exchange as it is kept.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) seq: u64,
    pub(crate) at_millis: i64,
    pub(crate) leg: Leg,
    pub(crate) recorder: Recorder,
    pub(crate) endpoint: Endpoint,
    pub(crate) marker: Option<String>,
    pub(crate) transcript: Transcript,
    pub(crate) faults: Vec<Fired>,
}

impl Kept {
    /// The exchange as people and programs read it.
    pub(super) fn exchange(&self) -> Exchange {
        let (request, response) = self.transcript.read();
        Exchange {
            seq: self.seq,
            at_millis: self.at_millis,
            leg: self.leg,
            recorder: self.recorder,
            endpoint: self.endpoint,
            marker: self.marker.clone(),
            request,
            response,
            faults: self.faults.clone(),
        }
    }

    /// The bytes of memory that it takes, about; a shared body counts as if nobody else kept it any more.
    pub(super) fn weight(&self) -> usize {
        let faults: usize = self.faults.iter().map(|fired| size_of::<Fired>() + fired.clause.len()).sum();
        let marker = self.marker.as_ref().map_or(0, String::len);
        let shared = self.transcript.shared.as_ref().map_or(0, Bytes::len);
        size_of::<Self>() + ALLOCATION + self.transcript.bytes.capacity() + shared + faults + marker
    }
}

/// What the allocator needs for a piece of memory, about.
const ALLOCATION: usize = 16;

impl From<Exchange> for Kept {
    fn from(exchange: Exchange) -> Self {
        let request = &exchange.request;
        let mut transcript = Transcript::of(
            &request.method,
            (&request.url, ""),
            octets(&request.headers),
            request.body.as_bytes(),
        );
        if let Some(response) = &exchange.response {
            transcript.answered(response.status, octets(&response.headers), response.body.as_bytes());
        }
        Self {
            seq: exchange.seq,
            at_millis: exchange.at_millis,
            leg: exchange.leg,
            recorder: exchange.recorder,
            endpoint: exchange.endpoint,
            marker: exchange.marker,
            transcript,
            faults: exchange.faults,
        }
    }
}

fn octets(headers: &[(String, String)]) -> impl Iterator<Item = (&str, &[u8])> + Clone {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_read_as_it_was_said() {
        let headers = [("host", b"x".as_slice()), ("empty", b""), ("odd", b"a\xff\nb")];
        let mut transcript = Transcript::of("POST", ("http://x", "/token?a"), headers.into_iter(), b"body");
        let unanswered = transcript.read();
        transcript.answered(400, [("set-cookie", b"a=b".as_slice())].into_iter(), b"no");

        let (request, response) = transcript.read();

        let texts = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        assert_eq!((request.method.as_str(), request.url.as_str()), ("POST", "http://x/token?a"));
        assert_eq!(request.headers, texts(&[("host", "x"), ("empty", ""), ("odd", "a\u{fffd}\nb")]));
        assert_eq!(request.body, "body");
        let expected = Response { status: 400, headers: texts(&[("set-cookie", "a=b")]), body: "no".into() };
        assert_eq!((unanswered, response), ((request, None), Some(expected)));
        assert_eq!(transcript.bytes.capacity(), transcript.bytes.len());
    }

    #[test]
    fn a_body_that_is_kept_elsewhere_is_read_as_it_was_said_and_weighs_as_much() {
        let headers = [("a", b"b".as_slice())];
        let kept = |shared: bool| {
            let mut transcript = Transcript::of("GET", ("http://x", "/jwks"), headers.into_iter(), b"");
            if shared {
                transcript.answered_with(200, headers.into_iter(), Bytes::from_static(b"{\"keys\":[]}"));
            } else {
                transcript.answered(200, headers.into_iter(), b"{\"keys\":[]}");
            }
            transcript
        };

        let (own, shared) = (kept(false), kept(true));

        assert_eq!(own.read(), shared.read());
        assert_eq!(own.bytes.len(), shared.bytes.len() + LENGTH + shared.shared.as_ref().unwrap().len());
    }
}
