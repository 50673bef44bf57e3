//! The provider's pages: plain HTML with inline style, usable without a script, under a strict policy.

use askama::Template;
use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::checks::Difference;
use crate::login::User;

/// The style of every page.
pub(crate) const STYLE: &str = include_str!("../templates/style.css");
/// What the page of a form response does. A field named `submit` would hide the form's own method.
pub(crate) const SUBMIT_SCRIPT: &str = "HTMLFormElement.prototype.submit.call(document.forms[0])";

/// What a page tells the next one about where the browser came from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Referrer {
    /// Nothing: the addresses of the provider's own pages hold requests.
    Nothing,
    /// The origin. Browsers derive `Origin` from this too, and an application that is posted to sees the
    /// provider's there; without a referrer it would see `null`.
    Origin,
}

/// The headers of a page: what it is, and which of its inline blocks may run, each by its hash.
pub(crate) struct Policy(String);

impl Policy {
    /// A policy that lets these blocks run, and nothing else load at all. There is no `form-action`: browsers
    /// apply it to the redirects that follow a form, and those lead to the application.
    pub(crate) fn new(styles: &[&str], scripts: &[&str]) -> Self {
        let hash = |block: &&str| {
            let digest = digest::digest(&digest::SHA256, block.as_bytes());
            format!("'sha256-{}'", STANDARD.encode(digest))
        };
        let hashes = |blocks: &[&str]| match blocks {
            [] => "'none'".to_owned(),
            _ => blocks.iter().map(hash).collect::<Vec<_>>().join(" "),
        };
        Self(format!(
            "default-src 'none'; style-src {}; script-src {}; img-src data:; base-uri 'none'",
            hashes(styles),
            hashes(scripts)
        ))
    }

    pub(crate) fn headers(&self, referrer: Referrer) -> Vec<(&'static str, String)> {
        let referrer = match referrer {
            Referrer::Nothing => "no-referrer",
            Referrer::Origin => "strict-origin",
        };
        vec![
            ("content-type", "text/html; charset=utf-8".into()),
            ("cache-control", "no-store".into()),
            ("content-security-policy", self.0.clone()),
            ("referrer-policy", referrer.into()),
            ("x-content-type-options", "nosniff".into()),
        ]
    }
}

/// The login page.
#[derive(Template)]
#[template(path = "login.html")]
pub(crate) struct LoginPage<'p> {
    pub(crate) client_id: &'p str,
    pub(crate) issuer: &'p str,
    pub(crate) action: &'p str,
    pub(crate) username: &'p str,
    pub(crate) problem: Option<&'p str>,
    pub(crate) people: &'p [User],
}

/// A page that says what is wrong and what to do about it.
#[derive(Template)]
#[template(path = "problem.html")]
pub(crate) struct ProblemPage<'p> {
    pub(crate) title: &'p str,
    pub(crate) problem: &'p str,
    pub(crate) remedy: &'p str,
    pub(crate) difference: Option<&'p Difference>,
    pub(crate) home: &'p str,
}

/// The page after logout.
#[derive(Template)]
#[template(path = "signed_out.html")]
pub(crate) struct SignedOutPage<'p> {
    pub(crate) home: &'p str,
}

pub(crate) trait Styled {
    /// The style, for the base template.
    fn style(&self) -> &'static str {
        STYLE
    }
}

impl Styled for LoginPage<'_> {}
impl Styled for ProblemPage<'_> {}
impl Styled for SignedOutPage<'_> {}
