//! All the cookies of the application in a browser, whatever their path, and copies of them in another browser.

use super::{Outcome, Trial, TrialAgent};
use crate::agent::{Cookie, SameSite};
use crate::verdict::Stop;

/// Every cookie that goes to the app: to its pages, or to its callback alone.
pub async fn cookies(t: &Trial, agent: &mut TrialAgent) -> Result<Vec<Cookie>, Stop> {
    let mut all: Vec<Cookie> = Vec::new();
    for url in [&t.facts().base_url, &t.facts().callback] {
        for cookie in agent.agent().cookies(url).await? {
            if !all.iter().any(|known| known.name == cookie.name && known.path == cookie.path) {
                all.push(cookie);
            }
        }
    }
    Ok(all)
}

/// Puts copies of cookies into a browser, marked as they were.
pub async fn plant(t: &Trial, agent: &mut TrialAgent, cookies: &[Cookie]) -> Outcome {
    for cookie in cookies {
        agent.agent().plant_cookie(&t.facts().callback, &line(cookie)).await?;
    }
    Ok(())
}

/// Forgets these cookies, whatever their path.
pub async fn forget(t: &Trial, agent: &mut TrialAgent, cookies: &[Cookie]) -> Outcome {
    for cookie in cookies {
        for url in [&t.facts().base_url, &t.facts().callback] {
            agent.agent().delete_cookie(url, &cookie.name).await?;
        }
    }
    Ok(())
}

/// The line that would set the cookie as it is. It ends with the browser.
fn line(cookie: &Cookie) -> String {
    let domain = if cookie.host_only { String::new() } else { format!("; Domain={}", cookie.domain) };
    let secure = if cookie.secure { "; Secure" } else { "" };
    let hidden = if cookie.http_only { "; HttpOnly" } else { "" };
    let same_site = match cookie.same_site {
        Some(SameSite::None) => "; SameSite=None",
        Some(SameSite::Lax) => "; SameSite=Lax",
        Some(SameSite::Strict) => "; SameSite=Strict",
        None => "",
    };
    let Cookie { name, value, path, .. } = cookie;
    format!("{name}={value}; Path={path}{domain}{secure}{hidden}{same_site}")
}
