//! The trace in the format of the browsers' developer tools, HTTP Archive 1.2.

use serde_json::{Value, json};

use super::exchange::{Exchange, Request, Response};
use crate::protocol::Params;

/// The exchanges as an HTTP Archive 1.2, which browsers and proxies open.
pub fn har(exchanges: &[Exchange]) -> Value {
    json!({
        "log": {
            "version": "1.2",
            "creator": { "name": "mock-idp", "version": env!("CARGO_PKG_VERSION") },
            "entries": exchanges.iter().map(entry).collect::<Vec<_>>(),
        }
    })
}

fn entry(exchange: &Exchange) -> Value {
    let faults: Vec<&str> = exchange.faults.iter().map(|fired| fired.clause.as_str()).collect();
    json!({
        "startedDateTime": timestamp(exchange.at_millis),
        "time": 0,
        "request": request(&exchange.request),
        "response": response(exchange.response.as_ref()),
        "cache": {},
        "timings": { "send": 0, "wait": 0, "receive": 0 },
        "comment": format!("{} {}", exchange.endpoint, faults.join("; ")).trim_end(),
        "_seq": exchange.seq,
        "_leg": exchange.leg,
        "_marker": exchange.marker,
    })
}

fn request(request: &Request) -> Value {
    let url = request.url.split('#').next().unwrap_or_default();
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let mut object = json!({
        "method": request.method,
        "url": request.url,
        "httpVersion": "HTTP/1.1",
        "cookies": request.headers_named("cookie").into_iter().flat_map(cookies).collect::<Vec<_>>(),
        "headers": pairs(&request.headers),
        "queryString": pairs(&Params::parse(query).0),
        "headersSize": -1,
        "bodySize": size(&request.body),
    });
    if is_capped(&request.body) {
        object["comment"] = CAPPED.into();
    }
    if !request.body.is_empty() {
        let media_type = request.header("content-type").unwrap_or_default();
        // Text or params, never both: the format says that they exclude each other.
        object["postData"] = json!({ "mimeType": media_type, "text": request.body });
    }
    object
}

/// A connection that was dropped has no response; the format writes that as status 0.
fn response(response: Option<&Response>) -> Value {
    let none = Response { status: 0, headers: Vec::new(), body: String::new() };
    let response = response.unwrap_or(&none);
    let mut object = json!({
        "status": response.status,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": response.headers_named("set-cookie").into_iter().filter_map(|line| {
            cookies(line).into_iter().next()
        }).collect::<Vec<_>>(),
        "headers": pairs(&response.headers),
        "content": {
            "size": response.body.len(),
            "mimeType": response.header("content-type").unwrap_or_default(),
            "text": response.body,
        },
        "redirectURL": response.header("location").unwrap_or_default(),
        "headersSize": -1,
        "bodySize": size(&response.body),
    });
    if is_capped(&response.body) {
        object["content"]["comment"] = CAPPED.into();
        object["comment"] = CAPPED.into();
    }
    object
}

/// What is kept of a body in the trace.
const KEPT: usize = 64 * 1024;
/// What is said about a body of which the end is missing.
const CAPPED: &str = "the trace keeps the first 64 KiB of a body";

/// The size of a body, which nobody knows if it was capped.
fn size(body: &str) -> i64 {
    if is_capped(body) { -1 } else { i64::try_from(body.len()).unwrap_or(-1) }
}

fn is_capped(body: &str) -> bool {
    body.len() >= KEPT
}

fn cookies(line: &str) -> Vec<Value> {
    let pair =
        |pair: &str| pair.trim().split_once('=').map(|(name, value)| json!({"name": name, "value": value}));
    line.split(';').filter_map(pair).collect()
}

fn pairs(pairs: &[(String, String)]) -> Value {
    pairs.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

/// ISO 8601 in UTC. The day is found by counting from 1 March of the year 0, so that a leap day comes last.
pub(crate) fn timestamp(millis: i64) -> String {
    let (days, rest) = (millis.div_euclid(86_400_000), millis.rem_euclid(86_400_000));
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (seconds, millis) = (rest / 1000, rest % 1000);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{millis:03}Z",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_text_only_and_a_capped_body_has_no_size() {
        let form = Request {
            method: "POST".into(),
            url: "http://x/token?a=1#b=2".into(),
            headers: vec![("content-type".into(), "application/x-www-form-urlencoded".into())],
            body: "c=3".into(),
        };
        let long = Request { body: "x".repeat(KEPT), ..form.clone() };

        let (form, long) = (request(&form), request(&long));

        assert_eq!(form["queryString"], json!([{"name": "a", "value": "1"}]));
        assert_eq!((&form["bodySize"], &form["postData"]["text"]), (&json!(3), &json!("c=3")));
        assert!(form["postData"].get("params").is_none() && form.get("comment").is_none(), "{form}");
        assert_eq!(long["bodySize"], -1);
        assert!(long["comment"].as_str().unwrap().contains("64 KiB"), "{long}");
    }

    #[test]
    fn times_are_written_as_the_format_wants_them() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_767_225_600_000, "2026-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(timestamp(millis), text);
        }
    }
}
