//! A cookie jar that keeps the rules browsers keep.
//!
//! `cookie_store` knows domains and paths; SameSite, the name prefixes, the two minutes of unmarked cookies,
//! age and order are ours, because plain jars pass applications that fail in every browser.

mod cookie;
mod room;
mod storage;

use mock_idp::Clock;
use url::Url;

pub use cookie::{Cookie, SameSite};
pub use storage::Refusal;

use super::site::{Initiator, Relation, is_trustworthy, registrable};
use cookie::Stored;

/// How long Chromium lets an unmarked cookie travel with a cross-site POST.
const UNMARKED_GRACE_MILLIS: i64 = 120_000;

/// Whose rules an agent keeps where browsers differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Flavour {
    /// Unmarked cookies are Lax, but go with cross-site POST navigations for two minutes.
    #[default]
    Chromium,
    /// Unmarked cookies go everywhere and are stored from everywhere, and a redirect through another site makes
    /// the request one of a stranger.
    Firefox,
    /// Unmarked cookies are Lax, without grace: the text of RFC 6265bis and Safari's intent.
    Spec,
}

impl Flavour {
    /// Who a request speaks for at the end of a chain of redirects.
    pub(super) fn speaker(self, initiator: &Initiator, chain: &[Url]) -> Initiator {
        let through_strangers = chain
            .last()
            .is_some_and(|to| chain.iter().any(|via| Relation::between(via, to) == Relation::CrossSite));
        if self == Self::Firefox && through_strangers { Initiator::Opaque } else { initiator.clone() }
    }

    /// The value of `Sec-Fetch-Site`. After a redirect Firefox knows the own origin and strangers only.
    pub(super) fn sec_fetch_site(self, initiator: &Initiator, chain: &[Url]) -> &'static str {
        match initiator.sec_fetch_site(chain) {
            "same-site" if self == Self::Firefox && chain.len() > 1 => "cross-site",
            word => word,
        }
    }

    /// Whether a redirect of a post hides who posted. Firefox tells it as long as the initiator itself redirects.
    pub(super) fn hides_origin(self, initiator: &Initiator, from: &Url, to: &Url) -> bool {
        let own = self == Self::Firefox && initiator.relation(from) == Relation::SameOrigin;
        from.origin() != to.origin() && !own
    }
}

/// What a request is, seen from the site it goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Situation {
    /// A background request of a page of another site.
    CrossSite,
    /// A top-level navigation from another site by a method that changes things.
    CrossSitePost,
    /// A top-level navigation from another site by a safe method.
    CrossSiteLink,
    /// Anything that the same site, or the user, started.
    SameSite,
}

impl Situation {
    /// The situation of a top-level navigation.
    pub fn navigation(initiator: &Initiator, url: &Url, method: &str) -> Self {
        if initiator.relation(url) < Relation::CrossSite {
            Self::SameSite
        } else if matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE") {
            Self::CrossSiteLink
        } else {
            Self::CrossSitePost
        }
    }

    /// The situation of a page in a frame of the page `around` it: as soon as either of the two that are involved
    /// is a stranger, it is one of a stranger, whatever the method.
    pub fn framed(around: &Url, initiator: &Initiator, url: &Url) -> Self {
        let near = |relation| relation < Relation::CrossSite;
        let at_home = near(Relation::between(around, url)) && near(initiator.relation(url));
        if at_home { Self::SameSite } else { Self::CrossSite }
    }

    /// The situation of a background request by a script of `page`.
    pub fn background(page: &Url, url: &Url) -> Self {
        if Relation::between(page, url) < Relation::CrossSite { Self::SameSite } else { Self::CrossSite }
    }
}

/// Reads a `Set-Cookie` line as a response from `url` would set it, for a store that is not ours.
pub(super) fn understand(url: &Url, line: &str, now_millis: i64) -> Result<Cookie, Refusal> {
    storage::admit(url, line, now_millis).map(|stored| stored.describe())
}

/// The cookies of one browser profile.
#[derive(Clone)]
pub struct Jar {
    clock: Clock,
    flavour: Flavour,
    cookies: Vec<Stored>,
    stored: u64,
}

impl Jar {
    /// An empty jar whose cookies age by `clock`.
    pub fn new(clock: Clock, flavour: Flavour) -> Self {
        Self { clock, flavour, cookies: Vec::new(), stored: 0 }
    }

    /// Stores one `Set-Cookie` line of a response from `url`, or says which rule refuses it.
    pub fn store(&mut self, url: &Url, line: &str, situation: Situation) -> Result<(), Refusal> {
        let now = self.clock.unix_millis();
        self.drop_expired(now);
        let mut fresh = storage::admit(url, line, now)?;
        if situation == Situation::CrossSite && !self.may_travel(&fresh, situation, now) {
            return Err(Refusal::CrossSite);
        }
        if !is_trustworthy(url) && self.cookies.iter().any(|old| old.shields_from(&fresh)) {
            return Err(Refusal::WouldShadowSecure);
        }
        self.stored += 1;
        fresh.serial = self.stored;
        if let Some(at) = self.cookies.iter().position(|old| old.same_key(&fresh)) {
            let old = self.cookies.remove(at);
            if self.flavour != Flavour::Chromium || old.raw.value() == fresh.raw.value() {
                fresh.created_millis = old.created_millis;
                fresh.serial = old.serial;
            }
        }
        if !fresh.is_expired(now) {
            let host = fresh.host().into_owned();
            self.cookies.push(fresh);
            room::make_room(&mut self.cookies, &host);
        }
        Ok(())
    }

    /// The value of the `Cookie` header of a request, or nothing when no cookie goes with it.
    pub fn header(&self, url: &Url, situation: Situation) -> Option<String> {
        let now = self.clock.unix_millis();
        let pairs: Vec<String> = self
            .matching(url)
            .into_iter()
            .filter(|cookie| self.may_travel(cookie, situation, now))
            .map(|cookie| format!("{}={}", cookie.raw.name(), cookie.raw.value()))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// The unexpired cookies that match host and path of an address, whatever their SameSite says.
    pub fn cookies(&self, url: &Url) -> Vec<Cookie> {
        self.matching(url).into_iter().map(Stored::describe).collect()
    }

    /// Forgets every cookie of this name that matches the host of the address, on any path.
    pub fn delete(&mut self, url: &Url, name: &str) {
        self.cookies.retain(|cookie| cookie.raw.name() != name || !cookie.raw.domain.matches(url));
    }

    /// Does what `Clear-Site-Data` of a trustworthy address says about cookies: those of its whole site go,
    /// fresh ones of the same answer among them.
    pub fn clear_site_data(&mut self, url: &Url, headers: &[(String, String)]) {
        let lines = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("clear-site-data"));
        let mut words = lines.flat_map(|(_, line)| line.split(',')).map(str::trim);
        if is_trustworthy(url) && words.any(|word| matches!(word, "\"cookies\"" | "\"*\"")) {
            let site = url.host_str().map(registrable).unwrap_or_default();
            self.cookies.retain(|cookie| registrable(&cookie.host()) != site);
        }
    }

    /// Longest path first, then oldest first (RFC 6265bis 5.8.3).
    fn matching(&self, url: &Url) -> Vec<&Stored> {
        let now = self.clock.unix_millis();
        let mut found: Vec<&Stored> =
            self.cookies.iter().filter(|cookie| cookie.matches(url) && !cookie.is_expired(now)).collect();
        found.sort_by_key(|cookie| {
            (std::cmp::Reverse(cookie.raw.path.len()), cookie.created_millis, cookie.serial)
        });
        found
    }

    fn may_travel(&self, cookie: &Stored, situation: Situation, now: i64) -> bool {
        let least = match (cookie.same_site, self.flavour) {
            (Some(SameSite::None), _) | (None, Flavour::Firefox) => Situation::CrossSite,
            (Some(SameSite::Strict), _) => Situation::SameSite,
            (None, Flavour::Chromium) if now - cookie.created_millis <= UNMARKED_GRACE_MILLIS => {
                Situation::CrossSitePost
            }
            (Some(SameSite::Lax) | None, _) => Situation::CrossSiteLink,
        };
        situation >= least
    }

    fn drop_expired(&mut self, now: i64) {
        self.cookies.retain(|cookie| !cookie.is_expired(now));
    }
}

#[cfg(test)]
mod tests;
