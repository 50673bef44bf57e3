//! What the app's authorization request must look like.

use harness::trial::HONEST;
use harness::{Outcome, Scenario, Trial};
use mock_idp::Params;
use std::collections::HashSet;

pub(crate) const SCENARIOS: &[Scenario] = &[NONCE, NONCE_SHAPE, FORM_POST, SCOPE, ONCE_EACH, FRESH];

const NONCE: Scenario = Scenario::must("request/nonce")
    .clause("OIDC Core 3.2.2.1")
    .why("an ID Token from the front channel without a nonce can be replayed")
    .covers(&["oidcc-client-test-nonce-unless-code-flow", "NONCE-07"])
    .unsandwiched()
    .run(|t| Box::pin(nonce(t)));

async fn nonce(t: &mut Trial) -> Outcome {
    let request = t.agent().await?.begin(HONEST).await?.request;
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
    let pending = t.agent().await?.begin(HONEST).await?;
    let nonce = pending.asked("nonce");
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
    let pending = t.agent().await?.begin(HONEST).await?;
    let asked = (pending.asked("response_type"), pending.asked("response_mode"));
    let right = asked == ("id_token".to_owned(), "form_post".to_owned());
    t.demand(
        right,
        0,
        "response_type=id_token and response_mode=form_post",
        format!("{} and {}", asked.0, asked.1),
    )
}

const SCOPE: Scenario = Scenario::harden("request/scope")
    .clause("OIDC Core 3.1.2.1, 5.4")
    .why("the scope openid makes it an OpenID Connect request; profile or email ask for what the app shows")
    .covers(&["oidcc-client-test-scope-userinfo-claims"])
    .unsandwiched()
    .run(|t| Box::pin(scope(t)));

async fn scope(t: &mut Trial) -> Outcome {
    let pending = t.agent().await?.begin(HONEST).await?;
    let scope = pending.asked("scope");
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
    let Params(request) = t.agent().await?.begin(HONEST).await?.request;
    let names: HashSet<_> = request.iter().map(|(name, _)| name).collect();
    t.demand(names.len() == request.len(), 0, "each parameter once", "one stands twice")?;
    let empty = request.iter().find(|(_, value)| value.is_empty());
    t.demand(empty.is_none(), 0, "no empty parameter", format!("{empty:?}"))
}

const FRESH: Scenario = Scenario::should("request/fresh-values")
    .clause("RFC 6749 10.12; RFC 9700 4.7; OIDC Core 15.5.2")
    .why("a state that is the same for every login binds nothing, and a nonce that repeats allows a replay")
    .covers(&["REQ-03"])
    .unsandwiched()
    .run(|t| Box::pin(fresh(t)));

async fn fresh(t: &mut Trial) -> Outcome {
    for name in ["state", "nonce"] {
        let start = t.position();
        let first = t.agent().await?.begin(HONEST).await?;
        let second = t.agent().await?.begin(HONEST).await?;
        let outcome = if first.asked(name).is_empty() {
            Err(t.found(start, format!("the request has a {name}"), "it has none"))
        } else if first.asked("state") == first.asked("nonce") {
            Err(t.found(start, "state and nonce differ", "they are the same"))
        } else {
            let differ = first.asked(name) != second.asked(name);
            t.demand(
                differ,
                start,
                &format!("a fresh {name} for every login"),
                format!("two logins sent the same {name}"),
            )
        };
        t.input(name, outcome);
    }
    Ok(())
}
