//! The start of a login: the request to the provider's authorization endpoint.

use url::Url;

use super::client_auth::Form;
use super::provider::Provider;
use super::transaction::Transaction;
use super::{par, pkce};
use crate::app::App;
use crate::config::{IssuerSettings, ResponseMode};
use crate::error::ProviderError;
use crate::params::Params;

/// One parameter of the authorization request, and where its value comes from.
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) value: fn(&Asking<'_>) -> String,
}

/// What a login is started with.
pub(crate) struct Asking<'a> {
    pub(crate) settings: &'a IssuerSettings,
    pub(crate) transaction: &'a Transaction,
    pub(crate) response_mode: ResponseMode,
    /// What the code will have to be proved with, if one is asked for.
    pub(crate) code_challenge: Option<&'a str>,
    /// Where the app lives.
    pub(crate) base_url: &'a str,
    /// What the request said that started it. Anybody can make a link to it, so that little of it is passed on.
    pub(crate) said: Option<&'a Params>,
}

/// A silent login asks for nothing to be shown, whatever the settings wish for otherwise.
fn prompt(asking: &Asking<'_>) -> String {
    if asking.transaction.silent { "none".to_owned() } else { asking.settings.wishes.prompt.join(" ") }
}

/// Where a login is to end, and what was said when it was started.
#[derive(Clone, Copy, Default)]
pub(crate) struct Wanted<'a> {
    pub(crate) return_to: &'a str,
    pub(crate) said: Option<&'a Params>,
    /// Is the provider to show nothing?
    pub(crate) silent: bool,
}

/// Who is about to log in, if somebody said so.
pub(crate) fn login_hint(said: Option<&Params>) -> &str {
    said.and_then(|said| said.first("login_hint")).unwrap_or_default()
}

impl Parameter {
    const fn new(name: &'static str, value: fn(&Asking<'_>) -> String) -> Self {
        Self { name, value }
    }
}

/// What a provider is asked, in this order. `redirect_uri` comes from the settings and never from a header of the
/// request.
pub(crate) fn parameters() -> Vec<Parameter> {
    vec![
        Parameter::new("client_id", |asking| asking.settings.client_id.clone()),
        Parameter::new("scope", |asking| asking.settings.scope.clone()),
        Parameter::new("response_type", |asking| asking.settings.response_type.to_string()),
        Parameter::new("response_mode", |asking| asking.response_mode.name().to_owned()),
        Parameter::new("redirect_uri", |asking| format!("{}/callback", asking.base_url)),
        Parameter::new("nonce", |asking| asking.transaction.nonce.clone()),
        Parameter::new("state", |asking| asking.transaction.state.clone()),
        Parameter::new("max_age", |asking| {
            asking.settings.wishes.max_age.map(|seconds| seconds.to_string()).unwrap_or_default()
        }),
        Parameter::new("acr_values", |asking| asking.settings.wishes.acr_values.join(" ")),
        Parameter::new("prompt", prompt),
        Parameter::new("ui_locales", |asking| asking.settings.wishes.ui_locales.join(" ")),
        Parameter::new("login_hint", |asking| login_hint(asking.said).to_owned()),
        Parameter::new("code_challenge", |asking| asking.code_challenge.unwrap_or_default().to_owned()),
        Parameter::new("code_challenge_method", |asking| {
            asking.code_challenge.map(|_| "S256".to_owned()).unwrap_or_default()
        }),
    ]
}

/// A login about to be started: what to remember and where to go.
pub(crate) struct Start {
    pub(crate) transaction: Transaction,
    pub(crate) location: Url,
}

/// Prepares a login at `provider` as it is wanted, with a fresh state and a fresh nonce. Only a login that somebody can
/// finish is worth the push of its request.
pub(crate) async fn start(
    app: &App,
    provider: &Provider,
    wanted: Wanted<'_>,
    (base_url, can_finish): (&str, bool),
) -> Result<Start, ProviderError> {
    let now = app.ambient.clock.unix();
    let metadata = provider.metadata(&app.policy, now).await?;
    let (state, nonce) = (app.policy.transactions.fresh)(&app.ambient.random);
    let life = (now, now.saturating_add(app.policy.transactions.lifetime));
    let wants_code = provider.settings.response_type.code;
    let verifier = wants_code.then(|| pkce::fresh(&app.ambient.random, &app.vault, life)).flatten();
    let transaction = Transaction {
        id: app.ambient.random.id(),
        nonce,
        state,
        iss: provider.settings.issuer.clone(),
        return_to: wanted.return_to.to_owned(),
        iat: now,
        silent: wanted.silent,
        code_verifier: verifier.as_ref().map(|verifier| verifier.sealed.clone()),
    };
    let code_challenge = verifier.as_ref().map(|verifier| verifier.challenge.as_str());
    let asking = Asking {
        settings: &provider.settings,
        transaction: &transaction,
        response_mode: app.settings.response_mode,
        code_challenge,
        base_url,
        said: wanted.said,
    };
    let request = request(&app.policy.authorization, &asking);
    let location = if can_finish && par::is_due(provider, &metadata) {
        par::push(provider, &metadata, request, &app.policy.pushed).await?
    } else {
        let mut location = (app.policy.authorization_endpoint)(&metadata.authorization_endpoint);
        location.query_pairs_mut().extend_pairs(request);
        location
    };
    Ok(Start { transaction, location })
}

/// What is asked. A parameter without a value is left out (RFC 6749 3.1).
fn request(parameters: &[Parameter], asking: &Asking<'_>) -> Form<'static> {
    let pairs = parameters.iter().map(|parameter| (parameter.name, (parameter.value)(asking)));
    pairs.filter(|(_, value)| !value.is_empty()).collect()
}
