//! Whom the token is about.

use harness::{Outcome, Scenario, Trial};
use mock_idp::fault::ID_TOKEN;

pub(crate) const SCENARIOS: &[Scenario] = &[MISSING, NOTHING_ELSE];

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
