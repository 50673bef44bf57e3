//! What a script of the page is answered that has no session, where the app tells scripts so by a 401.

use harness::agent::{Fetch, Fetched, RedirectMode};
use harness::{Outcome, Scenario, Stop, Trial};
use mock_idp::fault::WIRE;
use mock_idp::trace::Endpoint;
use url::Url;

pub(crate) const SCENARIOS: &[Scenario] = &[API_401, CHALLENGE, LOGIN_PAGE_FOR_DATA];

const API_401: Scenario = Scenario::should("field/api-401")
    .clause("RFC 9110 15.5.2; OAuth Browser-Based Apps 6.1.2")
    .why("a script without a session gets a 401 that it can read")
    .variant("api-401")
    .run(|t| Box::pin(api_401(t)));

async fn api_401(t: &mut Trial) -> Outcome {
    let (start, status, kind, _) = refused_call(t).await?;
    let seen = format!("status {status}, Content-Type {kind}");
    t.demand(status == 401 && kind.contains("json"), start, "401 with JSON", seen)
}

const CHALLENGE: Scenario = Scenario::must("field/api-401-challenge")
    .clause("RFC 9110 11.6.1, 15.5.2")
    .demands("whoever answers 401 sends WWW-Authenticate with at least one challenge")
    .why("a 401 says how to authenticate; without that it is no answer that every client understands")
    .variant("api-401")
    .run(|t| Box::pin(challenge(t)));

async fn challenge(t: &mut Trial) -> Outcome {
    let (start, status, _, challenge) = refused_call(t).await?;
    if status != 401 {
        return Err(Trial::no_difference(format!("the call is answered {status}, which needs no challenge")));
    }
    t.demand(
        challenge != "nothing",
        start,
        "401 with WWW-Authenticate",
        format!("WWW-Authenticate {challenge}"),
    )
}

/// Where it began, and the status, the type and the challenge of the answer to a call without a session.
async fn refused_call(t: &Trial) -> Result<(usize, u16, String, String), Stop> {
    let mut agent = t.agent().await?;
    agent.look(&t.profile().home.clone()).await?;
    let start = t.position();
    let call = Fetch::get(t.stage().url(&t.profile().api)).redirect(RedirectMode::Manual);
    let answer = agent.fetch_with(call).await?;
    let Fetched::Response { status, headers, .. } = &answer else {
        return Err(t.found(start, "status 401", format!("a script in the page got {answer:?}")));
    };
    let header = |name: &str| {
        let found = headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("nothing", |(_, value)| value.as_str()).to_owned()
    };
    Ok((start, *status, header("content-type"), header("www-authenticate")))
}

const LOGIN_PAGE_FOR_DATA: Scenario = Scenario::should("field/login-page-for-data")
    .clause("OAuth Browser-Based Apps 6.1.2; RFC 9110 15.5.2")
    .why("a script that follows redirects, as scripts do, must not be led to a login page that it can read and takes for data")
    .variant("api-401")
    .run(|t| Box::pin(login_page_for_data(t)));

async fn login_page_for_data(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    agent.look(&t.profile().home.clone()).await?;
    let everybody = |endpoint| WIRE.at(endpoint).header("access-control-allow-origin", "*");
    let _readable = t.arm([Endpoint::Authorize, Endpoint::Login].map(everybody).to_vec())?;
    let start = t.position();
    let answer = agent.fetch_with(Fetch::get(t.stage().url(&t.profile().api))).await?;
    // A redirect that the page's own content policy ends is no answer either.
    let is_data = |status: u16, url: &Url| status < 400 || !t.stage().is_app(url);
    match answer {
        Fetched::Response { status, url, .. } if is_data(status, &url) => {
            let seen = format!("the script was given {status} of {}", url.origin().ascii_serialization());
            Err(t.found(start, "nothing that a script would take for data", seen))
        }
        _ => Ok(()),
    }
}
