//! The token endpoint and userinfo out of order: whatever comes from there in place of an answer, nobody gets in by it,
//! nobody waits for ever, and whoever comes next gets in.

use crate::decoy;
use crate::metadata::reported;
use harness::trial::{FORGED, FORGED_SUBJECT, meaningful};
use harness::{Expect, Input, Outcome, Scenario, Stop, Trial};
use mock_idp::fault::WIRE;
use mock_idp::trace::Endpoint;
use mock_idp::{Fault, MockIdp};

pub(crate) const SCENARIOS: &[Scenario] =
    &[TOKENS, TOKENS_REDIRECTED, TOKENS_KIND, USERINFO, USERINFO_BESIDE];

const CODE: &str = "code-with-userinfo";
const HYBRID: &str = "code-and-id-token";
const IMPLICIT: &str = "id-token-and-token-with-userinfo";

/// Longer than anybody waits, in milliseconds.
const FOR_EVER: u64 = 60_000;
const HTML: &str = "<html>maintenance</html>";

/// What may come in place of an answer.
fn broken(endpoint: Endpoint) -> Vec<Input> {
    let wire = WIRE.at(endpoint);
    let huge = || wire.body(" ".repeat(10 << 20));
    vec![
        Input::new("500", vec![wire.status(500)]),
        Input::new("dropped", vec![wire.hang_up()]),
        Input::new("cut off", vec![wire.truncate(20)]),
        Input::new("silent", vec![wire.delay(FOR_EVER)]),
        Input::new("a byte in a second", vec![wire.drip(1)]),
        Input::new("a page", vec![wire.body(HTML), wire.content_type("text/html")]),
        Input::new("a page that calls itself JSON", vec![wire.body(HTML)]),
        Input::new("nothing", vec![wire.body("")]),
        Input::new("10 MB", vec![huge()]),
        Input::new("10 MB in 10 KB", vec![huge(), wire.gzip()]),
    ]
}

const TOKENS: Scenario = Scenario::harden("code/token-endpoint-broken")
    .clause("RFC 6749 5.1; RFC 9110 15.6.3, 15.6.5")
    .why("without tokens nobody is signed in, and the person is told so soon; the next one is, once the endpoint works again")
    .variant(CODE)
    .slow()
    .inputs(|_| broken(Endpoint::Token))
    .expect(Expect::RefusedOrUnavailable);

const TOKENS_REDIRECTED: Scenario = Scenario::harden("code/token-endpoint-redirected")
    .clause("RFC 6749 3.2; RFC 9700 4.12; RFC 9110 15.4")
    .why("whoever follows a redirect from the token endpoint hands the code and its verifier to a place that nobody named")
    .variant(HYBRID)
    .run(|t| Box::pin(tokens_redirected(t)));

async fn tokens_redirected(t: &mut Trial) -> Outcome {
    let elsewhere = MockIdp::start().await.map_err(|error| Stop::Broken(error.to_string()))?;
    let place = format!("{}/token", elsewhere.base_url());
    let tokens = WIRE.at(Endpoint::Token);
    for (label, faults) in [
        ("302", vec![tokens.redirect(place.as_str())]),
        ("307", vec![tokens.status(307), tokens.header("location", place.as_str())]),
        ("308", vec![tokens.status(308), tokens.header("location", place.as_str())]),
    ] {
        let mut outcome = decoy::unvisited(t, &elsewhere, faults).await;
        if outcome.is_ok() {
            outcome = t.honest_after().await;
        }
        t.input(label, outcome);
    }
    Ok(())
}

const TOKENS_KIND: Scenario = Scenario::policy("code/token-content-type")
    .clause("RFC 6749 5.1")
    .why("tokens come as application/json; whether an app insists on it is its own affair")
    .variant(CODE)
    .run(|t| Box::pin(tokens_kind(t)));

async fn tokens_kind(t: &mut Trial) -> Outcome {
    for kind in ["text/html", "text/plain; charset=utf-8"] {
        let told = WIRE.at(Endpoint::Token).content_type(kind);
        let outcome = reported(t, &format!("a token response of the type {kind}"), told).await;
        t.input(kind, outcome);
    }
    Ok(())
}

const USERINFO: Scenario = Scenario::harden("userinfo/broken")
    .clause("OIDC Core 5.3.3; RFC 9110 15.6.3, 15.6.5")
    .why("who signs in is known without userinfo: an app that wants more refuses cleanly, or goes without")
    .variant(CODE)
    .slow()
    .run(|t| Box::pin(userinfo(t)));

const USERINFO_BESIDE: Scenario = Scenario::harden("userinfo/broken-without-a-code")
    .clause("OIDC Core 5.3.3, 3.2.2.5; RFC 9110 15.6.3, 15.6.5")
    .why("the same where the access token comes through the browser")
    .variant(IMPLICIT)
    .slow()
    .run(|t| Box::pin(userinfo(t)));

async fn userinfo(t: &mut Trial) -> Outcome {
    for input in broken(Endpoint::Userinfo) {
        let outcome = goes_without(t, input.faults).await;
        t.input(input.label, outcome);
    }
    Ok(())
}

/// Refused, or signed in as whom the ID Token names.
async fn goes_without(t: &Trial, faults: Vec<Fault>) -> Outcome {
    let guard = t.arm(faults)?;
    let landing = t.agent().await?.log_in(FORGED).await?;
    let told = meaningful(&guard.report());
    drop(guard);
    if landing.subject.is_some() {
        landing.accepted(FORGED_SUBJECT)?;
    } else {
        landing.refused_or_unavailable()?;
    }
    told?;
    t.honest_after().await
}
