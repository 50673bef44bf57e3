//! What becomes of cookies: those of a login go with it, and old ones of a session come back late.

use crate::cookies::{bound, by_name, finishes};
use crate::errors::refusal;
use crate::jar::{self, list};
use crate::params::with;
use harness::agent::Cookie;
use harness::trial::{FORGED, HONEST};
use harness::{Outcome, Scenario, Stop, Trial, TrialAgent};
use mock_idp::Params;

pub(crate) const SCENARIOS: &[Scenario] = &[CLEARED, EVERY_WAY_IN, LATE_ANSWER];

const CLEARED: Scenario = Scenario::should("cookie/transaction-cleared")
    .clause("RFC 6265bis 5.7; RFC 9700 4.7")
    .why("a login that is over, well or not, leaves nothing that could finish it once more; a cookie goes only by the name, path and marks that it was set with")
    .covers(&["CK-06"])
    .run(|t| Box::pin(cleared(t)));

/// How a login ends.
#[derive(Clone, Copy)]
enum Ending {
    Success,
    Refusal,
    Error,
}

async fn cleared(t: &mut Trial) -> Outcome {
    for (label, ending) in [
        ("after a success", Ending::Success),
        ("after a token that is refused", Ending::Refusal),
        ("after an error of the provider", Ending::Error),
    ] {
        let outcome = leaves_none(t, ending).await;
        t.input(label, outcome);
    }
    Ok(())
}

async fn leaves_none(t: &Trial, ending: Ending) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    let begun = transaction(t, &mut agent).await?;
    let start = t.position();
    match ending {
        Ending::Success => {
            agent.deliver(&pending.form.fields).await?.accepted(&t.subject(HONEST)?)?;
        }
        Ending::Refusal => {
            let token = t.mint(FORGED, Some("the-nonce-of-another-login"), &[])?;
            agent.deliver(&with(&pending.form.fields, "id_token", &token)).await?.refused()?;
        }
        Ending::Error => {
            let error = refusal(&pending.answer("state"), "access_denied", "The person said no");
            agent.deliver(&error).await?.refused()?;
        }
    }
    let mut left = jar::cookies(t, &mut agent).await?;
    left.retain(|cookie| begun.iter().any(|old| old.name == cookie.name && old.value == cookie.value));
    t.demand(left.is_empty(), start, "no cookie of the login is left", list(&left))
}

/// The cookies that the login which has just begun in this browser hangs on.
async fn transaction(t: &Trial, agent: &mut TrialAgent) -> Result<Vec<Cookie>, Stop> {
    let all = by_name(jar::cookies(t, agent).await?);
    let places = bound(t, all.len()).await?;
    Ok(places.into_iter().filter_map(|place| all.get(place).cloned()).collect())
}

const EVERY_WAY_IN: Scenario = Scenario::should("cookie/every-way-in")
    .clause("RFC 6265bis 8.8")
    .why("a second cookie for old browsers, without SameSite, is as good as the first: it needs the same protection")
    .covers(&["CK-05"])
    .run(|t| Box::pin(every_way_in(t)));

async fn every_way_in(t: &mut Trial) -> Outcome {
    let outcome = marked(t, |cookie| cookie.secure, "Secure").await;
    t.input("Secure", outcome);
    let outcome = marked(t, |cookie| cookie.http_only, "HttpOnly").await;
    t.input("HttpOnly", outcome);
    let outcome = not_forged(t).await;
    t.input("bound", outcome);
    let outcome = gone_afterwards(t).await;
    t.input("cleared", outcome);
    Ok(())
}

/// The cookies of a login that has just begun in a browser, and which of them are enough to finish it.
async fn begun(t: &Trial) -> Result<(TrialAgent, Params, Vec<Cookie>, Vec<usize>), Stop> {
    let mut agent = t.agent().await?;
    let pending = agent.begin(FORGED).await?;
    let all = by_name(jar::cookies(t, &mut agent).await?);
    let mut ways = Vec::new();
    for at in 0..all.len() {
        if finishes(t, |place| place == at).await? {
            ways.push(at);
        }
    }
    if ways.is_empty() {
        return Err(Trial::no_difference("no cookie alone is enough to finish a login"));
    }
    Ok((agent, pending.form.fields, all, ways))
}

async fn marked(t: &Trial, is: fn(&Cookie) -> bool, mark: &str) -> Outcome {
    let (_, _, all, ways) = begun(t).await?;
    let enough: Vec<_> = ways.into_iter().map(|place| all[place].clone()).collect();
    let expected = format!("every cookie that is enough to finish a login is {mark}");
    t.demand(enough.iter().all(is), 0, &expected, list(&enough))
}

async fn not_forged(t: &Trial) -> Outcome {
    let (_, _, _, ways) = begun(t).await?;
    for way in ways {
        let mut agent = t.agent().await?;
        let pending = agent.begin(FORGED).await?;
        let mut changed = by_name(jar::cookies(t, &mut agent).await?).remove(way);
        changed.value = jar::flipped(&changed.value, changed.value.len() / 2);
        jar::browser_with(t, &[changed]).await?.deliver(&pending.form.fields).await?.refused()?;
    }
    Ok(())
}

async fn gone_afterwards(t: &Trial) -> Outcome {
    let (mut agent, answer, all, ways) = begun(t).await?;
    let start = t.position();
    agent.deliver(&answer).await?.accepted(&t.subject(FORGED)?)?;
    let after = jar::cookies(t, &mut agent).await?;
    let is_left =
        |way: &usize| after.iter().any(|new| new.name == all[*way].name && new.value == all[*way].value);
    let left: Vec<_> = ways.into_iter().filter(is_left).map(|way| all[way].clone()).collect();
    t.demand(left.is_empty(), start, "none of them is left after the login", list(&left))
}

const LATE_ANSWER: Scenario = Scenario::harden("session/late-answer")
    .clause("RFC 6265bis 8.8; OAuth Browser-Based Apps 6.1.3.2")
    .why("answers overtake each other: an older cookie that arrives last must not end the session, nor bring it back after the logout")
    .covers(&["CK-19"])
    .run(|t| Box::pin(late_answer(t)));

async fn late_answer(t: &mut Trial) -> Outcome {
    let outcome = outlives_an_older_cookie(t).await;
    t.input("while signed in", outcome);
    let outcome = stays_over(t, false).await;
    t.input("the newer one after the logout", outcome);
    let outcome = stays_over(t, true).await;
    t.input("the older one after the logout", outcome);
    Ok(())
}

/// A browser whose session cookie was renewed with use, and the cookies of before and after that.
async fn renewed(t: &Trial) -> Result<(TrialAgent, Vec<Cookie>, Vec<Cookie>), Stop> {
    let mut agent = t.signed_in(HONEST).await?;
    let older = jar::cookies(t, &mut agent).await?;
    if t.tenant().clock().is_frozen() {
        t.advance(7200);
    }
    agent.probe().await?;
    let newer = jar::cookies(t, &mut agent).await?;
    if newer.iter().all(|cookie| older.iter().any(|old| old.value == cookie.value)) {
        return Err(Trial::no_difference(
            "the cookies of a session stay as they are with use, as far as time can be made to pass",
        ));
    }
    Ok((agent, older, newer))
}

async fn outlives_an_older_cookie(t: &Trial) -> Outcome {
    let (mut agent, older, _) = renewed(t).await?;
    let start = t.position();
    jar::plant(t, &mut agent, &older).await?;
    let subject = agent.probe().await?;
    let seen = format!("{subject:?} is");
    t.demand(subject == Some(t.subject(HONEST)?), start, "the person is still signed in", seen)
}

async fn stays_over(t: &Trial, with_older: bool) -> Outcome {
    let (mut agent, older, newer) = renewed(t).await?;
    let logout = t.profile().logout.clone();
    agent.visit(&logout).await?.signed_out(false)?;
    let start = t.position();
    jar::plant(t, &mut agent, if with_older { &older } else { &newer }).await?;
    let subject = agent.probe().await?;
    let seen = format!("{} is", subject.clone().unwrap_or_default());
    t.demand(subject.is_none(), start, "nobody is signed in after the logout", seen)
}
