//! The steps around what the app answers: request ─► recognise ─► renew ─► silent ─► admit ─► page.
//!
//! They are one service. If each were a layer of its own, every request would clone and box all that is inside of each.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::response::Response;
use tower::layer::layer_fn;
use tower::{Layer, Service};

use super::visitor::recognise;
use super::{guard, own_site, renewal, silent};
use crate::app::App;
use crate::config::IssuerSettings;

/// What answers in the end.
pub(super) trait Page:
    Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + 'static
{
}

impl<P> Page for P where
    P: Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + 'static
{
}

/// Whose answer it is.
#[derive(Clone, Copy)]
pub(super) enum Whose {
    /// The app's: all the steps.
    Pages,
    /// The login's own: it only learns who asks.
    Logins,
}

/// The steps, with a page inside of them.
#[derive(Clone)]
pub(super) struct Around<P> {
    app: Arc<App>,
    whose: Whose,
    page: P,
}

/// Puts the steps around.
pub(super) fn around<P>(app: &Arc<App>, whose: Whose) -> impl Layer<P, Service = Around<P>> + Clone + use<P> {
    let app = app.clone();
    layer_fn(move |page| Around { app: app.clone(), whose, page })
}

impl<P: Page> Service<Request> for Around<P> {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.page.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let Self { app, whose, page } = self.clone();
        Box::pin(async move { Ok(recognise(app, request, whose, page).await) })
    }
}

/// What comes after it is known who asks. Only what the settings ask for costs anything.
pub(super) async fn recognised(app: Arc<App>, request: Request, whose: Whose, page: impl Page) -> Response {
    if matches!(whose, Whose::Logins) {
        return answer(page, request).await;
    }
    if app.settings.issuers.iter().any(IssuerSettings::goes_on_offline) {
        return Box::pin(renewal::renew(app, request, page)).await;
    }
    renewed(app, request, page).await
}

/// What comes after the session has its newest tokens.
pub(super) async fn renewed(app: Arc<App>, request: Request, page: impl Page) -> Response {
    if app.settings.silent_login {
        return Box::pin(silent::attempt(app, request, page)).await;
    }
    admit(app, request, page).await
}

/// Lets through what the app's own pages ask for, and whoever may see what is asked for.
pub(super) async fn admit(app: Arc<App>, request: Request, page: impl Page) -> Response {
    if let Some(response) = own_site::stopped(&app, &request) {
        return response;
    }
    match guard::stopped(&app, &request) {
        Some((guard, asked)) => (guard.refuse)(&app, &asked).await,
        None => answer(page, request).await,
    }
}

async fn answer(mut page: impl Page, request: Request) -> Response {
    match page.call(request).await {
        Ok(response) => response,
    }
}
