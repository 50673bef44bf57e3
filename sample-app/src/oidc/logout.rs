//! The end of a session at the provider (OpenID Connect RP-Initiated Logout 1.0, or the older form that Auth0 has).

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::provider::Provider;
use crate::app::App;
use crate::config::LogoutForm;

/// A person who logs out does not wait long for a provider that is down.
const WAIT: Duration = Duration::from_secs(2);

/// Where to end the session at the provider, if it says so in time, and come `back` from there. The hint is the
/// token of this session. A provider that did not answer lately gets nobody sent to it: there would be no way back.
pub(crate) async fn location(
    app: &App,
    provider: &Provider,
    id_token_hint: Option<&str>,
    back: &str,
) -> Option<Url> {
    let now = app.ambient.clock.unix();
    let metadata = async {
        if app.policy.logout.needs_the_provider {
            provider.fetch_metadata(&app.policy).await.map(Arc::new)
        } else {
            provider.metadata(&app.policy, now).await
        }
    };
    let metadata = tokio::time::timeout(WAIT, metadata).await.ok()?.ok().filter(|_| provider.answers())?;
    let client_id = provider.settings.client_id.as_str();
    match provider.settings.logout_form {
        LogoutForm::Standard => {
            let mut location = metadata.end_session_endpoint.clone()?;
            let hint = id_token_hint
                .filter(|hint| hint.len() <= app.policy.logout.longest_hint)
                .map(|hint| ("id_token_hint", hint));
            let back = [("post_logout_redirect_uri", back), ("client_id", client_id)];
            location.query_pairs_mut().extend_pairs(hint.into_iter().chain(back));
            Some(location)
        }
        LogoutForm::Auth0 => {
            let place = format!("{}/v2/logout", provider.settings.issuer.trim_end_matches('/'));
            Url::parse_with_params(&place, [("returnTo", back), ("client_id", client_id)]).ok()
        }
    }
}
