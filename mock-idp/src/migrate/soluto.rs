//! The users and clients of Soluto's oidc-server-mock, which are those of Duende IdentityServer, in JSON.

use serde_json::{Map, Value};

use super::{Notes, Parts, json};
use crate::client::Client;
use crate::login::User;

/// What has no meaning here, because nothing here depends on it.
const HARMLESS: &[&str] =
    &["Description", "AllowAccessTokensViaBrowser", "AlwaysIncludeUserClaimsInIdToken", "Enabled"];

/// The clients of a configuration.
pub(crate) fn clients(place: &str, text: &str) -> Result<(Vec<Client>, Notes), String> {
    each(place, text, client)
}

/// The people of a configuration.
pub(crate) fn users(place: &str, text: &str) -> Result<(Vec<User>, Notes), String> {
    each(place, text, user)
}

fn each<T>(
    place: &str,
    text: &str,
    read: impl Fn(Parts<'_>) -> Result<T, String>,
) -> Result<(Vec<T>, Notes), String> {
    let Value::Array(entries) = json(place, text)? else {
        return Err(format!("{place} must be a list"));
    };
    let mut notes = Notes::new();
    let mut found = Vec::new();
    for (index, entry) in entries.into_iter().enumerate() {
        found.push(read(Parts::of(&format!("{place}[{index}]"), entry, &mut notes)?)?);
    }
    Ok((found, notes))
}

fn client(mut parts: Parts<'_>) -> Result<Client, String> {
    let client_id = parts.text("ClientId")?.ok_or_else(|| format!("{} has no ClientId", parts.place))?;
    let mut secrets = parts.texts("ClientSecrets")?;
    if secrets.len() > 1 {
        parts.note("ClientSecrets", "a client has one secret here, and the first counts");
    }
    let client_secret = (!secrets.is_empty()).then(|| secrets.swap_remove(0));
    let redirect_uris = places(&mut parts, "RedirectUris")?;
    let post_logout_redirect_uris = places(&mut parts, "PostLogoutRedirectUris")?;
    let (grant_types, response_types) = grants(&mut parts)?;
    let client = Client {
        client_id,
        client_secret,
        client_name: parts.text("ClientName")?,
        redirect_uris,
        post_logout_redirect_uris,
        response_types,
        grant_types,
        id_token_lifetime: parts.number("IdentityTokenLifetime")?,
        access_token_lifetime: parts.number("AccessTokenLifetime")?,
        refresh_token_lifetime: parts.number("AbsoluteRefreshTokenLifetime")?,
        frontchannel_logout_uri: parts.text("FrontChannelLogoutUri")?,
        frontchannel_logout_session_required: parts
            .flag("FrontChannelLogoutSessionRequired")?
            .unwrap_or(false),
        backchannel_logout_uri: parts.text("BackChannelLogoutUri")?,
        backchannel_logout_session_required: parts.flag("BackChannelLogoutSessionRequired")?.unwrap_or(false),
        ..Client::default()
    };
    if !parts.texts("AllowedScopes")?.is_empty() {
        parts.note("AllowedScopes", "every client may have every scope that is offered");
    }
    if parts.flag("RequirePkce")? == Some(true) {
        parts.note("RequirePkce", "PKCE is checked if the client uses it");
    }
    if parts.flag("RequireClientSecret")? == Some(true) && client.client_secret.is_none() {
        parts.note("RequireClientSecret", "the client has no secret");
    }
    if !parts.list("Claims")?.is_empty() {
        parts.note("Claims", "claims are the person's; put them into the users");
    }
    for name in HARMLESS {
        parts.take(name);
    }
    parts.finish();
    Ok(client)
}

/// The URIs of a list, without those that stand for many: here each is compared character by character.
fn places(parts: &mut Parts<'_>, name: &str) -> Result<Vec<String>, String> {
    let (patterns, uris): (Vec<String>, Vec<String>) =
        parts.texts(name)?.into_iter().partition(|uri| uri.contains('*'));
    for pattern in patterns {
        let instead = format!(
            "\"{pattern}\" is no address here; name each one that the application uses. Under lenient rules every \
             redirect URI on loopback is accepted"
        );
        parts.note(name, &instead);
    }
    Ok(uris)
}

/// Grant types as they are registered here, and the response types that go with them.
fn grants(parts: &mut Parts<'_>) -> Result<(Vec<String>, Vec<String>), String> {
    let mut allowed = parts.texts("AllowedGrantTypes")?;
    if parts.flag("AllowOfflineAccess")?.unwrap_or(false) && !allowed.is_empty() {
        allowed.push("refresh_token".to_owned());
    }
    let (mut grants, mut responses): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for name in allowed {
        let (grant, response): (&[&str], &[&str]) = match name.as_str() {
            "authorization_code" => (&["authorization_code"], &["code"]),
            "implicit" => (&["implicit"], &["id_token", "id_token token"]),
            "hybrid" => {
                (&["authorization_code", "implicit"], &["code id_token", "code token", "code id_token token"])
            }
            "client_credentials" => (&["client_credentials"], &[]),
            "refresh_token" => (&["refresh_token"], &[]),
            "urn:ietf:params:oauth:grant-type:device_code" => {
                (&["urn:ietf:params:oauth:grant-type:device_code"], &[])
            }
            other => {
                parts.note("AllowedGrantTypes", &format!("there is no grant type \"{other}\""));
                continue;
            }
        };
        for (names, list) in [(grant, &mut grants), (response, &mut responses)] {
            let new =
                names.iter().filter(|name| !list.iter().any(|known| known == *name)).collect::<Vec<_>>();
            list.extend(new.into_iter().map(|name| (*name).to_owned()));
        }
    }
    Ok((grants, responses))
}

fn user(mut parts: Parts<'_>) -> Result<User, String> {
    let sub = parts.text("SubjectId")?.ok_or_else(|| format!("{} has no SubjectId", parts.place))?;
    let username = parts.text("Username")?.unwrap_or_else(|| sub.clone());
    let password = parts.text("Password")?.unwrap_or_else(|| username.clone());
    let mut claims = Map::new();
    for claim in parts.list("Claims")? {
        let text = |name: &str| claim.get(name).and_then(Value::as_str);
        let (Some(name), Some(value)) = (text("Type"), text("Value")) else {
            return Err(format!(
                "{}.Claims: a claim has Type and Value, both texts; this is {claim}",
                parts.place
            ));
        };
        let value = claim_value(value, text("ValueType").unwrap_or("string"))
            .ok_or_else(|| format!("{}.Claims: {claim} has a value of another kind", parts.place))?;
        match claims.get_mut(name) {
            // Several claims of one name are a list, as IdentityServer writes them.
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::from(vec![first.take(), value]),
            None => {
                claims.insert(name.to_owned(), value);
            }
        }
    }
    parts.take("IsActive");
    let connection = parts.text("ProviderName")?;
    parts.finish();
    Ok(User { username, password, sub, connection, claims, ..User::default() })
}

fn claim_value(text: &str, kind: &str) -> Option<Value> {
    let kind = kind.rsplit('#').next().unwrap_or(kind);
    match kind {
        "json" => serde_json::from_str(text).ok(),
        "boolean" => text.to_ascii_lowercase().parse::<bool>().ok().map(Value::from),
        "integer" | "integer32" | "integer64" | "int" => text.parse::<i64>().ok().map(Value::from),
        _ => Some(Value::from(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_taken_over_and_what_has_no_counterpart_is_told() {
        let text = r#"[{
            "ClientId": "web", "ClientSecrets": ["one", "two"], "Description": "x",
            "AllowedGrantTypes": ["authorization_code", "hybrid", "password"], "AllowOfflineAccess": true,
            "RedirectUris": ["http://localhost:*/callback", "http://localhost:3000/"], "AllowedScopes": ["openid"],
            "PostLogoutRedirectUris": ["http://*.test/"],
            "AccessTokenLifetime": 60, "RequirePkce": true, "AllowedCorsOrigins": ["*"]
        }]"#;

        let (clients, notes) = clients("clients.json", text).unwrap();

        let client = &clients[0];
        assert_eq!((client.client_id.as_str(), client.client_secret.as_deref()), ("web", Some("one")));
        assert_eq!(client.grant_types, ["authorization_code", "implicit", "refresh_token"]);
        assert_eq!(client.response_types[..2], ["code", "code id_token"]);
        assert_eq!(client.access_token_lifetime, Some(60));
        assert_eq!(client.redirect_uris, ["http://localhost:3000/"]);
        client.check().unwrap();
        let notes = notes.join("\n");
        for part in [
            "ClientSecrets",
            "password",
            "RedirectUris is not honoured: \"http://localhost:*/callback\"",
            "PostLogoutRedirectUris",
            "AllowedScopes",
            "RequirePkce",
            "AllowedCorsOrigins",
        ] {
            assert!(notes.contains(part), "{part}: {notes}");
        }
        assert!(!notes.contains("Description"), "{notes}");
    }

    #[test]
    fn people_are_taken_over_with_claims_of_their_kinds() {
        let text = r#"[{"SubjectId": "1", "Username": "User1", "Password": "pwd", "Claims": [
            {"Type": "name", "Value": "Sam"},
            {"Type": "role", "Value": "a"}, {"Type": "role", "Value": "b"},
            {"Type": "address", "Value": "{\"city\": \"Bern\"}", "ValueType": "json"},
            {"Type": "email_verified", "Value": "true", "ValueType": "http://www.w3.org/2001/XMLSchema#boolean"}
        ], "Shoe": 42}]"#;

        let (users, notes) = users("users.json", text).unwrap();

        let claims = Value::Object(users[0].claims.clone());
        let expected = serde_json::json!({
            "name": "Sam", "role": ["a", "b"], "address": {"city": "Bern"}, "email_verified": true
        });
        assert_eq!(claims, expected);
        assert_eq!((users[0].sub.as_str(), users[0].username.as_str()), ("1", "User1"));
        assert!(notes[0].contains("Shoe"), "{notes:?}");
    }

    #[test]
    fn yaml_is_refused_with_how_to_convert_it() {
        let error = users("users.yaml", "- SubjectId: 1").unwrap_err();

        assert!(error.contains("yq -o json"), "{error}");
    }
}
