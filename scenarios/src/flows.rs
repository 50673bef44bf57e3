//! What comes beside an ID Token in other flows: access tokens, codes and userinfo. Each must belong to the token and
//! to the person whom it names.

use harness::trial::{FORGED, FORGED_SUBJECT, HONEST, meaningful};
use harness::{Expect, Input, Outcome, Scenario, Trial};
use mock_idp::Fault;
use mock_idp::fault::{Alteration, DISCOVERY, ID_TOKEN, Order, RESPONSE, TOKEN_RESPONSE, USERINFO};
use mock_idp::trace::{Endpoint, Leg};
use serde_json::json;

pub(crate) const SCENARIOS: &[Scenario] = &[
    AT_HASH,
    NO_AT_HASH,
    C_HASH,
    NO_C_HASH,
    UNNEEDED,
    S_HASH,
    SECOND_TOKEN,
    TOKEN_TYPE,
    BEARER,
    OTHER_SUBJECT,
    BY_BASIC,
];

pub(crate) const IMPLICIT: &str = "id-token-and-token";
pub(crate) const HYBRID: &str = "code-and-id-token";
pub(crate) const CODE: &str = "code-with-userinfo";

/// Ways in which a hash is nearly right.
fn nearly(name: &'static str) -> Vec<Input> {
    let changed = |label: &str, fault| Input::new(label, vec![fault]);
    vec![
        changed("one character more", ID_TOKEN.append(name, "1")),
        changed("one character flipped", ID_TOKEN.alter(name, Alteration::Flip)),
        changed("other letter case", ID_TOKEN.alter(name, Alteration::SwapCase)),
        changed("one character less", ID_TOKEN.alter(name, Alteration::Shorten)),
        changed("empty", ID_TOKEN.set(name, "")),
    ]
}

const AT_HASH: Scenario = Scenario::must("hashes/at-hash-wrong")
    .clause("OIDC Core 3.2.2.9")
    .why("at_hash says which access token the ID Token came with: any other was put there by somebody else")
    .covers(&[
        "HASH-02",
        "HASH-04",
        "oidcc-client-test-invalid-athash",
        "professos/token-substitution-accesstoken",
    ])
    .variant(IMPLICIT)
    .inputs(|_| {
        let mut inputs = nearly("at_hash");
        let swapped = RESPONSE.set("access_token", "an-access-token-of-somebody-else");
        inputs.push(Input::new("the access token swapped", vec![swapped]));
        inputs
    });

const NO_AT_HASH: Scenario = Scenario::must("hashes/at-hash-missing")
    .clause("OIDC Core 3.2.2.10")
    .why("an access token that comes through the browser needs the ID Token's word for it")
    .covers(&["HASH-02", "oidcc-client-test-missing-athash"])
    .variant(IMPLICIT)
    .with(|| vec![ID_TOKEN.remove("at_hash")]);

const C_HASH: Scenario = Scenario::must("hashes/c-hash-wrong")
    .clause("OIDC Core 3.3.2.10")
    .why("c_hash says which code the ID Token came with: any other was put there by somebody else")
    .covers(&[
        "HASH-05",
        "oidcc-client-test-invalid-chash",
        "professos/token-substitution-authorization-code",
    ])
    .variant(HYBRID)
    .inputs(|_| nearly("c_hash"));

const NO_C_HASH: Scenario = Scenario::must("hashes/c-hash-missing")
    .clause("OIDC Core 3.3.2.11")
    .why("a code that comes through the browser beside an ID Token needs its word for it")
    .covers(&["HASH-05", "oidcc-client-test-missing-chash"])
    .variant(HYBRID)
    .with(|| vec![ID_TOKEN.remove("c_hash").first()]);

const UNNEEDED: Scenario = Scenario::tolerate("hashes/at-hash-unneeded")
    .clause("OIDC Core 3.2.2.10")
    .why("where no access token comes, an at_hash has nothing to say, and some providers send one anyway")
    .covers(&["HASH-01"])
    .with(|| vec![ID_TOKEN.set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA")])
    .expect(Expect::Accepted);

const S_HASH: Scenario = Scenario::policy("hashes/s-hash-wrong")
    .clause("FAPI 1.0 Advanced 5.2.2")
    .why("s_hash binds the state to the token in one profile; elsewhere an app may not know it")
    .covers(&["HASH-06"])
    .run(|t| Box::pin(s_hash(t)));

async fn s_hash(t: &mut Trial) -> Outcome {
    let wrong = ID_TOKEN.set("s_hash", "AAAAAAAAAAAAAAAAAAAAAA");
    t.either("an s_hash that is not the state's", vec![wrong]).await
}

const SECOND_TOKEN: Scenario = Scenario::must("code/worth-somebody-else")
    .clause("OIDC Core 3.3.3.6")
    .demands("where both the authorization and the token endpoint give an ID Token, iss and sub are the same in both")
    .why("both ID Tokens of one login are of the same issuer and person: where they are not, the code is not the code of this login")
    .variant(HYBRID)
    .with(|| vec![ID_TOKEN.set("sub", "somebody-else").nth(2)]);

const TOKEN_TYPE: Scenario = Scenario::must("code/token-type")
    .clause("RFC 6749 7.1; OIDC Core 3.1.3.3")
    .why("an access token of a type that the app does not know must not be used, and the answer that brings it is none")
    .variant(CODE)
    .inputs(|_| {
        let typed = |label: &str, value: serde_json::Value| Input::new(label, vec![TOKEN_RESPONSE.set("token_type", value)]);
        vec![
            typed("another type", json!("mac")),
            typed("null", json!(null)),
            Input::new("absent", vec![TOKEN_RESPONSE.remove("token_type")]),
        ]
    })
    .expect(Expect::RefusedOrUnavailable);

const BEARER: Scenario = Scenario::tolerate("userinfo/asked-by-header")
    .clause("OIDC Core 5.3.1; RFC 6750 2.1, 2.3")
    .why("userinfo is asked with the access token in a header, never in an address that everybody logs")
    .covers(&["oidcc-client-test-userinfo-bearer-header", "oidcc-client-test-scope-userinfo-claims"])
    .variant(CODE)
    .run(|t| Box::pin(bearer(t)));

async fn bearer(t: &mut Trial) -> Outcome {
    let landing = t.agent().await?.log_in(HONEST).await?;
    landing.accepted(&t.subject(HONEST)?)?;
    let asked = landing
        .conversation
        .iter()
        .find(|exchange| exchange.leg == Leg::Back && exchange.endpoint == Endpoint::Userinfo);
    let Some(asked) = asked else {
        return Err(landing.found("the app asks userinfo", "nobody asked"));
    };
    let by_header = asked
        .request
        .headers
        .iter()
        .any(|(name, value)| name.eq_ignore_ascii_case("authorization") && value.starts_with("Bearer "));
    if by_header && !asked.request.url.contains("access_token") {
        return Ok(());
    }
    Err(landing.found("the access token in the header Authorization", asked.request.url.clone()))
}

/// What only the false userinfo says.
const CANARY: &str = "Told By False Userinfo";

const OTHER_SUBJECT: Scenario = Scenario::must("userinfo/other-subject")
    .clause("OIDC Core 5.3.2, 5.3.4, 16.11")
    .demands("the sub of userinfo is compared with the ID Token's, and nothing of userinfo is used where they differ")
    .why("userinfo about somebody else, or about nobody, is not about the person whom the ID Token names")
    .covers(&[
        "oidcc-client-test-userinfo-invalid-sub",
        "professos/id-spoofing-6-userinfo-sub-iss",
        "professos/id-spoofing-7-userinfo-name-username-email",
        "professos/id-spoofing-8-userinfo-multiple-sub",
        "professos/id-spoofing-9-userinfo-multiple-sub",
        "professos/id-spoofing-10-userinfo-sub-array",
        "professos/id-spoofing-11-userinfo-sub-array-reverse",
    ])
    .variant(CODE)
    .run(|t| Box::pin(other_subject(t)));

async fn other_subject(t: &mut Trial) -> Outcome {
    let victim = t.subject(HONEST)?;
    let own = FORGED_SUBJECT;
    let issuer = t.facts().issuer.clone();
    let of_the_victim = || USERINFO.set("sub", victim.as_str());
    for (label, faults) in [
        ("with more after it", vec![USERINFO.append("sub", "invalid")]),
        ("the victim's", vec![of_the_victim()]),
        ("the victim's, with an issuer", vec![of_the_victim(), USERINFO.set("iss", issuer)]),
        ("absent", vec![USERINFO.remove("sub")]),
        ("absent, with the victim's names and address", named_like_the_victim()),
        ("the own, then the victim's", vec![USERINFO.duplicate("sub", victim.as_str(), Order::Last)]),
        ("the victim's, then the own", vec![USERINFO.duplicate("sub", victim.as_str(), Order::First)]),
        ("both in an array", vec![USERINFO.set("sub", json!([own, victim]))]),
        ("both in an array, the victim's first", vec![USERINFO.set("sub", json!([victim, own]))]),
    ] {
        let outcome = not_believed(t, faults).await;
        t.input(label, outcome);
    }
    Ok(())
}

/// Says who the victim is in every way but by `sub`.
fn named_like_the_victim() -> Vec<Fault> {
    vec![
        USERINFO.remove("sub"),
        USERINFO.set("preferred_username", HONEST),
        USERINFO.set("email", format!("{HONEST}@example.test")),
        USERINFO.set("email_verified", true),
    ]
}

/// Refused, or signed in as the person of the ID Token without a word of the false userinfo.
async fn not_believed(t: &Trial, mut faults: Vec<Fault>) -> Outcome {
    let start = t.position();
    faults.push(USERINFO.set("name", CANARY));
    let guard = t.arm(faults)?;
    let mut agent = t.agent().await?;
    let landing = agent.log_in(FORGED).await?;
    meaningful(&guard.report())?;
    if landing.subject.is_none() {
        return landing.refused_or_unavailable();
    }
    landing.accepted(FORGED_SUBJECT)?;
    for path in [t.profile().page.clone(), t.profile().probe.path.clone()] {
        let shown = agent.look(&path).await?.body.contains(CANARY);
        t.demand(!shown, start, "nothing of it is shown", format!("{path} shows it"))?;
    }
    Ok(())
}

const BY_BASIC: Scenario = Scenario::tolerate("code/client-secret-basic")
    .clause("OIDC Core 9; RFC 6749 2.3.1")
    .why("a provider may take the secret in the header alone: the app shows it there")
    .covers(&["oidcc-client-test-client-secret-basic"])
    .variant("code-with-secret")
    .cold()
    .run(|t| Box::pin(by_basic(t)));

async fn by_basic(t: &mut Trial) -> Outcome {
    let only = DISCOVERY.set("token_endpoint_auth_methods_supported", json!(["client_secret_basic"]));
    let guard = t.arm(vec![only])?;
    let landing = t.agent().await?.log_in(HONEST).await?;
    meaningful(&guard.report())?;
    landing.accepted(&t.subject(HONEST)?)?;
    let asked = landing.conversation.iter().find(|exchange| exchange.endpoint == Endpoint::Token);
    let header = asked.and_then(|exchange| exchange.request.header("authorization")).unwrap_or("nothing");
    if header.starts_with("Basic ") {
        return Ok(());
    }
    let way = header.split(' ').next().unwrap_or_default();
    Err(landing.found("the token endpoint is shown the secret by Basic", format!("by {way}")))
}
