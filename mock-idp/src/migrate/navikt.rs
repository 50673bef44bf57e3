//! The `JSON_CONFIG` of navikt's mock-oauth2-server. Its issuers are at `/{issuerId}`, and so they are here.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::time::unix;
use super::{Notes, Parts, json};
use crate::login::User;
use crate::settings::{Settings, TenantSettings};

/// The issuer that applications use when they name none.
const DEFAULT: &str = "default";

/// Understands a configuration, and changes the settings as it says.
pub(crate) fn navikt(place: &str, text: &str, settings: &mut Settings) -> Result<Notes, String> {
    let mut notes = Notes::new();
    let mut parts = Parts::of(place, json(place, text)?, &mut notes)?;
    let is_interactive = parts.flag("interactiveLogin")?.unwrap_or(false);
    if let Some(server) = parts.take("httpServer").filter(|server| server.get("ssl").is_some()) {
        parts.note(
            "httpServer.ssl",
            &format!("this provider has its own kind of server; {server} is not read"),
        );
    }
    for name in ["loginPagePath", "staticAssetsPath"] {
        if parts.take(name).is_some() {
            parts.note(name, "the login page is built in");
        }
    }
    if parts.flag("rotateRefreshToken")? == Some(false) {
        parts.note("rotateRefreshToken", "refresh tokens are always rotated");
    }
    let provider = parts.take("tokenProvider");
    let callbacks = parts.list("tokenCallbacks")?;
    parts.finish();
    if let Some(provider) = provider {
        token_provider(place, provider, settings, &mut notes)?;
    }
    let policy = |user: Option<&User>| match user {
        _ if is_interactive => "ask".to_owned(),
        user => user.map_or_else(|| first(settings), |user| user.username.clone()),
    };
    let plain = |people: Option<Vec<User>>| TenantSettings {
        at_root: Some(true),
        preset: Some("navikt".into()),
        policy: Some(policy(people.as_ref().and_then(|people| people.first()))),
        users: people,
        ..TenantSettings::default()
    };
    let mut issuers = BTreeMap::new();
    for callback in each_callback(place, callbacks, &mut notes)? {
        let mut tenant = plain(Some(callback.people).filter(|people| !people.is_empty()));
        tenant.id_token_lifetime = callback.lifetime;
        tenant.access_token_lifetime = callback.lifetime;
        issuers.insert(callback.issuer, tenant);
    }
    issuers.entry(DEFAULT.to_owned()).or_insert_with(|| plain(None));
    settings.tenants.extend(issuers);
    Ok(notes)
}

fn first(settings: &Settings) -> String {
    settings.users.first().map_or_else(|| "ask".to_owned(), |user| user.username.clone())
}

fn token_provider(
    place: &str,
    provider: Value,
    settings: &mut Settings,
    notes: &mut Notes,
) -> Result<(), String> {
    let mut parts = Parts::of(&format!("{place}.tokenProvider"), provider, notes)?;
    if let Some(time) = parts.text("systemTime")? {
        let now = unix(&time).ok_or_else(|| {
            format!("{place}.tokenProvider.systemTime = \"{time}\" must be like \"2020-01-21T00:00:00Z\"")
        })?;
        settings.now = Some(now);
    }
    if let Some(keys) = parts.take("keyProvider") {
        if keys.get("initialKeys").is_some() {
            parts.note("keyProvider.initialKeys", "use `mock-idp keys` and the setting keys");
        }
        if let Some(alg) = keys.get("algorithm").and_then(Value::as_str).filter(|alg| *alg != "RS256") {
            let instead = format!("give the client id_token_signed_response_alg = \"{alg}\"");
            parts.note("keyProvider.algorithm", &instead);
        }
    }
    parts.finish();
    Ok(())
}

struct Callback {
    issuer: String,
    lifetime: Option<i64>,
    people: Vec<User>,
}

/// The callbacks, at most one for an issuer.
fn each_callback(place: &str, callbacks: Vec<Value>, notes: &mut Notes) -> Result<Vec<Callback>, String> {
    let mut found: Vec<Callback> = Vec::new();
    for (index, callback) in callbacks.into_iter().enumerate() {
        let place = format!("{place}.tokenCallbacks[{index}]");
        let callback = callback_of(&place, callback, notes)?;
        let issuer = &callback.issuer;
        if found.iter().any(|earlier| earlier.issuer == *issuer) {
            notes.push(format!("{place} is not honoured: an earlier one is for the issuerId \"{issuer}\""));
        } else {
            found.push(callback);
        }
    }
    Ok(found)
}

fn callback_of(place: &str, value: Value, notes: &mut Notes) -> Result<Callback, String> {
    let mut parts = Parts::of(place, value, notes)?;
    let issuer = parts.text("issuerId")?.unwrap_or_else(|| DEFAULT.to_owned());
    let lifetime = parts.number("tokenExpiry")?;
    let mappings = parts.list("requestMappings")?;
    parts.finish();
    let mut people: Vec<User> = Vec::new();
    for (index, mapping) in mappings.into_iter().enumerate() {
        let place = format!("{place}.requestMappings[{index}]");
        let user = person(&place, mapping, notes)?;
        if people.iter().any(|earlier| earlier.username == user.username) {
            let name = &user.username;
            notes.push(format!("{place} is not honoured: an earlier one makes the person \"{name}\""));
        } else {
            people.push(user);
        }
    }
    Ok(Callback { issuer, lifetime, people })
}

/// The claims that a request of some kind would get, as a person: claims come from who signs in here.
fn person(place: &str, mapping: Value, notes: &mut Notes) -> Result<User, String> {
    let mut parts = Parts::of(place, mapping, notes)?;
    let (param, value) =
        (parts.text("requestParam")?, parts.text("match")?.unwrap_or_else(|| "*".to_owned()));
    let mut claims = match parts.take("claims") {
        None => Map::new(),
        Some(Value::Object(claims)) => claims,
        Some(other) => return Err(format!("{place}.claims must be an object, not {other}")),
    };
    let sub = claims.remove("sub").and_then(|sub| sub.as_str().map(str::to_owned));
    let username = sub.clone().unwrap_or_else(|| value.clone());
    if claims.remove("aud").is_some() {
        parts.note("claims.aud", "the audience is the client_id");
    }
    if parts.text("typeHeader")?.is_some_and(|kind| kind != "JWT") {
        parts.note("typeHeader", "arm a fault at id-token-header that sets typ");
    }
    if let Some(param) = param {
        let instead = format!(
            "claims do not depend on {param} = \"{value}\"; they are those of the person \"{username}\": sign in as \
             them, or choose them by login_hint or policy"
        );
        parts.note("requestParam", &instead);
    }
    parts.finish();
    Ok(User {
        password: username.clone(),
        sub: sub.unwrap_or_else(|| username.clone()),
        username,
        connection: None,
        claims,
        ..User::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = r#"{
        "interactiveLogin": false,
        "httpServer": "NettyWrapper",
        "staticAssetsPath": "/assets",
        "tokenProvider": {"systemTime": "2020-01-21T00:00:00Z", "keyProvider": {"algorithm": "ES256"}},
        "tokenCallbacks": [{
            "issuerId": "issuer1", "tokenExpiry": 120,
            "requestMappings": [{
                "requestParam": "scope", "match": "scope1",
                "claims": {"sub": "subByScope", "aud": ["audByScope"], "groups": ["a"]}
            }]
        }],
        "surprise": 1
    }"#;

    #[test]
    fn issuers_people_lifetimes_and_time_are_taken_over() {
        let mut settings = Settings::default();

        navikt("JSON_CONFIG", CONFIG, &mut settings).unwrap();

        settings.check().unwrap();
        assert_eq!(settings.now, Some(1_579_564_800));
        let issuer = settings.tenants["issuer1"].over(&settings);
        assert_eq!((issuer.policy.as_str(), issuer.id_token_lifetime), ("subByScope", 120));
        assert_eq!(issuer.users[0].claims["groups"][0], "a");
        assert_eq!(settings.tenants["default"].policy.as_deref(), Some("alice"));
    }

    #[test]
    fn nothing_is_dropped_in_silence() {
        let notes = navikt("JSON_CONFIG", CONFIG, &mut Settings::default()).unwrap().join("\n");

        for part in ["staticAssetsPath", "keyProvider.algorithm", "claims.aud", "requestParam", "surprise"] {
            assert!(notes.contains(part), "{part}: {notes}");
        }
    }

    #[test]
    fn of_two_for_one_issuer_or_one_person_the_first_counts_and_the_other_is_told() {
        let text = r#"{"tokenCallbacks": [
            {"issuerId": "a", "tokenExpiry": 1, "requestMappings": [
                {"match": "x", "claims": {"sub": "p", "n": 1}}, {"match": "y", "claims": {"sub": "p", "n": 2}}]},
            {"issuerId": "a", "tokenExpiry": 2}]}"#;
        let mut settings = Settings::default();

        let notes = navikt("config.json", text, &mut settings).unwrap();

        assert_eq!(settings.tenants["a"].id_token_lifetime, Some(1));
        assert_eq!(settings.tenants["a"].users.as_ref().unwrap().len(), 1);
        assert!(notes[0].contains("config.json.tokenCallbacks[0].requestMappings[1]"), "{notes:?}");
        assert!(notes[1].contains("config.json.tokenCallbacks[1]"), "{notes:?}");
        settings.check().unwrap();
    }

    #[test]
    fn a_member_of_another_kind_is_refused_with_its_place() {
        let text = r#"{"tokenCallbacks": [{"tokenExpiry": "soon"}]}"#;

        let error = navikt("config.json", text, &mut Settings::default()).unwrap_err();

        assert!(error.contains("config.json.tokenCallbacks[0].tokenExpiry"), "{error}");
    }
}
