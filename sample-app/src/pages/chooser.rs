//! The page on which a person chooses among the login services that the app knows.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use url::Url;
use url::form_urlencoded::Serializer;

use super::{Frame, html};
use crate::app::App;
use crate::oidc::authorize::{Wanted, login_hint};
use crate::routes::visitor::Visitor;

#[derive(Template)]
#[template(path = "chooser.html")]
struct Chooser<'a> {
    frame: Frame<'a>,
    choices: Vec<Choice>,
}

struct Choice {
    name: String,
    /// The address that starts a login there.
    login: String,
}

/// The login services of this app, each leading to a login as it is wanted.
pub(crate) fn chooser(app: &App, visitor: &Visitor, wanted: Wanted<'_>) -> Response {
    let choice = |issuer: &str| Choice { name: name(issuer), login: login(issuer, wanted) };
    let choices = app.settings.issuers.iter().map(|settings| choice(&settings.issuer)).collect();
    html(StatusCode::OK, &Chooser { frame: Frame::new(app, visitor, "Log in", ""), choices })
}

/// What people know a service by: its host, and the path where that is what tells two apart.
fn name(issuer: &str) -> String {
    let Ok(url) = Url::parse(issuer) else { return issuer.to_owned() };
    let host = issuer.trim_start_matches(url.scheme()).trim_start_matches("://");
    host.trim_end_matches('/').to_owned()
}

fn login(issuer: &str, wanted: Wanted<'_>) -> String {
    let pairs = [("iss", issuer), ("returnTo", wanted.return_to), ("login_hint", login_hint(wanted.said))];
    let query = Serializer::new(String::new())
        .extend_pairs(pairs.iter().filter(|(_, value)| !value.is_empty()))
        .finish();
    format!("/login?{query}")
}
