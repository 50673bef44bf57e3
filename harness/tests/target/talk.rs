//! What the application knows in a login, and which of it a token makes it write to its log.

use crate::app::Settings;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mock_idp::Params;
use serde_json::Value;

pub(crate) const STATE: &str = "a-state-of-this-test";
pub(crate) const NONCE: &str = "a-nonce-of-this-test";
/// The example of RFC 7636 B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// What the provider gave for a code; nothing, if it gave nothing.
pub(crate) async fn tokens(settings: &Settings, code: &str) -> Value {
    let callback = format!("{}/callback", settings.base_url);
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &callback),
        ("code_verifier", VERIFIER),
    ];
    let form = Params(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client
        .post(format!("{}/token", settings.issuer))
        .basic_auth("rpcheck-client", Some(&settings.secret))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.encode());
    let text = request.send().await.unwrap().text().await.unwrap();
    serde_json::from_str(&text).unwrap_or_default()
}

/// The secret of this name.
pub(crate) fn told(name: &str, settings: &Settings, params: &Params, tokens: &Value, cookie: &str) -> String {
    let part = |at| {
        let token = tokens["id_token"].as_str().or(params.first("id_token")).unwrap_or_default();
        token.split('.').nth(at).unwrap_or_default().to_owned()
    };
    let given = |name: &str| tokens[name].as_str().unwrap_or_default().to_owned();
    match name {
        "the token" => format!("{}.{}.{}", part(0), part(1), part(2)),
        "the claims" => part(1),
        "the signature" => part(2),
        "the header" => part(0),
        "the state" => STATE.to_owned(),
        "the own state" => params.first("state").unwrap_or_default().to_owned(),
        "the state in an address" => "/callback?state=a-state-of-this-test&iss=x".to_owned(),
        "the nonce" => NONCE.to_owned(),
        "the code" => params.first("code").unwrap_or_default().to_owned(),
        "the code_verifier" => VERIFIER.to_owned(),
        "the code_challenge" => CHALLENGE.to_owned(),
        "the access token" => given("access_token"),
        "the refresh token" => given("refresh_token"),
        "the client secret" => settings.secret.clone(),
        "the client secret in a header" => STANDARD.encode(format!("rpcheck-client:{}", settings.secret)),
        "a cookie" => cookie.to_owned(),
        other => other.to_owned(),
    }
}
