//! Calls that change something, and what they are asked for with: only pages of the app can make them.

use crate::params::with;
use crate::raw;
use harness::agent::{Credentials, Fetch, FetchMode, Submission};
use harness::target::profile::Change;
use harness::trial::{FORGED, HONEST};
use harness::{Need, Outcome, Reason, Scenario, Stop, Trial, TrialAgent};
use mock_idp::Params;
use mock_idp::trace::Endpoint;

pub(crate) const SCENARIOS: &[Scenario] = &[FOREIGN, WITHOUT_HEADER, EACH_SIGN, TOKEN_SOURCE, FAILURES];

fn change(t: &Trial) -> Result<Change, Stop> {
    t.profile().change.clone().ok_or_else(|| {
        let why = "the profile declares no [change]: write a path, a body and the text that shows that it was taken";
        Stop::NotRun(Reason::Undeclared(why.to_owned()))
    })
}

/// The call as the app's own page makes it, with its header or without.
fn own_call(t: &Trial, change: &Change, with_header: bool) -> Fetch {
    let call = Fetch::get(t.stage().url(&change.path)).method("POST", Some(&change.body));
    let call = call.header("content-type", &change.content_type);
    if with_header && !change.header.is_empty() { call.header(&change.header, "fetch") } else { call }
}

/// Was the change made? Looked at by the same person.
async fn is_made(agent: &mut TrialAgent, change: &Change) -> Result<bool, Stop> {
    Ok(agent.look(&change.path).await?.body.contains(&change.trace))
}

/// The change is not made; the app's own page makes it, so that this says something.
async fn is_refused(t: &Trial, agent: &mut TrialAgent, change: &Change, start: usize) -> Outcome {
    let made = is_made(agent, change).await?;
    t.demand(!made, start, "nothing is changed", "the change was made")?;
    let home = t.profile().home.clone();
    agent.look(&home).await?;
    agent.fetch_with(own_call(t, change, true)).await?;
    if is_made(agent, change).await? {
        Ok(())
    } else {
        Err(Trial::no_difference("the app's own page cannot change it either"))
    }
}

const FOREIGN: Scenario = Scenario::should("bff/foreign-change")
    .clause("OAuth Browser-Based Apps 6.1.3.3")
    .why("a page of another site can have the browser post with the person's cookies; the app must not take that for the person's own")
    .covers(&["BFF-03"])
    .run(|t| Box::pin(foreign(t)));

/// How a foreign page makes the browser ask.
#[derive(Clone, Copy)]
enum Way {
    Form,
    PlainForm,
    Script,
}

async fn foreign(t: &mut Trial) -> Outcome {
    // Each by another person, who has changed nothing before.
    for (label, way, user) in [
        ("a form", Way::Form, "bob"),
        ("a form of plain text that is JSON", Way::PlainForm, "gwen"),
        ("a script that asks nobody beforehand", Way::Script, "fred"),
    ] {
        let outcome = posts(t, way, user).await;
        t.input(label, outcome);
    }
    Ok(())
}

async fn posts(t: &Trial, way: Way, user: &str) -> Outcome {
    let change = change(t)?;
    let url = t.stage().url(&change.path);
    let mut agent = t.signed_in(user).await?;
    let start = t.position();
    match way {
        Way::Form => {
            let fields: Params = [("note", change.trace.as_str())].into_iter().collect();
            agent.send(Submission::form_post(url, &fields, agent.provider())).await?;
        }
        Way::PlainForm => {
            let post = Submission::form_post(url, &Params::default(), agent.provider());
            agent.send(post.body("text/plain", change.body.clone())).await?;
        }
        Way::Script => {
            agent.enter_another_site().await?;
            let fetch = Fetch::get(url).method("POST", Some(&change.body)).mode(FetchMode::NoCors);
            agent.fetch_with(fetch.credentials(Credentials::Include)).await?;
        }
    }
    is_refused(t, &mut agent, &change, start).await
}

const WITHOUT_HEADER: Scenario = Scenario::should("bff/change-without-header")
    .clause("OAuth Browser-Based Apps 6.1.3.3")
    .why("a header that no form can send proves that a script of the app asks; an app that only sends it and never looks has nothing")
    .covers(&["BFF-04"])
    .run(|t| Box::pin(without_header(t)));

async fn without_header(t: &mut Trial) -> Outcome {
    let change = change(t)?;
    if change.header.is_empty() {
        let why = "the profile declares no change.header: write the header that the app's scripts send";
        return Err(Stop::NotRun(Reason::Undeclared(why.to_owned())));
    }
    let mut agent = t.signed_in("bob").await?;
    let home = t.profile().home.clone();
    agent.look(&home).await?;
    let start = t.position();
    agent.fetch_with(own_call(t, &change, false)).await?;
    is_refused(t, &mut agent, &change, start).await
}

const EACH_SIGN: Scenario = Scenario::harden("bff/each-sign-of-a-stranger")
    .clause("OAuth Browser-Based Apps 6.1.3.3; RFC 9700 4.7.1")
    .why("some browsers send no Sec-Fetch-Site, and some programs on the way take Origin away: whichever is left must say that the app itself asks")
    .covers(&["BFF-03"])
    .needs(&[Need::HandMadeRequests])
    .run(|t| Box::pin(each_sign(t)));

async fn each_sign(t: &mut Trial) -> Outcome {
    for (label, sign, user) in [
        ("Sec-Fetch-Site: same-site alone", ("sec-fetch-site", "same-site"), "bob"),
        ("Sec-Fetch-Site: cross-site alone", ("sec-fetch-site", "cross-site"), "gwen"),
        ("Origin of another site alone", ("origin", "https://evil.example"), "fred"),
    ] {
        let outcome = betrays(t, sign, user).await;
        t.input(label, outcome);
    }
    Ok(())
}

/// The call of the app's page in all but this sign of where it comes from.
async fn betrays(t: &Trial, sign: (&str, &str), user: &str) -> Outcome {
    let change = change(t)?;
    let mut agent = t.signed_in(user).await?;
    let cookies = raw::cookie_header(t, &mut agent).await?;
    let mut headers =
        vec![sign, ("cookie", cookies.as_str()), ("content-type", change.content_type.as_str())];
    headers.extend((!change.header.is_empty()).then_some((change.header.as_str(), "fetch")));
    let start = t.position();
    raw::send(t, "POST", &t.stage().url(&change.path), &headers, &change.body).await?;
    is_refused(t, &mut agent, &change, start).await
}

const TOKEN_SOURCE: Scenario = Scenario::policy("bff/token-source")
    .clause("OAuth Browser-Based Apps 6.1.3.1; RFC 9700 2.1.1, 2.1.2")
    .why("an ID Token through the browser says who somebody is; access tokens for APIs come by code, with PKCE, and never through the browser")
    .covers(&["BFF-08"])
    .run(|t| Box::pin(token_source(t)));

async fn token_source(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let start = t.position();
    let pending = agent.begin(HONEST).await?;
    let landing = agent.deliver(&pending.form.fields).await?;
    landing.accepted(&t.subject(HONEST)?)?;
    let asked = pending.asked("response_type");
    let words: Vec<_> = asked.split(' ').collect();
    let seen = t.stage().exchanges(start..t.position());
    let redeemed = seen.iter().any(|exchange| exchange.endpoint == Endpoint::Token);
    t.observe(format!("the app asks for response_type={asked}"));
    let told = if redeemed {
        "it redeems a code"
    } else {
        "it never asks the token endpoint, so it has no access token"
    };
    t.observe(told);
    t.demand(
        !words.contains(&"token"),
        start,
        "no access token through the browser",
        "the app asks for one",
    )?;
    let proved = !words.contains(&"code") || pending.asked("code_challenge_method") == "S256";
    t.demand(proved, start, "a code with PKCE (S256)", "the app asks for a code without it")
}

const FAILURES: Scenario = Scenario::harden("callback/failures-of-another")
    .clause("RFC 9700 4.7")
    .why("somebody who posts nonsense to the callback all day keeps nobody else from logging in, and costs the provider nothing")
    .covers(&["BFF-10"])
    .run(|t| Box::pin(failures(t)));

async fn failures(t: &mut Trial) -> Outcome {
    const POSTS: usize = 100;
    const AFFORDABLE: usize = 5;
    let mut other = t.agent().await?;
    let pending = other.begin(FORGED).await?;
    let home = t.profile().home.clone();
    let before = t.tenant().trace().last_seq();
    let start = t.position();
    for number in 0..POSTS {
        other.post(&with(&pending.form.fields, "state", &format!("nonsense-{number}"))).await?;
    }
    // A browser that is to post from the provider's page opens it: that is not the app's doing.
    let asked = t.tenant().trace().since(before);
    let cost = asked.iter().filter(|exchange| exchange.endpoint != Endpoint::Home).count();
    t.observe(format!("{POSTS} answers with a made-up state cost the provider {cost} requests"));
    let seen = format!("it got {cost}");
    t.demand(cost <= AFFORDABLE, start, &format!("at most {AFFORDABLE} requests to the provider"), seen)?;
    raw::send(t, "GET", &t.stage().url(&home), &[("accept", "text/html")], "").await?;
    t.agent().await?.log_in(HONEST).await?.accepted(&t.subject(HONEST)?)
}
