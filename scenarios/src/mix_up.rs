//! Answers of one provider that pass for another's: RFC 9207.

use harness::trial::{FORGED, HONEST};
use harness::{Expect, Input, Outcome, Reason, Scenario, Stop, Trial};
use mock_idp::Params;
use mock_idp::fault::RESPONSE;
use mock_idp::trace::Endpoint;

pub(crate) const SCENARIOS: &[Scenario] = &[WRONG_ISS, MISSING_ISS, RIGHT_ISS, UNANNOUNCED_ISS, ERROR_ISS];

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
    .demands("where the metadata promises iss, an answer without it is rejected")
    .why("where the metadata promises iss, a client refuses an answer without it, whatever else vouches for the answer")
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

const RIGHT_ISS: Scenario = Scenario::tolerate("mix-up/iss-parameter-right")
    .clause("RFC 9207 2.4")
    .why("a provider that promises iss and keeps its promise is believed")
    .covers(&["MIX-03"])
    .cold()
    .run(|t| Box::pin(right_iss(t)));

async fn right_iss(t: &mut Trial) -> Outcome {
    t.tenant().set_issuer_parameter(true);
    t.restart().await?;
    t.attempt(Vec::new(), Expect::Accepted).await
}

const UNANNOUNCED_ISS: Scenario = Scenario::tolerate("mix-up/iss-parameter-unannounced")
    .clause("RFC 9207 2.4; OIDC Core 3.2.2.5")
    .why("a provider may send iss before its metadata says so: the right one harms nobody")
    .covers(&["MIX-06"])
    .inputs(|facts| vec![Input::new("", vec![RESPONSE.set("iss", facts.issuer.as_str())])])
    .expect(Expect::Accepted);

const ERROR_ISS: Scenario = Scenario::must("mix-up/iss-parameter-on-errors")
    .clause("RFC 9207 2, 2.4")
    .why("an error from another provider is no answer to this login: people get a page, and nothing it says is believed")
    .covers(&["MIX-07"])
    .cold()
    .run(|t| Box::pin(error_iss(t)));

async fn error_iss(t: &mut Trial) -> Outcome {
    t.tenant().set_issuer_parameter(true);
    t.restart().await?;
    let wrong = told(t, Some("http://127.0.0.1:9/other")).await;
    t.input("wrong", wrong);
    let missing = told(t, None).await;
    t.input("missing", missing);
    Ok(())
}

/// An error comes that fits the login under way in everything but its sender.
async fn told(t: &Trial, iss: Option<&str>) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    let mut error = Params::default();
    error.append("error", "access_denied");
    error.append("error_description", TOLD);
    error.append("state", pending.answer("state"));
    if let Some(iss) = iss {
        error.append("iss", iss);
    }
    let landing = agent.deliver(&error).await?;
    landing.refused()?;
    if landing.page.text.contains(TOLD) {
        return Err(landing.found("nothing of the answer is shown", format!("the page says: {TOLD}")));
    }
    Ok(())
}

/// What a hostile provider would like people to read on the app's page.
const TOLD: &str = "Call 555-0100 to unlock your account";
