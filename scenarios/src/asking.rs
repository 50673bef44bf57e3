//! What the app's requests must not be: guessable, long, or telling.

use crate::jar;
use crate::request::request;
use harness::trial::{HONEST, meaningful};
use harness::{Need, Outcome, Scenario, Trial};
use mock_idp::fault::DISCOVERY;
use std::collections::HashSet;

pub(crate) const SCENARIOS: &[Scenario] = &[UNGUESSABLE, SHORT, NO_SECRETS, KEEPS_QUERY, LONG_PAUSE];

const UNGUESSABLE: Scenario = Scenario::should("request/unguessable-values")
    .clause("RFC 6749 10.10, 10.12; RFC 9700 4.7; OIDC Core 15.5.2")
    .why("a state or a nonce that can be guessed, or comes round again, binds an answer to nobody")
    .covers(&["STATE-09", "NONCE-06"])
    .unsandwiched()
    .run(|t| Box::pin(unguessable(t)));

async fn unguessable(t: &mut Trial) -> Outcome {
    const LOGINS: usize = 50;
    let mut requests = Vec::new();
    for _ in 0..LOGINS {
        requests.push(request(t).await?);
    }
    for name in ["state", "nonce"] {
        let values: Vec<_> = requests.iter().map(|request| request.first(name).unwrap_or_default()).collect();
        let outcome = can_not_be_guessed(t, name, &values);
        t.input(name, outcome);
    }
    Ok(())
}

/// 128 bits take 22 characters of Base64url, and more of anything else that is written into an address.
fn can_not_be_guessed(t: &Trial, name: &str, values: &[&str]) -> Outcome {
    const CHARACTERS: usize = 22;
    let different: HashSet<_> = values.iter().collect();
    let seen = format!("{} different ones", different.len());
    t.demand(
        different.len() == values.len(),
        0,
        &format!("{} logins, each with its own {name}", values.len()),
        seen,
    )?;
    let shortest = values.iter().map(|value| value.len()).min().unwrap_or_default();
    let expected = format!("a {name} of 128 bits, which take {CHARACTERS} characters");
    t.demand(shortest >= CHARACTERS, 0, &expected, format!("one of {shortest} characters"))
}

const SHORT: Scenario = Scenario::harden("request/length")
    .clause("RFC 9110 4.1")
    .why("servers and programs on the way cut or refuse addresses that are too long")
    .covers(&["REQ-10"])
    .unsandwiched()
    .run(|t| Box::pin(short(t)));

async fn short(t: &mut Trial) -> Outcome {
    const LONGEST: usize = 2000;
    let length = request(t).await?.encode().len();
    let expected = format!("an authorization request of at most {LONGEST} characters");
    t.demand(length <= LONGEST, 0, &expected, format!("one of {length}"))
}

const NO_SECRETS: Scenario = Scenario::should("request/no-secrets")
    .clause("RFC 9700 4.2; OIDC Core 16.4")
    .why("the address of the request stays in histories and logs: no secret and no session of the app may be in it")
    .covers(&["REQ-11"])
    .run(|t| Box::pin(no_secrets(t)));

async fn no_secrets(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let session = jar::cookies(t, &mut agent).await?;
    let start = t.position();
    let pending = agent.begin(HONEST).await?;
    let secret = pending.request.first("client_secret");
    t.demand(secret.is_none(), start, "no client_secret in the request", "there is one")?;
    let sent = pending.request.encode();
    let shown = session.iter().find(|cookie| cookie.value.len() >= 16 && sent.contains(&cookie.value));
    let seen = shown.map(|cookie| format!("that of {} is", cookie.name)).unwrap_or_default();
    t.demand(shown.is_none(), start, "no cookie of the app is in the request", seen)
}

const KEEPS_QUERY: Scenario = Scenario::must("request/endpoint-with-query")
    .clause("RFC 6749 3.1")
    .why("a provider may tell its customers apart by the query of its endpoint, which is kept when parameters are added")
    .covers(&["REQ-05"])
    .cold()
    .run(|t| Box::pin(keeps_query(t)));

async fn keeps_query(t: &mut Trial) -> Outcome {
    let endpoint = format!("{}/authorize?customer=blue", t.facts().issuer);
    let guard = t.arm(vec![DISCOVERY.set("authorization_endpoint", endpoint)])?;
    let asked = request(t).await;
    meaningful(&guard.report())?;
    drop(guard);
    let asked = asked?;
    let both = asked.first("customer") == Some("blue") && asked.has("client_id");
    t.demand(both, 0, "customer=blue is still there, beside the parameters", asked.encode())?;
    t.restart().await
}

const LONG_PAUSE: Scenario = Scenario::tolerate("state/slow-person")
    .clause("OIDC Core 3.1.2.3")
    .why("somebody who looks for their password for ten minutes is still the one who began the login")
    .covers(&["REQ-08"])
    .needs(&[Need::Clock])
    .run(|t| Box::pin(long_pause(t)));

async fn long_pause(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let form = agent.begin_at_login_page().await?;
    t.advance(600);
    agent.enter_password(form, HONEST).await?.accepted(&t.subject(HONEST)?)
}
