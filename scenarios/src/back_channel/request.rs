//! How a logout token must come: in a form that is posted, once.

use super::{FORM, SignedIn, VICTIM, address, post};
use crate::raw;
use harness::{Outcome, Scenario, Trial};
use mock_idp::Params;
use serde_json::json;

pub(crate) const SCENARIOS: &[Scenario] = &[REQUEST, LARGE];

const REQUEST: Scenario = Scenario::must("back-channel/request")
    .clause("Back-Channel Logout 2.5, 2.8; RFC 6749 3.1")
    .why("a logout token is the form parameter of a POST: in an address it is written into every log on the way")
    .covers(&["BC-11"])
    .alone()
    .run(|t| Box::pin(request(t)));

async fn request(t: &mut Trial) -> Outcome {
    let form = |pairs: &[(&str, &str)]| pairs.iter().copied().collect::<Params>().encode();
    let victim = SignedIn::new(t, VICTIM).await?;
    let token = victim.token(t, Vec::new())?;
    let one = form(&[("logout_token", &token)]);
    let twice = form(&[("logout_token", &token), ("logout_token", "another")]);
    let json = json!({"logout_token": token}).to_string();
    let mut in_address = address(t)?;
    in_address.set_query(Some(&one));
    let plain = address(t)?;
    let mut victim = victim;
    for (label, method, url, headers, body) in [
        ("GET", "GET", &in_address, &[][..], ""),
        ("JSON", "POST", &plain, &[("content-type", "application/json")][..], json.as_str()),
        ("no parameter", "POST", &plain, &[FORM][..], ""),
        ("the parameter twice", "POST", &plain, &[FORM][..], twice.as_str()),
    ] {
        let start = t.position();
        let outcome = raw::send(t, method, url, headers, body).await;
        let outcome = turned_down(t, &mut victim, start, outcome.map(|answer| answer.status)).await;
        t.input(label, outcome);
    }
    let start = t.position();
    post(t, &token).await?;
    victim
        .is_over(t, start)
        .await
        .map_err(|_| Trial::no_difference("the same token in order ends nothing either"))
}

async fn turned_down(
    t: &Trial,
    victim: &mut SignedIn,
    start: usize,
    status: Result<u16, harness::Stop>,
) -> Outcome {
    let status = status?;
    victim.lives(t, start).await?;
    t.demand((400..500).contains(&status), start, "400, or 405 or 415 as it may be", status.to_string())
}

const LARGE: Scenario = Scenario::harden("back-channel/large")
    .clause("RFC 9110 15.5.14")
    .why("anybody can post here: a body of any length must not fill the app's memory, nor bring it down")
    .covers(&["BC-11"])
    .alone()
    .run(|t| Box::pin(large(t)));

/// Larger than any token, smaller than what a machine notices.
const LENGTH: usize = 8 * 1024 * 1024;

async fn large(t: &mut Trial) -> Outcome {
    let mut victim = SignedIn::new(t, VICTIM).await?;
    let token = victim.token(t, Vec::new())?;
    let padding = "x".repeat(LENGTH);
    let body = [("padding", padding.as_str()), ("logout_token", token.as_str())]
        .into_iter()
        .collect::<Params>()
        .encode();
    let start = t.position();
    let answer = raw::send(t, "POST", &address(t)?, &[FORM], &body).await?;
    t.demand(matches!(answer.status, 400 | 413), start, "413, or 400", answer.status.to_string())?;
    victim.lives(t, start).await
}
