//! Logins that somebody else starts, such as the provider's list of applications: by an address that names the issuer,
//! and perhaps who is to log in and where they want to go.

use crate::declared::declared;
use crate::places::names_pages_only;
use crate::return_to::stays_at;
use harness::agent::{Fetch, Submission};
use harness::trial::HONEST;
use harness::{Landing, Outcome, Scenario, Stop, Trial, TrialAgent};
use mock_idp::trace::Endpoint;
use mock_idp::{LoginPolicy, MockIdp, Params};

pub(crate) const SCENARIOS: &[Scenario] = &[STARTS, KNOWN_ISSUERS, NOT_FRAMED, TARGET];

/// How the other page sends the browser.
#[derive(Clone, Copy)]
enum By {
    Link,
    Form,
}

/// Sends a browser from the provider's page to the app's address for such logins.
async fn sent(t: &Trial, agent: &mut TrialAgent, by: By, pairs: &[(&str, &str)]) -> Result<Landing, Stop> {
    let mut url = declared(t, &t.profile().initiate_login)?;
    let params: Params = pairs.iter().copied().collect();
    let submission = match by {
        By::Link => {
            url.query_pairs_mut().extend_pairs(pairs);
            Submission::link(url, agent.provider())
        }
        By::Form => Submission::form_post(url, &params, agent.provider()),
    };
    agent.send(submission).await
}

const STARTS: Scenario = Scenario::tolerate("initiated/by-issuer")
    .clause("OIDC Core 4")
    .why("the issuer alone is enough for a provider to send its people to the app, by a link or by a form")
    .covers(&["oidcc-client-test-3rd-party-init-login"])
    .run(|t| Box::pin(starts(t)));

async fn starts(t: &mut Trial) -> Outcome {
    for (label, by) in [("by a link", By::Link), ("by a form", By::Form)] {
        let outcome = signs_in(t, by).await;
        t.input(label, outcome);
    }
    Ok(())
}

async fn signs_in(t: &Trial, by: By) -> Outcome {
    let mut agent = t.agent().await?;
    agent.authenticate(HONEST);
    sent(t, &mut agent, by, &[("iss", &t.facts().issuer)]).await?.accepted(&t.subject(HONEST)?)
}

const KNOWN_ISSUERS: Scenario = Scenario::must("initiated/issuer-check")
    .clause("OIDC Core 4")
    .why("a page that could name any issuer would have the app ask hosts of its choice, and its people type passwords there")
    .covers(&["BIND-12"])
    .run(|t| Box::pin(known_issuers(t)));

async fn known_issuers(t: &mut Trial) -> Outcome {
    let stranger = MockIdp::start().await.map_err(|error| Stop::Broken(error.to_string()))?;
    let issuer = stranger.tenant().issuer();
    let cases = [
        ("a foreign issuer that answers", Some(issuer.as_str())),
        ("an unknown issuer", Some("https://issuer.invalid")),
        ("an issuer on http", Some("http://issuer.invalid")),
        ("no issuer", None),
    ];
    for (what, issuer) in cases {
        for (way, by) in [("by a link", By::Link), ("by a form", By::Form)] {
            let outcome = stays_with_its_own(t, &stranger, by, issuer).await;
            t.input(format!("{what}, {way}"), outcome);
        }
    }
    Ok(())
}

/// The user is on a page of the app or of its provider, and nobody has asked the stranger anything.
async fn stays_with_its_own(t: &Trial, stranger: &MockIdp, by: By, issuer: Option<&str>) -> Outcome {
    t.tenant().set_policy(LoginPolicy::Ask);
    let before = stranger.tenant().trace().last_seq();
    let mut agent = t.agent().await?;
    let named: Vec<_> = issuer.map(|issuer| ("iss", issuer)).into_iter().collect();
    let landing = sent(t, &mut agent, by, &named).await?;
    if let Some(asked) = stranger.tenant().trace().since(before).first() {
        let actual = format!("it was asked for {}", asked.request.url);
        return Err(landing.found("no request to an issuer that the app does not know", actual));
    }
    if !landing.at_provider && !t.stage().is_app(&landing.page.url) {
        let actual = format!("the user ended on {}", landing.page.url);
        return Err(landing.found("a page of the app or of its provider", actual));
    }
    landing.refused()
}

const NOT_FRAMED: Scenario = Scenario::should("initiated/framed")
    .clause("OIDC Core 4")
    .why("a login that begins in a frame of another page can be steered by it without the person's noticing")
    .covers(&["BIND-12"])
    .run(|t| Box::pin(not_framed(t)));

async fn not_framed(t: &mut Trial) -> Outcome {
    let mut url = declared(t, &t.profile().initiate_login)?;
    url.query_pairs_mut().append_pair("iss", &t.facts().issuer);
    t.tenant().set_policy(LoginPolicy::Ask);
    let mut agent = t.agent().await?;
    agent.enter_another_site().await?;
    let start = t.position();
    agent.fetch_with(Fetch::frame(url)).await?;
    let seen = t.stage().exchanges(start..t.position());
    let began = seen.iter().any(|exchange| exchange.endpoint == Endpoint::Authorize);
    t.demand(!began, start, "no login begins in a frame of another site", "the frame is at the provider")
}

const TARGET: Scenario = Scenario::must("initiated/target-and-hint")
    .clause("OIDC Core 4; RFC 9700 4.11.1")
    .why("who starts the login names the page to go to and the person: neither leads out of the app")
    .covers(&["BIND-13"])
    .run(|t| Box::pin(target_and_hint(t)));

async fn target_and_hint(t: &mut Trial) -> Outcome {
    for (label, name, value) in [
        ("a target elsewhere", "target_link_uri", "https://evil.example/"),
        ("a target without a scheme", "target_link_uri", "//evil.example/"),
        ("a script as the target", "target_link_uri", "javascript:alert(1)"),
        ("an address as the hint", "login_hint", "https://evil.example/"),
        ("a line break in the hint", "login_hint", "alice\r\nlocation: https://evil.example/"),
    ] {
        let outcome = ends_in_the_app(t, name, value).await;
        t.input(label, outcome);
    }
    Ok(())
}

async fn ends_in_the_app(t: &Trial, name: &str, value: &str) -> Outcome {
    let mut agent = t.agent().await?;
    agent.authenticate(HONEST);
    let landing = sent(t, &mut agent, By::Link, &[("iss", &t.facts().issuer), (name, value)]).await?;
    names_pages_only(&landing)?;
    stays_at(t, &landing)
}
