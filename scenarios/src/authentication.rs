//! How and when the person authenticated: what the app asks of the provider, and holds it to.

use harness::{Expect, Input, Outcome, Scenario, Trial};
use mock_idp::fault::ID_TOKEN;
use serde_json::json;

pub(crate) const SCENARIOS: &[Scenario] = &[
    NO_AUTH_TIME,
    AUTHENTICATED_LONG_AGO,
    AUTH_TIME_NONSENSE,
    AUTH_TIME_OPTIONAL,
    WRONG_ACR,
    AMR_UNKNOWN,
    AMR_TEXT,
];

const NO_AUTH_TIME: Scenario = Scenario::must("authentication/auth-time-missing")
    .clause("OIDC Core 2, 3.1.2.1, 3.1.3.7 (13)")
    .why("an app that asks for a recent sign-in learns from auth_time alone whether it got one")
    .covers(&["AUTH-01"])
    .variant("max-age")
    .with(|| vec![ID_TOKEN.remove("auth_time")]);

const AUTHENTICATED_LONG_AGO: Scenario = Scenario::should("authentication/auth-time-too-old")
    .clause("OIDC Core 3.1.2.1, 3.1.3.7 (13)")
    .why("who asked for a sign-in of the last minutes must not be content with one of last week")
    .covers(&["AUTH-02"])
    .variant("max-age")
    .inputs(|_| {
        vec![
            Input::new("an hour ago", vec![ID_TOKEN.shift("auth_time", -3600)]),
            Input::new("a week ago", vec![ID_TOKEN.shift("auth_time", -7 * 86_400)]),
        ]
    });

const AUTH_TIME_NONSENSE: Scenario = Scenario::harden("authentication/auth-time-nonsense")
    .clause("OIDC Core 2")
    .why("a time of sign-in that is no time, or has not come yet, says nothing about how recent it is")
    .covers(&["AUTH-03"])
    .variant("max-age")
    .inputs(|facts| {
        vec![
            Input::new("an hour ahead", vec![ID_TOKEN.shift("auth_time", 3600)]),
            Input::new("a string", vec![ID_TOKEN.set("auth_time", facts.now.to_string())]),
            Input::new("negative", vec![ID_TOKEN.set("auth_time", -1)]),
        ]
    });

const AUTH_TIME_OPTIONAL: Scenario = Scenario::tolerate("authentication/auth-time-not-asked-for")
    .clause("OIDC Core 2")
    .why("auth_time is optional for a provider that nobody asked for it")
    .covers(&["AUTH-08"])
    .with(|| vec![ID_TOKEN.remove("auth_time")])
    .expect(Expect::Accepted);

const WRONG_ACR: Scenario = Scenario::should("authentication/acr-other")
    .clause("OIDC Core 3.1.3.7 (12), 5.5.1.1")
    .why("an app that asks for a second factor because it needs one must look whether there was one")
    .covers(&["AUTH-06"])
    .variant("acr")
    .inputs(|_| {
        vec![
            Input::new("missing", vec![ID_TOKEN.remove("acr")]),
            Input::new("a lower one", vec![ID_TOKEN.set("acr", "0")]),
            Input::new("an unknown one", vec![ID_TOKEN.set("acr", "urn:example:nobody-knows-it")]),
        ]
    });

const AMR_UNKNOWN: Scenario = Scenario::tolerate("authentication/amr-unknown")
    .clause("OIDC Core 2")
    .why("the words for methods of authentication are open-ended: one that the app does not know is no reason to refuse")
    .covers(&["AUTH-07"])
    .with(|| vec![ID_TOKEN.set("amr", json!(["pwd", "x-telepathy"]))])
    .expect(Expect::Accepted);

const AMR_TEXT: Scenario = Scenario::policy("authentication/amr-text")
    .clause("OIDC Core 2")
    .why("some providers write one method as text instead of a list: the app may take it or not, and must not crash over it")
    .covers(&["AUTH-07"])
    .run(|t| Box::pin(amr_text(t)));

async fn amr_text(t: &mut Trial) -> Outcome {
    t.either("a token whose amr is text", vec![ID_TOKEN.set("amr", "pwd")]).await
}
