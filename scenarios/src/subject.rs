//! Whom the token is about.

use harness::trial::FORGED;
use harness::{Input, Outcome, Scenario, Trial};
use mock_idp::fault::ID_TOKEN;
use serde_json::{Value, json};

pub(crate) const SCENARIOS: &[Scenario] = &[MISSING, NOTHING_ELSE, MALFORMED, LONGEST];

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
    .why("sub is a string that names somebody; anything else may name everybody")
    .covers(&["SUB-01"])
    .inputs(|_| {
        let sub = |label, value: Value| Input::new(label, vec![ID_TOKEN.set("sub", value)]);
        vec![
            sub("empty", json!("")),
            sub("null", Value::Null),
            sub("a number", json!(7)),
            sub("an array", json!(["rpcheck-forged"])),
        ]
    });

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
