//! The pages on the way from a request to its response.

use askama::Template;

use super::Styled;
use crate::login::User;

/// The errors that a person can choose to answer with, and what then is the description.
pub(crate) const REASONS: &[(&str, &str)] = &[
    ("access_denied", "the person declined to sign in"),
    ("login_required", "nobody is signed in"),
    ("interaction_required", "the person has something to do at the provider first"),
    ("consent_required", "the person has not allowed it"),
    ("account_selection_required", "the person has to choose an account first"),
    ("invalid_request", "the request is no good"),
    ("unauthorized_client", "the application may not do this"),
    ("invalid_scope", "the scope is no good"),
    ("server_error", "the provider failed"),
    ("temporarily_unavailable", "the provider is overloaded"),
];

/// Another provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Upstream {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
}

/// The way there.
pub(crate) struct UpstreamLink {
    pub(crate) upstream: Upstream,
    pub(crate) url: String,
}

/// The login page.
#[derive(Template)]
#[template(path = "login.html")]
pub(crate) struct LoginPage<'p> {
    pub(crate) application: &'p str,
    pub(crate) issuer: &'p str,
    pub(crate) action: &'p str,
    pub(crate) username: &'p str,
    pub(crate) claims: &'p str,
    pub(crate) remember: bool,
    /// The one-time code that has to be typed, if one has.
    pub(crate) code: Option<&'static str>,
    pub(crate) problem: Option<&'p str>,
    pub(crate) people: &'p [User],
    pub(crate) upstreams: &'p [UpstreamLink],
    pub(crate) reasons: &'static [(&'static str, &'static str)],
}

/// The page of another provider, simulated.
#[derive(Template)]
#[template(path = "social.html")]
pub(crate) struct SocialPage<'p> {
    pub(crate) upstream: Upstream,
    pub(crate) application: &'p str,
    pub(crate) action: &'p str,
    pub(crate) back: &'p str,
    pub(crate) people: &'p [User],
}

/// An account that is signed in.
pub(crate) struct Account<'p> {
    pub(crate) sid: &'p str,
    pub(crate) user: &'p User,
}

/// The account chooser.
#[derive(Template)]
#[template(path = "chooser.html")]
pub(crate) struct ChooserPage<'p> {
    pub(crate) application: &'p str,
    pub(crate) action: &'p str,
    pub(crate) accounts: &'p [Account<'p>],
}

/// Something that an application asks for.
pub(crate) struct Scope<'p> {
    pub(crate) name: &'p str,
    /// What it means, if it is a known one.
    pub(crate) meaning: &'static str,
}

/// The consent page.
#[derive(Template)]
#[template(path = "consent.html")]
pub(crate) struct ConsentPage<'p> {
    pub(crate) application: &'p str,
    pub(crate) person: &'p str,
    pub(crate) action: &'p str,
    pub(crate) ticket: &'p str,
    pub(crate) scopes: &'p [Scope<'p>],
    pub(crate) redirect_uri: &'p str,
}

impl Styled for LoginPage<'_> {}
impl Styled for SocialPage<'_> {}
impl Styled for ChooserPage<'_> {}
impl Styled for ConsentPage<'_> {}
