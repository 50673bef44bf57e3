//! The headers that a browser adds by itself.

use url::Url;

use crate::agent::site::{Initiator, is_trustworthy};

const USER_AGENT: &str = concat!(
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 rpcheck/",
    env!("CARGO_PKG_VERSION")
);

const ACCEPT_PAGE: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,\
                           */*;q=0.8,application/signed-exchange;v=b3;q=0.7";

/// Headers in the order they are written.
pub(super) struct Headers(pub(super) Vec<(String, String)>);

impl Headers {
    /// Of a navigation that is shown in the window.
    pub(super) fn of_navigation(initiator: &Initiator, chain: &[Url], activated: bool) -> Self {
        let mut headers = Self(Vec::new());
        headers.add("upgrade-insecure-requests", "1");
        headers.add("user-agent", USER_AGENT);
        headers.add("accept", ACCEPT_PAGE);
        headers.add("accept-language", "en-US,en;q=0.9");
        if chain.last().is_some_and(is_trustworthy) {
            headers.add("sec-fetch-site", initiator.sec_fetch_site(chain));
            headers.add("sec-fetch-mode", "navigate");
            if activated {
                headers.add("sec-fetch-user", "?1");
            }
            headers.add("sec-fetch-dest", "document");
        }
        headers
    }

    /// Of a background request.
    pub(super) fn of_fetch(page: &Url, chain: &[Url], mode: &str, own: &[(String, String)]) -> Self {
        let mut headers = Self(Vec::new());
        headers.add("user-agent", USER_AGENT);
        headers.add("accept-language", "en-US,en;q=0.9");
        if !own.iter().any(|(name, _)| name.eq_ignore_ascii_case("accept")) {
            headers.add("accept", "*/*");
        }
        if chain.last().is_some_and(is_trustworthy) {
            headers.add("sec-fetch-site", Initiator::from(page).sec_fetch_site(chain));
            headers.add("sec-fetch-mode", mode);
            headers.add("sec-fetch-dest", "empty");
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
