//! The provider's metadata: believed only from the issuer itself, and missed without a crash.

use harness::trial::{FORGED, meaningful};
use harness::{Expect, Input, Outcome, Scenario, Trial};
use mock_idp::Fault;
use mock_idp::fault::{Alteration, DISCOVERY, WIRE};
use mock_idp::trace::Endpoint;
use url::Url;

pub(crate) const SCENARIOS: &[Scenario] = &[OTHER_ISSUER, INVALID_SUFFIX, UNAVAILABLE, SILENT];

const OTHER_ISSUER: Scenario = Scenario::must("discovery/issuer-mismatch")
    .clause("OIDC Discovery 4.3")
    .demands("the issuer in the metadata is exactly the one that the metadata was asked for, or nothing of it is used")
    .why("metadata that names another issuer belongs to another provider: nobody is sent there")
    .covers(&["DISC-01"])
    .cold()
    .run(|t| Box::pin(other_issuer(t)));

async fn other_issuer(t: &mut Trial) -> Outcome {
    let issuer = t.facts().issuer.clone();
    let scheme = issuer.split("://").next().unwrap_or_default();
    let other_case = issuer.replacen(scheme, &scheme.to_uppercase(), 1);
    let mut faults = vec![
        ("a suffix", DISCOVERY.append("issuer", "INVALID")),
        ("a slash more", DISCOVERY.append("issuer", "/")),
        ("other letter case", DISCOVERY.set("issuer", other_case)),
        ("one character less", DISCOVERY.alter("issuer", Alteration::Shorten)),
    ];
    let origin = Url::parse(&issuer).map_or(String::new(), |url| url.origin().ascii_serialization());
    if origin != issuer {
        faults.push(("its path lost", DISCOVERY.set("issuer", origin)));
    }
    for (label, fault) in faults {
        let outcome = stays_home_afresh(t, fault).await;
        t.input(label, outcome);
    }
    t.restart().await
}

async fn stays_home_afresh(t: &Trial, fault: Fault) -> Outcome {
    t.restart().await?;
    stays_home(t, fault).await
}

const INVALID_SUFFIX: Scenario = Scenario::must("discovery/issuer-invalid")
    .clause("OIDC Discovery 4.3")
    .why("metadata of another issuer must end the login before the browser is sent anywhere")
    .covers(&["oidcc-client-test-discovery-issuer-mismatch"])
    .cold()
    .run(|t| Box::pin(invalid_suffix(t)));

async fn invalid_suffix(t: &mut Trial) -> Outcome {
    stays_home(t, DISCOVERY.append("issuer", "INVALID")).await
}

/// The login ends in the app, before any authorization; how that is told is another scenario's business.
async fn stays_home(t: &Trial, fault: Fault) -> Outcome {
    let start = t.position();
    let guard = t.arm(vec![fault])?;
    let landing = t.agent().await?.log_in(FORGED).await?;
    meaningful(&guard.report())?;
    let sent = landing.conversation.iter().any(|exchange| exchange.endpoint == Endpoint::Authorize);
    t.demand(
        !sent,
        start,
        "the login ends before the browser is sent to the provider",
        "the browser was sent there",
    )?;
    t.demand(landing.subject.is_none(), start, "nobody is signed in", format!("{:?} is", landing.subject))
}

const UNAVAILABLE: Scenario = Scenario::harden("discovery/unavailable")
    .clause("RFC 9110 15.6.3, 15.6.4")
    .why("a provider that is down is no crash of the app: it says so, and works again when the provider does")
    .covers(&["DISC-02"])
    .cold()
    .inputs(|_| {
        let metadata = WIRE.at(Endpoint::Discovery);
        vec![
            Input::new("404", vec![metadata.status(404)]),
            Input::new("500", vec![metadata.status(500)]),
            Input::new("503", vec![metadata.status(503)]),
            Input::new(
                "503, try again at once",
                vec![metadata.status(503), metadata.header("retry-after", "0")],
            ),
            Input::new(
                "503, try again some day",
                vec![metadata.status(503), metadata.header("retry-after", "some day")],
            ),
            Input::new("dropped", vec![metadata.hang_up()]),
            Input::new("no JSON", vec![metadata.body("<html>maintenance</html>")]),
            Input::new("another issuer's", vec![DISCOVERY.append("issuer", "INVALID")]),
        ]
    })
    .expect(Expect::RefusedOrUnavailable);

const SILENT: Scenario = Scenario::harden("discovery/silent")
    .clause("RFC 9110 15.6.5")
    .why("a provider that takes the question and never answers must not make the app wait for ever too")
    .covers(&["DISC-02"])
    .cold()
    .slow()
    .with(|| vec![WIRE.at(Endpoint::Discovery).delay(LONGER_THAN_ANYBODY_WAITS)])
    .expect(Expect::RefusedOrUnavailable);

/// Milliseconds. Whoever uses the app gives up long before.
const LONGER_THAN_ANYBODY_WAITS: u64 = 60_000;
