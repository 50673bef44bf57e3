//! Which exchanges somebody wants to see.

use super::exchange::{Endpoint, Exchange, Leg};
use super::kept::Kept;
use crate::protocol::Params;

/// Which exchanges somebody wants to see; without members, all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those after this number.
    pub since: u64,
    /// The trace that the number is of, if that is known: see [`crate::trace::Trace::position`]. Of another trace,
    /// such as that of an issuer that took this one's place, everything is wanted.
    pub epoch: Option<String>,
    /// Only with this endpoint.
    pub endpoint: Option<Endpoint>,
    /// Only on this leg.
    pub leg: Option<Leg>,
    /// Only those that carried this marker.
    pub marker: Option<String>,
}

impl Filter {
    /// The names that [`Filter::read`] knows.
    pub const NAMES: &[&str] = &["since", "endpoint", "leg", "marker"];

    /// Reads `since=12&endpoint=jwks&leg=back&marker=m`; names that are not its own are left to the caller. The
    /// error says what to write instead.
    pub fn read(query: &Params) -> Result<Self, String> {
        let (since, epoch) = match query.given("since") {
            None => (0, None),
            Some(text) => position(text).ok_or_else(|| {
                format!("since={text} is no number; use the seq of an exchange, like since=12")
            })?,
        };
        let endpoint = query.given("endpoint").map(endpoint).transpose()?;
        let leg = match query.given("leg") {
            None => None,
            Some("front") => Some(Leg::Front),
            Some("back") => Some(Leg::Back),
            Some(other) => return Err(format!("leg={other} is unknown; use front or back")),
        };
        Ok(Self { since, epoch, endpoint, leg, marker: query.given("marker").map(str::to_owned) })
    }

    /// Whether an exchange is wanted.
    pub fn wants(&self, exchange: &Exchange) -> bool {
        self.fits(exchange.seq, exchange.endpoint, exchange.leg, exchange.marker.as_deref())
    }

    pub(super) fn wants_kept(&self, kept: &Kept) -> bool {
        self.fits(kept.seq, kept.endpoint, kept.leg, kept.marker.as_deref())
    }

    fn fits(&self, seq: u64, endpoint: Endpoint, leg: Leg, marker: Option<&str>) -> bool {
        seq > self.since
            && self.endpoint.is_none_or(|wanted| wanted == endpoint)
            && self.leg.is_none_or(|wanted| wanted == leg)
            && (self.marker.is_none() || self.marker.as_deref() == marker)
    }
}

/// Reads how far somebody has come: `12`, or `12-EPOCH` as [`crate::trace::Trace::position`] writes it.
pub(crate) fn position(text: &str) -> Option<(u64, Option<String>)> {
    let (seq, epoch) = text.split_once('-').map_or((text, None), |(seq, epoch)| (seq, Some(epoch)));
    let is_number = seq.bytes().all(|octet| octet.is_ascii_digit());
    let is_epoch = epoch.is_none_or(|epoch| !epoch.is_empty() && epoch.bytes().all(is_of_an_epoch));
    if !(is_number && is_epoch) {
        return None;
    }
    Some((seq.parse().ok()?, epoch.map(str::to_owned)))
}

fn is_of_an_epoch(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || octet == b'-' || octet == b'_'
}

fn endpoint(name: &str) -> Result<Endpoint, String> {
    Endpoint::ALL.iter().copied().find(|endpoint| endpoint.as_str() == name).ok_or_else(|| {
        let known: Vec<&str> = Endpoint::ALL.iter().map(|endpoint| endpoint.as_str()).collect();
        format!("endpoint={name} is unknown; use one of: {}", known.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_read_from_a_query() {
        let read = Filter::read(&Params::parse("since=12-abc&endpoint=jwks&leg=back&marker=m&other=x"));

        let expected = Filter {
            since: 12,
            epoch: Some("abc".into()),
            endpoint: Some(Endpoint::Jwks),
            leg: Some(Leg::Back),
            marker: Some("m".into()),
        };
        assert_eq!(read, Ok(expected));
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_what_to_write() {
        for (query, expected) in [
            ("since=x", "since=12"),
            ("since=-abc", "since=12"),
            ("since=12-", "since=12"),
            ("since=%2B12-abc", "since=12"),
            ("since=12-a.b", "since=12"),
            ("endpoint=jwk", "jwks"),
            ("leg=middle", "front or back"),
        ] {
            let error = Filter::read(&Params::parse(query)).unwrap_err();

            assert!(error.contains(expected), "{error}");
        }
    }
}
