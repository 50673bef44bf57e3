//! The end of a session at the provider (OpenID Connect RP-Initiated Logout 1.0).

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::provider::Provider;
use crate::app::App;

/// A person who logs out does not wait long for a provider that is down.
const WAIT: Duration = Duration::from_secs(2);

/// Where to end the session at the provider, if it says so in time. The hint is the token of this session. A
/// provider that did not answer lately gets nobody sent to it: there would be no way back.
pub(crate) async fn location(app: &App, provider: &Provider, id_token_hint: Option<&str>) -> Option<Url> {
    let now = app.ambient.clock.unix();
    let metadata = async {
        if app.policy.logout.needs_the_provider {
            provider.fetch_metadata(&app.policy).await.map(Arc::new)
        } else {
            provider.metadata(&app.policy, now).await
        }
    };
    let metadata = tokio::time::timeout(WAIT, metadata).await.ok()?.ok().filter(|_| provider.answers())?;
    let mut location = metadata.end_session_endpoint.clone()?;
    let mut query = location.query_pairs_mut();
    if let Some(hint) = id_token_hint {
        query.append_pair("id_token_hint", hint);
    }
    query
        .append_pair("post_logout_redirect_uri", &app.settings.base_url.to_string())
        .append_pair("client_id", &provider.settings.client_id);
    drop(query);
    Some(location)
}
