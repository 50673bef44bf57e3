//! An app with one check left out is still an app, and the attack that the check stops then works.

mod answers;
mod requests;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Method, RequestBuilder};
use sample_app::Weakness;
use serde_json::{Value, json};

use super::provider::{jwk, sign};
use super::world::{HEADER, Login, World};

/// Without a nonce to put into its token no provider answers; this one says nothing of `auth_time`, sends the state first,
/// and its Alice has markup in her name. Those that shut people out in other ways do so by what browsers and providers do,
/// and this browser and this provider do not.
const LOCKED_OUT: [&str; 4] =
    ["request-nonce", "auth-time-optional", "parameter-order-handling", "person-handling"];

#[tokio::test]
async fn an_honest_login_succeeds_under_every_weakness() {
    for weakness in Weakness::ALL.iter().filter(|weakness| !LOCKED_OUT.contains(&weakness.name())) {
        let mut world = World::weak(*weakness).await;

        let answer = world.log_in().await;

        let expected = if weakness.name() == "see-other" { 307 } else { 303 };
        assert_eq!(answer.status, expected, "{weakness:?}: {}", answer.body);
        assert_eq!(world.subject().await.as_deref(), Some("alice"), "{weakness:?}");
    }
}

/// The app without this check.
async fn without(name: &str) -> World {
    World::weak(Weakness::from_name(name).expect("there is such a weakness")).await
}

/// Delivers a forged token to the honest app, which must refuse it, and to the one without the check, which must
/// take it.
async fn assert_only_weak_takes(name: &str, forge: &dyn Fn(&World, &Login) -> String) {
    for (mut world, taken) in [(World::new().await, false), (without(name).await, true)] {
        let login = world.start_login("/").await;
        let token = forge(&world, &login);
        let answer = world.deliver(&login, &token).await;
        assert_eq!(answer.status == 303, taken, "{name}: {}", answer.body);
        assert_eq!(world.subject().await.is_some(), taken, "{name}");
    }
}

type Change = fn(&mut Value);

#[tokio::test]
async fn a_claim_that_is_not_checked_may_say_anything() {
    let table: [(&str, Change); 23] = [
        ("nonce-check", |claims| claims["nonce"] = json!("other")),
        ("nonce-required", |claims| remove(claims, "nonce")),
        ("exp-check", |claims| {
            claims["iat"] = json!(1_699_990_000);
            claims["exp"] = json!(1_699_990_300);
        }),
        ("exp-required", |claims| remove(claims, "exp")),
        ("exp-after-iat-check", |claims| claims["exp"] = json!(1_699_999_990)),
        ("nbf-check", |claims| claims["nbf"] = json!(1_700_003_600)),
        ("iat-future-check", |claims| {
            claims["iat"] = json!(1_700_003_600);
            claims["exp"] = json!(1_700_003_900);
        }),
        ("iat-age-check", |claims| claims["iat"] = json!(1_600_000_000)),
        ("iat-required", |claims| remove(claims, "iat")),
        ("aud-check", |claims| claims["aud"] = json!("someone-else")),
        ("aud-required", |claims| remove(claims, "aud")),
        ("aud-exact-match", |claims| claims["aud"] = json!("APP")),
        ("aud-exact-match", |claims| claims["aud"] = json!("app2 other")),
        ("extra-audience-check", |claims| {
            claims["aud"] = json!(["app", "other"]);
            claims["azp"] = json!("app");
        }),
        ("several-audiences-check", |claims| claims["aud"] = json!(["app", "other"])),
        ("azp-check", |claims| claims["azp"] = json!("other")),
        ("iss-check", |claims| claims["iss"] = json!("https://evil.example")),
        ("iss-required", |claims| remove(claims, "iss")),
        ("iss-exact-match", |claims| {
            claims["iss"] = json!(format!("{}/", claims["iss"].as_str().unwrap_or_default()));
        }),
        ("iss-exact-match", |claims| {
            claims["iss"] = json!(format!("{}1", claims["iss"].as_str().unwrap_or_default()));
        }),
        ("sub-required", |claims| remove(claims, "sub")),
        ("sub-check", |claims| claims["sub"] = json!("")),
        ("sub-check", |claims| claims["sub"] = json!("s".repeat(300))),
    ];
    for (name, change) in table {
        assert_only_weak_takes(name, &|world, login| {
            let mut claims = world.claims(login);
            change(&mut claims);
            sign(HEADER, &claims.to_string(), 0)
        })
        .await;
    }
}

fn remove(claims: &mut Value, claim: &str) {
    claims.as_object_mut().expect("claims are an object").remove(claim);
}

fn forged(world: &World, login: &Login, header: &str, key: usize) -> String {
    sign(header, &world.claims(login).to_string(), key)
}

#[tokio::test]
async fn a_signature_that_is_not_checked_may_be_anyones() {
    assert_only_weak_takes("signature-check", &|world, login| forged(world, login, HEADER, 1)).await;
    assert_only_weak_takes("alg-pinning-none", &|world, login| {
        let token = forged(world, login, r#"{"alg":"nOnE"}"#, 1);
        format!("{}.", token.rsplit_once('.').map_or("", |(head, _)| head))
    })
    .await;
    assert_only_weak_takes("header-jwk-ignored", &|world, login| {
        forged(world, login, &json!({"alg": "RS256", "kid": "key-0", "jwk": jwk(1)}).to_string(), 1)
    })
    .await;
    assert_only_weak_takes("header-jku-ignored", &|world, login| {
        world.provider.publish("attacker", json!({"keys": [jwk(1)]}));
        let jku = format!("{}/attacker", world.provider.issuer);
        forged(world, login, &json!({"alg": "RS256", "kid": "key-0", "jku": jku}).to_string(), 1)
    })
    .await;
    assert_only_weak_takes("key-use-check", &|world, login| {
        let mut encryption = jwk(1);
        encryption["use"] = json!("enc");
        world.provider.publish("jwks", json!({"keys": [jwk(0), encryption]}));
        forged(world, login, r#"{"alg":"RS256","kid":"key-1"}"#, 1)
    })
    .await;
    assert_only_weak_takes("crit-check", &|world, login| {
        forged(world, login, r#"{"alg":"RS256","kid":"key-0","crit":["x"],"x":1}"#, 0)
    })
    .await;
    assert_only_weak_takes("typ-check", &|world, login| {
        forged(world, login, r#"{"alg":"RS256","kid":"key-0","typ":"at+jwt"}"#, 0)
    })
    .await;
}

#[tokio::test]
async fn a_public_key_serves_as_a_secret_in_every_rendering() {
    let (n, e) = (jwk(0)["n"].clone(), jwk(0)["e"].clone());
    let (n, e) = (n.as_str().unwrap_or_default(), e.as_str().unwrap_or_default());
    let modulus = URL_SAFE_NO_PAD.decode(n).unwrap();
    let pkcs1 =
        [&[0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01, 0x00], &modulus[..], &[2, 3, 1, 0, 1]].concat();
    let base64 = base64::engine::general_purpose::STANDARD.encode(&pkcs1);
    let lines: Vec<&str> =
        base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let pem = format!("-----BEGIN RSA PUBLIC KEY-----\n{}\n-----END RSA PUBLIC KEY-----\n", lines.join("\n"));
    let json = format!(r#"{{"kty":"RSA","n":"{n}","e":"{e}"}}"#);
    let renderings = [
        modulus.clone(),
        n.into(),
        pkcs1,
        pem.clone().into(),
        pem.trim_end().into(),
        base64.into(),
        json.into(),
    ];
    for secret in renderings {
        assert_only_weak_takes("alg-pinning-hmac", &|world, login| {
            let claims = URL_SAFE_NO_PAD.encode(world.claims(login).to_string());
            let input = format!("{}.{claims}", URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","kid":"key-0"}"#));
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), input.as_bytes());
            format!("{input}.{}", URL_SAFE_NO_PAD.encode(tag))
        })
        .await;
    }
}

#[tokio::test]
async fn a_reader_that_is_not_strict_takes_other_bytes() {
    for change in [|token: String| format!("{token}=="), |token: String| format!("{token}\n")] {
        assert_only_weak_takes("strict-base64url", &|world, login| change(world.token(login))).await;
    }
    assert_only_weak_takes("duplicate-member-check", &|world, login| {
        sign(HEADER, &world.claims(login).to_string().replacen('{', r#"{"sub":"mallory","#, 1), 0)
    })
    .await;
}

/// A way to deliver a response other than the form.
async fn assert_only_weak_delivers(name: &str, send: impl AsyncFn(&mut World, &Login, &str) -> u16) {
    for (mut world, taken) in [(World::new().await, false), (without(name).await, true)] {
        let login = world.start_login("/").await;
        let token = world.token(&login);
        let status = send(&mut world, &login, &token).await;
        assert_eq!(status == 303, taken, "{name}: {status}");
    }
}

#[tokio::test]
async fn a_response_that_is_not_remembered_may_come_twice() {
    for name in ["transaction-consumption", "consumed-ledger"] {
        assert_only_weak_delivers(name, async |world, login, token| {
            let jar = world.browser.jar.clone();
            world.deliver(login, token).await;
            world.browser.jar = jar;
            let again = world.deliver(login, token).await;
            if again.location() == "/" {
                again.status
            } else {
                world.browser.get(again.location()).await.status
            }
        })
        .await;
    }
}

#[tokio::test]
async fn a_response_that_is_not_tied_down_may_come_in_any_way() {
    assert_only_weak_delivers("post-only-callback", async |world, login, token| {
        world.browser.get(&format!("/callback?state={}&id_token={token}", login.state)).await.status
    })
    .await;
    assert_only_weak_delivers("form-content-type-check", async |world, login, token| {
        let body = json!({"state": login.state, "id_token": token}).to_string();
        let send = |request: RequestBuilder| request.header("content-type", "application/json").body(body);
        world.browser.request(Method::POST, "/callback", send).await.status
    })
    .await;
    assert_only_weak_delivers("state-check", async |world, _, token| {
        world.browser.post("/callback", &[("state", "x"), ("id_token", token)]).await.status
    })
    .await;
    assert_only_weak_delivers("state-browser-binding", async |world, login, token| {
        world.browser.jar.clear();
        world.deliver(login, token).await.status
    })
    .await;
    assert_only_weak_delivers("transaction-lifetime", async |world, login, _| {
        world.advance(7200);
        let token = world.token(login);
        world.deliver(login, &token).await.status
    })
    .await;
    assert_only_weak_delivers("error-response-precedence", async |world, login, token| {
        let form = [("error", "access_denied"), ("state", &login.state), ("id_token", token)];
        world.browser.post("/callback", &form).await.status
    })
    .await;
    for extra in [
        ("code", "unrequested-token-check"),
        ("state", "duplicate-parameter-check"),
        ("iss", "response-iss-check"),
    ] {
        assert_only_weak_delivers(extra.1, async |world, login, token| {
            let form = [("state", login.state.as_str()), ("id_token", token), (extra.0, "x")];
            world.browser.post("/callback", &form).await.status
        })
        .await;
    }
}

#[tokio::test]
async fn a_session_that_is_not_sealed_may_be_changed_and_one_that_is_not_renewed_may_be_planted() {
    const SESSION: &str = "__Host-appSession";
    for (mut world, weak) in [(World::new().await, false), (without("session-seal").await, true)] {
        world.log_in().await;
        let honest = world.browser.jar[SESSION].clone();
        for at in [honest.len() / 2, honest.len() - 1] {
            let other = if honest.as_bytes()[at] == b'A' { "B" } else { "A" };
            let value = format!("{}{other}{}", &honest[..at], &honest[at + 1..]);
            world.browser.jar = [(SESSION.to_owned(), value)].into();
            assert_eq!(world.subject().await.is_some(), weak, "changed at {at}");
        }
    }
    for (mut world, weak) in [(World::new().await, false), (without("session-renewal").await, true)] {
        world.browser.jar.insert(SESSION.into(), "planted".into());
        let login = world.start_login("/").await;
        world.browser.jar.insert(SESSION.into(), "planted".into());
        let token = world.token(&login);
        world.deliver(&login, &token).await;
        world.browser.jar = [(SESSION.to_owned(), "planted".to_owned())].into();
        assert_eq!(world.subject().await.is_some(), weak);
    }
}

#[tokio::test]
async fn a_logout_that_does_too_little_leaves_the_session() {
    for (name, kept) in
        [("local-logout", true), ("ended-ledger", true), ("offline-logout", true), ("state-check", false)]
    {
        let mut world = without(name).await;
        world.log_in().await;
        let jar = world.browser.jar.clone();
        world.provider.set_down(true);
        world.browser.get("/logout").await;
        world.browser.jar = jar;
        assert_eq!(world.subject().await.is_some(), kept, "{name}");
    }
}
