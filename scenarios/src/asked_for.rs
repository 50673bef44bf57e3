//! What the app asks for in its requests, and that it looks whether it got it: the request goes through the browser,
//! where anybody may change it.

use crate::params::without;
use crate::request::request;
use harness::trial::{FORGED, meaningful};
use harness::{Input, Outcome, Scenario, Trial};
use mock_idp::Fault;
use mock_idp::fault::ID_TOKEN;

pub(crate) const SCENARIOS: &[Scenario] = &[ASKED, OLD_SIGN_IN, SIGNED_IN_BEFORE, EDITED];

/// Asks for a recent sign-in with two factors, for the login page, and for its language.
const MUCH: &str = "asks-much";

const ASKED: Scenario = Scenario::must("authentication/asked-for")
    .clause("OIDC Core 3.1.2.1")
    .why("an app that is set up to want a recent sign-in, a second factor or a login page says so in its request")
    .covers(&["REQ-09"])
    .variant(MUCH)
    .unsandwiched()
    .run(|t| Box::pin(asked(t)));

async fn asked(t: &mut Trial) -> Outcome {
    let request = request(t).await?;
    for (name, value) in [
        ("max_age", "300"),
        ("acr_values", "urn:example:two-factors"),
        ("prompt", "login"),
        ("ui_locales", "de en"),
    ] {
        let sent = request.first(name).unwrap_or("nothing");
        let outcome = t.demand(sent == value, 0, &format!("{name}={value}"), format!("{name} is {sent}"));
        t.input(name, outcome);
    }
    Ok(())
}

const OLD_SIGN_IN: Scenario = Scenario::should("authentication/not-afresh")
    .clause("OIDC Core 3.1.2.1, 3.1.3.7 (13)")
    .why("max_age=0 asks for a sign-in here and now, and is no use if one of an hour ago will do")
    .covers(&["AUTH-04"])
    .variant("max-age-0")
    .inputs(|_| {
        vec![
            Input::new("an hour ago", vec![ID_TOKEN.shift("auth_time", -3600)]),
            Input::new("absent", vec![ID_TOKEN.remove("auth_time")]),
        ]
    });

const SIGNED_IN_BEFORE: Scenario = Scenario::policy("authentication/not-afresh-after-prompt")
    .clause("OIDC Core 3.1.2.1")
    .why("prompt=login asks for the login page; whether it was shown tells only auth_time, which the app may look at")
    .covers(&["AUTH-04"])
    .variant("prompt-login")
    .run(|t| Box::pin(signed_in_before(t)));

async fn signed_in_before(t: &mut Trial) -> Outcome {
    t.either("a sign-in of an hour ago, after prompt=login,", vec![ID_TOKEN.shift("auth_time", -3600)]).await
}

const EDITED: Scenario = Scenario::should("authentication/request-edited")
    .clause("OIDC Core 3.1.3.7 (12), (13); RFC 9101 1")
    .why("who sits at the browser can take max_age or acr_values out of the request: only the token tells what was done")
    .covers(&["AUTH-05"])
    .variant(MUCH)
    .run(|t| Box::pin(edited(t)));

async fn edited(t: &mut Trial) -> Outcome {
    for (name, faults) in [
        ("max_age", vec![ID_TOKEN.shift("auth_time", -3600)]),
        ("acr_values", Vec::new()),
        ("prompt", vec![ID_TOKEN.shift("auth_time", -3600)]),
    ] {
        let outcome = without_asking(t, name, faults).await;
        t.input(name, outcome);
    }
    Ok(())
}

/// The person takes this out of the request, and the provider answers what it was asked.
async fn without_asking(t: &Trial, name: &str, faults: Vec<Fault>) -> Outcome {
    let mut agent = t.agent().await?;
    let asked = agent.begin(FORGED).await?.request;
    let edited = format!("{}/authorize?{}", t.facts().issuer, without(&asked, name).encode());
    let guard = t.arm(faults)?;
    let pending = agent.begin_at(&edited, FORGED).await?;
    meaningful(&guard.report())?;
    agent.deliver(&pending.form.fields).await?.refused()
}
