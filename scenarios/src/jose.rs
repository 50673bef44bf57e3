//! What the token's header may say, and what must never be believed of it.

use crate::params::with;
use harness::trial::{FORGED, FORGED_SUBJECT};
use harness::{Expect, Input, Outcome, Scenario, Trial};
use mock_idp::Fault;
use mock_idp::fault::{HEADER, ID_TOKEN, KeyChoice, SEAL};
use serde_json::{Value, json};

pub(crate) const SCENARIOS: &[Scenario] = &[
    CRITICAL,
    UNENCODED,
    TYPE,
    OTHER_TYPE,
    UNKNOWN_MEMBER,
    NESTED,
    COMPRESSED,
    REALLY_COMPRESSED,
    MALFORMED,
    STRANGE_KID,
    CLAIMS_IN_HEADER,
];

const CRITICAL: Scenario = Scenario::must("jose/crit")
    .clause("RFC 7515 4.1.11")
    .why("crit names what must be understood: whoever does not understand it must refuse the token")
    .covers(&["JOSE-05"])
    .inputs(|_| {
        let crit = |value: Value| vec![HEADER.set("crit", value)];
        let with_x = |names: Value| vec![HEADER.set("crit", names), HEADER.set("x", true)];
        let unknown = with_x(json!(["x"]));
        vec![
            Input::new("a name twice", with_x(json!(["x", "x"]))),
            Input::new("an unknown member", unknown),
            Input::new("a claim", crit(json!(["exp"]))),
            Input::new("empty", crit(json!([]))),
            Input::new("no array", crit(json!("x"))),
            Input::new("a registered member", crit(json!(["alg"]))),
        ]
    });

const TYPE: Scenario = Scenario::tolerate("jose/typ")
    .clause("RFC 7515 4.1.9")
    .why("typ is optional, and its letter case does not matter")
    .covers(&["JOSE-07"])
    .inputs(|_| {
        vec![
            Input::new("jwt", vec![HEADER.set("typ", "jwt")]),
            Input::new("application/jwt", vec![HEADER.set("typ", "application/jwt")]),
            Input::new("absent", vec![HEADER.remove("typ")]),
        ]
    })
    .expect(Expect::Accepted);

const OTHER_TYPE: Scenario = Scenario::should("jose/typ-of-another-token")
    .clause("RFC 8725 3.11, 3.12; Back-Channel Logout 4.1")
    .why("a token of another kind, signed by the same provider, must not pass for an ID Token")
    .covers(&["JOSE-08"])
    .inputs(|_| {
        let typ = |typ: &str| Input::new(typ, vec![HEADER.set("typ", typ)]);
        ["at+jwt", "logout+jwt", "secevent+jwt", "dpop+jwt", "oauth-authz-req+jwt"].map(typ).into()
    });

const UNKNOWN_MEMBER: Scenario = Scenario::tolerate("jose/unknown-member")
    .clause("RFC 7515 4")
    .why("a header member that nobody calls critical is ignored")
    .covers(&["JOSE-12"])
    .with(|| vec![HEADER.set("x-colour", "blue")])
    .expect(Expect::Accepted);

const UNENCODED: Scenario = Scenario::must("jose/unencoded-payload")
    .clause("RFC 7797 3, 6, 7")
    .why("a JWT must not say b64 false: its payload is encoded, and whoever reads it otherwise reads another token")
    .covers(&["JOSE-06"])
    .with(|| vec![HEADER.set("crit", json!(["b64"])), HEADER.set("b64", false)]);

const NESTED: Scenario = Scenario::should("jose/nested")
    .clause("RFC 7519 3, 5.2, 7.2")
    .why("a token inside a token has not been looked at when only the outer one has")
    .covers(&["JOSE-10"])
    .run(|t| Box::pin(nested(t)));

async fn nested(t: &mut Trial) -> Outcome {
    for (label, cty, quoted) in
        [("with cty JWT", true, false), ("without a word", false, false), ("as a JSON string", false, true)]
    {
        let outcome = around_another(t, cty, quoted).await;
        t.input(label, outcome);
    }
    Ok(())
}

async fn around_another(t: &Trial, cty: bool, quoted: bool) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(FORGED).await?;
    let nonce = pending.asked("nonce");
    let inner = t.mint(FORGED, Some(&nonce), &[SEAL.key(KeyChoice::Attacker)])?;
    let inner = if quoted { Value::from(inner).to_string() } else { inner };
    let mut outer = vec![ID_TOKEN.payload(inner)];
    outer.extend(cty.then(|| HEADER.set("cty", "JWT")));
    let token = t.mint(FORGED, Some(&nonce), &outer)?;
    agent.deliver(&with(&pending.form.fields, "id_token", &token)).await?.refused()
}

const COMPRESSED: Scenario = Scenario::policy("jose/zip")
    .clause("RFC 7516 4.1.3; RFC 7515 4")
    .why("zip means something in encrypted tokens alone: in a signed one it is a word like any other, or a reason to refuse")
    .covers(&["JOSE-10"])
    .run(|t| Box::pin(compressed(t)));

async fn compressed(t: &mut Trial) -> Outcome {
    t.either("a signed token that says zip DEF", vec![HEADER.set("zip", "DEF")]).await
}

const REALLY_COMPRESSED: Scenario = Scenario::must("jose/zip-compressed")
    .clause("RFC 7519 7.2; RFC 7516 4.1.3; RFC 8725 3.6")
    .demands("the octets of the payload are the UTF-8 of a JSON object, or the token is rejected; zip is a member of encrypted tokens")
    .why("what was signed are these octets, and they are no claims: whoever inflates them believes what nothing defines, of any size")
    .covers(&["JOSE-10"])
    .inputs(|_| {
        let packed = |more: Option<Fault>| {
            let last = [ID_TOKEN.deflate(), HEADER.set("zip", "DEF")];
            more.into_iter().chain(last).collect::<Vec<_>>()
        };
        vec![
            Input::new("the claims", packed(None)),
            Input::new("the claims and a million letters", packed(Some(ID_TOKEN.set("x", "x".repeat(1_000_000))))),
        ]
    });

const MALFORMED: Scenario = Scenario::must("jose/header-malformed")
    .clause("RFC 7515 4, 5.2; RFC 7519 7.2")
    .demands(
        "the octets of the header are the UTF-8 of a completely valid JSON object, or the token is rejected",
    )
    .why("a header that is no JSON object says nothing, and a monstrous one must not break the app")
    .covers(&["JOSE-13"])
    .inputs(|_| {
        let header = |label, text: String| Input::new(label, vec![HEADER.payload(text)]);
        let honest = r#"{"alg":"RS256","typ":"JWT","kid":"rsa-1"}"#;
        let nested = |depth| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        let not_utf_8 = [honest.trim_end_matches('}').as_bytes(), b",\"x\":\"\xff\"}"].concat();
        vec![
            header("an array", r#"["alg","RS256"]"#.to_owned()),
            header("a string", r#""RS256""#.to_owned()),
            header("null", "null".to_owned()),
            header("empty", String::new()),
            header("with something after it", format!("{honest}{honest}")),
            header("in single quotation marks", honest.replace('"', "'")),
            header("nested 100 deep", nested(100)),
            header("nested 10,000 deep", nested(10_000)),
            Input::new("not UTF-8", vec![HEADER.octets(not_utf_8)]),
        ]
    });

const STRANGE_KID: Scenario = Scenario::must("jose/kid-strange")
    .clause("RFC 7515 4.1.4; RFC 8725 3.10")
    .why("kid is whatever the sender wrote: a name to compare, never a path, a query or a reason to crash")
    .covers(&["JOSE-14"])
    .inputs(|_| {
        let kid = |label, kid: Value| {
            Input::new(label, vec![HEADER.set("kid", kid), SEAL.key(KeyChoice::Attacker)])
        };
        vec![
            kid("a path", json!("../../../../../../dev/null")),
            kid("a query", json!("' OR 1=1 --")),
            kid("64 kB", json!("k".repeat(65_536))),
            kid("with NUL", json!("rsa-1\u{0}")),
            kid("empty", json!("")),
            kid("a number", json!(1)),
            kid("null", Value::Null),
            kid("in an array", json!(["rsa-1"])),
        ]
    });

const CLAIMS_IN_HEADER: Scenario = Scenario::must("jose/claims-in-header")
    .clause("RFC 7519 5.3; OIDC Core 2")
    .why("what the header repeats of the claims proves nothing where the claims themselves are missing or differ")
    .covers(&["SUB-08", "professos/id-spoofing-12-id-token-header"])
    .inputs(|facts| {
        let header = |name: &str, value: &str| HEADER.set(name, value);
        let subject = vec![header("sub", FORGED_SUBJECT), ID_TOKEN.remove("sub")];
        let audience = vec![header("aud", &facts.client_id), ID_TOKEN.remove("aud")];
        let issuer = vec![header("iss", &facts.issuer), ID_TOKEN.set("iss", "http://attacker.test")];
        vec![
            Input::new("sub", subject),
            Input::new("aud", audience),
            Input::new("iss", issuer),
        ]
    });
