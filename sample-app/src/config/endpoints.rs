//! Which further endpoints of the provider the app uses.

use super::read::Variables;
use super::{IssuerSettings, SettingsError};

/// How a provider is told that somebody logs out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogoutForm {
    /// At the `end_session_endpoint` of its metadata (OpenID Connect RP-Initiated Logout 1.0).
    #[default]
    Standard,
    /// At `/v2/logout?returnTo&client_id` below the issuer, as Auth0 has it, whatever its metadata offers.
    Auth0,
}

/// Reads the settings into `issuer`.
pub(super) fn read(variables: &Variables<'_>, issuer: &mut IssuerSettings) -> Result<(), SettingsError> {
    issuer.userinfo = switch(variables, "USERINFO")?;
    issuer.pushes = switch(variables, "PAR")?;
    issuer.logout_form = variables.choice(
        "LOGOUT_FORM",
        &[("standard", LogoutForm::Standard), ("auth0", LogoutForm::Auth0)],
        "`standard` or `auth0`",
    )?;
    Ok(())
}

/// Off unless it says otherwise.
pub(super) fn switch(variables: &Variables<'_>, variable: &'static str) -> Result<bool, SettingsError> {
    variables.choice(variable, &[("false", false), ("true", true)], "`true` or `false`")
}

/// What needs a token needs a flow that brings one.
pub(super) fn check(issuer: &IssuerSettings) -> Result<(), SettingsError> {
    let asked = issuer.response_type;
    if issuer.goes_on_offline() && !asked.code {
        let instead = "it without `offline_access`, or set RESPONSE_TYPE to one with `code`: only a code brings a refresh token";
        return Err(SettingsError::BadValue { variable: "SCOPE", value: issuer.scope.clone(), instead });
    }
    if !issuer.userinfo || asked.code || asked.token {
        return Ok(());
    }
    let instead = "`false`, or set RESPONSE_TYPE to one with `code` or `token`: `id_token` alone brings no access token";
    Err(SettingsError::BadValue { variable: "USERINFO", value: "true".into(), instead })
}
