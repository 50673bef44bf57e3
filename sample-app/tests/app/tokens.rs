//! Tokens that are wrong on the outside or the inside. The table of claims has its own tests beside the rules;
//! here each layer is seen to be connected.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::provider::{jwk, sign};
use super::world::{HEADER, Login, World};

type Change = fn(String) -> String;

async fn refusal(make: impl FnOnce(&World, &Login) -> String) -> String {
    let mut world = World::new().await;
    let login = world.start_login("/").await;
    let token = make(&world, &login);
    let answer = world.deliver(&login, &token).await;
    assert_eq!(world.subject().await, None, "nobody is signed in");
    assert_eq!(answer.status, 400, "{}", answer.body);
    assert!(token.is_empty() || !answer.body.contains(&token), "the page repeats the token");
    let (_, rest) = answer.body.split_once("mention the code <code>").expect("a reason code");
    rest.split('<').next().unwrap_or_default().to_owned()
}

async fn refusal_of(header: &str) -> String {
    let header = header.to_owned();
    refusal(move |world, login| sign(&header, &world.claims(login).to_string(), 0)).await
}

async fn refusal_with(change: impl FnOnce(&mut Value)) -> String {
    refusal(|world, login| {
        let mut claims = world.claims(login);
        change(&mut claims);
        sign(HEADER, &claims.to_string(), 0)
    })
    .await
}

#[tokio::test]
async fn a_header_that_leads_astray_is_refused_by_its_rule() {
    for (header, rule) in [
        (r#"{"alg":"none"}"#, "alg-pinning"),
        (r#"{"alg":"NoNe","kid":"key-0"}"#, "alg-pinning"),
        (r#"{"alg":"RS384","kid":"key-0"}"#, "alg-pinning"),
        (r#"{"alg":null,"kid":"key-0"}"#, "alg-pinning"),
        (r#"{"kid":"key-0"}"#, "alg-pinning"),
        (r#"{"alg":"RS256","alg":"none","kid":"key-0"}"#, "token-header"),
        (r#"{"alg":"RS256","kid":"key-0","crit":[]}"#, "crit-check"),
        (r#"{"alg":"RS256","kid":"key-0","crit":["exp"]}"#, "crit-check"),
        (r#"{"alg":"RS256","kid":"key-0","typ":"at+jwt"}"#, "typ-check"),
        (r#"{"alg":"RS256","kid":"key-0","typ":"application/logout+JWT"}"#, "typ-check"),
        (r#"{"alg":"RS256","kid":7}"#, "kid-type"),
        (r#"{"alg":"RS256","kid":"../../etc/passwd"}"#, "unknown-key"),
        ("[]", "token-header"),
    ] {
        assert_eq!(refusal_of(header).await, rule, "{header}");
    }
}

#[tokio::test]
async fn a_key_in_the_header_is_no_key() {
    let header = json!({"alg": "RS256", "kid": "key-0", "jwk": jwk(1)}).to_string();

    let code = refusal(move |world, login| sign(&header, &world.claims(login).to_string(), 1)).await;

    assert_eq!(code, "signature-check");
}

#[tokio::test]
async fn the_public_key_is_no_secret() {
    let code = refusal(|world, login| {
        let header = r#"{"alg":"HS256","kid":"key-0"}"#;
        let claims = world.claims(login).to_string();
        let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let key = hmac::Key::new(hmac::HMAC_SHA256, jwk(0)["n"].as_str().unwrap_or_default().as_bytes());
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(hmac::sign(&key, input.as_bytes())))
    })
    .await;

    assert_eq!(code, "alg-pinning");
}

#[tokio::test]
async fn bytes_that_differ_from_what_was_signed_are_refused() {
    let table: [(&str, Change, &str); 8] = [
        (
            "two parts",
            |token| token.rsplit_once('.').map(|(head, _)| head.to_owned()).unwrap_or_default(),
            "token-parts",
        ),
        ("four parts", |token| format!("{token}.x"), "token-parts"),
        ("padding", |token| format!("{token}=="), "token-encoding"),
        ("newline", |token| format!("{token}\n"), "token-encoding"),
        ("quotes", |token| format!("\"{token}\""), "token-encoding"),
        (
            "empty signature",
            |token| format!("{}.", token.rsplit_once('.').map_or("", |(head, _)| head)),
            "signature-check",
        ),
        ("shorter signature", |token| token[..token.len() - 2].to_owned(), "signature-check"),
        (
            "other signature",
            |token| format!("{}{}", &token[..token.len() - 8], "AAAAAAAA"),
            "signature-check",
        ),
    ];
    for (what, change, code) in table {
        assert_eq!(refusal(|world, login| change(world.token(login))).await, code, "{what}");
    }
    assert_eq!(refusal(|_, _| String::new()).await, "id-token-required");
}

#[tokio::test]
async fn claims_are_checked_against_this_very_login() {
    assert_eq!(refusal_with(|claims| claims["nonce"] = json!("another")).await, "nonce-check");
    assert_eq!(refusal_with(|claims| claims["aud"] = json!("another")).await, "aud-check");
    assert_eq!(refusal_with(|claims| claims["iss"] = json!("https://another.example")).await, "iss-check");
    assert_eq!(refusal_with(|claims| claims["exp"] = json!(1)).await, "exp-check");
    let twice = refusal(|world, login| {
        let claims = world.claims(login).to_string().replacen('{', r#"{"sub":"mallory","#, 1);
        sign(HEADER, &claims, 0)
    });
    assert_eq!(twice.await, "token-claims");
}

#[tokio::test]
async fn the_nonce_of_another_tab_is_not_this_tabs_nonce() {
    let mut world = World::new().await;
    let (one, two) = (world.start_login("/").await, world.start_login("/").await);
    let token = world.token(&two);

    World::assert_refused(&world.deliver(&one, &token).await, "nonce-check");
}
