//! What a provider's error may do to the page that shows it, and to the person whom nobody asked: nothing.

use crate::errors::refusal;
use harness::trial::HONEST;
use harness::{Outcome, Reason, Scenario, Stop, Trial};
use mock_idp::trace::Endpoint;
use mock_idp::{LoginPolicy, Params};

pub(crate) const SCENARIOS: &[Scenario] = &[MARKUP, LOGIN_REQUIRED];

const MARKUP: Scenario = Scenario::harden("error/markup")
    .clause("RFC 6749 4.2.2.1; OIDC Core 3.1.2.6")
    .why("an error is text that came with a request: put into the page as markup, or linked, it runs with the app's rights")
    .covers(&["CB-29"])
    .run(|t| Box::pin(markup(t)));

const SCRIPT: &str = "<script>alert('rpcheck')</script>";
const PICTURE: &str = "\"><img src=x onerror=alert('rpcheck')>";
const LINK: &str = "javascript:alert('rpcheck')";

async fn markup(t: &mut Trial) -> Outcome {
    for (label, name, value) in [
        ("a script in error_description", "error_description", SCRIPT),
        ("a picture in error_description", "error_description", PICTURE),
        ("a script in error", "error", SCRIPT),
        ("a script as error_uri", "error_uri", LINK),
    ] {
        let outcome = shows_as_text(t, name, value).await;
        t.input(label, outcome);
    }
    Ok(())
}

async fn shows_as_text(t: &Trial, name: &str, value: &str) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    let mut error = refusal(&pending.answer("state"), "access_denied", "Denied");
    error.set(name, value);
    let landing = agent.deliver(&error).await?;
    landing.refused()?;
    let page = &landing.page;
    let raw = page.is_html() && [SCRIPT, PICTURE].iter().any(|markup| page.body.contains(markup));
    let is_script = |link: &harness::agent::Link| {
        link.target.as_ref().is_some_and(|target| target.scheme() == "javascript")
    };
    let linked = page.links.iter().any(is_script) || page.body.contains("href=\"javascript:alert(");
    if raw || linked {
        let actual = if raw { "it is markup of the page" } else { "it is a link of the page" };
        return Err(landing.found(format!("{name} is shown as text, or not at all"), actual));
    }
    Ok(())
}

const LOGIN_REQUIRED: Scenario = Scenario::tolerate("error/login-required")
    .clause("Form Post 2; OIDC Core 3.1.2.6, 3.2.2.6")
    .why("who is asked about without being shown anything, and is unknown, sees the page as nobody: that is an answer, and no failure")
    .covers(&["oidcc-client-test-form-post-error"])
    .variant("silent-max-age-0")
    .run(|t| Box::pin(login_required(t)));

async fn login_required(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    t.tenant().set_policy(LoginPolicy::Ask);
    let home = t.profile().home.clone();
    let landing = agent.visit(&home).await?;
    let asked = landing.conversation.iter().find(|exchange| exchange.endpoint == Endpoint::Authorize);
    let query =
        asked.and_then(|exchange| exchange.request.url.split_once('?')).map_or("", |(_, query)| query);
    let request = Params::parse(query);
    if request.first("prompt") != Some("none") {
        return Err(Stop::NotRun(Reason::AppDidNotAsk("a login without a page, by prompt=none".to_owned())));
    }
    t.observe(format!("prompt=none comes with max_age {}", request.first("max_age").unwrap_or("left out")));
    landing.refused()?;
    let is_there = !landing.at_provider && landing.page.url.path() == home && landing.page.status < 400;
    if is_there { Ok(()) } else { Err(landing.found(format!("{home}, as nobody"), landing.seen())) }
}
