//! The login as a library: around the pages of somebody's own app.

use std::sync::Arc;

use axum::Router;

use crate::ambient::Ambient;
use crate::app::App;
use crate::config::{Settings, SettingsError};
use crate::pages::Brand;
use crate::policy::Policy;
use crate::routes;

/// A login to put around an axum app, with every rule that the sample app follows.
///
/// It answers `/login[?returnTo=/path][&iss=issuer]`, `/callback`, `/callback/again`, `/logout`, `/backchannel-logout` and `/frontchannel-logout`, and serves what
/// its own pages need under `/assets`. Everything else is up to the app, whose handlers ask for
/// [`RequireUser`](crate::RequireUser) or [`MaybeUser`](crate::MaybeUser).
///
/// ```no_run
/// use axum::{Router, routing::get};
/// use sample_app::{Ambient, Login, MaybeUser, RequireUser, Settings};
///
/// async fn home(MaybeUser(user): MaybeUser) -> String {
///     user.map_or("Hello, whoever you are".into(), |user| format!("Hello, {}", user.name()))
/// }
///
/// async fn mail(RequireUser(user): RequireUser) -> String {
///     format!("Mail for {}", user.text("email").unwrap_or("nobody"))
/// }
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let login = Login::new(Settings::from_env()?, Ambient::system())?;
///     let pages = Router::new().route("/", get(home)).route("/mail", get(mail));
///     let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
///     Ok(axum::serve(listener, login.protect(pages)).await?)
/// }
/// ```
#[derive(Clone)]
pub struct Login(pub(crate) Arc<App>);

impl Login {
    /// A login as `settings` say. Asks nothing of the provider until somebody logs in. Unlike the sample app, which
    /// can be run without, this needs one provider at least; and it does not listen, so `settings.tls` has to be none: who
    /// speaks https in front of it takes the files out (`settings.tls.take()`), and nobody is left with plain http unawares.
    pub fn new(settings: Settings, ambient: Ambient) -> Result<Self, SettingsError> {
        if !settings.has_login() {
            return Err(SettingsError::NoLogin);
        }
        if settings.tls.is_some() {
            return Err(SettingsError::TlsNotOurs);
        }
        // Which addresses need a session is for the app to say.
        let policy = Policy { guards: Vec::new(), ..Policy::honest(&settings) };
        let host = settings.base_url.url().host_str().unwrap_or_default();
        let name = settings.app_name.clone().unwrap_or_else(|| host.to_owned());
        Self::with_policy(settings, ambient, policy, Brand { name, has_profile: false })
    }

    pub(crate) fn with_policy(
        settings: Settings,
        ambient: Ambient,
        policy: Policy,
        brand: Brand,
    ) -> Result<Self, SettingsError> {
        settings.check()?;
        // Another part of the process may have installed a provider already; any of them verifies RS256.
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        Ok(Self(Arc::new(App::new(settings, ambient, policy, brand)?)))
    }

    /// Puts the login around `pages`: their handlers learn who asks, session cookies are kept in order, and no answer
    /// of theirs is stored unless it says so itself. What changes something reaches them from pages of the app only. The other headers of `pages` are their own affair.
    ///
    /// # Panics
    ///
    /// If `pages` answer an address of the login themselves, as axum's `merge` does.
    pub fn protect(&self, pages: Router) -> Router {
        routes::with_login(&self.0, pages.with_state(())).with_state(self.0.clone())
    }
}
