//! What holds for all faults, tried with arbitrary ones.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::*;
use crate::protocol::{AuthorizationResponse, Document, Object, Params, ResponseMode};
use crate::trace::Endpoint;

const HONEST: &str = r#"{"iss":"http://i","aud":["a","b"],"exp":10,"nonce":"n","keys":[{"kid":"k"}]}"#;

const OURS: &[Endpoint] = &[Endpoint::Discovery, Endpoint::Authorize, Endpoint::Login, Endpoint::Other];

fn name() -> impl Strategy<Value = String> {
    let known = ["iss", "aud", "exp", "nonce", "missing", "/keys/*/kid", "/aud/0", "/keys/-", "/", ""];
    prop_oneof![select(known.to_vec()).prop_map(str::to_owned), ".{0,6}"]
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![Just(Value::Null), any::<i64>().prop_map(Value::from), ".{0,8}".prop_map(Value::from)]
        .prop_map(|leaf| if leaf.is_null() { json!({ "a": [leaf] }) } else { leaf })
}

fn member_verb() -> impl Strategy<Value = Verb> {
    let how = select(&[Alteration::Flip, Alteration::Shorten, Alteration::SwapCase][..]);
    let order = select(&[Order::First, Order::Last][..]);
    prop_oneof![
        (name(), value()).prop_map(|(name, value)| Verb::Set { name, value }),
        (name(), ".{0,8}").prop_map(|(name, text)| Verb::SetRaw { name, text }),
        (name(), name()).prop_map(|(name, from)| Verb::Copy { name, from }),
        name().prop_map(|name| Verb::Remove { name }),
        (name(), any::<i64>()).prop_map(|(name, seconds)| Verb::Shift { name, seconds }),
        (name(), ".{0,4}").prop_map(|(name, text)| Verb::Append { name, text }),
        (name(), how).prop_map(|(name, how)| Verb::Alter { name, how }),
        (name(), value(), order).prop_map(|(name, value, order)| Verb::Duplicate { name, value, order }),
    ]
}

fn json_fault() -> impl Strategy<Value = Fault> {
    let octets = prop::collection::vec(any::<u8>(), 0..9);
    let verb = prop_oneof![
        member_verb(),
        ".{0,12}".prop_map(|text| Verb::Payload { text }),
        octets.prop_map(|octets| Verb::Octets { base64url: crate::token::base64url(octets) }),
        Just(Verb::Deflate),
    ];
    let seams = [Seam::IdTokenClaims, Seam::IdTokenHeader, Seam::Discovery, Seam::Jwks];
    fault(select(seams.to_vec()), verb)
}

fn response_fault() -> impl Strategy<Value = Fault> {
    let mode = select(&[ResponseMode::Query, ResponseMode::Fragment, ResponseMode::FormPost][..]);
    let verb = prop_oneof![
        member_verb(),
        mode.prop_map(|mode| Verb::Mode { mode }),
        ".{0,8}".prop_map(|url| Verb::Target { url }),
        "[ -~]{0,8}".prop_map(|value| Verb::ContentType { value }),
    ];
    fault(Just(Seam::AuthorizationResponse), verb)
}

fn wire_fault() -> impl Strategy<Value = Fault> {
    let verb = prop_oneof![
        (200..600_u16).prop_map(|status| Verb::Status { status }),
        any::<u64>().prop_map(|millis| Verb::Delay { millis }),
        Just(Verb::HangUp),
        any::<usize>().prop_map(|bytes| Verb::Truncate { bytes }),
        (1..u32::MAX).prop_map(|bytes_per_second| Verb::Drip { bytes_per_second }),
        ".{0,8}".prop_map(|text| Verb::Body { text }),
        ".{0,8}".prop_map(|text| Verb::Prepend { text }),
        Just(Verb::Gzip),
        ("x-[!#-'*+.0-9A-Z^-z|~-]{0,8}", "[ -~]{0,8}").prop_map(|(name, value)| Verb::Header { name, value }),
        "[ -~]{0,8}".prop_map(|location| Verb::Redirect { location }),
    ];
    fault(select(OURS).prop_map(Seam::Wire), verb)
}

fn seal_fault() -> impl Strategy<Value = Fault> {
    let keys = [KeyChoice::Other, KeyChoice::Attacker, KeyChoice::Ec, KeyChoice::Ed];
    let damage = [Corruption::XorSignature, Corruption::DropSignature, Corruption::TrailingBits];
    let verb = prop_oneof![
        select(keys.to_vec()).prop_map(|key| Verb::Key { key }),
        ".{0,5}".prop_map(|alg| Verb::Alg { alg }),
        Just(Verb::Unsigned),
        select(damage.to_vec()).prop_map(|how| Verb::Corrupt { how }),
        Just(Verb::HmacWith { rendering: KeyRendering::SpkiPem }),
        ".{0,8}".prop_map(|secret| Verb::HmacSecret { secret }),
        ".{0,8}".prop_map(|text| Verb::Raw { text }),
    ];
    fault(Just(Seam::IdTokenSeal), verb)
}

fn fault(
    seam: impl Strategy<Value = Seam>,
    verb: impl Strategy<Value = Verb>,
) -> impl Strategy<Value = Fault> {
    let occurrence =
        prop_oneof![Just(Occurrence::Every), Just(Occurrence::First), (1..9_u32).prop_map(Occurrence::Nth)];
    let binding = prop_oneof![
        Just(Binding::Any),
        ".{0,3}".prop_map(Binding::Client),
        ".{0,3}".prop_map(Binding::Marker)
    ];
    (seam, verb, occurrence, binding).prop_map(|(seam, verb, occurrence, binding)| Fault {
        seam,
        verb,
        occurrence,
        binding,
    })
}

#[cfg(feature = "tls")]
fn any_fault() -> impl Strategy<Value = Fault> {
    let verb = select(&BadCertificate::ALL[..]).prop_map(|certificate| Verb::Present { certificate });
    let certificate = fault(Just(Seam::Certificate), verb);
    prop_oneof![json_fault(), response_fault(), wire_fault(), seal_fault(), certificate]
}

#[cfg(not(feature = "tls"))]
fn any_fault() -> impl Strategy<Value = Fault> {
    prop_oneof![json_fault(), response_fault(), wire_fault(), seal_fault()]
}

fn honest() -> Document {
    Object::parse(HONEST).unwrap().into()
}

/// The document after the faults, each of which is armed for everybody and every time.
fn told(faults: &[Fault], seam: Seam, mut document: Document) -> (String, Vec<bool>) {
    let armory = Armory::default();
    let unbound =
        |fault: &Fault| Fault { occurrence: Occurrence::Every, binding: Binding::Any, ..fault.clone() };
    armory.arm(faults.iter().map(unbound).collect());
    let mut pass = armory.pass(Context::default());
    pass.document(seam, &mut document);
    (document.to_string(), pass.into_fired().iter().map(|fired| fired.changed).collect())
}

proptest! {
    #[test]
    fn a_legal_fault_survives_json_and_reads_as_a_clause(fault in any_fault()) {
        let text = serde_json::to_string(&fault).unwrap();

        prop_assert_eq!(&serde_json::from_str::<Fault>(&text).unwrap(), &fault);
        prop_assert!(fault.to_string().starts_with("the "));
        prop_assert!(fault.check().is_ok());
    }

    #[test]
    fn a_fault_at_another_seam_leaves_the_bytes_alone(faults in prop::collection::vec(any_fault(), 0..4)) {
        let faults: Vec<Fault> =
            faults.into_iter().filter(|fault| fault.seam != Seam::IdTokenClaims).collect();

        let (text, fired) = told(&faults, Seam::IdTokenClaims, honest());

        prop_assert_eq!(text, HONEST);
        prop_assert!(fired.is_empty());
    }

    #[test]
    fn the_order_of_the_list_is_the_order_of_application(faults in prop::collection::vec(json_fault(), 0..5)) {
        let faults: Vec<Fault> =
            faults.into_iter().map(|fault| Fault { seam: Seam::Discovery, ..fault }).collect();

        let at_once = told(&faults, Seam::Discovery, honest());

        let mut document = honest();
        let mut fired = Vec::new();
        for fault in &faults {
            let before = document.octets().into_owned();
            members::apply_to_document(&fault.verb, &mut document);
            fired.push(*document.octets() != before);
        }
        prop_assert_eq!(at_once, (document.to_string(), fired));
    }

    #[test]
    fn a_wildcard_reaches_every_member_once_however_often_its_name_is_there(
        names in prop::collection::vec(select(vec!["a", "b", "c"]), 0..7),
    ) {
        let object = |values: &[i64]| -> String {
            let members = names.iter().zip(values).map(|(name, value)| format!("\"{name}\":{value}"));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        };
        let values: Vec<i64> = (0..).take(names.len()).collect();
        let shifted: Vec<i64> = values.iter().map(|value| value + 100).collect();
        let document = |values| Document::from(Object::parse(&object(values)).unwrap());

        let (text, _) = told(&[JWKS.shift("/*", 100)], Seam::Jwks, document(&values));

        prop_assert_eq!(text, object(&shifted));
    }

    #[test]
    fn parameters_that_no_verb_names_stay_as_they_are(verb in member_verb()) {
        let mut params = Params::parse("honest=1&honest=2");
        prop_assume!(!serde_json::to_string(&verb).unwrap().contains("honest"));

        members::apply_to_params(&verb, &mut params);

        prop_assert_eq!(params.all("honest"), ["1", "2"]);
    }

    #[test]
    fn changed_means_that_the_response_differs_on_the_wire(fault in response_fault()) {
        let fault = Fault { occurrence: Occurrence::Every, binding: Binding::Any, ..fault };
        let armory = Armory::default();
        armory.arm(vec![fault]);
        let honest = AuthorizationResponse {
            params: Params::parse("id_token=t&state=s&nonce=n"),
            mode: ResponseMode::FormPost,
            target: "http://localhost/cb".into(),
            enctype: None,
        };
        let (mut answer, mut pass) = (honest.clone(), armory.pass(Context::default()));

        pass.response(&mut answer);

        prop_assert_eq!(pass.into_fired()[0].changed, answer.encode() != honest.encode());
    }

    #[test]
    fn an_occurrence_fires_as_often_as_it_says(nth in 1..6_u32, times in 0..8_u32) {
        let armory = Armory::default();
        armory.arm(vec![ID_TOKEN.remove("exp").nth(nth), ID_TOKEN.remove("exp").first(), ID_TOKEN.remove("x")]);

        for _ in 0..times {
            armory.pass(Context::default()).document(Seam::IdTokenClaims, &mut honest());
        }

        let fired: Vec<u32> = armory.reports().iter().map(|report| report.fired).collect();
        prop_assert_eq!(fired, [u32::from(times >= nth), times.min(1), times]);
    }

    #[test]
    fn a_request_that_is_not_meant_neither_fires_a_fault_nor_counts(marker in "[a-z]{1,3}", client in "[a-z]{1,3}") {
        let armory = Armory::default();
        armory.arm(vec![ID_TOKEN.remove("exp").marked("MARK").first(), ID_TOKEN.remove("exp").for_client("ME")]);
        let stranger = Context { client: Some(client), marker: Some(marker), ..Context::default() };

        armory.pass(stranger).document(Seam::IdTokenClaims, &mut honest());
        prop_assert!(armory.reports().iter().all(|report| report.fired == 0));

        let meant = Context { client: Some("ME".into()), marker: Some("MARK".into()), ..Context::default() };
        armory.pass(meant).document(Seam::IdTokenClaims, &mut honest());
        prop_assert!(armory.reports().iter().all(|report| report.fired == 1));
    }
}

#[test]
fn without_faults_every_artefact_is_what_it_was() {
    let mut pass = Armory::default().pass(Context::default());
    let mut wire = Wire::new(200, vec![("a".into(), "b".into())], bytes::Bytes::from_static(b"body"));
    let before = wire.clone();

    let mut document = honest();
    pass.document(Seam::Jwks, &mut document);
    pass.wire(Seam::Wire(Endpoint::Jwks), &mut wire);

    assert_eq!((document.to_string().as_str(), wire), (HONEST, before));
    assert!(pass.into_fired().is_empty());
}

fn header(name: &str, value: &str) -> Value {
    json!({"seam": "wire", "endpoint": "jwks", "verb": "header", "name": name, "value": value})
}

#[test]
fn what_is_not_a_fault_is_refused_with_what_to_write_instead() {
    for (json, expected) in [
        (json!([]), "a fault is a JSON object"),
        (json!({"verb": "set"}), "\"seam\" is missing; use one of: id-token-header"),
        (json!({"seam": "id-token", "verb": "set"}), "unknown seam \"id-token\"; use one of"),
        (json!({"seam": "wire", "verb": "hang-up"}), "needs an \"endpoint\"; use one of: discovery, jwks"),
        (json!({"seam": "wire", "endpoint": "x", "verb": "hang-up"}), "unknown endpoint \"x\""),
        (json!({"seam": "wire", "endpoint": "app", "verb": "hang-up"}), "an endpoint of the provider"),
        (json!({"seam": "jwks"}), "\"verb\" is missing; at the seam \"jwks\" use one of: set"),
        (
            json!({"seam": "jwks", "verb": "sett", "name": "x"}),
            "unknown verb \"sett\" at the seam \"jwks\"; use one of: set",
        ),
        (
            json!({"seam": "jwks", "verb": "unsigned"}),
            "the verb \"unsigned\" cannot be used at the seam \"jwks\"",
        ),
        (
            json!({"seam": "jwks", "verb": "remove", "nmae": "x"}),
            "unknown member \"nmae\", expected \"name\"",
        ),
        (json!({"seam": "jwks", "verb": "remove"}), "missing member \"name\""),
        (json!({"seam": "jwks", "verb": "deflate", "x": 1}), "\"deflate\" takes no arguments"),
        (json!({"seam": "jwks", "verb": "octets"}), "missing member \"base64url\""),
        (json!({"seam": "jwks", "verb": "octets", "base64url": 1}), "\"base64url\" is 1; write text"),
        (json!({"seam": "jwks", "verb": "octets", "base64url": "/w=="}), "base64url without padding"),
        (json!({"seam": "jwks", "verb": "octets", "base64url": "AB"}), "without bits to spare"),
        (json!({"seam": "id-token-seal", "verb": "unsigned", "x": 1}), "unknown member \"x\""),
        (
            json!({"seam": "id-token-seal", "verb": "key", "key": "x"}),
            "\"key\" is \"x\"; use one of: \"other\"",
        ),
        (
            json!({"seam": "jwks", "verb": "remove", "name": "x", "occurrence": "often"}),
            "use \"every\", \"first\"",
        ),
        (json!({"seam": "jwks", "verb": "remove", "name": "x", "occurrence": {"nth": 0}}), "counts from 1"),
        (json!({"seam": "jwks", "verb": "remove", "name": "x", "binding": 1}), "use \"any\""),
        (json!({"seam": "wire", "endpoint": "jwks", "verb": "status", "status": 100}), "use 200 to 599"),
        (header("two words", "x"), "use a name like"),
        (header("", "x"), "use a name like"),
        (header("Content-Length", "9"), "use a name like"),
        (header("x-a", "two\r\nlines"), "visible ASCII characters"),
    ] {
        let error = Fault::from_json(json.clone()).expect_err(&json.to_string()).to_string();

        assert!(error.contains(expected), "{json}: {error}");
    }
}

#[test]
fn a_bad_certificate_is_read_if_this_build_has_tls_and_else_the_error_names_the_feature() {
    let json = json!({"seam": "certificate", "verb": "present", "certificate": "expired"});

    let read = Fault::from_json(json).map(|fault| fault.to_string()).map_err(|error| error.to_string());

    if cfg!(feature = "tls") {
        assert_eq!(read, Ok("the certificate has expired".to_owned()));
    } else {
        assert!(read.is_err_and(|error| error.contains("--features rpcheck-mock-idp/tls")));
    }
}
