//! Chromium's own cookies, HttpOnly and SameSite included, by the DevTools protocol.

use mock_idp::Clock;
use serde_json::{Map, Value, json};
use url::Url;

use super::BrowserAgent;
use super::network::millis;
use crate::agent::AgentError;
use crate::agent::jar::{self, Cookie, Refusal, SameSite};

impl BrowserAgent {
    pub(super) async fn read_cookies(&mut self, url: &Url) -> Result<Vec<Cookie>, AgentError> {
        let answer = self.session.cdp("Network.getCookies", json!({ "urls": [url.as_str()] })).await?;
        Ok(answer["cookies"].as_array().into_iter().flatten().map(read).collect())
    }

    pub(super) async fn write_cookie(&mut self, url: &Url, line: &str) -> Result<(), AgentError> {
        let refused = |why: Refusal| AgentError::CookieRefused { line: line.to_owned(), why };
        // Chromium ages its cookies by the clock on the wall.
        let now = Clock::system().unix_millis();
        let cookie = jar::understand(url, line, now).map_err(refused)?;
        let answer = self.session.cdp("Network.setCookie", write(&cookie, url)).await?;
        if answer["success"] == Value::Bool(false) { Err(refused(Refusal::Malformed)) } else { Ok(()) }
    }

    pub(super) async fn erase_cookie(&mut self, url: &Url, name: &str) -> Result<(), AgentError> {
        // By domain, so that every path is reached.
        for cookie in self.session.cdp("Storage.getCookies", json!({})).await?["cookies"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let domain = cookie["domain"].as_str().unwrap_or_default();
            let host = url.host_str().unwrap_or_default();
            let fits = domain == host || (domain.starts_with('.') && format!(".{host}").ends_with(domain));
            if fits && cookie["name"] == *name {
                let which = json!({ "name": name, "domain": domain, "path": cookie["path"] });
                self.session.cdp("Network.deleteCookies", which).await?;
            }
        }
        Ok(())
    }
}

fn read(cookie: &Value) -> Cookie {
    let text = |name: &str| cookie[name].as_str().unwrap_or_default();
    Cookie {
        name: text("name").to_owned(),
        value: text("value").to_owned(),
        domain: text("domain").trim_start_matches('.').to_owned(),
        host_only: !text("domain").starts_with('.'),
        path: text("path").to_owned(),
        secure: cookie["secure"] == Value::Bool(true),
        http_only: cookie["httpOnly"] == Value::Bool(true),
        same_site: match text("sameSite") {
            "None" => Some(SameSite::None),
            "Lax" => Some(SameSite::Lax),
            "Strict" => Some(SameSite::Strict),
            _ => None,
        },
        expires: (cookie["session"] != Value::Bool(true))
            .then(|| millis(&cookie["expires"]).div_euclid(1000)),
    }
}

fn write(cookie: &Cookie, url: &Url) -> Value {
    let mut wanted = Map::new();
    wanted.insert("url".to_owned(), json!(url.as_str()));
    wanted.insert("name".to_owned(), json!(cookie.name));
    wanted.insert("value".to_owned(), json!(cookie.value));
    wanted.insert("path".to_owned(), json!(cookie.path));
    wanted.insert("secure".to_owned(), json!(cookie.secure));
    wanted.insert("httpOnly".to_owned(), json!(cookie.http_only));
    if !cookie.host_only {
        wanted.insert("domain".to_owned(), json!(cookie.domain));
    }
    if let Some(same_site) = cookie.same_site {
        wanted.insert("sameSite".to_owned(), json!(format!("{same_site:?}")));
    }
    if let Some(expires) = cookie.expires {
        wanted.insert("expires".to_owned(), json!(expires));
    }
    Value::Object(wanted)
}
