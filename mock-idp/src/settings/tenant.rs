//! Issuers that are there from the start.

use serde::{Deserialize, Serialize};

use super::Settings;
use crate::checks::Rules;
use crate::client::Client;
use crate::login::User;
use crate::offer::Offer;

/// `[tenant.NAME]`: what is different at the issuer `/t/NAME`. What is left out is as for the default issuer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TenantSettings {
    /// How picky it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<Rules>,
    /// Who logs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// For how many seconds a code is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_lifetime: Option<i64>,
    /// For how many seconds an ID Token is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_lifetime: Option<i64>,
    /// For how many seconds an access token is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token_lifetime: Option<i64>,
    /// For how many seconds a refresh token is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token_lifetime: Option<i64>,
    /// Whether responses name the issuer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer_parameter: Option<bool>,
    /// Whether people are asked what they allow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<bool>,
    /// Whether responses stop at a page where a person may change them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pause: Option<bool>,
    /// Whether the issuer ends with a slash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trailing_slash: Option<bool>,
    /// The vendor that is imitated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// The vendor's realm.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub realm: Option<String>,
    /// Whether it is at `/NAME`, and not at `/t/NAME`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_root: Option<bool>,
    /// Makes ids, codes and tokens the same in every run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// The time at which its clock stands still, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<i64>,
    /// What is offered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offer: Option<Offer>,
    /// The initial access token of client registration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_token: Option<String>,
    /// Its applications (`[[tenant.NAME.client]]`).
    #[serde(rename = "client", skip_serializing_if = "Option::is_none")]
    pub clients: Option<Vec<Client>>,
    /// Its people (`[[tenant.NAME.user]]`).
    #[serde(rename = "user", skip_serializing_if = "Option::is_none")]
    pub users: Option<Vec<User>>,
}

impl TenantSettings {
    /// The settings of the issuer as a whole.
    pub fn over(&self, base: &Settings) -> Settings {
        fn replace<T: Clone>(place: &mut T, value: Option<&T>) {
            if let Some(value) = value {
                place.clone_from(value);
            }
        }
        let mut settings = base.clone();
        settings.tenants.clear();
        replace(&mut settings.rules, self.rules.as_ref());
        replace(&mut settings.policy, self.policy.as_ref());
        replace(&mut settings.code_lifetime, self.code_lifetime.as_ref());
        replace(&mut settings.id_token_lifetime, self.id_token_lifetime.as_ref());
        replace(&mut settings.access_token_lifetime, self.access_token_lifetime.as_ref());
        replace(&mut settings.refresh_token_lifetime, self.refresh_token_lifetime.as_ref());
        replace(&mut settings.issuer_parameter, self.issuer_parameter.as_ref());
        replace(&mut settings.consent, self.consent.as_ref());
        replace(&mut settings.pause, self.pause.as_ref());
        replace(&mut settings.offer, self.offer.as_ref());
        replace(&mut settings.clients, self.clients.as_ref());
        replace(&mut settings.users, self.users.as_ref());
        if self.preset.is_some() {
            // The slash of another preset is none of this one's, and its realm neither.
            settings.trailing_slash = None;
            settings.realm = None;
        }
        settings.preset = self.preset.clone().or(settings.preset);
        settings.realm = self.realm.clone().or(settings.realm);
        settings.trailing_slash = self.trailing_slash.or(settings.trailing_slash);
        settings.registration_token = self.registration_token.clone().or(settings.registration_token);
        settings.seed = self.seed.or(settings.seed);
        settings.now = self.now.or(settings.now);
        settings
    }
}
