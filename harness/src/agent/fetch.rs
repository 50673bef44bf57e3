//! Background requests: what a script asks for, and what it gets to see.

use url::Url;

/// A `fetch()` of a script on the current page, or a picture, frame or link that the page itself asks for.
#[derive(Debug, Clone)]
pub struct Fetch {
    /// What the answer is for.
    pub destination: Destination,
    /// Where it goes.
    pub url: Url,
    /// The method.
    pub method: String,
    /// What to do with a redirect.
    pub redirect: RedirectMode,
    /// When cookies go along and are stored.
    pub credentials: Credentials,
    /// How other origins are dealt with.
    pub mode: FetchMode,
    /// The headers the script sets.
    pub headers: Vec<(String, String)>,
    /// The body, as text.
    pub body: Option<String>,
}

impl Fetch {
    /// `fetch(url)`: GET, redirects followed, cookies for the own origin, CORS elsewhere.
    pub fn get(url: Url) -> Self {
        Self {
            destination: Destination::Empty,
            url,
            method: "GET".to_owned(),
            redirect: RedirectMode::Follow,
            credentials: Credentials::SameOrigin,
            mode: FetchMode::Cors,
            headers: Vec::new(),
            body: None,
        }
    }

    /// `<img src=url>`: cookies go along wherever their rules let them, and nobody sees the answer.
    pub fn image(url: Url) -> Self {
        let picture = Self { destination: Destination::Image, ..Self::get(url) };
        picture.mode(FetchMode::NoCors).credentials(Credentials::Include)
    }

    /// `<link rel=icon href=url>`, which browsers ask for by themselves.
    pub fn icon(url: Url) -> Self {
        Self { destination: Destination::Icon, ..Self::image(url) }
    }

    /// `<link rel=prefetch href=url>`: a page that may be opened next, fetched in advance.
    pub fn prefetch(url: Url) -> Self {
        Self { destination: Destination::Prefetch, ..Self::image(url) }
    }

    /// `<iframe src=url>`: a page within the page, which may go on to other pages by itself. The page around it
    /// sees nothing of it.
    pub fn frame(url: Url) -> Self {
        Self { destination: Destination::Frame, ..Self::image(url) }
    }

    /// The same with a method and a body.
    #[must_use]
    pub fn method(mut self, method: &str, body: Option<&str>) -> Self {
        method.clone_into(&mut self.method);
        self.body = body.map(ToOwned::to_owned);
        self
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with another way to deal with redirects.
    #[must_use]
    pub fn redirect(mut self, redirect: RedirectMode) -> Self {
        self.redirect = redirect;
        self
    }

    /// The same with another choice of when cookies go along.
    #[must_use]
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = credentials;
        self
    }

    /// The same with another way to deal with other origins.
    #[must_use]
    pub fn mode(mut self, mode: FetchMode) -> Self {
        self.mode = mode;
        self
    }
}

/// What a background request is for: the `Sec-Fetch-Dest` of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// A script.
    Empty,
    /// A picture.
    Image,
    /// The picture by which a page is known among others.
    Icon,
    /// Whatever comes next.
    Prefetch,
    /// A frame of the page.
    Frame,
}

impl Destination {
    /// The element that asks for it, or what a `link` says that it is for.
    pub fn element(self) -> &'static str {
        match self {
            Self::Empty => "script",
            Self::Image => "img",
            Self::Icon => "icon",
            Self::Prefetch => "prefetch",
            Self::Frame => "iframe",
        }
    }
}

/// `redirect` of a fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedirectMode {
    /// Go where it leads.
    Follow,
    /// Stop, and show the script nothing of it.
    Manual,
    /// Fail.
    Error,
}

/// `credentials` of a fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credentials {
    /// Cookies go to the page's own origin only.
    SameOrigin,
    /// Cookies go everywhere their rules let them.
    Include,
    /// No cookies.
    Omit,
}

/// `mode` of a fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FetchMode {
    /// Other origins must agree.
    Cors,
    /// Other origins are asked, but the script sees nothing.
    NoCors,
    /// Other origins are never asked.
    SameOrigin,
}

macro_rules! words {
    ($kind:ty { $($variant:ident => $word:literal),* $(,)? }) => {
        impl $kind {
            /// The word of the Fetch standard.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }
    };
}

words!(Destination { Empty => "empty", Image => "image", Icon => "image", Prefetch => "empty", Frame => "iframe" });
words!(RedirectMode { Follow => "follow", Manual => "manual", Error => "error" });
words!(Credentials { SameOrigin => "same-origin", Include => "include", Omit => "omit" });
words!(FetchMode { Cors => "cors", NoCors => "no-cors", SameOrigin => "same-origin" });

/// What the script gets to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// A readable answer.
    Response {
        /// The status.
        status: u16,
        /// The headers that scripts may read.
        headers: Vec<(String, String)>,
        /// The body as text.
        body: String,
        /// Whether it came after a redirect.
        redirected: bool,
        /// Where it came from.
        url: Url,
    },
    /// There was an answer, and the script sees status 0 and nothing else.
    Opaque,
    /// `fetch` failed with a `TypeError`. The reason is for people; scripts are not told.
    NetworkError(String),
}

impl Fetched {
    /// The status the script reads: 0 when the answer is opaque, nothing when the request failed.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Response { status, .. } => Some(*status),
            Self::Opaque => Some(0),
            Self::NetworkError(_) => None,
        }
    }
}
