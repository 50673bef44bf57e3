//! What a logout token must say, what it may say, and who must have signed it.

use super::{SignedIn, VICTIM, next_victim, obey_each, refuse_each, refused};
use harness::{Input, Outcome, Scenario, Stop, Trial};
use mock_idp::fault::{Corruption, JWKS, KeyChoice, KeyRendering, LOGOUT_HEADER, LOGOUT_SEAL, LOGOUT_TOKEN};
use mock_idp::token::{KeyName, public_jwk};
use mock_idp::trace::Endpoint;
use mock_idp::{Fault, MockIdp};
use serde_json::{Value, json};

pub(crate) const SCENARIOS: &[Scenario] = &[
    UNSIGNED, OTHER_ALG, PUBLIC_KEY, OTHER_KEY, ISSUER, AUDIENCE, EVENT, EVENT_FORM, NONCE, NOBODY, TIMES,
    AGE, ID_TOKEN, OTHER_TYPE, TYPE, LEGAL,
];

const EVENT_NAME: &str = "http://schemas.openid.net/event/backchannel-logout";

macro_rules! inputs {
    ($($label:expr => [$($fault:expr),* $(,)?]),* $(,)?) => { vec![$(Input::new($label, vec![$($fault),*])),*] };
}

const UNSIGNED: Scenario = Scenario::must("back-channel/unsigned")
    .clause("Back-Channel Logout 2.6 (2), 2.8")
    .why("a logout token that nobody signed lets anybody end anybody's session")
    .covers(&["BC-10", "oidcc-client-test-rp-backchannel-rpinitlogout-alg-none"])
    .alone()
    .run(|t| {
        let none = |alg: &str| Input::new(alg, vec![LOGOUT_SEAL.alg(alg), LOGOUT_SEAL.unsigned()]);
        let mut all: Vec<_> = ["none", "None", "nOnE", "NONE"].map(none).into();
        all.push(Input::new("an empty signature", vec![LOGOUT_SEAL.corrupt(Corruption::EmptySignature)]));
        Box::pin(refuse_each(t, all))
    });

const OTHER_ALG: Scenario = Scenario::must("back-channel/other-alg")
    .clause("Back-Channel Logout 2.6 (2); RFC 8725 3.1")
    .why("the algorithm is the one that the app is registered with, also where the key set has a key for another")
    .covers(&["oidcc-client-test-rp-backchannel-rpinitlogout-wrong-alg"])
    .alone()
    .run(|t| {
        let other = |alg: &str| Input::new(alg, vec![LOGOUT_SEAL.alg(alg)]);
        Box::pin(refuse_each(t, ["ES256", "RS384", "PS256", "EdDSA"].map(other).into()))
    });

const PUBLIC_KEY: Scenario = Scenario::must("back-channel/public-key-as-secret")
    .clause("Back-Channel Logout 2.6 (2); RFC 8725 2.1, 3.1")
    .why("whoever lets the token choose HS256 takes the provider's public key, which everybody has, for a secret")
    .covers(&["BC-10"])
    .alone()
    .run(|t| {
        let input = |(label, how): (&str, _)| Input::new(label, vec![LOGOUT_SEAL.hmac_with(how)]);
        let renderings = [
            ("SPKI PEM", KeyRendering::SpkiPem),
            ("SPKI DER", KeyRendering::SpkiDer),
            ("PKCS#1 PEM", KeyRendering::Pkcs1Pem),
            ("JWK as JSON", KeyRendering::JwkJson),
            ("the modulus text of the JWK", KeyRendering::Modulus),
        ];
        Box::pin(refuse_each(t, renderings.map(input).into()))
    });

const OTHER_KEY: Scenario = Scenario::must("back-channel/other-key")
    .clause("Back-Channel Logout 2.6 (2); RFC 8725 3.10")
    .why("a token that brings its key along, or says where it is, proves only that somebody has a key")
    .covers(&["BC-10"])
    .alone()
    .run(|t| Box::pin(other_key(t)));

async fn other_key(t: &mut Trial) -> Outcome {
    let attackers = || LOGOUT_SEAL.key(KeyChoice::Attacker);
    let inputs = inputs![
        "an attacker's key under the provider's kid" => [attackers()],
        "an attacker's key in the header" => [LOGOUT_HEADER.set("jwk", public_jwk(KeyName::Attacker)), attackers()],
    ];
    refuse_each(t, inputs).await?;
    let outcome = key_elsewhere(t, attackers()).await;
    t.input("the address of an attacker's keys in the header", outcome);
    Ok(())
}

async fn key_elsewhere(t: &Trial, attackers: Fault) -> Outcome {
    let mut victim = SignedIn::new(t, next_victim(t)).await?;
    let elsewhere = MockIdp::start().await.map_err(|error| Stop::Broken(error.to_string()))?;
    let mut key = public_jwk(KeyName::Attacker);
    key["kid"] = KeyName::Rsa1.kid().into();
    let _serving = elsewhere.tenant().arm(vec![JWKS.set("keys", json!([key]))])?;
    let jku = LOGOUT_HEADER.set("jku", format!("{}/jwks", elsewhere.base_url()));
    let token = victim.token(t, vec![jku, attackers])?;
    refused(t, &mut victim, &token).await?;
    let asked = elsewhere.tenant().trace().count(Endpoint::Jwks);
    t.demand(asked == 0, 0, "no request to the address in the token", format!("{asked} requests came"))
}

const ISSUER: Scenario = Scenario::must("back-channel/issuer")
    .clause("Back-Channel Logout 2.6 (3)")
    .why("a provider may end its own sessions only")
    .covers(&["oidcc-client-test-rp-backchannel-rpinitlogout-wrong-iss"])
    .alone()
    .run(|t| {
        let all = inputs![
            "INVALID appended" => [LOGOUT_TOKEN.append("iss", "INVALID")],
            "somebody else" => [LOGOUT_TOKEN.set("iss", "https://idp.example")],
            "missing" => [LOGOUT_TOKEN.remove("iss")],
        ];
        Box::pin(refuse_each(t, all))
    });

const AUDIENCE: Scenario = Scenario::must("back-channel/audience")
    .clause("Back-Channel Logout 2.6 (3)")
    .why("every app gets such tokens, and could pass them on: one for another app must end nothing here")
    .covers(&["oidcc-client-test-rp-backchannel-rpinitlogout-wrong-aud"])
    .alone()
    .run(|t| {
        let all = inputs![
            "INVALID appended" => [LOGOUT_TOKEN.append("aud", "INVALID")],
            "another client" => [LOGOUT_TOKEN.set("aud", "someone-else")],
            "missing" => [LOGOUT_TOKEN.remove("aud")],
        ];
        Box::pin(refuse_each(t, all))
    });

const EVENT: Scenario = Scenario::must("back-channel/event")
    .clause("Back-Channel Logout 2.4, 2.6 (5)")
    .why("only the event tells a logout token from every other token of the same provider")
    .covers(&[
        "oidcc-client-test-rp-backchannel-rpinitlogout-no-event",
        "oidcc-client-test-rp-backchannel-rpinitlogout-wrong-event",
    ])
    .alone()
    .run(|t| {
        let other = json!({"http://schemas.openid.net/event/another": {}});
        let all = inputs![
            "none" => [LOGOUT_TOKEN.remove("events")],
            "another event" => [LOGOUT_TOKEN.set("events", other)],
        ];
        Box::pin(refuse_each(t, all))
    });

const EVENT_FORM: Scenario = Scenario::must("back-channel/event-form")
    .clause("Back-Channel Logout 2.4")
    .why("events is an object that has the event as a member, and the event is an object too")
    .covers(&["BC-08"])
    .alone()
    .run(|t| {
        let events = |value: Value| LOGOUT_TOKEN.set("events", value);
        let all = inputs![
            "a list" => [events(json!([EVENT_NAME]))],
            "a text" => [events(json!(EVENT_NAME))],
            "the event is a text" => [events(json!({EVENT_NAME: "yes"}))],
            "the event is null" => [events(json!({EVENT_NAME: null}))],
        ];
        Box::pin(refuse_each(t, all))
    });

const NONCE: Scenario = Scenario::must("back-channel/nonce")
    .clause("Back-Channel Logout 2.4, 2.6 (6)")
    .why("a nonce is prohibited, so that no logout token can be taken for an ID Token, nor the other way round")
    .covers(&["oidcc-client-test-rp-backchannel-rpinitlogout-with-nonce"])
    .alone()
    .run(|t| Box::pin(refuse_each(t, inputs!["a nonce" => [LOGOUT_TOKEN.set("nonce", "rpcheck-nonce")]])));

const NOBODY: Scenario = Scenario::must("back-channel/nobody-named")
    .clause("Back-Channel Logout 2.4, 2.6 (4)")
    .why("a logout token that names neither a person nor a session ends nothing, least of all everything")
    .covers(&["BC-03"])
    .alone()
    .run(|t| {
        let nobody =
            inputs!["neither sub nor sid" => [LOGOUT_TOKEN.remove("sub"), LOGOUT_TOKEN.remove("sid")]];
        Box::pin(refuse_each(t, nobody))
    });

/// Long ago, whatever the clocks say.
const DAY: i64 = 86_400;

const TIMES: Scenario = Scenario::must("back-channel/required-claims")
    .clause("Back-Channel Logout 2.4, 2.6 (3)")
    .why("a logout token says when it was made, how long it is good for, and which one it is")
    .covers(&["BC-05"])
    .alone()
    .run(|t| {
        let all = inputs![
            "exp past" => [LOGOUT_TOKEN.shift("exp", -DAY)],
            "exp missing" => [LOGOUT_TOKEN.remove("exp")],
            "iat missing" => [LOGOUT_TOKEN.remove("iat")],
            "jti missing" => [LOGOUT_TOKEN.remove("jti")],
        ];
        Box::pin(refuse_each(t, all))
    });

const AGE: Scenario = Scenario::should("back-channel/iat")
    .clause("Back-Channel Logout 2.6 (3); OIDC Core 3.1.3.7 (10)")
    .why("a logout that was ordered yesterday, or will be tomorrow, is not about the session of today")
    .covers(&["BC-05"])
    .alone()
    .run(|t| {
        let all = inputs![
            "a day old" => [LOGOUT_TOKEN.shift("iat", -DAY)],
            "a day ahead" => [LOGOUT_TOKEN.shift("iat", DAY), LOGOUT_TOKEN.shift("exp", DAY)],
        ];
        Box::pin(refuse_each(t, all))
    });

const ID_TOKEN: Scenario = Scenario::must("back-channel/id-token")
    .clause("Back-Channel Logout 2.4, 2.6 (5), (6); RFC 8725 3.12")
    .why("every app that signs the person in has an ID Token of hers: it must not be good for logging her out here")
    .covers(&["BC-09"])
    .alone()
    .run(|t| Box::pin(id_token(t)));

async fn id_token(t: &mut Trial) -> Outcome {
    let mut victim = SignedIn::new(t, VICTIM).await?;
    let token = victim.id_token.clone();
    refused(t, &mut victim, &token).await
}

const OTHER_TYPE: Scenario = Scenario::should("back-channel/typ-of-another-token")
    .clause("Back-Channel Logout 4.1; RFC 8725 3.11, 3.12")
    .why("a token that calls itself something else is something else")
    .covers(&["BC-06"])
    .alone()
    .run(|t| Box::pin(refuse_each(t, inputs!["at+jwt" => [LOGOUT_HEADER.set("typ", "at+jwt")]])));

const TYPE: Scenario = Scenario::tolerate("back-channel/typ")
    .clause("Back-Channel Logout 2.4, 4.1; RFC 7515 4.1.9")
    .why("typ is recommended and not required, and application/ in front of it means nothing")
    .covers(&["BC-06"])
    .alone()
    .run(|t| {
        let typ = |typ: &str| LOGOUT_HEADER.set("typ", typ);
        let all = inputs![
            "absent" => [LOGOUT_HEADER.remove("typ")],
            "JWT" => [typ("JWT")],
            "logout+jwt" => [],
            "application/logout+jwt" => [typ("application/logout+jwt")],
        ];
        Box::pin(obey_each(t, all))
    });

const LEGAL: Scenario = Scenario::tolerate("back-channel/further-members")
    .clause("Back-Channel Logout 2.4, 2.6")
    .why("what a logout token may say beside the necessary must not keep the session alive")
    .covers(&["BC-07"])
    .alone()
    .run(|t| {
        let client = t.facts().client_id.clone();
        let events = |value: Value| LOGOUT_TOKEN.set("events", value);
        let all = inputs![
            "a list of one audience" => [LOGOUT_TOKEN.set("aud", json!([client]))],
            "a list of two audiences" => [LOGOUT_TOKEN.set("aud", json!([client, "someone-else"]))],
            "azp" => [LOGOUT_TOKEN.set("azp", client.clone())],
            "a claim that nobody knows" => [LOGOUT_TOKEN.set("x-colour", "blue")],
            "a second event" => [events(json!({EVENT_NAME: {}, "http://schemas.openid.net/event/another": {}}))],
            "an event that says something" => [events(json!({EVENT_NAME: {"reason": "closing time"}}))],
        ];
        Box::pin(obey_each(t, all))
    });
