//! Silent login: the provider is asked about whoever opens a page, and about nothing that no person opens.

use crate::jar;
use crate::return_to::stays_at;
use harness::agent::Fetch;
use harness::trial::HONEST;
use harness::{Outcome, Scenario, Stop, Trial, TrialAgent};
use mock_idp::LoginPolicy;
use mock_idp::trace::Exchange;

pub(crate) const SCENARIOS: &[Scenario] = &[SILENT_LOGIN, TWO_SLASHES];

const SILENT_LOGIN: Scenario = Scenario::harden("field/silent-login")
    .clause("OIDC Core 3.1.2.1")
    .why("who is signed in at the provider is signed in by opening a page; a script, which could not follow, starts nothing")
    .variant("silent-login")
    .unsandwiched()
    .run(|t| Box::pin(silent_login(t)));

async fn silent_login(t: &mut Trial) -> Outcome {
    let (home, probe) = (t.profile().home.clone(), t.profile().probe.path.clone());
    let outcome = signs_in(t, &home).await;
    t.input("a page, by somebody who is signed in at the provider", outcome);
    let outcome = starts_nothing(t, Asking::Address(probe)).await;
    t.input("an address of the API, typed", outcome);
    let page = Fetch::get(t.stage().url(&home)).header("accept", "text/html");
    let outcome = starts_nothing(t, Asking::Script(page)).await;
    t.input("a page, by a script", outcome);
    Ok(())
}

async fn signs_in(t: &Trial, page: &str) -> Outcome {
    let mut agent = t.agent().await?;
    agent.authenticate(HONEST);
    let before = silent_requests(t);
    agent.visit(page).await?.accepted(&t.subject(HONEST)?)?;
    t.demand(
        silent_requests(t) > before,
        0,
        "the provider is asked to show nothing",
        "it was asked otherwise",
    )
}

/// What asks for something that is no page, or not for a person.
enum Asking {
    Address(String),
    Script(Fetch),
}

/// A browser that was asked about and keeps nothing of it: by a page it is asked about again, and by this it is not.
async fn starts_nothing(t: &Trial, asking: Asking) -> Outcome {
    let mut agent = forgetful(t).await?;
    let (start, before) = (t.position(), silent_requests(t));
    match asking {
        Asking::Address(path) => agent.look(&path).await.map(drop)?,
        Asking::Script(fetch) => agent.fetch_with(fetch).await.map(drop)?,
    }
    let asked = silent_requests(t) - before;
    let expected = "the provider is asked nothing by prompt=none";
    t.demand(asked == 0, start, expected, format!("it was asked {asked} times"))?;
    // The page's content policy may have kept the script from going where it was sent.
    let sent = t.stage().exchanges(start..t.position());
    t.demand(!sent.iter().any(is_sent_to_ask), start, expected, "the script was sent there")?;
    let mut other = forgetful(t).await?;
    let before = silent_requests(t);
    other.look(&t.profile().home.clone()).await?;
    if silent_requests(t) == before {
        return Err(Trial::no_difference("nor does a page start a silent login, without any cookie"));
    }
    Ok(())
}

/// A browser on a page of the app, without any cookie of it.
async fn forgetful(t: &Trial) -> Result<TrialAgent, Stop> {
    let mut agent = t.agent().await?;
    t.tenant().set_policy(LoginPolicy::Deny { error: "login_required".to_owned(), description: None });
    agent.look(&t.profile().home.clone()).await?;
    let all = jar::cookies(t, &mut agent).await?;
    jar::forget(t, &mut agent, &all).await?;
    Ok(agent)
}

/// Does the app answer with a redirect that asks the provider to show nothing?
fn is_sent_to_ask(exchange: &Exchange) -> bool {
    let to = exchange.response.as_ref().and_then(|answer| answer.header("location"));
    to.is_some_and(|to| to.contains("prompt=none"))
}

const TWO_SLASHES: Scenario = Scenario::must("field/path-of-two-slashes")
    .clause("RFC 9700 4.11.1; WHATWG URL 4.4")
    .why("an address of the app whose path begins with two slashes names another host as soon as the path stands alone, as in the redirect after the login that it was opened for")
    .variant("silent-login")
    .unsandwiched()
    .run(|t| Box::pin(two_slashes(t)));

async fn two_slashes(t: &mut Trial) -> Outcome {
    for path in ["//evil.example/x", "///evil.example/x", "//evil.example/%2e%2e"] {
        let outcome = leads_back_here(t, path).await;
        t.input(path, outcome);
    }
    Ok(())
}

/// Who opens this address of the app and is signed in for it is on a page of the app afterwards.
async fn leads_back_here(t: &Trial, path: &str) -> Outcome {
    let before = silent_requests(t);
    // Joined to the app's address as it stands it would be another host's already.
    let landing = t.agent().await?.log_in_at(&format!("/.{path}"), HONEST).await?;
    if silent_requests(t) == before {
        return Err(Trial::no_difference("no login starts at such an address"));
    }
    stays_at(t, &landing)
}

/// How often the provider was asked to show nothing.
fn silent_requests(t: &Trial) -> usize {
    let asked = t.tenant().trace().snapshot();
    asked.iter().filter(|exchange| exchange.request.url.contains("prompt=none")).count()
}
