//! For whom the token was made.

use harness::{Expect, Input, Outcome, Reason, Scenario, Stop, Trial};
use mock_idp::Fault;
use mock_idp::fault::{Alteration, ID_TOKEN};
use serde_json::{Value, json};

pub(crate) const SCENARIOS: &[Scenario] = &[
    OTHER_CLIENT,
    SUFFIX,
    MISSING,
    MALFORMED,
    CLIENT_ID_INSTEAD,
    TWICE,
    ARRAY,
    UNTRUSTED,
    FOREIGN_AZP,
    NEARLY,
    UNTRUSTED_WITH_AZP,
    OWN_AZP,
    TRUSTED,
    NO_AZP,
];

const OTHER_CLIENT: Scenario = Scenario::must("id-token/aud-other-client")
    .clause("OIDC Core 3.1.3.7 (3)")
    .why("a token minted for another client must not log anyone in here")
    .covers(&["NONCE-08", "professos/trc-2", "professos/trc-3"])
    .with(|| vec![ID_TOKEN.set("aud", "someone-else")]);

const SUFFIX: Scenario = Scenario::must("id-token/aud-suffix")
    .clause("OIDC Core 3.1.3.7 (3)")
    .why("a client id with one character more is another client")
    .covers(&["oidcc-client-test-invalid-aud"])
    .with(|| vec![ID_TOKEN.append("aud", "1")]);

const MISSING: Scenario = Scenario::must("id-token/aud-missing")
    .clause("OIDC Core 2, 3.1.3.7 (3)")
    .why("a token for nobody in particular is not for this app")
    .covers(&["oidcc-client-test-missing-aud", "professos/trc-1"])
    .with(|| vec![ID_TOKEN.remove("aud")]);

const MALFORMED: Scenario = Scenario::must("id-token/aud-malformed")
    .clause("OIDC Core 2; RFC 7519 4.1.3")
    .why("aud is a string or an array of strings; anything else names nobody")
    .covers(&["AUD-05"])
    .inputs(|facts| {
        let aud = |label, value: Value| Input::new(label, vec![ID_TOKEN.set("aud", value)]);
        let id = facts.client_id.as_str();
        vec![
            aud("an empty array", json!([])),
            aud("empty", json!("")),
            aud("null", Value::Null),
            aud("a number", json!(7)),
            aud("true", json!(true)),
            aud("an object", json!({id: id})),
            aud("an array in an array", json!([[id]])),
        ]
    });

const CLIENT_ID_INSTEAD: Scenario = Scenario::must("id-token/client-id-instead-of-aud")
    .clause("OIDC Core 2, 3.1.3.7 (3)")
    .why("only aud says for whom the token is; access tokens have client_id as well")
    .covers(&["AUD-07"])
    .inputs(|facts| {
        let id = facts.client_id.as_str();
        vec![
            Input::new("aud absent", vec![ID_TOKEN.remove("aud"), ID_TOKEN.set("client_id", id)]),
            Input::new(
                "aud of another",
                vec![ID_TOKEN.set("aud", "someone-else"), ID_TOKEN.set("client_id", id)],
            ),
        ]
    });

const TWICE: Scenario = Scenario::policy("id-token/aud-twice")
    .clause("RFC 7519 4.1.3")
    .why("an array that names the app twice is odd and harmless; an app may take it or not")
    .covers(&["AUD-05"])
    .run(|t| Box::pin(twice(t)));

async fn twice(t: &mut Trial) -> Outcome {
    let id = t.facts().client_id.clone();
    t.either("a token that names the app twice as its audience", vec![ID_TOKEN.set("aud", json!([id, id]))])
        .await
}

const ARRAY: Scenario = Scenario::tolerate("id-token/aud-array-of-one")
    .clause("OIDC Core 2")
    .why("aud may be an array; providers send it so")
    .covers(&["AUD-01"])
    .inputs(|facts| vec![Input::new("", vec![ID_TOKEN.set("aud", json!([facts.client_id]))])])
    .expect(Expect::Accepted);

const UNTRUSTED: Scenario = Scenario::must("id-token/aud-untrusted-extra")
    .clause("OIDC Core 3.1.3.7 (3)")
    .why("every audience can use the token: one that is not trusted can sign its users in here")
    .covers(&["AUD-02"])
    .inputs(|facts| {
        let both = json!([facts.client_id, "someone-else"]);
        let other_order = json!(["someone-else", facts.client_id]);
        vec![
            Input::new("after the own", vec![ID_TOKEN.set("aud", both)]),
            Input::new("before the own", vec![ID_TOKEN.set("aud", other_order)]),
        ]
    });

/// Errata set 2 left the comparison to the extensions that use azp; before, it was a SHOULD.
const FOREIGN_AZP: Scenario = Scenario::harden("id-token/azp-other-client")
    .clause("OIDC Core 3.1.3.7 (4), (5)")
    .demands("an azp is validated as the extension says that put it there, which may mean to compare it with the own client id")
    .why("azp names the client that the token was issued to; another one has handed it on")
    .covers(&["AUD-04"])
    .with(|| vec![ID_TOKEN.set("azp", "someone-else")]);

const NEARLY: Scenario = Scenario::must("id-token/aud-nearly")
    .clause("RFC 7519 4.1.3")
    .why("aud is compared whole: no prefix, no substring, no other letter case")
    .covers(&["AUD-06"])
    .inputs(|facts| {
        let id = &facts.client_id;
        vec![
            Input::new("other letter case", vec![ID_TOKEN.alter("aud", Alteration::SwapCase)]),
            Input::new("a trailing slash", vec![ID_TOKEN.append("aud", "/")]),
            Input::new("a prefix of it", vec![ID_TOKEN.alter("aud", Alteration::Shorten)]),
            Input::new("one word of several", vec![ID_TOKEN.set("aud", format!("other {id} another"))]),
        ]
    });

const UNTRUSTED_WITH_AZP: Scenario = Scenario::must("id-token/aud-untrusted-extra-with-azp")
    .clause("OIDC Core 3.1.3.7 (3)")
    .demands(
        "an ID Token is rejected if it has an audience besides the client that the client does not trust",
    )
    .why("azp says who asked for the token; it makes no audience trusted")
    .covers(&["AUD-03"])
    .inputs(|facts| {
        let both = json!([facts.client_id, "someone-else"]);
        vec![Input::new("", vec![ID_TOKEN.set("aud", both), ID_TOKEN.set("azp", facts.client_id.as_str())])]
    });

const OWN_AZP: Scenario = Scenario::tolerate("id-token/azp-own")
    .clause("OIDC Core 2")
    .why("a token that names this app as the one it was issued to is all right")
    .inputs(|facts| vec![Input::new("", vec![ID_TOKEN.set("azp", facts.client_id.as_str())])])
    .expect(Expect::Accepted);

const TRUSTED: Scenario = Scenario::tolerate("id-token/aud-trusted-extra")
    .clause("OIDC Core 2, 3.1.3.7 (3)")
    .why("a token may be for an API as well, if the app trusts that audience and is itself the authorized party")
    .run(|t| Box::pin(trusted(t)));

async fn trusted(t: &mut Trial) -> Outcome {
    let own = ID_TOKEN.set("azp", t.facts().client_id.as_str());
    t.attempt(vec![for_both(t)?, own], Expect::Accepted).await
}

const NO_AZP: Scenario = Scenario::should("id-token/azp-missing")
    .clause("OIDC Core 3.1.3.7 (4)")
    .why("among several audiences only azp says which of them the token was issued to")
    .run(|t| Box::pin(no_azp(t)));

async fn no_azp(t: &mut Trial) -> Outcome {
    t.attempt(vec![for_both(t)?], Expect::Refused).await
}

/// A token for the app and for an audience that it trusts.
fn for_both(t: &Trial) -> Result<Fault, Stop> {
    let Some(trusted) = t.profile().trusted_audiences.first() else {
        let why = "the profile names no trusted_audiences: write those that the app accepts beside its own client id";
        return Err(Stop::NotRun(Reason::Undeclared(why.to_owned())));
    };
    Ok(ID_TOKEN.set("aud", json!([t.facts().client_id, trusted])))
}
