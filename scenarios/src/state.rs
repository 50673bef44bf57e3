//! `state`: compared exactly, and good for one use.

use crate::jar;
use harness::trial::{FORGED, HONEST};
use harness::{Input, Need, Outcome, Scenario, Trial};
use mock_idp::fault::{Alteration, RESPONSE};
use mock_idp::trace::Endpoint;

pub(crate) const SCENARIOS: &[Scenario] =
    &[MISSING, EMPTY, ALTERED, REPLAY, CONCURRENT_REPLAY, REPLAY_AFTER_LOGOUT, TWO_TABS, ABANDONED, LATE];

const MISSING: Scenario = Scenario::must("state/missing")
    .clause("RFC 6749 4.2.2.1, 10.12; OIDC Core 3.2.2.5")
    .why("an answer without the state that was sent may come from anybody")
    .covers(&["STATE-01", "professos/csrf-3"])
    .with(|| vec![RESPONSE.remove("state")]);

const EMPTY: Scenario = Scenario::must("state/empty")
    .clause("RFC 6749 4.2.2.1, 10.12; OIDC Core 3.2.2.5")
    .why("an empty state must not count as one that was never asked for")
    .covers(&["STATE-02"])
    .with(|| vec![RESPONSE.set("state", "")]);

const ALTERED: Scenario = Scenario::must("state/altered")
    .clause("RFC 6749 10.12")
    .why("the state is compared whole, letter by letter")
    .covers(&["STATE-03", "professos/csrf-1"])
    .inputs(|_| {
        vec![
            Input::new("one character flipped", vec![RESPONSE.alter("state", Alteration::Flip)]),
            Input::new("one character more", vec![RESPONSE.append("state", "1")]),
            Input::new("one character less", vec![RESPONSE.alter("state", Alteration::Shorten)]),
            Input::new("other letter case", vec![RESPONSE.alter("state", Alteration::SwapCase)]),
            Input::new("another value", vec![RESPONSE.set("state", "another-value")]),
        ]
    });

const REPLAY: Scenario = Scenario::should("state/replay")
    .clause("RFC 9700 4.7; RFC 6749 10.12")
    .why("an answer is good for one use: the Back button, a double click and a thief all post it again")
    .covers(&["STATE-04", "STATE-07"])
    .run(|t| Box::pin(replay(t)));

async fn replay(t: &mut Trial) -> Outcome {
    for (label, again) in [
        ("at once", Again::AtOnce),
        ("with the cookies of before", Again::WithOldCookies),
        ("after another person logged in", Again::BesideAnother),
    ] {
        let outcome = posts_again(t, again).await;
        t.input(label, outcome);
    }
    Ok(())
}

/// How an answer that was used comes in once more.
enum Again {
    /// In the same browser, which has lost its session and nothing else.
    AtOnce,
    /// In another browser, with the cookies that were there before the first post.
    WithOldCookies,
    /// In the same browser, where somebody else has logged in since.
    BesideAnother,
}

async fn posts_again(t: &Trial, again: Again) -> Outcome {
    let mut agent = t.agent().await?;
    let used = agent.begin(FORGED).await?;
    let before = jar::cookies(t, &mut agent).await?;
    agent.deliver(&used.form.fields).await?.accepted(&t.subject(FORGED)?)?;
    if matches!(again, Again::WithOldCookies) {
        let mut thief = jar::browser_with(t, &before).await?;
        return thief.deliver(&used.form.fields).await?.refused();
    }
    // What the first post has set is the session: without it nobody is signed in, and a second session shows.
    let mut set = jar::cookies(t, &mut agent).await?;
    set.retain(|cookie| !before.iter().any(|old| old.name == cookie.name && old.value == cookie.value));
    jar::forget(t, &mut agent, &set).await?;
    if let Some(subject) = agent.probe().await? {
        let why = format!("{subject} stays signed in without the cookies that the login has set");
        return Err(Trial::no_difference(why));
    }
    if matches!(again, Again::BesideAnother) {
        agent.log_in(HONEST).await?.accepted(&t.subject(HONEST)?)?;
    }
    agent.deliver(&used.form.fields).await?.refused()
}

const CONCURRENT_REPLAY: Scenario = Scenario::harden("state/concurrent-replay")
    .clause("RFC 9700 4.7; RFC 6749 10.12")
    .why("two posts of one answer at the same time race for it: one session comes of it, and no crash")
    .covers(&["STATE-05"])
    .needs(&[Need::HandMadeRequests])
    .at_once()
    .run(|t| Box::pin(concurrent_replay(t)));

async fn concurrent_replay(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(FORGED).await?;
    let start = t.position();
    agent.deliver_twice_at_once(&pending.form.fields).await?;
    let subject = agent.probe().await?;
    let callback = t.facts().callback.clone();
    let conversation = t.stage().exchanges(start..t.position());
    let answers: Vec<_> = conversation
        .iter()
        .filter(|exchange| exchange.endpoint == Endpoint::App && exchange.request.url == callback.as_str())
        .filter_map(|exchange| exchange.response.as_ref())
        .collect();
    let names: Vec<_> = jar::cookies(t, &mut agent).await?.into_iter().map(|cookie| cookie.name).collect();
    let opens = |line: &&str| {
        let (name, value) = line.split(';').next().unwrap_or_default().split_once('=').unwrap_or_default();
        names.iter().any(|known| known == name) && !value.is_empty()
    };
    let sessions =
        answers.iter().filter(|answer| answer.headers_named("set-cookie").iter().any(opens)).count();
    let crashed = answers.iter().find(|answer| answer.status >= 500);
    t.demand(crashed.is_none(), start, "no crash", "one of the two answers is a 5xx")?;
    t.demand(subject == Some(t.subject(FORGED)?), start, "the person is signed in", format!("{subject:?}"))?;
    t.demand(sessions == 1, start, "exactly one of the two posts opens a session", format!("{sessions} did"))
}

const REPLAY_AFTER_LOGOUT: Scenario = Scenario::should("state/replay-after-logout")
    .clause("RFC 9700 4.7; RFC 6749 10.12; OIDC Core 15.5.2")
    .why("on a shared machine, the answer that is still in the history must not sign its person in again")
    .covers(&["STATE-06"])
    .run(|t| Box::pin(replay_after_logout(t)));

async fn replay_after_logout(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let used = agent.begin(FORGED).await?;
    agent.deliver(&used.form.fields).await?.accepted(&t.subject(FORGED)?)?;
    let logout = t.profile().logout.clone();
    agent.visit(&logout).await?.signed_out(false)?;
    agent.deliver(&used.form.fields).await?.refused()
}

const TWO_TABS: Scenario = Scenario::harden("state/two-tabs")
    .clause("RFC 9700 4.7")
    .why("a login in one tab does not end the one in another, whichever is finished first")
    .covers(&["STATE-11"])
    .run(|t| Box::pin(two_tabs(t)));

async fn two_tabs(t: &mut Trial) -> Outcome {
    for (label, older_first) in [("the older first", true), ("the newer first", false)] {
        let outcome = finishes_both(t, older_first).await;
        t.input(label, outcome);
    }
    Ok(())
}

async fn finishes_both(t: &Trial, older_first: bool) -> Outcome {
    let mut agent = t.agent().await?;
    let mut tabs = [agent.begin(HONEST).await?, agent.begin(HONEST).await?];
    if !older_first {
        tabs.reverse();
    }
    for tab in &tabs {
        let finished = agent.deliver(&tab.form.fields).await?;
        finished.accepted(&t.subject(HONEST)?)?;
        if finished.answer.as_ref().is_none_or(|answer| answer.status >= 400) {
            return Err(finished.found("the login succeeds", finished.seen()));
        }
    }
    Ok(())
}

const ABANDONED: Scenario = Scenario::harden("state/abandoned-logins")
    .clause("RFC 6265bis 5.6, 6.1")
    .why("logins that are begun and left must not fill the cookie header until servers refuse it")
    .covers(&["STATE-12"])
    .run(|t| Box::pin(abandoned(t)));

async fn abandoned(t: &mut Trial) -> Outcome {
    const LEFT: usize = 50;
    const BEARABLE: usize = 8192;
    let mut agent = t.agent().await?;
    for _ in 0..LEFT {
        agent.begin(HONEST).await?;
    }
    let start = t.position();
    let size: usize = jar::cookies(t, &mut agent)
        .await?
        .iter()
        .map(|cookie| cookie.name.len() + cookie.value.len() + 3)
        .sum();
    agent.log_in(HONEST).await?.accepted(&t.subject(HONEST)?)?;
    t.demand(
        size <= BEARABLE,
        start,
        &format!("after {LEFT} abandoned logins the cookies are at most {BEARABLE} bytes"),
        format!("{size} bytes"),
    )
}

const LATE: Scenario = Scenario::harden("state/late-answer")
    .clause("RFC 9700 4.7")
    .why("a login that was begun a day ago is over, whatever the browser still keeps")
    .covers(&["STATE-08"])
    .needs(&[Need::Clock])
    .run(|t| Box::pin(late(t)));

async fn late(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let form = agent.begin_at_login_page().await?;
    // The app's clock and the provider's go on; the cookie jar's stands still, as a thief's would.
    t.tenant().clock().advance(25 * 3600);
    agent.enter_password(form, FORGED).await?.refused()
}
