//! Where a login leads back to, if the place is written in an odd way, several times, or changed under way.

use crate::jar;
use crate::params::with;
use crate::raw;
use crate::return_to::{stays, stays_at, with_return_to};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::agent::Submission;
use harness::trial::{FORGED, HONEST};
use harness::{Landing, Need, Outcome, Scenario, Stop, Symptom, Trial};
use mock_idp::Params;
use url::form_urlencoded::byte_serialize;

pub(crate) const SCENARIOS: &[Scenario] = &[LINE_BREAKS, UNUSUAL, SEVERAL, CHANGED, CLEAN_LOCATION];

const ELSEWHERE: &str = "https://evil.example/";

const LINE_BREAKS: Scenario = Scenario::must("return-to/line-breaks")
    .clause("RFC 9110 5.5; RFC 9700 4.11.1")
    .why("a line break in the place would begin a header of the attacker's; an escape that is undone once more leads out of the app")
    .covers(&["REDIR-07"])
    .needs(&[Need::ReturnTo])
    .run(|t| Box::pin(line_breaks(t)));

async fn line_breaks(t: &mut Trial) -> Outcome {
    for (label, value) in [
        ("a line break and a header", "/\r\nset-cookie: planted=1"),
        ("a line break and a header, escaped", "/%0d%0aset-cookie:%20planted=1"),
        ("two slashes, escaped twice", "/%252fevil.example"),
        ("two slashes, escaped three times", "/%25252fevil.example"),
        ("a whole address, escaped", "https%3A%2F%2Fevil.example%2F"),
    ] {
        let start = with_return_to(t, value);
        let outcome = stays_whole(t, &start).await;
        t.input(label, outcome);
    }
    Ok(())
}

/// After the login the user is on a page of the app, and no answer has a header that the attacker wrote.
async fn stays_whole(t: &Trial, start: &str) -> Outcome {
    let landing = t.agent().await?.log_in_at(start, HONEST).await?;
    let planted = |line: &&str| line.starts_with("planted=");
    if landing.app_responses().any(|answer| answer.headers_named("set-cookie").iter().any(planted)) {
        return Err(landing.found("no header that the sender wrote", "the answer sets the sender's cookie"));
    }
    stays_at(t, &landing)
}

const UNUSUAL: Scenario = Scenario::harden("return-to/unusual")
    .clause("RFC 9110 5.5, 15.5.15")
    .why("a place that is too long or cannot be read leads home, or the request is refused; it brings nothing down")
    .covers(&["REDIR-07"])
    .needs(&[Need::ReturnTo, Need::HandMadeRequests])
    .run(|t| Box::pin(unusual(t)));

async fn unusual(t: &mut Trial) -> Outcome {
    let start = with_return_to(t, &format!("/{}", "a".repeat(10_000)));
    let outcome = stays(t, &start).await;
    t.input("10 kB", outcome);
    let outcome = bears(t, 100_000).await;
    t.input("100 kB", outcome);
    let start = with_return_to(t, "MARK").replace("MARK", "/%ff%fe");
    let outcome = stays(t, &start).await;
    t.input("invalid UTF-8", outcome);
    Ok(())
}

/// No browser sends as much, so the login itself is not tried. A server that hangs up in the middle of it has refused
/// it, as long as it goes on for others.
async fn bears(t: &Trial, octets: usize) -> Outcome {
    let accept = [("accept", "text/html")];
    let start = with_return_to(t, &format!("/{}", "a".repeat(octets)));
    match raw::send(t, "GET", &t.stage().url(&start), &accept, "").await {
        Err(Stop::Found(finding)) if finding.symptom == Symptom::Dropped => {
            let home = t.stage().url(&t.profile().home);
            raw::send(t, "GET", &home, &accept, "").await.map(drop)
        }
        other => other.map(drop),
    }
}

const SEVERAL: Scenario = Scenario::harden("return-to/several")
    .clause("RFC 9700 4.11.1; RFC 6749 3.1")
    .why("with two places one part of an app may check the good one while another follows the bad one")
    .covers(&["REDIR-08"])
    .needs(&[Need::ReturnTo])
    .run(|t| Box::pin(several(t)));

async fn several(t: &mut Trial) -> Outcome {
    let (page, name) = (t.profile().page.clone(), t.profile().return_to.clone());
    let list = format!("{name}[]");
    for (label, query) in [
        ("an own page, then another app's", [(name.as_str(), page.as_str()), (name.as_str(), ELSEWHERE)]),
        ("another app's, then an own page", [(name.as_str(), ELSEWHERE), (name.as_str(), page.as_str())]),
        ("in the form of a list", [(list.as_str(), ELSEWHERE), (list.as_str(), page.as_str())]),
    ] {
        let mut url = t.stage().url(&t.profile().start);
        url.query_pairs_mut().extend_pairs(query);
        let outcome = stays(t, url.as_str()).await;
        t.input(label, outcome);
    }
    let start = with_return_to(t, &page);
    let outcome = posts_the_place(t, &start).await;
    t.input("an own page in the address, another app's in the body", outcome);
    Ok(())
}

async fn posts_the_place(t: &Trial, start: &str) -> Outcome {
    let mut agent = t.agent().await?;
    let body = Params(vec![(t.profile().return_to.clone(), ELSEWHERE.to_owned())]);
    agent.authenticate(HONEST);
    let own = t.facts().base_url.clone();
    let landing = agent.send(Submission::form_post(t.stage().url(start), &body, own)).await?;
    stays_at(t, &landing)
}

const CHANGED: Scenario = Scenario::must("return-to/changed-under-way")
    .clause("RFC 6749 10.12; RFC 9700 4.11.1")
    .why("the place is kept in the browser while the person signs in: whoever changes it there must not choose where they end")
    .covers(&["REDIR-09", "REDIR-10"])
    .needs(&[Need::ReturnTo])
    .run(|t| Box::pin(changed(t)));

async fn changed(t: &mut Trial) -> Outcome {
    let outcome = changed_in_state(t).await;
    t.input("in the state", outcome);
    let outcome = changed_in_cookie(t).await;
    t.input("in the cookie of the login", outcome);
    Ok(())
}

async fn changed_in_state(t: &Trial) -> Outcome {
    let page = t.profile().page.clone();
    let mut agent = t.agent().await?;
    let pending = agent.begin_at(&with_return_to(t, &page), FORGED).await?;
    let state = led_elsewhere(&pending.answer("state"), &page)
        .ok_or_else(|| Trial::no_difference("the state does not show where the login leads back to"))?;
    let landing = agent.deliver(&with(&pending.form.fields, "state", &state)).await?;
    ends_here(t, &landing)
}

async fn changed_in_cookie(t: &Trial) -> Outcome {
    let page = t.profile().page.clone();
    let mut agent = t.agent().await?;
    let pending = agent.begin_at(&with_return_to(t, &page), FORGED).await?;
    let mut cookies = jar::cookies(t, &mut agent).await?;
    let mut shown = false;
    for cookie in &mut cookies {
        if let Some(value) = led_elsewhere(&cookie.value, &page) {
            (cookie.value, shown) = (value, true);
        }
    }
    if !shown {
        return Err(Trial::no_difference("no cookie shows where the login leads back to"));
    }
    let landing = jar::browser_with(t, &cookies).await?.deliver(&pending.form.fields).await?;
    ends_here(t, &landing)
}

fn ends_here(t: &Trial, landing: &Landing) -> Outcome {
    if !t.stage().is_app(&landing.page.url) && !landing.at_provider {
        return Err(landing.found("a page of the app", format!("the user ended on {}", landing.page.url)));
    }
    match &landing.subject {
        Some(_) => landing.accepted(&t.subject(FORGED)?),
        None => landing.refused(),
    }
}

/// The value with another place to return to, where it shows one: in the open, percent-encoded or in base64url.
fn led_elsewhere(value: &str, page: &str) -> Option<String> {
    let escaped = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let replaced = |text: &str| {
        let open = text.replace(&format!("\"{page}\""), &format!("\"{ELSEWHERE}\""));
        let quote = escaped("\"");
        let (old, new) = (escaped(page), escaped(ELSEWHERE).replace('.', "%5Cu002e"));
        open.replace(&format!("{quote}{old}{quote}"), &format!("{quote}{new}{quote}"))
    };
    let part = |part: &str| {
        let decoded = URL_SAFE_NO_PAD.decode(part).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        match decoded {
            Some(text) if replaced(&text) != text => URL_SAFE_NO_PAD.encode(replaced(&text)),
            _ => replaced(part),
        }
    };
    let changed = value.split('.').map(part).collect::<Vec<_>>().join(".");
    (changed != value).then_some(changed)
}

const CLEAN_LOCATION: Scenario = Scenario::should("return-to/clean-location")
    .clause("RFC 9700 4.2.4")
    .why("the address after the login is kept in the history and told to other sites: nothing of the answer belongs there")
    .covers(&["REDIR-12"])
    .run(|t| Box::pin(clean_location(t)));

async fn clean_location(t: &mut Trial) -> Outcome {
    let outcome = keeps_answer_out(t).await;
    t.input("Location", outcome);
    let outcome = has_referrer_policy(t).await;
    t.input("Referrer-Policy", outcome);
    Ok(())
}

async fn keeps_answer_out(t: &Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    let landing = agent.deliver(&pending.form.fields).await?;
    landing.accepted(&t.subject(HONEST)?)?;
    let locations: Vec<_> = landing.app_responses().filter_map(|answer| answer.header("location")).collect();
    let secrets = ["id_token", "state", "code", "access_token"].map(|name| (name, pending.answer(name)));
    let shown = secrets.iter().find(|(_, value)| {
        !value.is_empty() && locations.iter().any(|location| location.contains(value.as_str()))
    });
    match shown {
        None => Ok(()),
        Some((name, _)) => Err(landing.found("an address without the answer", format!("{name} is in it"))),
    }
}

async fn has_referrer_policy(t: &Trial) -> Outcome {
    const KEEPS_IT: [&str; 4] =
        ["no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"];
    let landing = t.agent().await?.log_in(HONEST).await?;
    landing.accepted(&t.subject(HONEST)?)?;
    let policy = landing.page.header("referrer-policy").unwrap_or_default();
    let last = policy.rsplit(',').next().unwrap_or_default().trim().to_ascii_lowercase();
    if KEEPS_IT.contains(&last.as_str()) {
        return Ok(());
    }
    let expected = "a Referrer-Policy that tells other sites no path";
    Err(landing.found(expected, format!("on {} it is “{policy}”", landing.page.url.path())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_in_the_open_in_base64_and_percent_encoded() {
        let json = r#"{"returnTo":"/profile"}"#;
        let hidden = URL_SAFE_NO_PAD.encode(json);
        let escaped = "%7B%22returnTo%22%3A%22%2Fprofile%22%7D.signature";

        let moved = r#"{"returnTo":"https://evil.example/"}"#;
        assert_eq!(led_elsewhere(json, "/profile").as_deref(), Some(moved));
        assert_eq!(led_elsewhere(&hidden, "/profile"), Some(URL_SAFE_NO_PAD.encode(moved)));
        let changed = led_elsewhere(escaped, "/profile").expect("a changed value");
        assert_eq!(changed, "%7B%22returnTo%22%3A%22https%3A%2F%2Fevil%5Cu002eexample%2F%22%7D.signature");
        assert_eq!(led_elsewhere("nothing", "/profile"), None);
    }
}
