//! Logging in once more: as somebody else, as the same person, with copied cookies, with a state that was edited, and by a second
//! click.

use crate::jar;
use crate::params::with;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::trial::{FORGED, HONEST};
use harness::{Outcome, Scenario, Trial};
use mock_idp::trace::Endpoint;
use serde_json::Value;
use std::collections::BTreeSet;

pub(crate) const SCENARIOS: &[Scenario] =
    &[ANOTHER_PERSON, SAME_PERSON, COPIED_TRANSACTION, READABLE_PART, OWN_ALPHABET, DOUBLE_CLICK];

/// Who logs in after somebody else. The honest logins around a trial are a third person's.
const SECOND: &str = "bob";

const ANOTHER_PERSON: Scenario = Scenario::harden("binding/another-person")
    .clause("OIDC Core 5.7")
    .why("on a shared machine, who logs in over somebody else's session finds nothing of that person in it")
    .covers(&["BIND-09"])
    .run(|t| Box::pin(another_person(t)));

async fn another_person(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let before = jar::cookies(t, &mut agent).await?;
    let landing = agent.log_in(SECOND).await?;
    if landing.conversation.iter().all(|exchange| exchange.endpoint != Endpoint::Authorize) {
        return Err(Trial::no_difference("the app starts no login for somebody who is signed in"));
    }
    landing.accepted(&t.subject(SECOND)?)?;
    let first = t.tenant().users().into_iter().find(|user| user.username == HONEST);
    let claims = first.map(|user| user.claims).unwrap_or_default();
    let traces: Vec<_> =
        ["name", "email"].into_iter().filter_map(|claim| claims.get(claim)?.as_str()).collect();
    let profile = t.profile();
    for path in [profile.home.clone(), profile.page.clone(), profile.probe.path.clone()] {
        let start = t.position();
        let page = agent.look(&path).await?;
        let found = traces.iter().find(|trace| page.body.contains(**trace));
        let seen = found.map_or(String::new(), |trace| format!("{path} shows {trace}"));
        t.demand(found.is_none(), start, "nothing of the person before is shown", seen)?;
    }
    let after = jar::cookies(t, &mut agent).await?;
    let own = jar::browser_with(t, &before).await?.probe().await?;
    let kept =
        before.iter().find(|old| after.iter().any(|new| new.name == old.name && new.value == old.value));
    if let Some(cookie) = kept.filter(|_| own == Some(t.subject(SECOND).unwrap_or_default())) {
        let actual = format!("{} is as it was, and now a session of the second one", cookie.name);
        return Err(t.found(0, "another session for another person", actual));
    }
    Ok(())
}

const SAME_PERSON: Scenario = Scenario::policy("binding/same-person")
    .clause("none: reported")
    .why("whether a second login of the same person begins a new session, and what the old one is worth then, is the app's choice")
    .covers(&["BIND-10"])
    .run(|t| Box::pin(same_person(t)));

async fn same_person(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let before = jar::session(t, &mut agent).await?;
    agent.log_in(HONEST).await?.accepted(&t.subject(HONEST)?)?;
    let after = jar::cookies(t, &mut agent).await?;
    let same = |old: &&harness::agent::Cookie| after.iter().any(|new| new.value == old.value);
    let word = if before.iter().any(|old| same(&old)) { "the same" } else { "another" };
    t.observe(format!("a second login of the same person has {word} cookie"));
    let subject = jar::browser_with(t, &before).await?.probe().await?;
    let word = if subject.is_some() { "goes on in whoever kept its cookie" } else { "is over" };
    t.observe(format!("the session before it {word}"));
    let ends: Vec<_> = after.iter().filter_map(|cookie| cookie.expires).collect();
    let now = t.tenant().clock().unix();
    // To the hour: the clock of a browser goes on meanwhile.
    let longest = ends.into_iter().max().map(|end| (end - now + 1800) / 3600);
    t.observe(longest.map_or("the cookie lasts as long as the browser is open".to_owned(), |hours| {
        format!("the cookie that lasts longest does so for {hours} hours from the second login on")
    }));
    Ok(())
}

const COPIED_TRANSACTION: Scenario = Scenario::policy("binding/copied-transaction")
    .clause("none: reported")
    .why("a login that is bound by a cookie is bound to whoever has the cookie: a copy of it is the limit of that")
    .covers(&["BIND-11"])
    .run(|t| Box::pin(copied_transaction(t)));

async fn copied_transaction(t: &mut Trial) -> Outcome {
    for (label, attacker_first) in [("after the attacker", true), ("before the attacker", false)] {
        let outcome = finishes_with_copy(t, label, attacker_first).await;
        t.input(label, outcome);
    }
    Ok(())
}

async fn finishes_with_copy(t: &mut Trial, label: &str, attacker_first: bool) -> Outcome {
    let mut attacker = t.agent().await?;
    let pending = attacker.begin(FORGED).await?;
    let copied = jar::cookies(t, &mut attacker).await?;
    if attacker_first {
        attacker.deliver(&pending.form.fields).await?.accepted(&t.subject(FORGED)?)?;
    }
    let landing = jar::browser_with(t, &copied).await?.deliver(&pending.form.fields).await?;
    let word = if landing.subject.is_some() { "accepted" } else { "refused" };
    t.observe(format!("the attacker's answer, in a browser with a copy of his cookies, {label}, is {word}"));
    match landing.subject {
        Some(_) => landing.accepted(&t.subject(FORGED)?),
        None => landing.refused(),
    }
}

const READABLE_PART: Scenario = Scenario::must("state/readable-part")
    .clause("RFC 6749 10.12")
    .why("a state that carries something, such as the page to return to, is compared with all of it: the random part alone vouches for nothing")
    .covers(&["STATE-10"])
    .run(|t| Box::pin(readable_part(t)));

async fn readable_part(t: &mut Trial) -> Outcome {
    let outcome = refuses_state(t, edited).await;
    t.input("what can be read in it changed", outcome);
    let outcome = refuses_state(t, |state| {
        let part = URL_SAFE_NO_PAD.encode(format!("{{\"returnTo\":\"{ELSEWHERE}\"}}"));
        Some(format!("{state}.{part}"))
    })
    .await;
    t.input("a part that can be read added", outcome);
    Ok(())
}

const ELSEWHERE: &str = "https://evil.example/";

async fn refuses_state(t: &Trial, change: fn(&str) -> Option<String>) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(FORGED).await?;
    let Some(state) = change(&pending.answer("state")) else {
        return Err(Trial::no_difference("nothing can be read in the state"));
    };
    agent.deliver(&with(&pending.form.fields, "state", &state)).await?.refused()
}

/// The state with another place in each of its parts that is JSON, in the open or in base64url; nothing if none is.
fn edited(state: &str) -> Option<String> {
    let parts = state.split('.').map(|part| {
        if let Ok(Value::Object(open)) = serde_json::from_str(part) {
            return Some(moved(open).to_string());
        }
        let bytes = URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()?;
        let Ok(Value::Object(hidden)) = serde_json::from_slice(&bytes) else { return None };
        Some(URL_SAFE_NO_PAD.encode(moved(hidden).to_string()))
    });
    let parts: Vec<_> = parts.collect();
    let changed = parts.iter().any(Option::is_some);
    let written =
        parts.into_iter().zip(state.split('.')).map(|(new, old)| new.unwrap_or_else(|| old.to_owned()));
    changed.then(|| written.collect::<Vec<_>>().join("."))
}

fn moved(mut object: serde_json::Map<String, Value>) -> Value {
    object.insert("returnTo".to_owned(), ELSEWHERE.into());
    Value::Object(object)
}

const OWN_ALPHABET: Scenario = Scenario::tolerate("state/own-alphabet")
    .clause("RFC 6749 Appendix B; Form Post 2")
    .why("a state with a plus, a slash or an equals sign comes back as it was sent; an app that decodes it once too often loses some of its logins, now and then")
    .covers(&["STATE-13"])
    .run(|t| Box::pin(own_alphabet(t)));

async fn own_alphabet(t: &mut Trial) -> Outcome {
    const LOGINS: usize = 16;
    let mut special = BTreeSet::new();
    for _ in 0..LOGINS {
        let mut agent = t.agent().await?;
        let pending = agent.begin(HONEST).await?;
        special.extend(pending.answer("state").chars().filter(|char| !char.is_ascii_alphanumeric()));
        agent.deliver(&pending.form.fields).await?.accepted(&t.subject(HONEST)?)?;
    }
    let special: Vec<_> = special.into_iter().map(String::from).collect();
    t.observe(format!("{LOGINS} states have letters, digits and these: {}", special.join(" ")));
    Ok(())
}

const DOUBLE_CLICK: Scenario = Scenario::harden("state/double-click")
    .clause("RFC 9700 4.7; OAuth Form Post 2")
    .why("where no script sends the provider's form, a double click sends it twice; the second is worth nothing, and the person, who is signed in by the first, is told no failure")
    .covers(&["STATE-04"])
    .run(|t| Box::pin(double_click(t)));

async fn double_click(t: &mut Trial) -> Outcome {
    let subject = t.subject(HONEST)?;
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    agent.deliver(&pending.form.fields).await?.accepted(&subject)?;
    let second = agent.deliver(&pending.form.fields).await?;
    second.accepted(&subject)?;
    if second.page.status >= 400 {
        return Err(second.found("the person lands on a page of the app, signed in", second.seen()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_read_in_a_state_is_moved_elsewhere_and_the_rest_stays() {
        let part = URL_SAFE_NO_PAD.encode(r#"{"returnTo":"/a"}"#);
        let state = edited(&format!("random.{part}")).expect("an edited state");
        let (random, written) = state.split_once('.').expect("two parts");
        let json = URL_SAFE_NO_PAD.decode(written).expect("base64url");

        assert_eq!(random, "random");
        assert_eq!(json, br#"{"returnTo":"https://evil.example/"}"#);
        assert_eq!(edited(r#"{"a":1}"#).as_deref(), Some(r#"{"a":1,"returnTo":"https://evil.example/"}"#));
        assert_eq!(edited("dGhpcyBpcyByYW5kb20"), None);
    }
}
