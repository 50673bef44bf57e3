//! When the provider would have to show something and was asked not to, or cannot go on without the person.

use harness::trial::HONEST;
use harness::{Outcome, Scenario, Trial};
use mock_idp::LoginPolicy;
use mock_idp::trace::Endpoint;

pub(crate) const SCENARIOS: &[Scenario] = &[INTERACTION, SILENT, ROUND_IN_CIRCLES];

/// Asks the provider about everybody who comes without a session, with prompt=none.
const SILENTLY: &str = "silent-login";

/// What a provider says that may show nothing, or cannot go on (OIDC Core 3.1.2.6).
const ERRORS: [&str; 4] =
    ["login_required", "consent_required", "interaction_required", "account_selection_required"];

const INTERACTION: Scenario = Scenario::must("error/interaction-required")
    .clause("OIDC Core 3.1.2.6; Form Post 2")
    .why("a provider that cannot go on without the person says so: the app shows a page, and a new login works")
    .covers(&["ERR-02"])
    .run(|t| Box::pin(interaction(t)));

async fn interaction(t: &mut Trial) -> Outcome {
    let start = t.profile().start.clone();
    ends_each(t, &start).await
}

const SILENT: Scenario = Scenario::harden("error/silent-login-refused")
    .clause("OIDC Core 3.1.2.1, 3.1.2.6")
    .why("somebody who is not signed in at the provider either gets the page they came for, or is asked to log in")
    .covers(&["ERR-02"])
    .variant(SILENTLY)
    .run(|t| Box::pin(silent(t)));

async fn silent(t: &mut Trial) -> Outcome {
    let home = t.profile().home.clone();
    ends_each(t, &home).await
}

async fn ends_each(t: &mut Trial, page: &str) -> Outcome {
    for error in ERRORS {
        let outcome = ends(t, page, error).await;
        t.input(error, outcome);
    }
    Ok(())
}

/// Whoever opens this page while the provider says no ends somewhere, signed in as nobody, and can log in then.
async fn ends(t: &Trial, page: &str, error: &str) -> Outcome {
    let mut agent = t.agent().await?;
    t.tenant().set_policy(LoginPolicy::Deny { error: error.to_owned(), description: None });
    agent.visit(page).await?.refused()?;
    agent.log_in(HONEST).await?.accepted(&t.subject(HONEST)?)
}

const ROUND_IN_CIRCLES: Scenario = Scenario::harden("error/silent-login-again-and-again")
    .clause("OIDC Core 3.1.2.6")
    .why("a provider that says login_required once will say it again: an app that asks at every turn keeps its people waiting")
    .covers(&["ERR-08"])
    .variant(SILENTLY)
    .run(|t| Box::pin(round_in_circles(t)));

async fn round_in_circles(t: &mut Trial) -> Outcome {
    /// Pages that somebody opens, and requests to the provider that are none too many for them.
    const PAGES: usize = 5;
    let mut agent = t.agent().await?;
    t.tenant().set_policy(LoginPolicy::Deny { error: "login_required".to_owned(), description: None });
    let (start, before) = (t.position(), t.tenant().trace().count(Endpoint::Authorize));
    let home = t.profile().home.clone();
    for _ in 0..PAGES {
        agent.visit(&home).await?.refused()?;
    }
    let asked = t.tenant().trace().count(Endpoint::Authorize) - before;
    let expected = format!("the provider is asked at most {PAGES} times for {PAGES} pages");
    t.demand(asked <= PAGES, start, &expected, format!("it was asked {asked} times"))
}
