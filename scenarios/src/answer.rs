//! What the app makes of an answer: what it ignores, what it gives back, and what it never shows.

use harness::agent::Submission;
use harness::trial::{FORGED, HONEST};
use harness::{Need, Outcome, Scenario, Stop, Trial};
use mock_idp::Params;
use mock_idp::fault::{ID_TOKEN, RESPONSE, SEAL};

pub(crate) const SCENARIOS: &[Scenario] = &[
    ACCESS_TOKEN_UNMATCHED,
    CODE_UNMATCHED,
    UNASKED,
    HUGE_BODY,
    REDIRECT_STATUS,
    NO_STORE,
    TOKEN_SHOWN,
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
    .why("a code or an access token that was not asked for may be ignored or refused, but never used")
    .covers(&["CB-13", "CB-14"])
    .run(|t| Box::pin(unasked(t)));

async fn unasked(t: &mut Trial) -> Outcome {
    for (name, value) in [("code", "a-code"), ("access_token", "an-access-token")] {
        let guard = t.arm(vec![RESPONSE.set(name, value)])?;
        let landing = t.agent().await?.log_in(FORGED).await?;
        drop(guard);
        let word = if landing.subject.is_some() { "ignored" } else { "refused" };
        t.observe(format!("{name}, which was not asked for, is {word}"));
        let used = landing.conversation.iter().any(|exchange| {
            exchange.leg == mock_idp::trace::Leg::Back && exchange.request.body.contains(value)
        });
        t.input(name, t.demand(!used, 0, "it is never sent to the provider", "the app used it"));
    }
    Ok(())
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
    for (label, mut padding) in paddings {
        let mut agent = t.agent().await?;
        let pending = agent.begin(FORGED).await?;
        padding.0.extend(pending.form.fields.0.clone());
        let start = t.position();
        let outcome = match agent.deliver(&padding).await {
            Ok(landing) => landing.refused(),
            // Hanging up in the middle of a body that is too large is a clean answer too.
            Err(Stop::Found(finding)) if finding.actual.contains("was dropped") => {
                let subject = agent.probe().await?;
                t.demand(
                    subject.is_none(),
                    start,
                    "the login is refused",
                    format!("signed in as {subject:?}"),
                )
            }
            Err(other) => Err(other),
        };
        t.input(label, outcome);
    }
    Ok(())
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

const NO_STORE: Scenario = Scenario::should("callback/no-store")
    .clause("RFC 9700 4.12; RFC 9111 5.2.2")
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
    let accepted = t.agent().await?.log_in(FORGED).await?.accepted(&t.subject(FORGED)?);
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

const COLD: Scenario = Scenario::harden("callback/cold")
    .clause("RFC 9110 15.6")
    .why("the first request that an app sees after it was started may be a callback, and that must not crash it")
    .covers(&["CB-30"])
    .cold()
    .run(|t| Box::pin(cold(t)));

async fn cold(t: &mut Trial) -> Outcome {
    let callback = t.facts().callback.clone();
    for (label, params) in [
        ("empty", Params::default()),
        ("state only", Params(vec![("state".to_owned(), "x".to_owned())])),
        (
            "junk",
            Params(vec![("state".to_owned(), "x".to_owned()), ("id_token".to_owned(), "a.b.c".to_owned())]),
        ),
    ] {
        let mut agent = t.agent().await?;
        let post = Submission::form_post(callback.clone(), &params, agent.provider());
        t.input(label, agent.send(post).await?.refused());
    }
    let mut agent = t.agent().await?;
    let link = Submission::link(callback, agent.provider());
    t.input("by GET", agent.send(link).await?.refused());
    Ok(())
}
