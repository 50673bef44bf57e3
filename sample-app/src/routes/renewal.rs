//! Sessions whose tokens are due go on with new ones, before the request is answered.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use tracing::instrument::WithSubscriber as _;

use super::around::{Page, renewed};
use super::visitor::{SessionSettled, Visitor, set_cookies};
use crate::app::App;
use crate::oidc::refresh::{self, Renewal};
use crate::session::{Kept, Session};
use crate::store::Unavailable;

/// Renews what is due, hands the renewed session to the handler, and gives the browser whatever is newest when the
/// answer is ready: a slow answer must not bring old tokens back.
pub(super) async fn renew(app: Arc<App>, mut request: Request, page: impl Page) -> Response {
    let visitor = request.extensions().get::<Visitor>().cloned().unwrap_or_default();
    let Some(session) = visitor.shared_session() else { return renewed(app, request, page).await };
    let Some(before) = session.data.kept.clone() else { return renewed(app, request, page).await };
    if app.ambient.clock.unix() >= before.due {
        match wait(&app, &visitor, &before).await {
            Renewal::Later => {}
            renewal => {
                let session = after(&app, &session, renewal);
                request.extensions_mut().insert(visitor.with_session(session));
            }
        }
    }
    let mut response = renewed(app.clone(), request, page).await;
    let now = app.ambient.clock.unix();
    let lines = match app.renewals.outcome(&before.refresh_token, now) {
        None | Some(Renewal::Later) => return response,
        Some(renewal) => {
            let has_ended = app.has_ended(&session, now).await;
            match after(&app, &session, renewal) {
                // A session that has grown too large for its cookies cannot go on: its old tokens are worth nothing.
                Some(session) if has_ended == Ok(false) => {
                    visitor.renew(&app, &session).await.unwrap_or_else(|_| visitor.forget(&app))
                }
                Some(_) if has_ended == Err(Unavailable) => return response,
                _ => visitor.forget(&app),
            }
        }
    };
    set_cookies(&mut response, lines);
    response.extensions_mut().insert(SessionSettled);
    response
}

/// Waits for the one who asks the provider. The asking goes on when the browser goes away: its answer holds the only
/// token with which the session can go on.
async fn wait(app: &Arc<App>, visitor: &Visitor, before: &Kept) -> Renewal {
    let now = app.ambient.clock.unix();
    let (Some(session), Some(place)) = (visitor.shared_session(), visitor.place(app)) else {
        return Renewal::Later;
    };
    let landing = app.renewals.join(&before.refresh_token, now, app.policy.refresh.shared, |sender| {
        let app = app.clone();
        let renewing = async move {
            let renewal = refresh::renew(&app, &session).await;
            if matches!(renewal, Renewal::Over) {
                let now = app.ambient.clock.unix();
                // If that cannot be written down now, the next renewal comes to the same.
                let _ = app.store.ask(move |records| records.end(&place, now)).await;
            }
            sender.send_replace(Some(renewal));
        };
        tokio::spawn(renewing.with_current_subscriber());
    });
    let Some(mut landing) = landing else { return Renewal::Later };
    let landed = landing.wait_for(Option::is_some).await;
    landed.ok().and_then(|outcome| outcome.clone()).unwrap_or(Renewal::Later)
}

/// The session as it goes on, if it does.
fn after(app: &App, session: &Session, renewal: Renewal) -> Option<Session> {
    let Renewal::Renewed { kept, id_token } = renewal else { return None };
    let mut data = session.data.clone();
    data.kept = Some(kept);
    data.id_token = id_token.unwrap_or(data.id_token);
    Session::new(data, session.iat, app.ambient.clock.unix())
}
