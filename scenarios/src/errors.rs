//! What happens when the provider says no.

use crate::params::with;
use harness::agent::Submission;
use harness::trial::HONEST;
use harness::{Outcome, Scenario, Trial};
use mock_idp::{LoginPolicy, Params};

pub(crate) const SCENARIOS: &[Scenario] =
    &[ACCESS_DENIED, FOREIGN, FOREIGN_CANCELS, PROVIDER_TROUBLE, UNKNOWN, WHILE_SIGNED_IN, OTHER_WAY, ANSWER];

const ACCESS_DENIED: Scenario = Scenario::must("error/access-denied")
    .clause("OIDC Core 3.1.2.6, 3.2.2.6; Form Post 2")
    .why("somebody who presses Deny is told so by the app, is not sent round in circles, and can try again")
    .covers(&["ERR-01"])
    .run(|t| Box::pin(access_denied(t)));

async fn access_denied(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    t.tenant().set_policy(LoginPolicy::Deny { error: "access_denied".to_owned(), description: None });
    let start = t.profile().start.clone();
    let landing = agent.visit(&start).await?;
    landing.refused()?;
    if landing.at_provider {
        return Err(landing.found("a page of the app that says what happened", landing.seen()));
    }
    agent.log_in(HONEST).await?.accepted(&t.subject(HONEST)?)
}

const FOREIGN: Scenario = Scenario::must("error/foreign")
    .clause("RFC 6749 10.12")
    .demands("a client protects its redirection endpoint against forged requests: what is not bound to its own login in this browser is not an answer to it")
    .why("an error that does not belong to the pending login must not speak with the app's voice")
    .covers(&["ERR-05"])
    .run(|t| Box::pin(foreign(t)));

const SLOGAN: &str = "Call the number below to unlock your account";

async fn foreign(t: &mut Trial) -> Outcome {
    for (label, error) in strangers_errors() {
        let outcome = is_not_shown(t, &error).await;
        t.input(label, outcome);
    }
    Ok(())
}

fn strangers_errors() -> [(&'static str, Params); 2] {
    let error: Params = [("error", "access_denied"), ("error_description", SLOGAN)].into_iter().collect();
    [("a wrong state", with(&error, "state", "a-state-of-nobody")), ("no state", error)]
}

async fn is_not_shown(t: &Trial, error: &Params) -> Outcome {
    let mut agent = t.agent().await?;
    agent.begin(HONEST).await?;
    let landing = agent.deliver(error).await?;
    landing.refused()?;
    if landing.page.text.contains(SLOGAN) {
        return Err(landing.found("the description of a stranger's error is not shown", "the app shows it"));
    }
    Ok(())
}

/// That a forged request is refused is a MUST; that the login it was aimed at survives it is said nowhere.
const FOREIGN_CANCELS: Scenario = Scenario::harden("error/foreign-cancels")
    .clause("RFC 6749 10.12")
    .demands("a client protects its redirection endpoint against forged requests; what becomes of the login under way is not said")
    .why("whoever can make a browser post an error could keep its person from ever signing in")
    .covers(&["ERR-05"])
    .run(|t| Box::pin(foreign_cancels(t)));

async fn foreign_cancels(t: &mut Trial) -> Outcome {
    for (label, error) in strangers_errors() {
        let outcome = cancels_nothing(t, &error).await;
        t.input(label, outcome);
    }
    Ok(())
}

async fn cancels_nothing(t: &Trial, error: &Params) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    let start = t.position();
    agent.deliver(error).await?.refused()?;
    let finished = agent.deliver(&pending.form.fields).await?;
    let seen = format!("the stranger's error has cancelled it: {}", finished.seen());
    t.demand(
        finished.subject == Some(t.subject(HONEST)?),
        start,
        "the pending login can still be finished",
        seen,
    )
}

const PROVIDER_TROUBLE: Scenario = Scenario::harden("error/provider-trouble")
    .clause("RFC 6749 4.2.2.1; OIDC Core 3.1.2.6")
    .why("a provider in trouble is not asked again and again: the person is told, and decides")
    .covers(&["ERR-03"])
    .run(|t| Box::pin(provider_trouble(t)));

async fn provider_trouble(t: &mut Trial) -> Outcome {
    for error in ["server_error", "temporarily_unavailable"] {
        let outcome = ends_in_the_app(t, error).await;
        t.input(error, outcome);
    }
    Ok(())
}

async fn ends_in_the_app(t: &Trial, error: &str) -> Outcome {
    let mut agent = t.agent().await?;
    t.tenant().set_policy(LoginPolicy::Deny { error: error.to_owned(), description: None });
    let start = t.profile().start.clone();
    let landing = agent.visit(&start).await?;
    landing.refused_or_unavailable()?;
    if landing.at_provider {
        return Err(landing.found("a page of the app that says what happened", landing.seen()));
    }
    Ok(())
}

const UNKNOWN: Scenario = Scenario::harden("error/unusual")
    .clause("RFC 6749 4.2.2.1; OIDC Core 3.1.2.6")
    .why("providers have errors of their own, and describe them at any length: the person sees a page all the same")
    .covers(&["ERR-04"])
    .run(|t| Box::pin(unknown(t)));

async fn unknown(t: &mut Trial) -> Outcome {
    let long = "x".repeat(100_000);
    for (label, error, description) in [
        ("an unknown code", "x_out_of_paper", "Out of paper"),
        ("an empty code", "", "Nothing is said"),
        ("a description of 100 kB", "access_denied", long.as_str()),
        ("a description beyond ASCII", "access_denied", "Zugriff verweigert – 拒绝访问 🚫"),
    ] {
        let outcome = is_explained(t, error, description).await;
        t.input(label, outcome);
    }
    Ok(())
}

async fn is_explained(t: &Trial, error: &str, description: &str) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    agent.deliver(&refusal(&pending.answer("state"), error, description)).await?.refused()
}

/// What a provider that says no posts.
pub(crate) fn refusal(state: &str, error: &str, description: &str) -> Params {
    [("error", error), ("error_description", description), ("state", state)].into_iter().collect()
}

const WHILE_SIGNED_IN: Scenario = Scenario::harden("error/while-signed-in")
    .clause("OIDC Core 3.1.2.6")
    .why("a second login that fails says nothing against the first, which goes on")
    .covers(&["ERR-06"])
    .run(|t| Box::pin(while_signed_in(t)));

async fn while_signed_in(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let pending = agent.begin(HONEST).await?;
    agent.deliver(&refusal(&pending.answer("state"), "access_denied", "The person said no")).await?.refused()
}

const OTHER_WAY: Scenario = Scenario::harden("error/not-by-post")
    .clause("OAuth Multiple Response Types 2.1; Form Post 2")
    .why("providers that do not know the response mode send their error in the address: a page, no crash")
    .covers(&["ERR-07"])
    .run(|t| Box::pin(other_way(t)));

async fn other_way(t: &mut Trial) -> Outcome {
    for (label, write) in [
        ("in the query", (|url, error| url.set_query(Some(error))) as fn(&mut url::Url, &str)),
        ("in the fragment", |url, error| url.set_fragment(Some(error))),
    ] {
        let outcome = comes_by_link(t, write).await;
        t.input(label, outcome);
    }
    Ok(())
}

async fn comes_by_link(t: &Trial, write: fn(&mut url::Url, &str)) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    let mut url = t.facts().callback.clone();
    write(&mut url, &refusal(&pending.answer("state"), "access_denied", "The person said no").encode());
    agent.send(Submission::link(url, agent.provider())).await?.refused()
}

const ANSWER: Scenario = Scenario::harden("error/answer")
    .clause("RFC 9110 15.5; RFC 9111 5.2.2.5")
    .why("a refusal that reads as a success misleads programs, and one that is stored comes back after the next login")
    .covers(&["ERR-09"])
    .run(|t| Box::pin(answered(t)));

async fn answered(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    let error = refusal(&pending.answer("state"), "access_denied", "The person said no");
    let landing = agent.deliver(&error).await?;
    landing.refused()?;
    let status = landing.page.status;
    if !(400..500).contains(&status) {
        return Err(landing.found("a page with a 4xx status", format!("it has status {status}")));
    }
    let cache = landing.page.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("cache-control"));
    let cache = cache.map_or("", |(_, value)| value.as_str());
    if !cache.contains("no-store") {
        return Err(landing.found("Cache-Control: no-store", format!("Cache-Control is “{cache}”")));
    }
    Ok(())
}
