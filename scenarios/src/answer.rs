//! What the app makes of an answer: what it ignores, what it gives back, and what it never shows.

use crate::jar;
use harness::agent::{Cookie, Initiator, Submission};
use harness::target::external::register;
use harness::trial::{FORGED, HONEST, meaningful, secrets};
use harness::{Need, Outcome, Reason, Scenario, Stop, Symptom, Trial};
use mock_idp::fault::{DISCOVERY, ID_TOKEN, RESPONSE, SEAL};
use mock_idp::trace::{Endpoint, Leg};
use mock_idp::{Fault, MockIdp, Params};
use std::collections::BTreeSet;

pub(crate) const SCENARIOS: &[Scenario] = &[
    ACCESS_TOKEN_UNMATCHED,
    CODE_UNMATCHED,
    UNASKED,
    HUGE_BODY,
    REDIRECT_STATUS,
    NO_STORE,
    TOKEN_SHOWN,
    TOKEN_LOGGED,
    COLD,
];

const ACCESS_TOKEN_UNMATCHED: Scenario = Scenario::harden("callback/access-token-unmatched")
    .clause("OIDC Core 3.2.2.9, 16.11")
    .why("an access token that the ID Token's at_hash does not fit was put there by somebody else")
    .covers(&["CB-14"])
    .with(|| {
        vec![
            ID_TOKEN.set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"),
            RESPONSE.set("access_token", "an-access-token-of-somebody-else"),
            RESPONSE.set("token_type", "Bearer"),
        ]
    });

const CODE_UNMATCHED: Scenario = Scenario::harden("callback/code-unmatched")
    .clause("OIDC Core 3.3.2.10; RFC 9700 2.1.2")
    .why("a code that the ID Token's c_hash does not fit was put there by somebody else")
    .covers(&["CB-13"])
    .with(|| {
        vec![
            ID_TOKEN.set("c_hash", "AAAAAAAAAAAAAAAAAAAAAA"),
            RESPONSE.set("code", "a-code-of-somebody-else"),
        ]
    });

const UNASKED: Scenario = Scenario::policy("callback/unasked-parameters")
    .clause("OIDC Core 3.2.2.5; RFC 9700 2.1.2")
    .why(
        "a code or an access token that was not asked for may be ignored or refused, but never used or shown",
    )
    .covers(&["CB-13", "CB-14"])
    .cold()
    .run(|t| Box::pin(unasked(t)));

async fn unasked(t: &mut Trial) -> Outcome {
    let decoy = MockIdp::start().await.map_err(|error| Stop::Broken(error.to_string()))?;
    for (name, value) in
        [("code", "a-code-that-nobody-asked-for"), ("access_token", "an-unasked-access-token")]
    {
        let outcome = ignored_or_refused(t, &decoy, name, value).await;
        t.input(name, outcome);
    }
    t.restart().await
}

/// The metadata offers endpoints at which a code or an access token could be used; nothing may come there.
async fn ignored_or_refused(t: &mut Trial, decoy: &MockIdp, name: &str, value: &str) -> Outcome {
    let endpoint = |name: &str| DISCOVERY.set(name, format!("{}/{name}", decoy.base_url()));
    let names = ["token_endpoint", "userinfo_endpoint", "introspection_endpoint", "revocation_endpoint"];
    let mut faults: Vec<Fault> = names.into_iter().map(endpoint).collect();
    faults.push(RESPONSE.set(name, value));
    let guard = t.arm(faults)?;
    t.restart().await?;
    let before = decoy.tenant().trace().last_seq();
    let landing = t.agent().await?.log_in(FORGED).await?;
    let sent = landing.conversation.iter().any(|exchange| exchange.endpoint == Endpoint::Authorize);
    if !sent {
        landing.refused()?;
        return Err(Stop::NotRun(Reason::Needs(
            "needs an app that believes metadata whose endpoints are at another origin than the issuer",
        )));
    }
    meaningful(&guard.report())?;
    drop(guard);
    let word = if landing.subject.is_some() { "ignored" } else { "refused" };
    t.observe(format!("{name}, which was not asked for, is {word}"));
    let asked = decoy.tenant().trace().since(before);
    if let Some(exchange) = asked.first() {
        let seen = format!("the app asked {} {}", exchange.request.method, exchange.request.url);
        return Err(landing.found("nothing is done with it", seen));
    }
    let shown = landing.app_responses().any(|answer| {
        answer.body.contains(value) || answer.headers.iter().any(|(_, text)| text.contains(value))
    });
    let behind = landing
        .conversation
        .iter()
        .any(|exchange| exchange.leg == Leg::Back && format!("{:?}", exchange.request).contains(value));
    if shown || behind {
        let place = if shown { "an answer of the app shows it" } else { "the app sent it to the provider" };
        return Err(landing.found("it is neither shown nor sent on", place));
    }
    if landing.subject.is_some() { landing.accepted(&t.subject(FORGED)?) } else { landing.refused() }
}

const HUGE_BODY: Scenario = Scenario::harden("callback/huge-body")
    .clause("RFC 9110 15.5.14")
    .why("anybody can post to the callback: what it reads must be bounded")
    .covers(&["CB-17"])
    .needs(&[Need::HandMadeRequests])
    .run(|t| Box::pin(huge_body(t)));

async fn huge_body(t: &mut Trial) -> Outcome {
    const MIB: usize = 1 << 20;
    let mut many = Params::default();
    (0..100_000).for_each(|number| many.append(&format!("p{number}"), "1"));
    let paddings = [
        ("1 MiB", Params(vec![("padding".to_owned(), "x".repeat(MIB))])),
        ("10 MiB", Params(vec![("padding".to_owned(), "x".repeat(10 * MIB))])),
        ("100,000 parameters", many),
        ("a name of 1 MiB", Params(vec![("x".repeat(MIB), "1".to_owned())])),
    ];
    for (label, padding) in paddings {
        let outcome = bears(t, padding).await;
        t.input(label, outcome);
    }
    Ok(())
}

/// A good answer after a lot of padding.
async fn bears(t: &Trial, mut padding: Params) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(FORGED).await?;
    padding.0.extend(pending.form.fields.0.clone());
    let start = t.position();
    match agent.deliver(&padding).await {
        Ok(landing) => landing.refused(),
        // Hanging up in the middle of a body that is too large is a clean answer too.
        Err(Stop::Found(finding)) if finding.symptom == Symptom::Dropped => {
            let subject = agent.probe().await?;
            let seen = format!("signed in as {subject:?}");
            t.demand(subject.is_none(), start, "the login is refused", seen)
        }
        Err(other) => Err(other),
    }
}

const REDIRECT_STATUS: Scenario = Scenario::should("callback/see-other")
    .clause("RFC 9700 4.12")
    .why("a 307 or 308 after the callback makes the browser post the token once more, to the next page")
    .covers(&["CB-27"])
    .run(|t| Box::pin(see_other(t)));

async fn see_other(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let landing = agent.log_in(HONEST).await?;
    match landing.status() {
        307 | 308 => {
            Err(landing.found("303 or 302, or a page", format!("the app answered {}", landing.status())))
        }
        _ => landing.accepted(&t.subject(HONEST)?),
    }
}

/// No clause asks for it: cookies do not keep an answer out of caches, and no-store is how a server does.
const NO_STORE: Scenario = Scenario::harden("callback/no-store")
    .clause("RFC 9111 3, 5.2.2.5; RFC 6265bis 3")
    .demands("a cache stores nothing of an answer that says no-store; a cookie in an answer forbids nothing")
    .why("an answer that sets a session cookie must not be kept by anything between app and browser")
    .covers(&["CB-27"])
    .run(|t| Box::pin(no_store(t)));

async fn no_store(t: &mut Trial) -> Outcome {
    let landing = t.agent().await?.log_in(HONEST).await?;
    let header =
        landing.answer.as_ref().and_then(|answer| answer.header("cache-control")).unwrap_or_default();
    if header.contains("no-store") {
        return Ok(());
    }
    let seen =
        if header.is_empty() { "no Cache-Control".to_owned() } else { format!("Cache-Control: {header}") };
    Err(landing.found("Cache-Control: no-store on the answer to the callback", seen))
}

const TOKEN_SHOWN: Scenario = Scenario::should("callback/token-shown")
    .clause("RFC 9700 4.2, 4.3; OIDC Core 16.16")
    .why("an ID Token on a page, in a redirect or in a readable cookie can be taken from there")
    .covers(&["CB-28"])
    .run(|t| Box::pin(token_shown(t)));

async fn token_shown(t: &mut Trial) -> Outcome {
    // Every landing is searched for the token that was posted; here one is accepted, and two are refused.
    let accepted = accepted_in_silence(t).await;
    t.input("an accepted login", accepted);
    for (label, fault) in [
        ("a bad signature", SEAL.corrupt(mock_idp::fault::Corruption::XorSignature)),
        ("a wrong state", RESPONSE.append("state", "1")),
    ] {
        let refused = t.attempt(vec![fault], harness::Expect::Refused).await;
        t.input(label, refused);
    }
    Ok(())
}

async fn accepted_in_silence(t: &Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let landing = agent.log_in(FORGED).await?;
    landing.accepted(&t.subject(FORGED)?)?;
    let posted = landing.conversation.iter().rev().find_map(|exchange| {
        let params = Params::parse(&exchange.request.body);
        params.first("id_token").map(str::to_owned)
    });
    let Some(claims) = posted.as_deref().and_then(|token| token.split('.').nth(1)) else { return Ok(()) };
    let shown = |cookie: &Cookie| jar::faces(&cookie.value).any(|face| face.contains(claims));
    let cookies = jar::cookies(t, &mut agent).await?;
    if let Some(cookie) = cookies.iter().find(|cookie| shown(cookie)) {
        let place = format!("the cookie {} shows it, base64 or not", cookie.name);
        return Err(landing.found("the ID Token can be read from no cookie", place));
    }
    Ok(())
}

const TOKEN_LOGGED: Scenario = Scenario::should("callback/token-logged")
    .clause("RFC 9700 4.2, 4.3")
    .why("logs are kept for long and read by many, and a token in them signs in whoever reads it in time")
    .covers(&["CB-28", "BFF-11"])
    .needs(&[Need::Log])
    .alone()
    .run(|t| Box::pin(token_logged(t)));

/// Has a secret at the provider, and gets its tokens for a code.
const CODE_WITH_SECRET: &str = "code-with-secret";

async fn token_logged(t: &mut Trial) -> Outcome {
    let accepted = not_logged(t, None).await;
    t.input("an accepted login", accepted);
    let refused = not_logged(t, Some(SEAL.corrupt(mock_idp::fault::Corruption::XorSignature))).await;
    t.input("a bad signature", refused);
    let refused = not_logged(t, Some(RESPONSE.append("state", "1"))).await;
    t.input("a wrong state", refused);
    if t.profile().declares(CODE_WITH_SECRET) {
        register(t.tenant(), &t.profile().clone().in_variant(Some(CODE_WITH_SECRET)));
        t.restart_as(CODE_WITH_SECRET).await?;
        let accepted = not_logged(t, None).await;
        t.input("an accepted login by a code", accepted);
        let refused = not_logged(t, Some(SEAL.corrupt(mock_idp::fault::Corruption::XorSignature))).await;
        t.input("a bad signature of what a code brought", refused);
    }
    Ok(())
}

/// After a login, honest or not, the app's log holds none of its secrets, nor of the app's own at the provider.
async fn not_logged(t: &Trial, fault: Option<Fault>) -> Outcome {
    let guard = t.arm(fault.into_iter().collect())?;
    let landing = t.agent().await?.log_in(FORGED).await?;
    drop(guard);
    let log = t.log().await;
    let told: BTreeSet<_> = secrets(&landing.conversation)
        .iter()
        .filter(|secret| secret.is_in(&log))
        .map(|secret| secret.what)
        .collect();
    if told.is_empty() {
        return Ok(());
    }
    let told = told.into_iter().collect::<Vec<_>>().join(", ");
    Err(landing.found("no secret of a login is in the app's log", format!("in it: {told}")))
}

const COLD: Scenario = Scenario::harden("callback/cold")
    .clause("RFC 9110 15.6")
    .why("the first request that an app sees after it was started may be a callback, and that must not crash it")
    .covers(&["CB-30"])
    .cold()
    .run(|t| Box::pin(cold(t)));

async fn cold(t: &mut Trial) -> Outcome {
    let callback = t.facts().callback.clone();
    let junk = |pairs: &[(&str, &str)]| {
        Params(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    };
    let post = |params: Params| {
        let url = callback.clone();
        move |provider: Initiator| Submission::form_post(url, &params, provider)
    };
    let empty = refuses(t, post(junk(&[]))).await;
    t.input("empty", empty);
    let state_only = refuses(t, post(junk(&[("state", "x")]))).await;
    t.input("state only", state_only);
    let all = refuses(t, post(junk(&[("state", "x"), ("id_token", "a.b.c")]))).await;
    t.input("junk", all);
    let by_get = refuses(t, |provider| Submission::link(callback.clone(), provider)).await;
    t.input("by GET", by_get);
    Ok(())
}

/// A browser that never began a login sends this, from a page of the provider.
async fn refuses(t: &Trial, submission: impl FnOnce(Initiator) -> Submission) -> Outcome {
    let mut agent = t.agent().await?;
    let submission = submission(agent.provider());
    agent.send(submission).await?.refused()
}
