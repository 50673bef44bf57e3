//! The pages of logout.

use askama::Template;

use super::{GO_ON_SCRIPT, Styled};

/// The page that asks whether to sign out.
#[derive(Template)]
#[template(path = "logout.html")]
pub(crate) struct SignOutPage<'p> {
    pub(crate) people: &'p [String],
    pub(crate) application: Option<&'p str>,
    pub(crate) action: &'p str,
    /// The request, to be sent again with the answer.
    pub(crate) fields: &'p [(String, String)],
}

/// The page after logout, or after staying.
#[derive(Template)]
#[template(path = "signed_out.html")]
pub(crate) struct SignedOutPage<'p> {
    pub(crate) is_over: bool,
    pub(crate) home: &'p str,
}

/// The page that frames the applications' logout pages, on the way to where the browser goes.
#[derive(Template)]
#[template(path = "farewell.html")]
pub(crate) struct FarewellPage<'p> {
    pub(crate) frames: &'p [String],
    pub(crate) location: Option<&'p str>,
    pub(crate) home: &'p str,
}

impl FarewellPage<'_> {
    #[expect(clippy::unused_self, reason = "a template can call methods only")]
    fn script(&self) -> &'static str {
        GO_ON_SCRIPT
    }
}

impl Styled for SignOutPage<'_> {}
impl Styled for SignedOutPage<'_> {}
impl Styled for FarewellPage<'_> {}
