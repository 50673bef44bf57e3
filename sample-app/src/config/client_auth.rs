//! How the app shows the provider who it is.

use super::read::Variables;
use super::{IssuerSettings, Secret, SettingsError, client_key};

/// How the app shows the provider's endpoints who it is (OIDC Core 9). A proof of the code (PKCE) goes along in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    /// It has no secret.
    None,
    /// `client_secret_basic`: in the `Authorization` header.
    Basic,
    /// `client_secret_post`: in the form.
    Post,
    /// `private_key_jwt`: by a signature, which says when and for whom it was made (RFC 7523).
    PrivateKeyJwt,
}

/// Reads the settings into `issuer`, which is number `at` of `of`.
pub(super) fn read(
    variables: &Variables<'_>,
    issuer: &mut IssuerSettings,
    at: (usize, usize),
) -> Result<(), SettingsError> {
    issuer.client_secret = client_secret(variables.get("CLIENT_SECRET"), at)?;
    issuer.client_key = client_key::read(variables)?;
    let usual = match (&issuer.client_key, &issuer.client_secret) {
        (Some(_), _) => ("private_key_jwt", ClientAuth::PrivateKeyJwt),
        (None, Some(_)) => ("client_secret_basic", ClientAuth::Basic),
        (None, None) => ("none", ClientAuth::None),
    };
    let choices = [
        usual,
        ("client_secret_basic", ClientAuth::Basic),
        ("client_secret_post", ClientAuth::Post),
        ("private_key_jwt", ClientAuth::PrivateKeyJwt),
        ("none", ClientAuth::None),
    ];
    let instead = "`client_secret_basic`, `client_secret_post`, `private_key_jwt` or `none`";
    issuer.client_auth = variables.choice("CLIENT_AUTH", &choices, instead)?;
    Ok(())
}

/// The secret at issuer number `at` of `of`. With one issuer a comma is a part of the secret like any other sign; with
/// several it stands between theirs.
fn client_secret(value: Option<&str>, (at, of): (usize, usize)) -> Result<Option<Secret>, SettingsError> {
    let Some(value) = value else { return Ok(None) };
    let secrets: Vec<&str> = if of == 1 { vec![value] } else { value.split(',').map(str::trim).collect() };
    if secrets.len() != 1 && secrets.len() != of || secrets.contains(&"") {
        return Err(SettingsError::SecretCount { secrets: secrets.len(), issuers: of });
    }
    Ok(secrets.get(at % secrets.len()).map(|secret| Secret::new(*secret)))
}

/// A secret or a key without a way to show it, or the reverse, is a mistake that would surface at the first login. A secret
/// beside a key is the one of a MAC (`HS256`).
pub(super) fn check(issuer: &IssuerSettings) -> Result<(), SettingsError> {
    let bad = |value: &str, instead| {
        Err(SettingsError::BadValue { variable: "CLIENT_AUTH", value: value.into(), instead })
    };
    match (issuer.client_auth, &issuer.client_secret, &issuer.client_key) {
        (ClientAuth::PrivateKeyJwt, _, None) => bad("private_key_jwt", "`none`, or set CLIENT_KEY"),
        (ClientAuth::None | ClientAuth::Basic | ClientAuth::Post, _, Some(_)) => {
            bad("another way than private_key_jwt", "`private_key_jwt`, or leave CLIENT_KEY out")
        }
        (ClientAuth::None, Some(_), None) => {
            bad("none", "`client_secret_basic` or `client_secret_post`, or leave CLIENT_SECRET out")
        }
        (ClientAuth::Basic | ClientAuth::Post, None, None) => {
            bad("client_secret_basic or client_secret_post", "`none`, or set CLIENT_SECRET")
        }
        _ => Ok(()),
    }
}
