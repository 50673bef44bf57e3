//! People who log in, sixteen at a time: their browsers, and what the provider tells of each.

use std::net::SocketAddr;

use serde_json::json;
use url::Url;
use url::form_urlencoded::Serializer;

use crate::Outcome;
use crate::line::{Lines, header, headers};
use crate::provider::Signer;

pub(crate) struct People {
    lines: Lines,
    signer: Signer,
}

impl People {
    pub(crate) fn new(app: SocketAddr, provider: &crate::Provider) -> Outcome<Self> {
        Ok(Self { lines: Lines::to(app)?, signer: provider.signer() })
    }

    /// Logs each of them in, from the click to the session; the session cookies.
    pub(crate) fn log_in(&mut self, names: &[String], now: i64) -> Outcome<Vec<String>> {
        let start = "GET /login HTTP/1.1\r\nhost: localhost\r\n\r\n".to_owned();
        let begun = self.lines.ask(&vec![start; names.len()])?;
        let forms = begun.iter().zip(names).map(|(answer, name)| self.form(answer, name, now));
        let done = self.lines.ask(&forms.collect::<Outcome<Vec<_>>>()?)?;
        done.iter().map(|answer| session(answer)).collect()
    }

    /// Logs the owners of these cookies out.
    pub(crate) fn log_out(&mut self, cookies: &[String]) -> Outcome<()> {
        let request = |cookie| format!("GET /logout HTTP/1.1\r\nhost: localhost\r\ncookie: {cookie}\r\n\r\n");
        let done = self.lines.ask(&cookies.iter().map(request).collect::<Vec<_>>())?;
        match done.iter().find(|answer| !answer.starts_with("HTTP/1.1 302")) {
            None => Ok(()),
            Some(answer) => Err(format!("nobody is logged out: {answer}").into()),
        }
    }

    /// The provider's form for the login that was begun so, as a browser sends it.
    fn form(&self, begun: &str, name: &str, now: i64) -> Outcome<String> {
        let location = Url::parse(header(begun, "location").ok_or_else(|| format!("no login: {begun}"))?)?;
        let asked = |wanted: &str| {
            let value = location.query_pairs().find(|(name, _)| name == wanted);
            value.map(|(_, value)| value.into_owned()).ok_or_else(|| format!("no {wanted}: {location}"))
        };
        let token = self.signer.token(&json!({
            "iss": self.signer.issuer, "aud": "app", "sub": name, "nonce": asked("nonce")?, "iat": now,
            "exp": now + 300, "name": name, "email": format!("{name}@example.org"), "email_verified": true,
        }))?;
        let body = Serializer::new(String::new())
            .extend_pairs([("state", asked("state")?), ("id_token", token)])
            .finish();
        let cookie = header(begun, "set-cookie").and_then(pair).ok_or("no cookie of the login")?;
        Ok(format!(
            "POST /callback HTTP/1.1\r\nhost: localhost\r\norigin: {}\r\ncookie: {cookie}\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            self.signer.issuer,
            body.len()
        ))
    }
}

/// The session cookie that an answer sets.
fn session(answer: &str) -> Outcome<String> {
    let cookie = headers(answer, "set-cookie").filter_map(pair).find(|pair| pair.contains("appSession="));
    cookie.map(str::to_owned).ok_or_else(|| format!("nobody is logged in: {answer}").into())
}

/// Name and value of a cookie that is set.
fn pair(line: &str) -> Option<&str> {
    line.split(';').next()
}
