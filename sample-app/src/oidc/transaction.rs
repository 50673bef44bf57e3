//! One login under way: what was asked, kept in a signed cookie of its own so that two tabs do not disturb each
//! other.
//!
//! The cookie has the format of express-openid-connect: JSON, a dot, a signature over `name=value`. Dots inside
//! the JSON are written `\u002e`, because that library cuts at the first dot.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use crate::ambient::Random;
use crate::cookies::{CookieKind, MAX_LINE, RequestCookies};
use crate::params::Params;
use crate::vault::Vault;

/// How long a login may take: someone may have to find a password or a phone first.
pub(crate) const LIFETIME: i64 = 3600;
/// How many logins a browser may have under way. More would only make its requests larger.
pub(crate) const MAX_PENDING: usize = 5;

/// What `encodeURIComponent` escapes.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// A login that was started and not yet decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Transaction {
    /// What the cookie's name ends with; the signature binds the rest to it.
    #[serde(skip)]
    pub(crate) id: String,
    pub(crate) nonce: String,
    pub(crate) state: String,
    /// The issuer it was started at.
    pub(crate) iss: String,
    #[serde(rename = "returnTo")]
    pub(crate) return_to: String,
    /// When it was started.
    pub(crate) iat: i64,
    /// Did nobody ask for it?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) silent: bool,
    /// The secret of the code (RFC 7636), sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) code_verifier: Option<String>,
}

/// Ties a response of the provider to the browser in which the login was started.
pub(crate) trait Binding: Send + Sync {
    /// A login was started.
    fn begin(&self, transaction: &Transaction);

    /// The login that a response with this `state` belongs to, out of those pending in this browser.
    fn find(&self, state: Option<&str>, pending: &[Transaction]) -> Option<Transaction>;
}

/// The honest binding: the signed cookies this browser sent, and nothing else.
pub(crate) struct ByCookie;

impl Binding for ByCookie {
    /// The cookie is the memory.
    fn begin(&self, _: &Transaction) {}

    fn find(&self, state: Option<&str>, pending: &[Transaction]) -> Option<Transaction> {
        let state = state?;
        let equal = |one: &str| {
            aws_lc_rs::constant_time::verify_slices_are_equal(one.as_bytes(), state.as_bytes()).is_ok()
        };
        pending.iter().find(|transaction| equal(&transaction.state)).cloned()
    }
}

/// A fresh state and a fresh nonce.
pub(crate) fn fresh(random: &Random) -> (String, String) {
    (random.token(), random.token())
}

/// A decision ends the login it belongs to. A response that belongs to none ends nothing: anybody can send one.
pub(crate) fn ends_the_matched(
    matched: Option<&Transaction>,
    _: &Params,
    _: &[Transaction],
) -> Vec<Transaction> {
    matched.cloned().into_iter().collect()
}

impl Transaction {
    /// The `Set-Cookie` line that keeps it. Escaping makes some places to return to eight times as long; one that
    /// would make browsers drop the cookie, and the login with it, gives way to the home page.
    pub(crate) fn cookie(&self, kind: &CookieKind, vault: &Vault, max_age: i64) -> Option<String> {
        let line = self.line(kind, vault, max_age)?;
        if line.len() <= MAX_LINE {
            return Some(line);
        }
        Self { return_to: "/".to_owned(), ..self.clone() }.line(kind, vault, max_age)
    }

    fn line(&self, kind: &CookieKind, vault: &Vault, max_age: i64) -> Option<String> {
        let suffix = format!(".{}", self.id);
        let json = serde_json::to_string(self).ok()?.replace('.', "\\u002e");
        let signature = vault.sign(&format!("{}{suffix}", kind.name), &json)?;
        let value = utf8_percent_encode(&json, ESCAPED);
        Some(kind.set(&suffix, &format!("{value}.{signature}"), max_age))
    }

    /// Reads the cookie `name`, if we signed it under this very name.
    fn read(id: &str, name: &str, value: &str, verifies: &dyn Fn(&str, &str, &str) -> bool) -> Option<Self> {
        let value = percent_decode_str(value).decode_utf8().ok()?;
        let (json, signature) = value.split_once('.')?;
        if !verifies(name, json, signature) {
            return None;
        }
        Some(Self { id: id.to_owned(), ..serde_json::from_str(json).ok()? })
    }
}

/// The logins under way in a browser, oldest first, and the names of the other cookies of this kind.
#[derive(Clone, Default)]
pub(crate) struct Pending {
    pub(crate) transactions: Vec<Transaction>,
    /// Of logins that are over.
    pub(crate) dead: Vec<String>,
    /// Not signed by us: another app of this make may be on the same host, because cookies know no ports.
    pub(crate) foreign: Vec<String>,
}

impl Pending {
    pub(crate) fn read(
        kind: &CookieKind,
        cookies: &RequestCookies,
        lives: impl Fn(&Transaction) -> bool,
        verifies: &dyn Fn(&str, &str, &str) -> bool,
    ) -> Self {
        let mut pending = Self::default();
        for (name, value) in cookies.iter() {
            let Some(id) = kind.suffix(name) else { continue };
            match Transaction::read(id, name, value, verifies) {
                Some(transaction) if lives(&transaction) => pending.transactions.push(transaction),
                Some(_) => pending.dead.push(name.to_owned()),
                None => pending.foreign.push(name.to_owned()),
            }
        }
        pending.transactions.sort_by_key(|transaction| transaction.iat);
        pending
    }

    /// The names of the cookies to remove so that one more login can be started. What is not ours is left alone, as
    /// long as there is no more of it than an app has: browsers send the oldest first.
    pub(crate) fn make_room(&self, kind: &CookieKind, most: usize) -> Vec<String> {
        let surplus = (self.transactions.len() + 1).saturating_sub(most);
        let oldest = self.transactions.iter().take(surplus);
        let foreign = self.foreign.iter().take(self.foreign.len().saturating_sub(most));
        self.dead.iter().chain(foreign).cloned().chain(oldest.map(|old| cookie_name(kind, old))).collect()
    }
}

/// The name of a transaction's cookie.
pub(crate) fn cookie_name(kind: &CookieKind, transaction: &Transaction) -> String {
    format!("{}.{}", kind.name, transaction.id)
}
