//! What the app's authorization request must look like.

use harness::{Outcome, Scenario, Stop, Trial};
use mock_idp::trace::Endpoint;
use mock_idp::{LoginPolicy, Params};
use std::collections::HashSet;

pub(crate) const SCENARIOS: &[Scenario] = &[NONCE, NONCE_SHAPE, FORM_POST, SCOPE, ONCE_EACH, FRESH];

/// The request with which the app sends a browser to the provider, as it arrived there, whatever comes of it.
pub(crate) async fn request(t: &Trial) -> Result<Params, Stop> {
    request_from(t, &t.profile().start).await
}

/// The same from another path.
pub(crate) async fn request_from(t: &Trial, start: &str) -> Result<Params, Stop> {
    let since = t.position();
    t.tenant().set_policy(LoginPolicy::Ask);
    let page = t.agent().await?.look(start).await?;
    let seen = t.stage().exchanges(since..t.position());
    let arrived = seen.iter().find(|exchange| exchange.endpoint == Endpoint::Authorize);
    let Some(arrived) = arrived else {
        let actual = format!("the user ended on {} with status {}", page.url, page.status);
        return Err(t.found(since, "a login leads to the provider's authorization endpoint", actual));
    };
    let query = arrived.request.url.split_once('?').map_or("", |(_, query)| query);
    Ok(Params::parse(if query.is_empty() { &arrived.request.body } else { query }))
}

const NONCE: Scenario = Scenario::must("request/nonce")
    .clause("OIDC Core 3.2.2.1")
    .why("an ID Token from the front channel without a nonce can be replayed")
    .covers(&["oidcc-client-test-nonce-unless-code-flow", "NONCE-07"])
    .unsandwiched()
    .run(|t| Box::pin(nonce(t)));

async fn nonce(t: &mut Trial) -> Outcome {
    let request = request(t).await?;
    let sent = request.first("nonce").unwrap_or_default();
    t.demand(!sent.is_empty(), 0, "the request has a nonce", "it has none")
}

const NONCE_SHAPE: Scenario = Scenario::harden("request/nonce-shape")
    .clause("OIDC Core 15.5.2")
    .why("a nonce of URL-safe characters that is no longer than 43 survives every provider")
    .covers(&["oidcc-client-test"])
    .unsandwiched()
    .run(|t| Box::pin(nonce_shape(t)));

async fn nonce_shape(t: &mut Trial) -> Outcome {
    let request = request(t).await?;
    let nonce = request.first("nonce").unwrap_or_default();
    let safe = nonce.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte));
    t.demand(
        safe && nonce.len() <= 43,
        0,
        "a nonce of at most 43 URL-safe characters",
        format!("one of {} characters", nonce.len()),
    )
}

const FORM_POST: Scenario = Scenario::must("request/form-post")
    .clause("Form Post 2; OAuth Multiple Response Types 2.1")
    .why("without response_mode=form_post an ID Token comes in the fragment, where no backend sees it")
    .covers(&["REQ-01"])
    .unsandwiched()
    .run(|t| Box::pin(form_post(t)));

async fn form_post(t: &mut Trial) -> Outcome {
    let request = request(t).await?;
    let asked = |name: &str| request.first(name).unwrap_or("nothing").to_owned();
    let (kind, mode) = (asked("response_type"), asked("response_mode"));
    let right = kind == "id_token" && mode == "form_post";
    let seen = format!("response_type is {kind}, response_mode is {mode}");
    t.demand(right, 0, "response_type=id_token and response_mode=form_post", seen)
}

const SCOPE: Scenario = Scenario::harden("request/scope")
    .clause("OIDC Core 3.1.2.1, 5.4")
    .why("the scope openid makes it an OpenID Connect request; profile or email ask for what the app shows")
    .covers(&["oidcc-client-test-scope-userinfo-claims"])
    .unsandwiched()
    .run(|t| Box::pin(scope(t)));

async fn scope(t: &mut Trial) -> Outcome {
    let request = request(t).await?;
    let scope = request.first("scope").unwrap_or_default();
    let words: Vec<_> = scope.split(' ').collect();
    let asks = ["profile", "email", "phone", "address"].iter().any(|wanted| words.contains(wanted));
    t.demand(
        words.contains(&"openid") && asks,
        0,
        "the scope has openid and one of profile, email, phone, address",
        format!("the scope is “{scope}”"),
    )
}

const ONCE_EACH: Scenario = Scenario::must("request/each-parameter-once")
    .clause("RFC 6749 3.1")
    .why("a parameter that stands twice, or is empty, means something else to every provider")
    .covers(&["REQ-02"])
    .unsandwiched()
    .run(|t| Box::pin(once_each(t)));

async fn once_each(t: &mut Trial) -> Outcome {
    let Params(request) = request(t).await?;
    let names: HashSet<_> = request.iter().map(|(name, _)| name).collect();
    t.demand(names.len() == request.len(), 0, "each parameter once", "one stands twice")?;
    let empty = request.iter().find(|(_, value)| value.is_empty());
    t.demand(empty.is_none(), 0, "no empty parameter", format!("{empty:?}"))
}

const FRESH: Scenario = Scenario::should("request/fresh-values")
    .clause("RFC 6749 10.12; RFC 9700 4.7; OIDC Core 15.5.2")
    .why("a state that is the same for every login binds nothing, and a nonce that repeats allows a replay")
    .covers(&["REQ-03", "NONCE-06"])
    .unsandwiched()
    .run(|t| Box::pin(fresh(t)));

async fn fresh(t: &mut Trial) -> Outcome {
    for name in ["state", "nonce"] {
        let outcome = is_fresh(t, name).await;
        t.input(name, outcome);
    }
    Ok(())
}

async fn is_fresh(t: &Trial, name: &str) -> Outcome {
    let start = t.position();
    let (first, second) = (request(t).await?, request(t).await?);
    let asked = |request: &Params, name: &str| request.first(name).unwrap_or_default().to_owned();
    t.demand(!asked(&first, name).is_empty(), start, &format!("the request has a {name}"), "it has none")?;
    let apart = asked(&first, "state") != asked(&first, "nonce");
    t.demand(apart, start, "state and nonce differ", "they are the same")?;
    t.demand(
        asked(&first, name) != asked(&second, name),
        start,
        &format!("a fresh {name} for every login"),
        format!("two logins sent the same {name}"),
    )
}
