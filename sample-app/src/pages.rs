//! What people see: the home page, their profile, and messages that say what to do next.
//!
//! Values are put in as text by the templates, never as markup.

use std::borrow::Cow;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::app::App;
use crate::config::ResponseMode;
use crate::routes::visitor::Visitor;
use crate::session::Session;

mod chooser;
mod facts;
mod texts;

pub(crate) use chooser::chooser;
use facts::Fact;
pub(crate) use texts::advice;

/// Whose pages these are.
pub(crate) struct Brand {
    pub(crate) name: String,
    /// Is there a page about the person, to link to?
    pub(crate) has_profile: bool,
}

/// What every page shows: who is signed in, and the way to log in from here.
struct Frame<'a> {
    brand: &'a Brand,
    title: Cow<'static, str>,
    user: Option<String>,
    has_login: bool,
    /// The path of this page.
    here: &'static str,
    login: String,
}

impl<'a> Frame<'a> {
    fn new(app: &'a App, visitor: &Visitor, title: impl Into<Cow<'static, str>>, here: &'static str) -> Self {
        Self {
            brand: &app.brand,
            title: title.into(),
            user: visitor.session().map(|session| session.display_name().to_owned()),
            has_login: app.settings.has_login(),
            here,
            login: login_from(if here.is_empty() { "/" } else { here }),
        }
    }
}

/// The way to log in and come back to this path.
pub(crate) fn login_from(here: &str) -> String {
    format!("/login?returnTo={}", utf8_percent_encode(here, NON_ALPHANUMERIC))
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    frame: Frame<'a>,
    /// How the provider's responses come.
    flow: &'static str,
    /// What the person noted down.
    note: &'a str,
}

#[derive(Template)]
#[template(path = "profile.html")]
struct Profile<'a> {
    frame: Frame<'a>,
    picture: Option<&'a str>,
    initial: String,
    name: &'a str,
    details: Vec<(&'static str, &'a str)>,
    claims: Vec<Fact>,
    /// What the userinfo endpoint adds.
    userinfo: Vec<Fact>,
    /// Those about the token, and its header.
    token: Vec<Fact>,
}

#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage<'a> {
    frame: Frame<'a>,
    message: &'a Message,
}

/// A page with one thing to say.
pub(crate) struct Message {
    pub(crate) status: StatusCode,
    pub(crate) title: &'static str,
    pub(crate) text: Cow<'static, str>,
    /// The reason code, for whoever helps the person.
    pub(crate) code: Option<&'static str>,
    /// The next step: a path and what to call it.
    pub(crate) action: Option<(&'static str, &'static str)>,
}

impl Message {
    fn leads_home(&self) -> bool {
        self.action.is_some_and(|(path, _)| path == "/")
    }
}

/// The home page.
pub(crate) fn home(app: &App, visitor: &Visitor, note: &str) -> Response {
    let flow = match app.settings.response_mode {
        ResponseMode::FormPost => "form post",
        ResponseMode::Query => "code in the address",
    };
    html(StatusCode::OK, &Home { frame: Frame::new(app, visitor, "", "/"), flow, note })
}

/// The profile of whoever is signed in.
pub(crate) fn profile(app: &App, visitor: &Visitor, session: &Session) -> Response {
    let name = session.display_name();
    let labels = [("Name", "name"), ("Email", "email"), ("Nickname", "nickname")];
    let details =
        labels.into_iter().filter_map(|(label, claim)| Some((label, session.text(claim)?))).collect();
    let mut token = facts::some(&session.claims, &["iss", "aud", "iat", "exp", "auth_time"]);
    token.extend(facts::all(&facts::header(&session.data.id_token)));
    let page = Profile {
        frame: Frame::new(app, visitor, "Profile", "/profile"),
        picture: session.text("picture").filter(|picture| is_image_source(picture)),
        initial: name
            .chars()
            .find(|c| c.is_alphanumeric())
            .map(|c| c.to_uppercase().to_string())
            .unwrap_or_default(),
        name,
        details,
        claims: facts::all(&session.told_by_token()),
        userinfo: facts::all(&session.data.userinfo),
        token,
    };
    html(StatusCode::OK, &page)
}

/// A message.
pub(crate) fn message(app: &App, visitor: &Visitor, message: &Message) -> Response {
    html(message.status, &MessagePage { frame: Frame::new(app, visitor, message.title, ""), message })
}

/// The same for a request that is turned away by no row of a table, so that nobody else logs its reason.
pub(crate) fn turned_away(app: &App, visitor: &Visitor, why: &Message) -> Response {
    tracing::info!(reason = why.code, "turned away");
    message(app, visitor, why)
}

/// The content security policy holds the rest back; this keeps scripts and files out of the markup.
fn is_image_source(picture: &str) -> bool {
    ["https://", "http://", "data:image/"].iter().any(|start| picture.starts_with(start))
}

fn html(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => (status, Html(text)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page cannot be written");
            (StatusCode::SERVICE_UNAVAILABLE, "this page cannot be shown").into_response()
        }
    }
}
