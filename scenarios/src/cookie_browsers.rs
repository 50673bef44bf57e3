//! The same cookies in browsers that keep other rules, or another time.

use crate::jar::{self, list};
use harness::agent::{Fetch, Flavour};
use harness::trial::HONEST;
use harness::{Need, Outcome, Reason, Scenario, Stop, Trial};
use mock_idp::trace::Endpoint;

pub(crate) const SCENARIOS: &[Scenario] = &[OTHER_BROWSERS, OVER_HTTP, FIRST_PAGE, CLOCK_AHEAD, IN_A_FRAME];

const OTHER_BROWSERS: Scenario = Scenario::tolerate("cookie/other-browsers")
    .clause("RFC 6265bis 5.6.7.2")
    .why(
        "the two minutes for unmarked cookies are Chromium's own: other browsers send these always, or never",
    )
    .covers(&["CK-03"])
    .needs(&[Need::AgedCookies])
    .run(|t| Box::pin(other_browsers(t)));

async fn other_browsers(t: &mut Trial) -> Outcome {
    for (label, flavour) in
        [("Firefox's rules", Flavour::Firefox), ("WebKit's rules, which know no grace", Flavour::Spec)]
    {
        let outcome = logs_in_slowly(t, flavour).await;
        t.input(label, outcome);
    }
    Ok(())
}

async fn logs_in_slowly(t: &Trial, flavour: Flavour) -> Outcome {
    let mut agent = t.agent_of(flavour).await?;
    let pending = agent.begin(HONEST).await?;
    t.age_cookies(180);
    agent.deliver(&pending.form.fields).await?.accepted(&t.subject(HONEST)?)
}

const OVER_HTTP: Scenario = Scenario::policy("cookie/over-http")
    .clause("RFC 6265bis 5.7")
    .why("SameSite=None needs Secure, and whether a browser takes that on http://localhost is up to the browser")
    .covers(&["CK-04"])
    .run(|t| Box::pin(over_http(t)));

async fn over_http(t: &mut Trial) -> Outcome {
    if t.facts().base_url.scheme() != "http" {
        return Err(Stop::NotRun(Reason::Needs("needs an app on plain http, as in development")));
    }
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    let begun = jar::cookies(t, &mut agent).await?;
    let secure: Vec<_> = begun.iter().filter(|cookie| cookie.secure).cloned().collect();
    jar::forget(t, &mut agent, &secure).await?;
    let landing = agent.deliver(&pending.form.fields).await?;
    t.observe(format!("over http a login has these cookies: {}", list(&begun)));
    let outcome = match &landing.subject {
        Some(_) => "can be finished".to_owned(),
        None => format!("cannot, and {}", landing.seen()),
    };
    t.observe(format!("where the browser takes no Secure cookie over http, the login {outcome}"));
    match landing.subject {
        Some(_) => landing.accepted(&t.subject(HONEST)?),
        None => landing.refused(),
    }
}

const FIRST_PAGE: Scenario = Scenario::tolerate("cookie/first-page")
    .clause("RFC 6265bis 5.2, 8.8.2")
    .why("the page after the provider's form post is loaded without SameSite=Strict cookies: an app that has such must not take its own user for a stranger")
    .covers(&["CK-08"])
    .run(|t| Box::pin(first_page(t)));

async fn first_page(t: &mut Trial) -> Outcome {
    let page = t.profile().page.clone();
    let landing = t.agent().await?.log_in_at(&page, HONEST).await?;
    landing.accepted(&t.subject(HONEST)?)?;
    let is_there = !landing.at_provider && landing.page.url.path() == page && landing.page.status < 400;
    if is_there {
        Ok(())
    } else {
        Err(landing.found(format!("{page}, without another login"), landing.seen()))
    }
}

const CLOCK_AHEAD: Scenario = Scenario::harden("cookie/clock-ahead")
    .clause("RFC 6265bis 5.7")
    .why("a date that the app's clock has reckoned may be over by the browser's, which then drops the cookie at once; a span of time never is")
    .covers(&["CK-21"])
    .needs(&[Need::AgedCookies])
    .run(|t| Box::pin(clock_ahead(t)));

async fn clock_ahead(t: &mut Trial) -> Outcome {
    const MONTH: i64 = 30 * 86_400;
    t.age_cookies(MONTH);
    let landing = t.agent().await?.log_in(HONEST).await;
    t.age_cookies(-MONTH);
    landing?.accepted(&t.subject(HONEST)?)
}

const IN_A_FRAME: Scenario = Scenario::policy("session/in-a-frame")
    .clause("OAuth Browser-Based Apps 6.1.3.2")
    .why("an app in a frame of another site has no session there unless its cookie is meant to travel so far")
    .covers(&["CK-20"])
    .run(|t| Box::pin(in_a_frame(t)));

async fn in_a_frame(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let home = t.stage().url(&t.profile().home);
    agent.enter_another_site().await?;
    let start = t.position();
    agent.fetch_with(Fetch::frame(home)).await?;
    let seen = t.stage().exchanges(start..t.position());
    let in_frame = seen.iter().find(|exchange| exchange.endpoint == Endpoint::App);
    let word = match in_frame {
        Some(exchange) if exchange.request.header("cookie").is_some() => "with its cookies",
        Some(_) => "without its cookies, as nobody",
        None => "not at all",
    };
    t.observe(format!("in a frame of another site the app is seen {word}"));
    let subject = agent.probe().await?;
    t.demand(
        subject == Some(t.subject(HONEST)?),
        start,
        "outside the frame the session goes on",
        "it is over",
    )
}
