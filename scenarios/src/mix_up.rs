//! Answers of one provider that pass for another's: RFC 9207.

use harness::trial::FORGED;
use harness::{Input, Outcome, Reason, Scenario, Stop, Trial};
use mock_idp::fault::RESPONSE;
use mock_idp::trace::Endpoint;

pub(crate) const SCENARIOS: &[Scenario] = &[WRONG_ISS, MISSING_ISS];

const WRONG_ISS: Scenario = Scenario::must("mix-up/iss-parameter-wrong")
    .clause("RFC 9207 2.4")
    .why("an answer that says it comes from another provider does come from another provider")
    .covers(&["MIX-04"])
    .inputs(|facts| {
        let other = |issuer: String| vec![RESPONSE.set("iss", issuer)];
        vec![
            Input::new("another provider", other("http://127.0.0.1:9/other".to_owned())),
            Input::new("one character more", other(format!("{}1", facts.issuer))),
            Input::new("a slash more", other(format!("{}/", facts.issuer))),
        ]
    });

const MISSING_ISS: Scenario = Scenario::must("mix-up/iss-parameter-missing")
    .clause("RFC 9207 2.4, 3")
    .why("a provider that promises iss in its metadata sends it: an answer without it is not from there")
    .covers(&["MIX-05"])
    .cold()
    .run(|t| Box::pin(missing_iss(t)));

async fn missing_iss(t: &mut Trial) -> Outcome {
    t.tenant().set_issuer_parameter(true);
    let asked = t.tenant().trace().count(Endpoint::Discovery);
    t.restart().await?;
    let guard = t.arm(vec![RESPONSE.remove("iss")])?;
    let landing = t.agent().await?.log_in(FORGED).await?;
    harness::trial::meaningful(&guard.report())?;
    if t.tenant().trace().count(Endpoint::Discovery) == asked {
        let promise = "metadata that promises the iss parameter";
        return Err(Stop::NotRun(Reason::AppDidNotAsk(promise.to_owned())));
    }
    landing.refused()
}
