//! What the app's authorization request must look like.

use crate::raw;
use harness::{Need, Outcome, Scenario, Stop, Trial};
use mock_idp::trace::Endpoint;
use mock_idp::{LoginPolicy, Params};
use std::collections::HashSet;

pub(crate) const SCENARIOS: &[Scenario] =
    &[NONCE, NONCE_SHAPE, FORM_POST, SCOPE, ONCE_EACH, FRESH, REDIRECT_URI];

/// The request with which the app sends a browser to the provider, as it arrived there, whatever comes of it.
pub(crate) async fn request(t: &Trial) -> Result<Params, Stop> {
    let since = t.position();
    let start = t.profile().start.clone();
    t.tenant().set_policy(LoginPolicy::Ask);
    let page = t.agent().await?.look(&start).await?;
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

const REDIRECT_URI: Scenario = Scenario::should("request/redirect-uri-configured")
    .clause("RFC 9700 4.1.3, 4.13")
    .why("whoever can choose the Host header, or what a proxy says of it, must not choose where the token is sent")
    .covers(&["CB-26"])
    .needs(&[Need::HandMadeRequests])
    .run(|t| Box::pin(redirect_uri(t)));

/// Where an attacker would like to have the token.
const ELSEWHERE: &str = "evil.example";

async fn redirect_uri(t: &mut Trial) -> Outcome {
    let host = ELSEWHERE;
    for (label, headers) in [
        ("Host", [("host", host), ("x-nothing", "")]),
        ("X-Forwarded-Host", [("x-forwarded-host", host), ("x-forwarded-proto", "https")]),
        ("Forwarded", [("forwarded", "for=192.0.2.1;host=evil.example;proto=https"), ("x-nothing", "")]),
        ("X-Original-Host", [("x-original-host", host), ("x-host", host)]),
    ] {
        let outcome = stays_configured(t, &headers).await;
        t.input(label, outcome);
    }
    Ok(())
}

/// The app refuses such a request, or sends the browser off with the callback that it always has.
async fn stays_configured(t: &Trial, headers: &[(&str, &str)]) -> Outcome {
    let start = t.stage().url(&t.profile().start);
    let answer = raw::send(t, "GET", &start, headers, "").await?;
    let Some(location) = answer.header("location") else { return Ok(()) };
    let Ok(location) = start.join(location) else { return Ok(()) };
    let sent = location.query_pairs().find(|(name, _)| name == "redirect_uri");
    let expected = format!("redirect_uri={}", t.facts().callback);
    if let Some((_, uri)) = sent {
        return t.demand(uri == t.facts().callback.as_str(), 0, &expected, uri.as_ref());
    }
    let foreign = location.host_str() == Some(ELSEWHERE);
    t.demand(!foreign, 0, &expected, format!("the browser is sent to {location}"))
}
