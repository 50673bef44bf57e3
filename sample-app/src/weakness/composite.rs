//! Apps that make several mistakes at once: those that real libraries made together, as their advisories and issues
//! tell. Each is a list of weaknesses, whose edits are made one after the other.

use super::{Edit, Weakness};

/// Several weaknesses of one library.
#[derive(Clone, Copy, Debug)]
pub struct Composite {
    name: &'static str,
    like: &'static str,
    of: &'static [&'static str],
}

impl Composite {
    /// Every app that is put together.
    pub const ALL: &'static [Self] = &ALL;

    /// What it is called.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Which library made these mistakes, and where that is told.
    pub fn like(&self) -> &'static str {
        self.like
    }

    /// The names of the weaknesses that it is made of.
    pub fn of(&self) -> &'static [&'static str] {
        self.of
    }

    /// All of them as one.
    pub fn weakness(&self) -> Weakness {
        Weakness { name: self.name, omits: self.like, edit: Edit::Several(self.of) }
    }
}

const fn made(name: &'static str, like: &'static str, of: &'static [&'static str]) -> Composite {
    Composite { name, like, of }
}

const ALL: [Composite; 10] = [
    made(
        "the-sample-of-2019",
        "express-openid-connect 0.3.0 and the sample on it: CVE-2021-41246, GHSA-7p99-3798-f85c, pull request 159.",
        &[
            "session-renewal",
            "transaction-same-site-marked",
            "return-to-check",
            "offline-logout",
            "page-no-store",
        ],
    ),
    made(
        "today-s-library",
        "express-openid-connect 3.4.0, measured: foreign azp, future iat, unmatched code; issue 446 and Back after a logout.",
        &[
            "azp-check",
            "iat-future-check",
            "unrequested-token-check",
            "ended-ledger",
            "page-no-store",
            "offline-logout",
        ],
    ),
    made(
        "one-login-at-a-time",
        "express-openid-connect, issues 43, 170 and 467: tabs, icons and background requests overwrite the login under way.",
        &["parallel-logins", "navigation-only-transactions", "icon-outside-the-guard"],
    ),
    made(
        "callback-that-leads-nowhere",
        "express-openid-connect, issues 145, 301 and 451, pull request 797: raw errors, and nobody can switch the account.",
        &["unmatched-state-handling", "refusal-page", "logout-without-a-session"],
    ),
    made(
        "open-redirects",
        "express-openid-connect before 2.7.2, GHSA-7p99-3798-f85c, and pull request 72 for the logout.",
        &["return-to-backslash-check", "return-to-at-end", "logout-place"],
    ),
    made(
        "sessions-in-pieces",
        "express-openid-connect, issues 269 and 282, and 3.4.0 as measured: a piece left over signs the person out.",
        &["session-size-handling", "stale-piece-tolerance", "piece-limit"],
    ),
    made(
        "keys-at-a-standstill",
        "kilork/openid issue 59, openfga issue 3099, envoy gateway issue 4180: rotated keys go unnoticed.",
        &["jwks-refetch", "one-key-of-several", "metadata-age"],
    ),
    made(
        "provider-out-of-reach",
        "express-openid-connect, issues 309, 370, 476 and 482: the provider's trouble becomes the app's own.",
        &["provider-outage-handling", "metadata-cache", "offline-logout"],
    ),
    made(
        "logout-tokens-half-read",
        "express-openid-connect 3.4.0, measured, and issue 646: no iat, no jti, no memory of what was sent before.",
        &["logout-iat-required", "logout-jti-required", "logout-replay"],
    ),
    made(
        "clocks-and-algorithms",
        "nextjs-auth0 issues 18 and 80, openid-client issues 10 and 454, LibreChat issue 5397: honest tokens refused.",
        &["clock-skew-tolerance", "fractional-time-tolerance", "algorithm-setting"],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_made_of_several_weaknesses_that_are_there_and_says_where_it_is_told() {
        for (at, composite) in Composite::ALL.iter().enumerate() {
            assert!(composite.of.len() > 2 && composite.like.ends_with('.'), "{composite:?}");
            assert!(composite.of.iter().all(|name| Weakness::from_name(name).is_some()), "{composite:?}");
            assert!(Weakness::from_name(composite.name).is_none(), "{composite:?}");
            assert!(Composite::ALL[..at].iter().all(|other| other.name != composite.name), "{composite:?}");
        }
    }
}
