//! The headers that a browser adds by itself.

use url::Url;

use super::navigation::Navigation;
use crate::agent::fetch::{Destination, Fetch};
use crate::agent::jar::Flavour;
use crate::agent::site::{Initiator, is_trustworthy};

const USER_AGENT: &str = concat!(
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 rpcheck/",
    env!("CARGO_PKG_VERSION")
);

const ACCEPT_PAGE: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,image/jxl,image/avif,image/webp,image/apng,\
                           */*;q=0.8,application/signed-exchange;v=b3;q=0.7";

const ACCEPT_PICTURE: &str = "image/jxl,image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";

/// Headers in the order they are written.
pub(super) struct Headers(pub(super) Vec<(String, String)>);

impl Headers {
    /// Of a navigation that is shown in the window, or in a frame of the page that is.
    pub(super) fn of_navigation(navigation: &Navigation, chain: &[Url], flavour: Flavour) -> Self {
        let mut headers = Self(Vec::new());
        headers.add("upgrade-insecure-requests", "1");
        headers.add("user-agent", USER_AGENT);
        headers.add("accept", ACCEPT_PAGE);
        headers.add("accept-language", "en-US,en;q=0.9");
        if chain.last().is_some_and(is_trustworthy) {
            headers.add("sec-fetch-site", flavour.sec_fetch_site(&navigation.initiator, chain));
            headers.add("sec-fetch-mode", "navigate");
            if navigation.activated {
                headers.add("sec-fetch-user", "?1");
            }
            headers.add("sec-fetch-dest", if navigation.around.is_some() { "iframe" } else { "document" });
        }
        headers
    }

    /// Of a background request.
    pub(super) fn of_fetch(page: &Url, chain: &[Url], fetch: &Fetch, flavour: Flavour) -> Self {
        let mut headers = Self(Vec::new());
        headers.add("user-agent", USER_AGENT);
        headers.add("accept-language", "en-US,en;q=0.9");
        if !fetch.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("accept")) {
            let accept = match fetch.destination {
                Destination::Image | Destination::Icon => ACCEPT_PICTURE,
                Destination::Prefetch | Destination::Frame => ACCEPT_PAGE,
                Destination::Empty => "*/*",
            };
            headers.add("accept", accept);
        }
        if fetch.destination == Destination::Prefetch {
            headers.add("sec-purpose", "prefetch");
        }
        if chain.last().is_some_and(is_trustworthy) {
            headers.add("sec-fetch-site", flavour.sec_fetch_site(&Initiator::from(page), chain));
            headers.add("sec-fetch-mode", fetch.mode.as_str());
            headers.add("sec-fetch-dest", fetch.destination.as_str());
        }
        headers
    }

    pub(super) fn add(&mut self, name: &str, value: &str) {
        self.0.push((name.to_owned(), value.to_owned()));
    }

    pub(super) fn add_some(&mut self, name: &str, value: Option<String>) {
        self.0.extend(value.map(|value| (name.to_owned(), value)));
    }
}
