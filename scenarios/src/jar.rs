//! The cookies of the app in a browser, whatever their path; copies of them in another browser; and which of them
//! a session hangs on.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::agent::Cookie;
use harness::trial::HONEST;
pub(crate) use harness::trial::jar::{cookies, forget, plant};
use harness::{Stop, Trial, TrialAgent};
use mock_idp::fault::ID_TOKEN;

/// A browser that has these cookies and nothing else.
pub(crate) async fn browser_with(t: &Trial, cookies: &[Cookie]) -> Result<TrialAgent, Stop> {
    let mut agent = t.agent().await?;
    plant(t, &mut agent, cookies).await?;
    Ok(agent)
}

/// The cookies of a signed-in browser that its session hangs on: without one of them nobody is signed in, or one
/// alone is enough. What else the app sets, against forgery or for its own use, is no session.
///
/// It begins with the proof that a copy of all of them is a session, without which nothing could be learned from
/// a copy that is none.
pub(crate) async fn session(t: &Trial, agent: &mut TrialAgent) -> Result<Vec<Cookie>, Stop> {
    let all = cookies(t, agent).await?;
    if browser_with(t, &all).await?.probe().await? != Some(t.subject(HONEST)?) {
        return Err(Trial::no_difference("a copy of all cookies is no session in another browser"));
    }
    let mut found = Vec::new();
    for cookie in &all {
        let others: Vec<_> = all.iter().filter(|other| *other != cookie).cloned().collect();
        let without = browser_with(t, &others).await?.probe().await?;
        let alone = browser_with(t, std::slice::from_ref(cookie)).await?.probe().await?;
        if without.is_none() || alone.is_some() {
            found.push(cookie.clone());
        }
    }
    Ok(found)
}

/// The cookies of a session that takes several, in the order of their names.
pub(crate) async fn pieces(t: &Trial) -> Result<Vec<Cookie>, Stop> {
    let large = t.arm(vec![ID_TOKEN.set("padding", "x".repeat(5000))])?;
    let signed_in = t.signed_in(HONEST).await;
    drop(large);
    let mut agent = match signed_in {
        // An app may have no room for it, or refuse to make any: then there are no pieces.
        Err(Stop::Found(_)) => {
            return Err(Trial::no_difference("a session of more than 5000 bytes cannot be had"));
        }
        other => other?,
    };
    let mut pieces = session(t, &mut agent).await?;
    if pieces.len() < 2 {
        return Err(Trial::no_difference(
            "a session of more than 5000 bytes is not cut into several cookies",
        ));
    }
    pieces.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(pieces)
}

/// Cookies with their attributes and without their values, for people.
pub(crate) fn list(cookies: &[Cookie]) -> String {
    let one = |cookie: &Cookie| {
        let same_site =
            cookie.same_site.map_or("no SameSite".to_owned(), |value| format!("SameSite={value:?}"));
        let secure = if cookie.secure { "Secure" } else { "not Secure" };
        let hidden = if cookie.http_only { "HttpOnly" } else { "not HttpOnly" };
        let ends = if cookie.expires.is_some() { "expires" } else { "no expiry" };
        let domain = if cookie.host_only { "no Domain" } else { "Domain" };
        let name = cookie.name.split('.').next().unwrap_or_default();
        format!("{name}: {same_site}, {secure}, {hidden}, Path={}, {domain}, {ends}", cookie.path)
    };
    if cookies.is_empty() {
        return "none".to_owned();
    }
    cookies.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// The value with one character changed, of the alphabet of base64.
pub(crate) fn flipped(value: &str, at: usize) -> String {
    let swap = |(index, char): (usize, char)| match char {
        'A' if index == at => 'B',
        _ if index == at => 'A',
        other => other,
    };
    value.chars().enumerate().map(swap).collect()
}

/// The value with some texts replaced, where they stand in the open or in base64url.
pub(crate) fn replaced(value: &str, changes: &[(&str, &str)]) -> String {
    let change = |text: &str| {
        let changes = changes.iter().filter(|(old, _)| !old.is_empty());
        changes.fold(text.to_owned(), |text, (old, new)| text.replace(old, new))
    };
    let part = |part: &str| {
        let decoded = URL_SAFE_NO_PAD.decode(part).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        match decoded {
            Some(text) if change(&text) != text => URL_SAFE_NO_PAD.encode(change(&text)),
            _ => change(part),
        }
    };
    value.split('.').map(part).collect::<Vec<_>>().join(".")
}

/// What can be read in a value: as it is, and each part of it, or all of it, out of base64.
pub(crate) fn faces(value: &str) -> impl Iterator<Item = String> {
    let parts = value.split(['.', '%', '~', '|', ':']).chain([value]);
    let decoded = parts.filter_map(|part| {
        let part = part.trim_end_matches('=').replace('+', "-").replace('/', "_");
        let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    });
    std::iter::once(value.to_owned()).chain(decoded)
}
