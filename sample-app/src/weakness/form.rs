//! Responses that are read from other places, and in other ways, than the one form that was asked for.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::{Weakness, change};
use crate::params::Params;
use crate::routes::form::{Received, as_asked, from_body, from_query};

type Pairs = Vec<(String, String)>;

pub(super) const WEAKNESSES: &[Weakness] = &[
    change("body-only-parameters", "The query of the address counts as part of the form.", |policy| {
        policy.callback.params = from_both;
    }),
    change(
        "plain-response-only",
        "A response that is one token is unpacked, and nothing of it verified.",
        |policy| {
            policy.callback.params = from_one_token;
        },
    ),
    change("duplicate-parameter-last", "Of two parameters with one name the last one counts.", |policy| {
        policy.callback.params = last_of_each;
    }),
    change("exact-decoding", "What a state cannot be made of is cut off instead of refused.", |policy| {
        policy.callback.params = from_tidied;
    }),
];

fn pairs(params: &Params) -> Pairs {
    let values =
        params.names().map(|name| (name.to_owned(), params.first(name).unwrap_or_default().to_owned()));
    values.collect()
}

fn from_both(received: &Received) -> Option<Params> {
    let (mut all, query) = (pairs(&from_body(received)?), from_query(received)?);
    all.extend(pairs(&query));
    Some(Params::from_pairs(all))
}

fn from_one_token(received: &Received) -> Option<Params> {
    let params = as_asked(received)?;
    let Some(response) = params.first("response") else { return Some(params) };
    let payload = URL_SAFE_NO_PAD.decode(response.split('.').nth(1)?).ok()?;
    Some(from_object(serde_json::from_slice(&payload).ok()?))
}

fn from_object(object: Map<String, Value>) -> Params {
    let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Params::from_pairs(object.into_iter().map(|(name, value)| (name, text(value))).collect())
}

fn from_tidied(received: &Received) -> Option<Params> {
    let mut all = as_asked(received).map_or_else(|| as_it_goes(received), |params| pairs(&params));
    for (_, value) in all.iter_mut().filter(|(name, _)| name == "state") {
        *value = value.split(|c: char| !c.is_ascii_alphanumeric() && !"-_".contains(c)).next()?.to_owned();
    }
    Some(Params::from_pairs(all))
}

/// With a mark in the place of what cannot be decoded.
fn as_it_goes(received: &Received) -> Pairs {
    url::form_urlencoded::parse(&received.body).into_owned().collect()
}

/// The last of several parameters of one name, each time.
fn last_of_each(received: &Received) -> Option<Params> {
    let last: BTreeMap<String, String> = as_it_goes(received).into_iter().collect();
    as_asked(received).map(|_| Params::from_pairs(last.into_iter().collect()))
}

/// Only what the usual encoder would have written.
pub(super) fn from_canonical(received: &Received) -> Option<Params> {
    let params = as_asked(received)?;
    let mut written = url::form_urlencoded::Serializer::new(String::new());
    written.extend_pairs(pairs(&params));
    (written.finish().as_bytes() == &*received.body).then_some(params)
}

/// JSON, both other encodings of HTML's forms, and the right one.
pub(super) fn from_any_type(received: &Received) -> Option<Params> {
    if let Ok(object) = serde_json::from_slice(&received.body) {
        return Some(from_object(object));
    }
    let text = std::str::from_utf8(&received.body).ok()?;
    if text.starts_with("--") {
        return Some(Params::from_pairs(text.split("name=\"").skip(1).filter_map(part).collect()));
    }
    if text.contains("\r\n") {
        let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        return Some(Params::from_pairs(
            text.lines().filter_map(|line| line.split_once('=')).map(own).collect(),
        ));
    }
    from_body(received)
}

/// One part of a multipart form, from its name on.
fn part(text: &str) -> Option<(String, String)> {
    let (name, rest) = text.split_once("\"\r\n\r\n")?;
    let (value, _) = rest.split_once("\r\n")?;
    Some((name.to_owned(), value.to_owned()))
}
