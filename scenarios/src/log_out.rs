//! Who may end a session, whom the provider is told of, and what is left of it afterwards.

use harness::agent::{Fetch, RedirectMode, Submission};
use harness::trial::HONEST;
use harness::{Outcome, Reason, Scenario, Stop, TargetProfile, Trial, TrialAgent};
use mock_idp::Params;
use mock_idp::trace::Endpoint;
use url::Url;

pub(crate) const SCENARIOS: &[Scenario] = &[FOREIGN, HINT, SECOND_TAB, COMES_BACK];

/// Not run where the profile has no logout.
fn logout(t: &Trial) -> Result<Url, Stop> {
    let url = t.stage().url(&t.profile().logout);
    match TargetProfile::missing_fact(&url) {
        None => Ok(url),
        Some(fact) => Err(Stop::NotRun(Reason::Undeclared(format!(
            "the profile declares no {fact}: write {fact} = \"/…\""
        )))),
    }
}

const FOREIGN: Scenario = Scenario::harden("logout/foreign-page")
    .clause("OAuth Browser-Based Apps 6.1.3.3; RP-Initiated Logout 6")
    .why("a foreign page must not be able to log people out, be it by a picture, a link or a form")
    .covers(&["LO-03"])
    .run(|t| Box::pin(foreign(t)));

async fn foreign(t: &mut Trial) -> Outcome {
    let url = logout(t)?;
    let labels = [
        (Way::Picture, "a picture"),
        (Way::Link, "a link that is followed"),
        (Way::Form, "a form that is posted"),
    ];
    for (way, label) in labels {
        let outcome = keeps_session(t, &url, way).await;
        t.input(label, outcome);
    }
    Ok(())
}

/// How a foreign page makes the browser ask.
enum Way {
    Picture,
    Link,
    Form,
}

async fn keeps_session(t: &Trial, url: &Url, way: Way) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let start = t.position();
    let provider = agent.provider();
    match way {
        Way::Picture => {
            let foreign = Url::parse(&t.facts().issuer).map_err(|error| Stop::Broken(error.to_string()))?;
            agent.agent().visit(&foreign).await?;
            agent.fetch_with(Fetch::image(url.clone())).await?;
        }
        Way::Link => {
            agent.send(Submission::link(url.clone(), provider)).await?;
        }
        Way::Form => {
            agent.send(Submission::form_post(url.clone(), &Params::default(), provider)).await?;
        }
    }
    let subject = agent.probe().await?;
    t.demand(subject.is_some(), start, "the person is still signed in", "nobody is")
}

const HINT: Scenario = Scenario::should("logout/id-token-hint")
    .clause("RP-Initiated Logout 2")
    .why("by the ID Token of this session the provider knows who logs out, and need not ask; one of another session would end that")
    .covers(&["LO-06"])
    .run(|t| Box::pin(hint(t)));

async fn hint(t: &mut Trial) -> Outcome {
    logout(t)?;
    let mut agent = t.agent().await?;
    let mut token = String::new();
    // Two logins in one browser: the hint is the later one's.
    for _ in 0..2 {
        let pending = agent.begin(HONEST).await?;
        token = pending.answer("id_token");
        agent.deliver(&pending.form.fields).await?.accepted(&t.subject(HONEST)?)?;
    }
    if token.is_empty() {
        return Err(Stop::NotRun(Reason::Needs("needs an app whose ID Token comes through the browser")));
    }
    let start = t.position();
    let request = log_out_and_see(t, &mut agent, start).await?;
    let hint = request.first("id_token_hint").unwrap_or_default();
    let seen = if hint.is_empty() { "no hint" } else { "another token" };
    t.demand(hint == token, start, "id_token_hint is the ID Token of this session", seen)
}

/// What the end-session endpoint is asked. Not run where it is not.
async fn log_out_and_see(t: &Trial, agent: &mut TrialAgent, start: usize) -> Result<Params, Stop> {
    let path = t.profile().logout.clone();
    agent.visit(&path).await?;
    let seen = t.stage().exchanges(start..t.stage().position());
    let asked = seen.iter().find(|exchange| exchange.endpoint == Endpoint::EndSession);
    let asked =
        asked.ok_or_else(|| Stop::NotRun(Reason::AppDidNotAsk("a logout at the provider".to_owned())))?;
    let query = asked.request.url.split_once('?').map_or(asked.request.body.as_str(), |(_, query)| query);
    Ok(Params::parse(query))
}

const SECOND_TAB: Scenario = Scenario::must("logout/second-tab")
    .clause("RP-Initiated Logout 2")
    .why("a page that is still open in another tab must not go on being answered after the logout")
    .covers(&["LO-09"])
    .run(|t| Box::pin(second_tab(t)));

async fn second_tab(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let (api, path) = (t.profile().api.clone(), t.profile().logout.clone());
    let before = agent.fetch(&api, RedirectMode::Manual).await?;
    if before.status() != Some(200) {
        return Err(Trial::no_difference("the API answers nobody"));
    }
    agent.visit(&path).await?;
    let start = t.position();
    let after = agent.fetch(&api, RedirectMode::Manual).await?;
    t.demand(after.status() != Some(200), start, "the API turns the page away", "it answers 200")
}

const COMES_BACK: Scenario = Scenario::policy("logout/comes-back")
    .clause("none: reported")
    .why("whoever opens the app right after a logout is signed in again or not, as the app is set up")
    .covers(&["LO-05", "LO-07"])
    .run(|t| Box::pin(comes_back(t)));

async fn comes_back(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let (home, path) = (t.profile().home.clone(), t.profile().logout.clone());
    agent.visit(&path).await?;
    for (label, query) in [
        ("plainly", ""),
        ("with a state that nobody sent", "?state=rpcheck_INVALID"),
        ("with an empty state", "?state="),
    ] {
        let landing = agent.visit(&format!("{home}{query}")).await;
        let outcome = landing.and_then(|landing| {
            let signed_in = landing.subject.clone();
            if signed_in.is_none() {
                landing.signed_out(false)?;
            }
            Ok(signed_in)
        });
        let outcome = outcome.map(|subject| {
            let seen = if subject.is_some() { "signed in again" } else { "nobody" };
            t.observe(format!("who returns {label} right after the logout is {seen}"));
        });
        t.input(label, outcome);
    }
    Ok(())
}
