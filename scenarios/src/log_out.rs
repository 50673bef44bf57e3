//! Who may end a session, whom the provider is told of, and what is left of it afterwards.

use crate::declared::declared;
use crate::logout_hint::log_out_and_see;
use crate::raw;
use harness::agent::{Fetch, RedirectMode, Submission};
use harness::landing::Subject;
use harness::trial::HONEST;
use harness::{Need, Outcome, Reason, Scenario, Stop, Trial, TrialAgent};
use mock_idp::Params;
use mock_idp::trace::Endpoint;
use url::Url;

pub(crate) const SCENARIOS: &[Scenario] =
    &[FOREIGN, FORM_OF_NOBODY, SECOND_TAB, COMES_BACK, ROUND_TRIP, COMES_HOME, AGAIN];

/// Not run where the profile has no logout.
pub(crate) fn logout(t: &Trial) -> Result<Url, Stop> {
    declared(t, &t.profile().logout)
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
            agent.enter_another_site().await?;
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

const FORM_OF_NOBODY: Scenario = Scenario::harden("logout/form-of-nobody")
    .clause("OAuth Browser-Based Apps 6.1.3.3; RFC 9700 4.7.1")
    .why("a form that says nothing of where it comes from may be anybody's: no browser of today sends one")
    .covers(&["LO-03"])
    .needs(&[Need::HandMadeRequests])
    .run(|t| Box::pin(form_of_nobody(t)));

async fn form_of_nobody(t: &mut Trial) -> Outcome {
    let url = logout(t)?;
    let mut agent = t.signed_in(HONEST).await?;
    let start = t.position();
    let subject = after_form(t, &mut agent, &url, &[]).await?;
    t.demand(subject.is_some(), start, "the person is still signed in", "nobody is")?;
    let own = t.facts().base_url.origin().ascii_serialization();
    let signs = [("origin", own.as_str()), ("sec-fetch-site", "same-origin")];
    match after_form(t, &mut agent, &url, &signs).await? {
        None => Ok(()),
        Some(_) => Err(Trial::no_difference("a form of the app's own page logs nobody out either")),
    }
}

/// Who is signed in after a form was posted there with the browser's cookies and these signs of its page.
async fn after_form(
    t: &Trial,
    agent: &mut TrialAgent,
    url: &Url,
    signs: &[(&str, &str)],
) -> Result<Subject, Stop> {
    let cookies = raw::cookie_header(t, agent).await?;
    let mut headers =
        vec![("cookie", cookies.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    headers.extend(signs);
    let answer = raw::send(t, "POST", url, &headers, "").await?;
    raw::probe_after(agent, url, &answer).await
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
    .covers(&[
        "LO-05",
        "LO-07",
        "oidcc-client-test-rp-init-logout-other-state",
        "oidcc-client-test-rp-init-logout-no-state",
    ])
    .run(|t| Box::pin(comes_back(t)));

async fn comes_back(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let home = t.profile().home.clone();
    let start = t.position();
    let asked = log_out_and_see(t, &mut agent, start).await.unwrap_or_default();
    let sent = asked.first("state").unwrap_or_default();
    for (label, query) in [
        ("without its state", String::new()),
        ("with another state", format!("?state={sent}_INVALID")),
        ("with an empty state", "?state=".to_owned()),
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

const ROUND_TRIP: Scenario = Scenario::tolerate("logout/round-trip")
    .clause("RP-Initiated Logout 2, 3")
    .why("who has logged out at the provider as well comes back, if the app has asked for that, is nobody there, and can log in again")
    .covers(&["oidcc-client-test-rp-init-logout"])
    .run(|t| Box::pin(round_trip(t)));

async fn round_trip(t: &mut Trial) -> Outcome {
    let path = logout(t)?;
    let mut agent = t.signed_in(HONEST).await?;
    let landing = agent.visit(path.as_str()).await?;
    landing.signed_out(false)?;
    let asked = landing.conversation.iter().find(|exchange| exchange.endpoint == Endpoint::EndSession);
    let Some(asked) = asked else {
        return Err(Stop::NotRun(Reason::AppDidNotAsk("a logout at the provider".to_owned())));
    };
    // An app that names no place leaves the person at the provider.
    let comes_back = asked.request.url.contains("post_logout_redirect_uri=");
    if t.stage().is_app(&landing.page.url) != comes_back || landing.page.status >= 400 {
        let expected = if comes_back { "back on a page of the app" } else { "the provider's last page" };
        return Err(landing.found(expected, landing.seen()));
    }
    agent.log_in(HONEST).await?.accepted(&t.subject(HONEST)?)
}

const COMES_HOME: Scenario = Scenario::must("logout/comes-home")
    .clause("RP-Initiated Logout 2, 3; RFC 9700 4.11")
    .why("where the person ends after a logout is registered beforehand; whoever wrote the link must not choose it")
    .covers(&["LO-04"])
    .run(|t| Box::pin(comes_home(t)));

async fn comes_home(t: &mut Trial) -> Outcome {
    for name in ["post_logout_redirect_uri", "returnTo", "redirect_uri"] {
        let outcome = keeps_its_own_place(t, name).await;
        t.input(name, outcome);
    }
    Ok(())
}

async fn keeps_its_own_place(t: &Trial, name: &str) -> Outcome {
    let mut url = logout(t)?;
    url.query_pairs_mut().append_pair(name, "https://evil.example/");
    let mut agent = t.signed_in(HONEST).await?;
    let landing = agent.visit(url.as_str()).await?;
    if !t.stage().is_app(&landing.page.url) && !landing.at_provider {
        return Err(landing.found("a page of the app", format!("the user ended on {}", landing.page.url)));
    }
    let asked = landing.conversation.iter().find(|exchange| exchange.endpoint == Endpoint::EndSession);
    let asked = asked.map(|exchange| exchange.request.url.split_once('?').unwrap_or_default().1);
    let place =
        asked.map(Params::parse).and_then(|asked| asked.first("post_logout_redirect_uri").map(str::to_owned));
    let Some(place) = place else { return Ok(()) };
    let clients = t.tenant().clients();
    let mut registered = clients.iter().flat_map(|client| &client.post_logout_redirect_uris);
    let same = |known: &String| known.trim_end_matches('/') == place.trim_end_matches('/');
    if registered.any(same) {
        return Ok(());
    }
    Err(landing
        .found("the address that the app has registered", format!("post_logout_redirect_uri is {place}")))
}

const AGAIN: Scenario = Scenario::harden("logout/again")
    .clause("RP-Initiated Logout 2")
    .why("a logout from a page that was still open, or by somebody who is nobody, ends as any other does")
    .covers(&["LO-10"])
    .run(|t| Box::pin(again(t)));

async fn again(t: &mut Trial) -> Outcome {
    let outcome = ends_well(t, true).await;
    t.input("twice", outcome);
    let outcome = ends_well(t, false).await;
    t.input("without a session", outcome);
    Ok(())
}

async fn ends_well(t: &Trial, twice: bool) -> Outcome {
    let path = logout(t)?;
    let mut agent = if twice { t.signed_in(HONEST).await? } else { t.agent().await? };
    if twice {
        agent.visit(path.as_str()).await?;
    }
    let landing = agent.visit(path.as_str()).await?;
    landing.signed_out(false)?;
    if landing.page.status < 400 { Ok(()) } else { Err(landing.found("a page below 400", landing.seen())) }
}
