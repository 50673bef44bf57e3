//! Whom the token is about.

use harness::trial::FORGED;
use harness::{Input, Outcome, Scenario, Trial};
use mock_idp::fault::ID_TOKEN;
use serde_json::{Value, json};

pub(crate) const SCENARIOS: &[Scenario] =
    &[MISSING, NOTHING_ELSE, MALFORMED, EMPTY, LONGEST, TOO_LONG, OTHER_CASE, SAME_EMAIL, HOSTILE];

const MISSING: Scenario = Scenario::must("id-token/sub-missing")
    .clause("OIDC Core 2")
    .why("a token about nobody signs nobody in")
    .covers(&["oidcc-client-test-missing-sub"])
    .with(|| vec![ID_TOKEN.remove("sub")]);

const NOTHING_ELSE: Scenario = Scenario::tolerate("id-token/no-name-no-email")
    .clause("OIDC Core 2, 5.1")
    .why("only sub identifies a person; name and email may be absent, and the pages must bear it")
    .covers(&["SUB-05"])
    .run(|t| Box::pin(nothing_else(t)));

async fn nothing_else(t: &mut Trial) -> Outcome {
    const NAMELESS: &str = "nemo";
    let mut agent = t.agent().await?;
    agent.log_in(NAMELESS).await?.accepted(&t.subject(NAMELESS)?)?;
    let (page, start) = (t.profile().page.clone(), t.position());
    let seen = agent.look(&page).await?;
    t.demand(seen.status == 200, start, "the guarded page opens: 200", format!("status {}", seen.status))
}

const MALFORMED: Scenario = Scenario::must("id-token/sub-malformed")
    .clause("OIDC Core 2")
    .demands("sub is a string; what is of another JSON type is no sub, and a token has to have one")
    .why("sub is a string that names somebody; anything else may name everybody")
    .covers(&["SUB-01"])
    .inputs(|_| {
        let sub = |label, value: Value| Input::new(label, vec![ID_TOKEN.set("sub", value)]);
        vec![
            sub("null", Value::Null),
            sub("a number", json!(7)),
            sub("an array", json!(["rpcheck-forged"])),
            sub("an object", json!({"rpcheck-forged": true})),
            sub("true", json!(true)),
        ]
    });

/// A SHOULD at most: the clause bounds the length from above, and of the shortest it says nothing.
const EMPTY: Scenario = Scenario::should("id-token/sub-empty")
    .clause("OIDC Core 2, 5.7")
    .demands("sub identifies a person within the issuer; that an empty text identifies nobody is not said in words")
    .why("an empty sub names nobody, so that all whom a provider cannot name would share one account")
    .covers(&["SUB-01"])
    .with(|| vec![ID_TOKEN.set("sub", "")]);

const LONGEST: Scenario = Scenario::tolerate("id-token/sub-of-255")
    .clause("OIDC Core 2")
    .why("sub may have 255 ASCII characters, and some providers use them")
    .covers(&["SUB-01"])
    .run(|t| Box::pin(longest(t)));

async fn longest(t: &mut Trial) -> Outcome {
    let subject = "s".repeat(255);
    let _guard = t.arm(vec![ID_TOKEN.set("sub", subject.as_str())])?;
    t.agent().await?.log_in(FORGED).await?.accepted(&subject)
}

const TOO_LONG: Scenario = Scenario::policy("id-token/sub-too-long")
    .clause("OIDC Core 2")
    .why("sub must not exceed 255 ASCII characters; whether an app counts them is its own affair, as long as it bears more")
    .covers(&["SUB-01"])
    .run(|t| Box::pin(too_long(t)));

async fn too_long(t: &mut Trial) -> Outcome {
    for (label, subject) in [
        ("256 characters", "s".repeat(256)),
        ("10 kB", "s".repeat(10_240)),
        ("control characters", "user\u{0}\u{7}\r\nalice".to_owned()),
    ] {
        let outcome = taken_or_refused(t, label, &subject).await;
        t.input(label, outcome);
    }
    Ok(())
}

/// Signed in as exactly this subject, or not at all.
async fn taken_or_refused(t: &mut Trial, label: &str, subject: &str) -> Outcome {
    let guard = t.arm(vec![ID_TOKEN.set("sub", subject)])?;
    let landing = t.agent().await?.log_in(FORGED).await?;
    harness::trial::meaningful(&guard.report())?;
    drop(guard);
    let taken = landing.subject.is_some();
    t.observe(format!("a sub of {label} is {}", if taken { "taken" } else { "refused" }));
    if taken { landing.accepted(subject) } else { landing.refused() }
}

const OTHER_CASE: Scenario = Scenario::must("id-token/sub-other-case")
    .clause("OIDC Core 2, 5.7")
    .why("sub is case-sensitive: Alice and alice are two people")
    .covers(&["SUB-02"])
    .unsandwiched()
    .run(|t| Box::pin(other_case(t)));

async fn other_case(t: &mut Trial) -> Outcome {
    for subject in ["Rpcheck-Case", "rpcheck-case", "RPCHECK-CASE"] {
        let guard = t.arm(vec![ID_TOKEN.set("sub", subject)])?;
        let outcome = t.agent().await?.log_in(FORGED).await?.accepted(subject);
        drop(guard);
        t.input(subject, outcome);
    }
    Ok(())
}

const SAME_EMAIL: Scenario = Scenario::should("id-token/same-email-other-sub")
    .clause("OIDC Core 5.7")
    .why("an email address identifies nobody: whoever can set it at the provider would be whomever they like")
    .covers(&["SUB-04"])
    .run(|t| Box::pin(same_email(t)));

async fn same_email(t: &mut Trial) -> Outcome {
    for (label, verified) in [
        ("verified", json!(true)),
        ("not verified", json!(false)),
        ("verified in a string", json!("true")),
        ("without a word of it", Value::Null),
    ] {
        let outcome = stays_apart(t, verified).await;
        t.input(label, outcome);
    }
    Ok(())
}

/// After Alice, somebody else signs in with her address.
async fn stays_apart(t: &Trial, verified: Value) -> Outcome {
    t.honest().await?;
    let _guard =
        t.arm(vec![ID_TOKEN.set("email", "alice@example.test"), ID_TOKEN.set("email_verified", verified)])?;
    t.agent().await?.log_in(FORGED).await?.accepted(&t.subject(FORGED)?)
}

const HOSTILE: Scenario = Scenario::harden("id-token/claims-strange")
    .clause("OIDC Core 5.1")
    .why("people choose their names, and providers send what they like: pages must bear it and write it as text")
    .covers(&["SUB-06"])
    .run(|t| Box::pin(hostile(t)));

/// What a browser would run if a page wrote it as markup.
const MARKUP: &str = "<img src=x onerror=alert(1)>";

async fn hostile(t: &mut Trial) -> Outcome {
    for (label, name, value) in [
        ("an email in an array", "email", json!(["a@example.test"])),
        ("markup", "name", json!(MARKUP)),
        ("right to left", "name", json!("\u{202e}ecilA")),
        ("emoji", "name", json!("👩‍👩‍👧‍👦🏳️‍🌈")),
        ("with NUL", "name", json!("Ali\u{0}ce")),
        ("100 kB", "name", json!("n".repeat(102_400))),
        ("an object", "name", json!({"first": "Alice"})),
        ("a picture that is a script", "picture", json!("javascript:alert(1)")),
    ] {
        let outcome = borne(t, ID_TOKEN.set(name, value)).await;
        t.input(label, outcome);
    }
    Ok(())
}

/// Signed in or refused, and in any case no page with the markup as it came.
async fn borne(t: &Trial, fault: mock_idp::Fault) -> Outcome {
    let guard = t.arm(vec![fault])?;
    let mut agent = t.agent().await?;
    let landing = agent.log_in(FORGED).await?;
    harness::trial::meaningful(&guard.report())?;
    if landing.subject.is_none() {
        return landing.refused();
    }
    landing.accepted(&t.subject(FORGED)?)?;
    let start = t.position();
    let seen = agent.look(&t.profile().page.clone()).await?;
    t.demand(seen.status < 500, start, "the guarded page bears it", format!("status {}", seen.status))?;
    let html = seen.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
    let marked_up = html && seen.body.contains(MARKUP);
    t.demand(!marked_up, start, "the name is written as text", "the page has it as markup")
}
