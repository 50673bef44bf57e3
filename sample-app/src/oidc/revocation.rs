//! Giving tokens back (RFC 7009): who logs out leaves nothing behind that still serves.

use std::sync::Arc;

use tracing::instrument::WithSubscriber as _;

use super::client_auth::identify;
use crate::app::App;
use crate::session::Session;

const DOCUMENT: &str = "revocation response";

/// Revokes the refresh token of a session, and with it what was granted, in the background: nobody waits for a provider
/// in order to be logged out. Nothing where the provider offers no revocation, or the session has nothing to revoke.
pub(crate) fn revoke(app: &Arc<App>, session: &Session) {
    let Some(kept) = session.data.kept.clone() else { return };
    let Some(issuer) = session.text("iss").map(str::to_owned) else { return };
    let app = app.clone();
    let revoking = async move {
        let Some(provider) = app.provider(&issuer) else { return };
        let Ok(metadata) = provider.metadata(&app.policy, app.ambient.clock.unix()).await else { return };
        let Some(endpoint) = &metadata.revocation_endpoint else { return };
        let mut form = vec![("token", kept.refresh_token), ("token_type_hint", "refresh_token".to_owned())];
        let authorization = identify(&provider.settings, &provider.ambient, &mut form);
        match provider.http.post(endpoint, &form, authorization, DOCUMENT).await {
            Ok(answer) if answer.status.is_success() => tracing::info!("tokens revoked"),
            Ok(answer) => tracing::warn!(status = answer.status.as_u16(), "tokens not revoked"),
            Err(error) => tracing::warn!(reason = error.reason(), %error, "tokens not revoked"),
        }
    };
    tokio::spawn(revoking.with_current_subscriber());
}
