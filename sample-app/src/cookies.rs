//! Cookies: how they are named, marked, read and written.

use std::collections::HashSet;

use axum::http::{HeaderMap, header};

use crate::config::{CookiePrefix, Settings};

/// The longest `Set-Cookie` line that every browser keeps, name and attributes included.
pub(crate) const MAX_LINE: usize = 4096;

/// When a cookie travels with requests from other sites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SameSite {
    /// Not even with a link from there, so that a page reached through the provider would be a stranger's.
    #[cfg_attr(
        not(feature = "weakness"),
        expect(dead_code, reason = "no cookie of the app can be so strict")
    )]
    Strict,
    Lax,
    None,
}

/// The marks of one kind of cookie. `Path=/` and no `Domain` always, as `__Host-` demands.
#[derive(Clone, Debug)]
pub(crate) struct CookieKind {
    pub(crate) name: String,
    pub(crate) http_only: bool,
    pub(crate) secure: bool,
    pub(crate) same_site: Option<SameSite>,
    /// How browsers are told when so many seconds are over: by a span of time, because their clocks are their own.
    pub(crate) until: fn(i64) -> String,
}

/// So many seconds, by whatever clock.
pub(crate) fn max_age(seconds: i64) -> String {
    format!("Max-Age={seconds}")
}

/// The kinds of cookies the app has.
#[derive(Clone, Debug)]
pub(crate) struct CookiePolicy {
    /// Carries the session; need not come along with the cross-site form post.
    pub(crate) session: CookieKind,
    /// Carries one login under way; must come along with the cross-site form post, hence `None`.
    pub(crate) transaction: CookieKind,
    /// Says that a silent login was tried, or is not wanted.
    pub(crate) silent: CookieKind,
}

impl CookiePolicy {
    pub(crate) fn new(settings: &Settings) -> Self {
        let (prefix, secure) = match settings.cookie_prefix {
            CookiePrefix::Host => ("__Host-", true),
            CookiePrefix::None => ("", settings.base_url.is_https()),
        };
        let kind = |name, same_site| CookieKind {
            name: format!("{prefix}{name}"),
            http_only: true,
            secure,
            same_site,
            until: max_age,
        };
        Self {
            session: kind("appSession", Some(SameSite::Lax)),
            silent: kind("skipSilentLogin", Some(SameSite::Lax)),
            // Browsers take `None` together with `Secure` only. Those for which `Secure` is given up send an
            // unmarked cookie along with the form; Chromium does so for two minutes.
            transaction: kind("auth_verification", secure.then_some(SameSite::None)),
        }
    }
}

impl CookieKind {
    /// A `Set-Cookie` line that keeps `value` under this kind's name plus `suffix`.
    pub(crate) fn set(&self, suffix: &str, value: &str, max_age: i64) -> String {
        format!("{}{suffix}={value}; {}{}", self.name, (self.until)(max_age), self.marks())
    }

    /// A `Set-Cookie` line that keeps `value` until the browser is closed.
    pub(crate) fn set_for_window(&self, value: &str) -> String {
        format!("{}={value}{}", self.name, self.marks())
    }

    /// A `Set-Cookie` line that removes the cookie `name`.
    pub(crate) fn clear(&self, name: &str) -> String {
        format!("{name}=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT{}", self.marks())
    }

    fn marks(&self) -> String {
        let mut marks = String::from("; Path=/");
        if self.http_only {
            marks.push_str("; HttpOnly");
        }
        if self.secure {
            marks.push_str("; Secure");
        }
        match self.same_site {
            Some(SameSite::Strict) => marks.push_str("; SameSite=Strict"),
            Some(SameSite::Lax) => marks.push_str("; SameSite=Lax"),
            Some(SameSite::None) => marks.push_str("; SameSite=None"),
            None => {}
        }
        marks
    }

    /// What follows this kind's name and a dot in `name`: the number of a chunk, the id of a transaction.
    pub(crate) fn suffix<'a>(&self, name: &'a str) -> Option<&'a str> {
        name.strip_prefix(&self.name)?.strip_prefix('.')
    }
}

/// How many cookies of one request are looked at; browsers keep fewer for one host.
const MOST_COOKIES: usize = 500;

/// The cookies of a request, in order. Of several under one name the first counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestCookies(String);

impl RequestCookies {
    pub(crate) fn read(headers: &HeaderMap) -> Self {
        let mut text = String::new();
        for line in headers.get_all(header::COOKIE) {
            match str::from_utf8(line.as_bytes()) {
                Ok(line) => text.push_str(line),
                Err(_) => text.push_str(&String::from_utf8_lossy(line.as_bytes())),
            }
            text.push(';');
        }
        Self(text)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.pairs().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut known = HashSet::new();
        self.pairs().filter(move |(name, _)| known.insert(*name))
    }

    fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.split(';').take(MOST_COOKIES).filter_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            let value = value.trim();
            let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
            Some((name.trim(), bare))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Origin;

    fn policy(base_url: &str, prefix: CookiePrefix) -> CookiePolicy {
        let mut settings = Settings::unauthenticated(Origin::parse(base_url).unwrap());
        settings.cookie_prefix = prefix;
        CookiePolicy::new(&settings)
    }

    #[test]
    fn the_default_marks_satisfy_the_host_prefix() {
        let policy = policy("http://localhost:3000", CookiePrefix::Host);

        let session = policy.session.set(".0", "v", 60);
        let transaction = policy.transaction.set(".id", "v", 60);

        assert_eq!(session, "__Host-appSession.0=v; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=Lax");
        assert_eq!(
            transaction,
            "__Host-auth_verification.id=v; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=None"
        );
    }

    #[test]
    fn without_the_prefix_no_cookie_is_secure_over_http_and_none_is_cross_site_without_secure() {
        let http = policy("http://localhost:3000", CookiePrefix::None);
        let https = policy("https://app.example", CookiePrefix::None);

        assert_eq!(http.session.name, "appSession");
        assert_eq!((http.session.secure, http.transaction.secure), (false, false));
        assert_eq!((http.session.same_site, http.transaction.same_site), (Some(SameSite::Lax), None));
        assert_eq!((https.session.secure, https.transaction.secure), (true, true));
        assert_eq!(https.transaction.same_site, Some(SameSite::None));
    }

    #[test]
    fn of_more_cookies_than_a_browser_keeps_the_first_ones_are_read() {
        let pairs: Vec<String> = (0..=MOST_COOKIES).map(|number| format!("c{number}=x")).collect();
        let mut headers = HeaderMap::new();
        for line in pairs.chunks(300) {
            headers.append(header::COOKIE, line.join("; ").parse().unwrap());
        }

        let cookies = RequestCookies::read(&headers);

        assert_eq!(cookies.iter().count(), MOST_COOKIES);
        assert_eq!((cookies.get("c499"), cookies.get("c500")), (Some("x"), None));
    }

    #[test]
    fn the_first_of_two_cookies_counts_and_quotes_do_not() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=1; b=\"2\"; a=3".parse().unwrap());
        headers.append(header::COOKIE, "c=4=5".parse().unwrap());

        let cookies = RequestCookies::read(&headers);

        assert_eq!(
            (cookies.get("a"), cookies.get("b"), cookies.get("c")),
            (Some("1"), Some("2"), Some("4=5"))
        );
    }
}
