//! `nonce`: the token was made for this login and for no other.

use crate::params::with;
use harness::trial::FORGED;
use harness::{Input, Outcome, Scenario, Trial};
use mock_idp::fault::{Alteration, ID_TOKEN};
use serde_json::{Value, json};

pub(crate) const SCENARIOS: &[Scenario] =
    &[MISSING, WRONG_TYPE, IN_AN_ARRAY, ALTERED, SUFFIX, OTHER_PENDING, FINISHED];

const MISSING: Scenario = Scenario::must("nonce/missing")
    .clause("OIDC Core 3.2.2.11, 3.1.3.7 (11)")
    .why("a token without the nonce that was sent may be from any login")
    .covers(&["NONCE-01", "professos/replay-attack-6"])
    .with(|| vec![ID_TOKEN.remove("nonce")]);

const WRONG_TYPE: Scenario = Scenario::must("nonce/not-a-string")
    .clause("OIDC Core 2, 3.2.2.11")
    .why("nothing but the string that was sent is the nonce")
    .covers(&["NONCE-02"])
    .inputs(|_| {
        vec![
            Input::new("empty", vec![ID_TOKEN.set("nonce", "")]),
            Input::new("null", vec![ID_TOKEN.set("nonce", Value::Null)]),
            Input::new("a number", vec![ID_TOKEN.set("nonce", 1)]),
            Input::new("true", vec![ID_TOKEN.set("nonce", true)]),
        ]
    });

const IN_AN_ARRAY: Scenario = Scenario::must("nonce/in-an-array")
    .clause("OIDC Core 2, 3.2.2.11")
    .why("an array that contains the nonce is not the nonce")
    .covers(&["NONCE-02"])
    .run(|t| Box::pin(in_an_array(t)));

async fn in_an_array(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(FORGED).await?;
    let nonce = pending.asked("nonce");
    let token = t.mint(FORGED, Some(&nonce), &[ID_TOKEN.set("nonce", json!([nonce]))])?;
    agent.deliver(&with(&pending.form.fields, "id_token", &token)).await?.refused()
}

const ALTERED: Scenario = Scenario::must("nonce/altered")
    .clause("OIDC Core 2, 3.2.2.11")
    .why("the nonce is compared whole, letter by letter")
    .covers(&["NONCE-03", "professos/replay-attack-5"])
    .inputs(|_| {
        vec![
            Input::new("other letter case", vec![ID_TOKEN.alter("nonce", Alteration::SwapCase)]),
            Input::new("one character flipped", vec![ID_TOKEN.alter("nonce", Alteration::Flip)]),
            Input::new("a prefix of it", vec![ID_TOKEN.alter("nonce", Alteration::Shorten)]),
            Input::new("a constant", vec![ID_TOKEN.set("nonce", "a-constant-nonce")]),
        ]
    });

const SUFFIX: Scenario = Scenario::must("nonce/suffix")
    .clause("OIDC Core 3.1.3.7 (11), 3.2.2.11, 15.5.2")
    .why("a nonce with one character more is another nonce")
    .covers(&["oidcc-client-test-nonce-invalid"])
    .with(|| vec![ID_TOKEN.append("nonce", "1")]);

const OTHER_PENDING: Scenario = Scenario::must("nonce/other-pending-login")
    .clause("OIDC Core 15.5.2")
    .why("the nonce belongs to one login; that of another tab is a foreign one")
    .covers(&["NONCE-04"])
    .run(|t| Box::pin(other_pending(t)));

async fn other_pending(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let first = agent.begin(FORGED).await?;
    let second = agent.begin(FORGED).await?;
    if first.asked("nonce") == second.asked("nonce") {
        return Err(Trial::no_difference("both logins sent the same nonce"));
    }
    let mixed = with(&second.form.fields, "id_token", &first.answer("id_token"));
    agent.deliver(&mixed).await?.refused()
}

const FINISHED: Scenario = Scenario::must("nonce/finished-login")
    .clause("OIDC Core 3.2.2.11, 15.5.2, 16.9; RFC 9700 4.5.3.2")
    .why("a token that has been used once must not open a second session")
    .covers(&["NONCE-05"])
    .run(|t| Box::pin(finished(t)));

async fn finished(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let used = agent.begin(FORGED).await?;
    agent.deliver(&used.form.fields).await?.accepted(&t.subject(FORGED)?)?;
    let logout = t.profile().logout.clone();
    agent.visit(&logout).await?;
    let fresh = agent.begin(FORGED).await?;
    if used.asked("nonce") == fresh.asked("nonce") {
        return Err(Trial::no_difference("both logins sent the same nonce"));
    }
    let replayed = with(&fresh.form.fields, "id_token", &used.answer("id_token"));
    agent.deliver(&replayed).await?.refused()
}
