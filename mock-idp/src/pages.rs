//! The provider's pages: plain HTML with inline style, usable without a script, under a strict policy.

use askama::Template;
use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

mod leaving;
mod signing_in;

use crate::checks::Difference;
use crate::protocol::Header;

pub(crate) use leaving::{FarewellPage, SignOutPage, SignedOutPage};
pub(crate) use signing_in::{
    Account, ChooserPage, ConsentPage, LoginPage, REASONS, Scope, SocialPage, Upstream, UpstreamLink,
};

/// The style of every page.
pub(crate) const STYLE: &str = include_str!("../templates/style.css");
/// What the page of a form response does. A field named `submit` would hide the form's own method.
pub(crate) const SUBMIT_SCRIPT: &str = "HTMLFormElement.prototype.submit.call(document.forms[0])";
/// What the pages with a person's answer do: they send it once, however often its button is pressed, until the person
/// comes back or has waited for five seconds.
pub(crate) const ONCE_SCRIPT: &str = "addEventListener('submit',event=>{const form=event.target;if(form.dataset.sent)return event.preventDefault();form.dataset.sent='yes';setTimeout(()=>{delete form.dataset.sent},5000)});addEventListener('pageshow',()=>{for(const form of document.forms)delete form.dataset.sent})";
/// What the page between logout and application does when all its frames have loaded.
pub(crate) const GO_ON_SCRIPT: &str = "addEventListener('load',()=>{const next=document.getElementById('next');if(next)location.replace(next.href)})";

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

    /// The same policy for a page that frames pages of these origins.
    pub(crate) fn framing(mut self, origins: &[String]) -> Self {
        self.0.push_str("; frame-src ");
        self.0.push_str(&origins.join(" "));
        self
    }

    pub(crate) fn headers(&self, referrer: Referrer) -> Vec<Header> {
        let referrer = match referrer {
            Referrer::Nothing => "no-referrer",
            Referrer::Origin => "strict-origin",
        };
        vec![
            ("content-type", "text/html; charset=utf-8".into()),
            ("cache-control", "no-store".into()),
            ("content-security-policy", self.0.clone().into()),
            ("referrer-policy", referrer.into()),
            ("x-content-type-options", "nosniff".into()),
        ]
    }
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

pub(crate) trait Styled {
    /// The style, for the base template.
    fn style(&self) -> &'static str {
        STYLE
    }

    /// The script of a page whose form is sent once.
    fn once(&self) -> &'static str {
        ONCE_SCRIPT
    }
}

impl Styled for ProblemPage<'_> {}
