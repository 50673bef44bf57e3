//! The roads by which a request reaches an application, as data.

use harness::agent::{Credentials, Fetch, FetchMode};
use url::Url;

/// Which of the two servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Idp,
    App,
}

/// What happens on a page, and leads on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// The next address is typed; this page is never opened.
    Typed,
    /// A person presses a link.
    Link,
    /// A person presses the button of a form that posts.
    Button,
    /// A script posts a form.
    Post,
    /// A script sends a form by GET.
    GetForm,
    /// The page is refreshed at once to another address.
    Refresh,
    /// The same by a header.
    RefreshHeader,
    /// A script asks in the background.
    Fetch(Asked),
    /// A picture.
    Image,
    /// The page's icon.
    Icon,
    /// A page that is fetched in advance.
    Prefetch,
    /// A frame.
    Frame,
}

/// How a script asks in the background.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Asked(pub(crate) &'static str, pub(crate) FetchMode, pub(crate) Credentials);

impl Act {
    /// What is asked for in the background, if it is no navigation of the window.
    pub(crate) fn asked(self, url: &Url) -> Option<Fetch> {
        match self {
            Self::Fetch(Asked(method, mode, credentials)) => {
                let body = (method == "POST").then_some("x");
                Some(Fetch::get(url.clone()).method(method, body).mode(mode).credentials(credentials))
            }
            Self::Image => Some(Fetch::image(url.clone())),
            Self::Icon => Some(Fetch::icon(url.clone())),
            Self::Prefetch => Some(Fetch::prefetch(url.clone())),
            Self::Frame => Some(Fetch::frame(url.clone())),
            _ => None,
        }
    }

    pub(crate) fn is_pressed(self) -> bool {
        matches!(self, Self::Link | Self::Button)
    }
}

/// One stop on the way to the application.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    /// A page on which something happens.
    Page(Side, Act),
    /// An answer that sends on.
    Redirect(u16, Side),
}

/// A road: the last request goes to the application, and is what is looked at.
pub(crate) struct Journey {
    pub(crate) what: &'static str,
    pub(crate) steps: &'static [Step],
}

const fn journey(what: &'static str, steps: &'static [Step]) -> Journey {
    Journey { what, steps }
}

use Act::{Button, Frame, GetForm, Icon, Image, Link, Post, Prefetch, Refresh, RefreshHeader, Typed};
use Credentials::{Include, Omit, SameOrigin};
use FetchMode::{Cors, NoCors};
use Side::{App, Idp};
use Step::{Page, Redirect};

const fn get(mode: FetchMode, credentials: Credentials) -> Act {
    Act::Fetch(Asked("GET", mode, credentials))
}

const fn post(mode: FetchMode, credentials: Credentials) -> Act {
    Act::Fetch(Asked("POST", mode, credentials))
}

/// Headings, and the roads below them.
pub(crate) const CHAPTERS: [(&str, &[Journey]); 5] = [
    ("Addresses, links and refreshes", &LINKS),
    ("Posts", &POSTS),
    ("After a post of the provider's page", &AFTERWARDS),
    ("In the background", &BACKGROUND),
    ("In frames", &FRAMES),
];

const LINKS: [Journey; 13] = [
    journey("typed address", &[Page(App, Typed)]),
    journey("typed address of the provider, 302 to the app", &[Page(App, Typed), Redirect(302, Idp)]),
    journey("link on the app's page", &[Page(App, Link)]),
    journey("link on the provider's page", &[Page(Idp, Link)]),
    journey("link on the app's page to the provider, 302 back", &[Page(App, Link), Redirect(302, Idp)]),
    journey("link on the app's page, 302 within the app", &[Page(App, Link), Redirect(302, App)]),
    journey("link on the provider's page, 302 within the app", &[Page(Idp, Link), Redirect(302, App)]),
    journey("link on the provider's page, 302 within the provider", &[Page(Idp, Link), Redirect(302, Idp)]),
    journey("GET form of the provider's page", &[Page(Idp, GetForm)]),
    journey("refresh of the app's page", &[Page(App, Refresh)]),
    journey("refresh of the provider's page", &[Page(Idp, Refresh)]),
    journey("Refresh header of the provider's page", &[Page(Idp, RefreshHeader)]),
    journey("refresh of the app's page to the provider, 302 back", &[Page(App, Refresh), Redirect(302, Idp)]),
];

const POSTS: [Journey; 10] = [
    journey("form of the app's page", &[Page(App, Post)]),
    journey("form of the app's page, button", &[Page(App, Button)]),
    journey("form of the provider's page", &[Page(Idp, Post)]),
    journey("form of the provider's page, button", &[Page(Idp, Button)]),
    journey("form of the provider to itself, 302 to the app", &[Page(Idp, Post), Redirect(302, Idp)]),
    journey("form of the provider to itself, 307 to the app", &[Page(Idp, Post), Redirect(307, Idp)]),
    journey("form of the app to the provider, 303 back", &[Page(App, Post), Redirect(303, Idp)]),
    journey("form of the app to the provider, 307 back", &[Page(App, Post), Redirect(307, Idp)]),
    journey("form of the app to the provider, 308 back", &[Page(App, Post), Redirect(308, Idp)]),
    journey("form of the app, 307 within the app", &[Page(App, Post), Redirect(307, App)]),
];

const AFTERWARDS: [Journey; 12] = [
    journey("301 within the app", &[Page(Idp, Post), Redirect(301, App)]),
    journey("302 within the app", &[Page(Idp, Post), Redirect(302, App)]),
    journey("303 within the app", &[Page(Idp, Post), Redirect(303, App)]),
    journey("307 within the app", &[Page(Idp, Post), Redirect(307, App)]),
    journey("308 within the app", &[Page(Idp, Post), Redirect(308, App)]),
    journey("307 to the provider, 307 back", &[Page(Idp, Post), Redirect(307, App), Redirect(307, Idp)]),
    journey("303 to the provider, 302 back", &[Page(Idp, Post), Redirect(303, App), Redirect(302, Idp)]),
    journey("a page of the app that refreshes", &[Page(Idp, Post), Page(App, Refresh)]),
    journey("a page of the app that posts again", &[Page(Idp, Post), Page(App, Post)]),
    journey("a page of the app, a link pressed", &[Page(Idp, Post), Page(App, Link)]),
    journey("303 to a page that refreshes", &[Page(Idp, Post), Redirect(303, App), Page(App, Refresh)]),
    journey("303 to a page, a link pressed", &[Page(Idp, Post), Redirect(303, App), Page(App, Link)]),
];

const BACKGROUND: [Journey; 19] = [
    journey("fetch of the app's page", &[Page(App, get(Cors, SameOrigin))]),
    journey("fetch of the app's page, POST", &[Page(App, post(Cors, SameOrigin))]),
    journey("fetch of the app's page, omit", &[Page(App, get(Cors, Omit))]),
    journey("fetch of the provider's page", &[Page(Idp, get(Cors, SameOrigin))]),
    journey("fetch of the provider's page, include", &[Page(Idp, get(Cors, Include))]),
    journey("fetch of the provider's page, include, POST", &[Page(Idp, post(Cors, Include))]),
    journey("fetch of the provider's page, no-cors", &[Page(Idp, get(NoCors, SameOrigin))]),
    journey("fetch of the provider's page, no-cors, include", &[Page(Idp, get(NoCors, Include))]),
    journey("fetch of the provider's page, no-cors, include, POST", &[Page(Idp, post(NoCors, Include))]),
    journey(
        "fetch of the app to the provider, 302 back",
        &[Page(App, get(Cors, SameOrigin)), Redirect(302, Idp)],
    ),
    journey(
        "fetch of the app to the provider, include, 302 back",
        &[Page(App, get(Cors, Include)), Redirect(302, Idp)],
    ),
    journey(
        "fetch of the app, include, POST, 307 within the app",
        &[Page(App, post(Cors, Include)), Redirect(307, App)],
    ),
    journey("picture on the app's page", &[Page(App, Image)]),
    journey("picture on the provider's page", &[Page(Idp, Image)]),
    journey("picture on the app's page from the provider, 302 back", &[Page(App, Image), Redirect(302, Idp)]),
    journey("icon of the app's page", &[Page(App, Icon)]),
    journey("icon of the provider's page", &[Page(Idp, Icon)]),
    journey("page that the app's page fetches in advance", &[Page(App, Prefetch)]),
    journey("page that the provider's page fetches in advance", &[Page(Idp, Prefetch)]),
];

const FRAMES: [Journey; 13] = [
    journey("the app in its own page", &[Page(App, Frame)]),
    journey("the app in the provider's page", &[Page(Idp, Frame)]),
    journey("the provider in the app's page, 302 back", &[Page(App, Frame), Redirect(302, Idp)]),
    journey("the provider in the app's page, posts to the app", &[Page(App, Frame), Page(Idp, Post)]),
    journey("the provider in the app's page, GET form to the app", &[Page(App, Frame), Page(Idp, GetForm)]),
    journey("the app in its own page, posts to itself", &[Page(App, Frame), Page(App, Post)]),
    journey(
        "the app in its own page, posts to the provider, 307 back",
        &[Page(App, Frame), Page(App, Post), Redirect(307, Idp)],
    ),
    journey("the app in the provider's page, posts to itself", &[Page(Idp, Frame), Page(App, Post)]),
    journey("the app in the provider's page, 302 within the app", &[Page(Idp, Frame), Redirect(302, App)]),
    journey("the provider in the app's page, refresh to the app", &[Page(App, Frame), Page(Idp, Refresh)]),
    journey(
        "the provider in the app's page, Refresh header to the app",
        &[Page(App, Frame), Page(Idp, RefreshHeader)],
    ),
    journey(
        "the app in the provider's page, Refresh header to itself",
        &[Page(Idp, Frame), Page(App, RefreshHeader)],
    ),
    journey(
        "the app in its own page, Refresh header to itself",
        &[Page(App, Frame), Page(App, RefreshHeader)],
    ),
];
