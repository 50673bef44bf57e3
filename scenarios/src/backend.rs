//! What the backend lets a browser and the scripts in it know.

use crate::{jar, raw};
use harness::Expect;
use harness::trial::{FORGED, HONEST};
use harness::{Outcome, Scenario, Trial};
use mock_idp::Fault;
use mock_idp::fault::{Alteration, HEADER, ID_TOKEN, KeyChoice, RESPONSE, SEAL};
use serde_json::Value;

pub(crate) const SCENARIOS: &[Scenario] =
    &[TOKENS_HIDDEN, NEEDED_CLAIMS, HEADERS, CORS, ORACLE, FRESH_SESSION, SESSION_STATE];

const TOKENS_HIDDEN: Scenario = Scenario::must("bff/tokens-hidden")
    .clause("OAuth Browser-Based Apps 6.1.2, 6.1.3")
    .why("the backend keeps the tokens so that no script in the page, wherever it comes from, can take them away")
    .covers(&["BFF-06"])
    .run(|t| Box::pin(tokens_hidden(t)));

async fn tokens_hidden(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let login = shows_none(t, 0);
    t.input("the login and the probe", login);
    let (home, page) = (t.profile().home.clone(), t.profile().page.clone());
    let assets = agent.look(&home).await?.assets();
    let own = assets.into_iter().filter(|asset| t.stage().is_app(asset));
    for (label, paths) in [
        ("the home page", vec![home]),
        ("a guarded page", vec![page]),
        ("an address that is not there", vec!["/rpcheck-is-not-there".to_owned()]),
        ("what the home page loads", own.map(|asset| asset.path().to_owned()).collect()),
    ] {
        let start = t.position();
        for path in paths {
            agent.look(&path).await?;
        }
        let outcome = shows_none(t, start);
        t.input(label, outcome);
    }
    Ok(())
}

fn shows_none(t: &Trial, start: usize) -> Outcome {
    let Some(leak) = t.stage().leak(start) else { return Ok(()) };
    Err(t.found(
        start,
        "no token in any answer to the browser",
        format!("{} is in {}", leak.what, leak.place),
    ))
}

const NEEDED_CLAIMS: Scenario = Scenario::harden("bff/needed-claims")
    .clause("OAuth Browser-Based Apps 6.1.2")
    .why("a page needs to know who the person is, not what the login was protected by")
    .covers(&["BFF-07"])
    .run(|t| Box::pin(needed_claims(t)));

async fn needed_claims(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let path = t.profile().probe.path.clone();
    let start = t.position();
    let page = agent.look(&path).await?;
    let seen = t.stage().exchanges(start..t.stage().position());
    let body = seen.last().and_then(|exchange| exchange.response.as_ref()).map(|answer| answer.body.clone());
    drop(page);
    let json: Value = serde_json::from_str(&body.unwrap_or_default()).unwrap_or_default();
    let found: Vec<_> = ["nonce", "at_hash", "c_hash"].into_iter().filter(|name| has(&json, name)).collect();
    t.demand(found.is_empty(), start, "neither nonce nor hashes of the ID Token", found.join(", "))
}

fn has(json: &Value, name: &str) -> bool {
    match json {
        Value::Object(members) => {
            members.contains_key(name) || members.values().any(|value| has(value, name))
        }
        Value::Array(elements) => elements.iter().any(|value| has(value, name)),
        _ => false,
    }
}

const HEADERS: Scenario = Scenario::should("bff/security-headers")
    .clause("RFC 9700 4.2.4, 4.16")
    .why("a page of signed-in people says which scripts it has, that browsers must not guess, and that links tell nobody where they were")
    .covers(&["BFF-09"])
    .run(|t| Box::pin(headers(t)));

async fn headers(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let page = t.profile().page.clone();
    let start = t.position();
    let page = agent.look(&page).await?;
    for name in ["content-security-policy", "x-content-type-options", "referrer-policy"] {
        let outcome = t.demand(page.header(name).is_some(), start, name, "it is not there");
        t.input(name, outcome);
    }
    Ok(())
}

const CORS: Scenario = Scenario::should("bff/cors")
    .clause("OAuth Browser-Based Apps 6.1.3.3; Fetch 3.2")
    .why("whom Access-Control-Allow-Origin names may read with the person's cookies what the API answers")
    .covers(&["BFF-05"])
    .run(|t| Box::pin(cors(t)));

async fn cors(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let cookies = raw::cookie_header(t, &mut agent).await?;
    let url = t.stage().url(&t.profile().probe.path);
    let own = t.facts().base_url.origin().ascii_serialization();
    let host = t.facts().base_url.host_str().unwrap_or_default().to_owned();
    for (label, origin) in [
        ("another site", "https://evil.example".to_owned()),
        ("null", "null".to_owned()),
        ("the app's own with more after it", format!("{own}.evil.example")),
        ("the app's host with more before it", format!("https://evil-{host}")),
    ] {
        let start = t.position();
        let answer = raw::send(
            t,
            "GET",
            &url,
            &[("origin", &origin), ("cookie", &cookies), ("accept", "application/json")],
            "",
        )
        .await;
        let outcome = answer.and_then(|answer| {
            let allowed = answer.header("access-control-allow-origin").unwrap_or_default().to_owned();
            let credentials = answer.header("access-control-allow-credentials") == Some("true");
            let open = allowed == origin || (allowed == "*" && credentials);
            t.demand(!open, start, "no Access-Control-Allow-Origin for it", allowed)
        });
        t.input(label, outcome);
    }
    Ok(())
}

const ORACLE: Scenario = Scenario::policy("bff/refusals-compared")
    .clause("OIDC Core 16.12")
    .why("whoever forges tokens learns from different refusals which part of the forgery was right")
    .covers(&["BFF-12"])
    .run(|t| Box::pin(oracle(t)));

async fn oracle(t: &mut Trial) -> Outcome {
    let forged: [(&str, Vec<Fault>); 3] = [
        ("a bad signature", vec![SEAL.key(KeyChoice::Attacker)]),
        ("an unknown kid", vec![HEADER.set("kid", "no-such-key"), SEAL.key(KeyChoice::Attacker)]),
        ("a bad nonce", vec![ID_TOKEN.alter("nonce", Alteration::Flip)]),
    ];
    let mut first: Option<String> = None;
    for (label, faults) in forged {
        let guard = t.arm(faults)?;
        let landing = t.agent().await?.log_in(FORGED).await;
        drop(guard);
        let outcome = landing.and_then(|landing| {
            landing.refused()?;
            let read = format!("{} {}", landing.status(), landing.page.text);
            let word = first
                .as_ref()
                .map_or("", |first| if *first == read { ", as before" } else { ", another page" });
            t.observe(format!("{label} is answered by {}{word}", landing.status()));
            first.get_or_insert(read);
            Ok(())
        });
        t.input(label, outcome);
    }
    Ok(())
}

const FRESH_SESSION: Scenario = Scenario::must("session/fresh-value")
    .clause("RFC 6265bis 8.4; OIDC Core 16.19")
    .why("a session whose value can be told from another one can be guessed")
    .covers(&["CK-22"])
    .run(|t| Box::pin(fresh_session(t)));

async fn fresh_session(t: &mut Trial) -> Outcome {
    let mut values: Vec<Vec<String>> = Vec::new();
    let start = t.position();
    for _ in 0..3 {
        let mut agent = t.signed_in(HONEST).await?;
        let session = jar::session(t, &mut agent).await?;
        values.push(session.into_iter().map(|cookie| cookie.value).collect());
    }
    let long = values.iter().all(|value| value.concat().len() >= 22);
    t.demand(long, start, "at least 128 bits, which take 22 characters", "the session is shorter than that")?;
    let differ = values[0] != values[1] && values[1] != values[2] && values[0] != values[2];
    t.demand(differ, start, "another value for every login of the same person", "two are the same")
}

const SESSION_STATE: Scenario = Scenario::tolerate("callback/session-state")
    .clause("OIDC Session Management 2")
    .why("a provider that manages sessions adds session_state; an app that does not ignores it")
    .covers(&["SM-01"])
    .with(|| vec![RESPONSE.set("session_state", "rpcheck.session.state")])
    .expect(Expect::Accepted);
