//! Lies in tokens, responses and documents.

use mock_idp::fault::{
    Corruption, DISCOVERY, HEADER, ID_TOKEN, JWKS, KeyChoice, KeyRendering, Order, RESPONSE, SEAL, named,
};
use mock_idp::{Client, Fault, LoginPolicy, ResponseMode};
use serde_json::json;

use super::stage::{CLIENT, Stage, request, told, verified};

fn mint(stage: &Stage, faults: &[Fault]) -> String {
    stage.tenant().mint("alice", CLIENT, Some("n"), faults).unwrap()
}

#[tokio::test]
async fn a_lie_in_the_claims_is_signed_by_the_honest_key() {
    let stage = Stage::new().await;

    let token = mint(&stage, &[ID_TOKEN.set("sub", "liar"), ID_TOKEN.duplicate("nonce", "m", Order::First)]);

    assert_eq!(verified(&stage, &stage.tenant(), &token).await.unwrap()["sub"], "liar");
}

#[tokio::test]
async fn other_algorithms_verify_with_the_published_keys() {
    let stage = Stage::new().await;

    for alg in ["RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "EdDSA"] {
        let token = mint(&stage, &[SEAL.alg(alg)]);

        assert_eq!(told(&token).0["alg"], alg);
        // The library refuses a key whose own `alg` differs: that is why the RSA variants need its absence.
        let _any = stage.tenant().arm(vec![JWKS.remove("/keys/*/alg")]).unwrap();
        verified(&stage, &stage.tenant(), &token).await.unwrap_or_else(|error| panic!("{alg}: {error}"));
    }
}

#[tokio::test]
async fn keys_of_others_do_not_verify_under_the_honest_kid() {
    let stage = Stage::new().await;

    for key in [KeyChoice::Other, KeyChoice::Encryption, KeyChoice::Attacker] {
        let token = mint(&stage, &[SEAL.key(key)]);

        assert_eq!(told(&token).0, told(&mint(&stage, &[])).0);
        assert!(verified(&stage, &stage.tenant(), &token).await.is_err(), "{key}");
    }
    assert_eq!(told(&mint(&stage, &[SEAL.key(KeyChoice::Ec)])).0["alg"], "ES256");
}

#[tokio::test]
async fn every_corruption_changes_the_token_and_none_verifies() {
    let stage = Stage::new().await;
    let honest = mint(&stage, &[]);
    for how in [
        Corruption::XorSignature,
        Corruption::FlipPayloadBit,
        Corruption::FlipHeaderBit,
        Corruption::TruncateSignature,
        Corruption::ExtendSignature,
        Corruption::ZeroSignature,
        Corruption::EmptySignature,
        Corruption::DropSignature,
        Corruption::ExtraPart,
        Corruption::FiveParts,
        Corruption::TrailingDot,
        Corruption::Quoted,
        Corruption::Spaced,
        Corruption::Bearer,
        Corruption::FlattenedJson,
        Corruption::GeneralJson,
        Corruption::DerSignature,
        Corruption::OrderSignature,
        Corruption::Padding,
        Corruption::Newline,
        Corruption::StandardAlphabet,
        Corruption::TrailingBits,
    ] {
        let token = mint(&stage, &[SEAL.corrupt(how)]);

        assert_ne!(token, honest, "{how}");
        assert!(verified(&stage, &stage.tenant(), &token).await.is_err(), "{how}");
    }
}

#[tokio::test]
async fn an_unsigned_token_has_an_empty_third_part_and_the_spelling_it_was_given() {
    let stage = Stage::new().await;

    for spelling in ["none", "nOnE", ""] {
        let token = mint(&stage, &named::alg_none_spelled(spelling));

        assert_eq!(told(&token).0["alg"], spelling);
        assert!(token.ends_with('.'));
    }
}

#[tokio::test]
async fn the_public_key_as_a_secret_makes_the_mac_a_confused_verifier_expects() {
    let stage = Stage::new().await;
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
    let keys = stage.get(&format!("{}/jwks", stage.provider.base_url())).await.body;
    let n = serde_json::from_str::<serde_json::Value>(&keys).unwrap()["keys"][0]["n"]
        .as_str()
        .unwrap()
        .to_owned();

    let token = mint(&stage, &named::key_confusion(KeyRendering::ModulusBase64));

    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::HS256);
    validation.validate_aud = false;
    let confused = jsonwebtoken::DecodingKey::from_secret(n.as_bytes());
    jsonwebtoken::decode::<serde_json::Value>(&token, &confused, &validation).unwrap();
    assert_eq!(told(&token).0["kid"], "rsa-1");
}

#[tokio::test]
async fn an_embedded_key_verifies_the_token_that_brings_it() {
    let stage = Stage::new().await;
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();

    let token = mint(&stage, &named::embedded_jwk());

    let jwk = serde_json::from_value(told(&token).0["jwk"].clone()).unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    validation.validate_aud = false;
    let key = jsonwebtoken::DecodingKey::from_jwk(&jwk).unwrap();
    jsonwebtoken::decode::<serde_json::Value>(&token, &key, &validation).unwrap();
    assert!(verified(&stage, &stage.tenant(), &token).await.is_err());
}

#[tokio::test]
async fn named_lies_about_time_move_with_the_clock() {
    let stage = Stage::new().await;
    stage.tenant().clock().freeze(10_000);

    let claims = |faults: &[Fault]| told(&mint(&stage, faults)).1;

    assert_eq!(claims(&named::expired_by(60))["exp"], 9_940);
    assert_eq!(claims(&named::not_before_in(90))["nbf"], 10_090);
    assert_eq!(claims(&named::issued_in(30))["iat"], 10_030);
    assert_eq!(claims(&named::exp_missing()).get("exp"), None);
    assert_eq!(told(&mint(&stage, &named::crit("x"))).0["crit"], json!(["x"]));
    assert_eq!(told(&mint(&stage, &[HEADER.remove("kid")])).0.get("kid"), None);
}

#[tokio::test]
async fn a_token_ran_out_as_long_ago_as_told_however_long_tokens_are_good() {
    let stage = Stage::new().await;
    stage.tenant().clock().freeze(10_000);
    let long = Client { id_token_lifetime: Some(1_000_000), ..Client::unregistered(CLIENT) };
    stage.tenant().add_client(long);

    let claims = told(&mint(&stage, &named::expired_by(60))).1;

    assert_eq!(
        (&claims["exp"], &claims["iat"], &claims["auth_time"]),
        (&json!(9_940), &json!(6_340), &json!(6_340))
    );
}

#[tokio::test]
async fn the_response_can_lie_about_parameters_mode_target_and_enctype() {
    let stage = Stage::alice().await;
    let tenant = stage.tenant();

    let lie = tenant.arm(vec![RESPONSE.mode(ResponseMode::Query), RESPONSE.remove("state")]).unwrap();
    let location = stage.authorize(&[]).await.header("location").to_owned();
    assert!(location.starts_with("http://localhost:3000/callback?id_token=") && !location.contains("state="));
    drop(lie);
    let _lie = tenant
        .arm(vec![
            RESPONSE.target("http://localhost:9/x"),
            RESPONSE.content_type("text/plain"),
            RESPONSE.duplicate("state", "second", Order::Last),
        ])
        .unwrap();
    let page = stage.authorize(&[("response_mode", "form_post")]).await;
    assert!(page.body.contains("action=\"http://localhost:9/x\" enctype=\"text/plain\""), "{}", page.body);
    assert_eq!(page.fields().all("state"), ["the-state", "second"]);
}

#[tokio::test]
async fn an_enctype_changes_nothing_where_there_is_no_form() {
    let stage = Stage::alice().await;
    let lie = stage.tenant().arm(vec![RESPONSE.content_type("text/plain")]).unwrap();

    stage.authorize(&[]).await;
    assert_eq!((lie.report()[0].fired, lie.report()[0].changed), (1, 0));

    stage.fields().await;
    assert_eq!((lie.report()[0].fired, lie.report()[0].changed), (2, 1));
}

#[tokio::test]
async fn documents_can_lie_and_are_honest_again_when_the_guard_is_gone() {
    let stage = Stage::new().await;
    let url = format!("{}/.well-known/openid-configuration", stage.provider.base_url());
    let honest = stage.get(&url).await.body;

    let lie = stage.tenant().arm(vec![DISCOVERY.set("issuer", "https://evil.example")]).unwrap();
    assert_ne!(stage.get(&url).await.body, honest);
    drop(lie);

    assert_eq!(stage.get(&url).await.body, honest);
}

#[tokio::test]
async fn an_occurrence_is_counted_per_fault_and_only_by_requests_it_is_bound_to() {
    let stage = Stage::alice().await;
    let base = stage.provider.base_url().to_owned();
    let lie = stage
        .tenant()
        .arm(vec![ID_TOKEN.set("sub", "second").for_client("mine").nth(2), ID_TOKEN.set("x", 1).first()])
        .unwrap();
    let subject = async |client: &str| {
        let answer = stage.get(&request(&base, &[("client_id", client)])).await.fragment();
        told(answer.first("id_token").unwrap()).1["sub"].as_str().unwrap().to_owned()
    };

    let subjects =
        [subject("mine").await, subject("other").await, subject("mine").await, subject("mine").await];

    assert_eq!(subjects, ["user-alice", "user-alice", "second", "user-alice"]);
    let fired: Vec<u32> = lie.report().iter().map(|report| report.fired).collect();
    assert_eq!(fired, [1, 1]);
}

#[tokio::test]
async fn a_marked_lie_is_not_eaten_by_somebody_else() {
    let stage = Stage::new().await;
    let tenant = stage.tenant();
    tenant.set_policy(LoginPolicy::Auto { user: "bob".into() });
    let lie = tenant.marked("m").arm(vec![ID_TOKEN.set("sub", "liar").first()]).unwrap();

    stage.authorize(&[]).await;
    assert_eq!(lie.report()[0].fired, 0);
    let url = request(stage.provider.base_url(), &[]);
    stage.http.get(&url).header("mock-idp-marker", "m").send().await.unwrap();

    assert_eq!(lie.report()[0].fired, 1);
}

#[tokio::test]
async fn an_illegal_verb_is_refused_before_it_is_armed() {
    let stage = Stage::new().await;
    let fault = Fault { seam: mock_idp::fault::Seam::Jwks, ..SEAL.unsigned() };

    let error = stage.tenant().arm(vec![fault]).err().unwrap().to_string();

    assert!(error.contains("\"unsigned\"") && error.contains("set, set-raw"), "{error}");
}

#[tokio::test]
async fn a_header_that_is_no_text_and_a_payload_that_is_packed_are_signed_as_they_are() {
    use base64::Engine as _;
    let octets = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap();
    let stage = Stage::new().await;
    let header = b"{\"alg\":\"RS256\",\"x\":\"\xff\"}";

    let [plain, lied] =
        [vec![], vec![HEADER.octets(header), ID_TOKEN.deflate()]].map(|told| mint(&stage, &told));

    let parts = |token: &str| token.split('.').map(octets).collect::<Vec<_>>();
    let (plain, lied) = (parts(&plain), parts(&lied));
    assert_eq!(lied[0], header);
    let inflated = serde_json::Deserializer::from_reader(flate2::read::DeflateDecoder::new(&*lied[1]));
    let claims: serde_json::Value = inflated.into_iter().next().unwrap().unwrap();
    assert_eq!((&claims["sub"], &claims["nonce"]), (&json!("user-alice"), &json!("n")));
    assert!(lied[1].len() < plain[1].len());
    assert_ne!(lied[2], plain[2]);
}

#[cfg(feature = "weak-keys")]
#[tokio::test]
async fn the_short_key_verifies_what_it_signed_for_whoever_accepts_1024_bits() {
    use aws_lc_rs::signature::{
        RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY as LAX, RSA_PKCS1_2048_8192_SHA256 as CAREFUL,
        RsaPublicKeyComponents,
    };
    use base64::Engine as _;
    let octets = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap();
    let stage = Stage::new().await;
    let jwk = mock_idp::token::public_jwk(mock_idp::token::KeyName::Short);
    let key = RsaPublicKeyComponents {
        n: octets(jwk["n"].as_str().unwrap()),
        e: octets(jwk["e"].as_str().unwrap()),
    };

    let token = mint(&stage, &[SEAL.key(KeyChoice::Short)]);

    let (input, signature) = token.rsplit_once('.').unwrap();
    assert!(key.verify(&LAX, input.as_bytes(), &octets(signature)).is_ok());
    assert!(key.verify(&CAREFUL, input.as_bytes(), &octets(signature)).is_err());
    assert_eq!((told(&token).0, jwk["kid"].as_str()), (told(&mint(&stage, &[])).0, Some("rsa-1024")));
}

#[cfg(feature = "weak-keys")]
#[tokio::test]
async fn a_short_key_that_is_published_is_still_refused_by_a_careful_application() {
    let stage = Stage::alice().await;
    let lie = stage.tenant().arm(named::short_key()).unwrap();

    let token = stage.authorize(&[]).await.fragment().first("id_token").unwrap().to_owned();

    let error = verified(&stage, &stage.tenant(), &token).await.unwrap_err();
    assert_eq!(told(&token).0["kid"], "rsa-1024");
    assert!(!error.contains("not published"), "{error}");
    assert!(lie.report().iter().all(|report| report.changed == 1), "{:?}", lie.report());
}
