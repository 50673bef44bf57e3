//! The provider's metadata: believed only from the issuer itself, and missed without a crash.

use harness::{Expect, Input, Scenario};
use mock_idp::fault::{Alteration, DISCOVERY, WIRE};
use mock_idp::trace::Endpoint;

pub(crate) const SCENARIOS: &[Scenario] = &[OTHER_ISSUER, INVALID_SUFFIX, UNAVAILABLE];

const OTHER_ISSUER: Scenario = Scenario::must("discovery/issuer-mismatch")
    .clause("OIDC Discovery 4.3")
    .why("metadata that names another issuer belongs to another provider")
    .covers(&["DISC-01"])
    .cold()
    .inputs(|facts| {
        let scheme = facts.issuer.split("://").next().unwrap_or_default();
        let other_case = facts.issuer.replacen(scheme, &scheme.to_uppercase(), 1);
        vec![
            Input::new("a suffix", vec![DISCOVERY.append("issuer", "INVALID")]),
            Input::new("a slash more", vec![DISCOVERY.append("issuer", "/")]),
            Input::new("other letter case", vec![DISCOVERY.set("issuer", other_case)]),
            Input::new("one character less", vec![DISCOVERY.alter("issuer", Alteration::Shorten)]),
        ]
    })
    .expect(Expect::RefusedOrUnavailable);

const INVALID_SUFFIX: Scenario = Scenario::must("discovery/issuer-invalid")
    .clause("OIDC Discovery 4.3")
    .why("metadata of another issuer must end the login before the browser is sent anywhere")
    .covers(&["oidcc-client-test-discovery-issuer-mismatch"])
    .cold()
    .with(|| vec![DISCOVERY.append("issuer", "INVALID")])
    .expect(Expect::RefusedOrUnavailable);

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
            Input::new("dropped", vec![metadata.hang_up()]),
            Input::new("no JSON", vec![metadata.body("<html>maintenance</html>")]),
        ]
    })
    .expect(Expect::RefusedOrUnavailable);
