//! `POST …/register` with client metadata → a client (RFC 7591 3, OIDC Dynamic Client Registration 3). `GET`, `PUT` and
//! `DELETE …/register?client_id=…` with its registration access token → the client, changed, or gone (RFC 7592 2).

mod metadata;

use bytes::Bytes;
use serde_json::{Map, Value};

use super::token::private_json;
use super::userinfo::bearer_token;
use crate::checks::Rules;
use crate::client::Client;
use crate::protocol::{Document, Encoded, ErrorCode, OAuthError, Object};
use crate::server::{Call, Reply};

/// More clients than this are never registered at one issuer by themselves.
const CAPACITY: usize = 1024;

/// What is known about a client that registered itself.
#[derive(Clone, Debug)]
pub(crate) struct Registration {
    /// The registration access token.
    token: String,
    issued: i64,
    /// Whether it was made with the initial access token, which is what changes of it are trusted by.
    by_token: bool,
}

pub(crate) async fn create(call: Call) -> Reply {
    let created = may_register(&call).and_then(|by_token| {
        let mut client = metadata::read(&call, by_token)?;
        client.client_id = call.state.ids.fresh();
        if metadata::needs_secret(&client) {
            client.client_secret = Some(format!("{}{}", call.state.ids.fresh(), call.state.ids.fresh()));
        }
        let registration =
            Registration { token: call.state.ids.fresh(), issued: call.state.clock.unix(), by_token };
        keep(&call, &client, registration.clone())?;
        Ok(Encoded { status: 201, ..told(&call, &client, &registration) })
    });
    reply(created)
}

pub(crate) async fn read(call: Call) -> Reply {
    reply(own(&call).map(|(client, registration)| told(&call, &client, &registration)))
}

pub(crate) async fn update(call: Call) -> Reply {
    let updated = own(&call).and_then(|(old, registration)| {
        let given = metadata::object(&call)?;
        let differs =
            |name: &str, own: Option<&str>| given.get(name).is_some_and(|value| value.as_str() != own);
        if given.get("client_id").and_then(Value::as_str) != Some(&old.client_id) {
            return Err(metadata::invalid(format!("client_id must be there, and be \"{}\"", old.client_id)));
        }
        if differs("client_secret", old.client_secret.as_deref()) {
            return Err(metadata::invalid("client_secret cannot be chosen; send the one there is, or none"));
        }
        let mut client = metadata::read(&call, registration.by_token)?;
        client.client_id = old.client_id;
        client.client_secret = old.client_secret;
        if metadata::needs_secret(&client) && client.client_secret.is_none() {
            client.client_secret = Some(format!("{}{}", call.state.ids.fresh(), call.state.ids.fresh()));
        }
        keep(&call, &client, registration.clone())?;
        Ok(told(&call, &client, &registration))
    });
    reply(updated)
}

pub(crate) async fn delete(call: Call) -> Reply {
    let deleted = own(&call).map(|(client, _)| {
        call.state.desk().remove_client(&client.client_id);
        let mut vault = call.state.grants.open();
        vault.registrations.remove(&client.client_id);
        vault.end_client(&client.client_id);
        Encoded { status: 204, headers: vec![("cache-control", "no-store".into())], body: Bytes::new() }
    });
    reply(deleted)
}

fn reply(result: Result<Encoded, OAuthError>) -> Reply {
    result.unwrap_or_else(|error| error.encode()).into()
}

/// Whether anybody may register here; true if they brought the token for it.
fn may_register(call: &Call) -> Result<bool, OAuthError> {
    let (token, rules) = {
        let desk = call.state.desk();
        (desk.registration_token.clone(), desk.rules)
    };
    match (token, rules) {
        (None, Rules::Lenient) => Ok(false),
        (None, Rules::Strict) => Err(OAuthError {
            status: 403,
            ..OAuthError::new(
                ErrorCode::AccessDenied,
                "registration is closed under strict rules; set registration_token, and send it as Bearer token",
            )
        }),
        (Some(token), _) if bearer_token(call)? == token => Ok(true),
        (Some(_), _) => Err(OAuthError::bearer(
            401,
            ErrorCode::InvalidToken,
            "this is not the initial access token; the setting registration_token tells it",
        )),
    }
}

/// The client that a request for management is about, if it brings the right token.
fn own(call: &Call) -> Result<(Client, Registration), OAuthError> {
    let id = call.query.given("client_id").unwrap_or_default();
    let token = bearer_token(call)?;
    let registration = call.state.grants.open().registrations.get(id).cloned();
    let client = call.state.desk().clients().iter().find(|client| client.client_id == id).cloned();
    match (client, registration) {
        (Some(client), Some(registration)) if registration.token == token => Ok((client, registration)),
        _ => Err(OAuthError::bearer(
            401,
            ErrorCode::InvalidToken,
            "this is not the registration_access_token of a client that registered itself",
        )),
    }
}

fn keep(call: &Call, client: &Client, registration: Registration) -> Result<(), OAuthError> {
    let mut vault = call.state.grants.open();
    if vault.registrations.len() >= CAPACITY && !vault.registrations.contains_key(&client.client_id) {
        return Err(OAuthError {
            status: 503,
            ..OAuthError::new(
                ErrorCode::TemporarilyUnavailable,
                format!("{CAPACITY} clients have registered themselves, which is enough; delete some"),
            )
        });
    }
    vault.registrations.insert(client.client_id.clone(), registration);
    drop(vault);
    call.state.desk().add_client(client.clone());
    Ok(())
}

/// The client information response (RFC 7591 3.2.1).
fn told(call: &Call, client: &Client, registration: &Registration) -> Encoded {
    let uri: crate::protocol::Params = [("client_id", client.client_id.as_str())].into_iter().collect();
    let place = call.state.at(super::path::REGISTRATION);
    let mut object = Object::default();
    let members = serde_json::to_value(client).unwrap_or_default();
    for (name, value) in members.as_object().unwrap_or(&Map::new()) {
        object.push(name, value.clone());
    }
    object.push("client_id_issued_at", registration.issued);
    if client.client_secret.is_some() {
        // RFC 7591 3.2.1: required beside a secret; 0 is never.
        object.push("client_secret_expires_at", 0);
    }
    object.push("registration_client_uri", format!("{place}?{}", uri.encode()));
    object.push("registration_access_token", registration.token.as_str());
    private_json(&Document::from(object))
}
