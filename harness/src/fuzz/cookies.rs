//! What can be done to the cookies that a login under way has left in the browser.

use super::form::{other_letter, place};
use crate::agent::Cookie;
use crate::trial::{HONEST, Trial, TrialAgent, jar};
use crate::verdict::Stop;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One thing that is done to all of them, because nobody knows on which the login hangs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum CookieChange {
    /// They are gone.
    Drop,
    /// Their values are empty.
    Empty,
    /// Their values end early.
    Cut {
        /// Where.
        at: usize,
    },
    /// A letter of their values is another one.
    Letter {
        /// Where.
        at: usize,
    },
    /// They have the values of those that another login has left in another browser.
    OfAnother,
    /// There is another cookie beside them.
    Beside {
        /// Its value.
        value: String,
    },
}

impl CookieChange {
    /// Does it, and says whether every one of the login's own cookies is another now: of two, either may do.
    pub async fn apply(&self, t: &Trial, agent: &mut TrialAgent) -> Result<bool, Stop> {
        let own = jar::cookies(t, agent).await?;
        let changed: Vec<_> = match self {
            Self::Beside { value } => {
                agent.plant(&format!("rpcheck-fuzz={value}; Path=/")).await?;
                return Ok(false);
            }
            Self::Drop => Vec::new(),
            Self::Empty => each(&own, |_| String::new()),
            Self::Cut { at } => each(&own, |value| value[..place(value, *at)].to_owned()),
            Self::Letter { at } => each(&own, |value| other_letter(value, *at)),
            Self::OfAnother => {
                let mut other = t.agent().await?;
                other.begin(HONEST).await?;
                let theirs = jar::cookies(t, &mut other).await?;
                let last = theirs.last().map(|cookie| cookie.value.clone()).unwrap_or_default();
                let same = |name: &str| theirs.iter().find(|their| their.name == name);
                let value = |one: &Cookie| same(&one.name).map_or(last.clone(), |their| their.value.clone());
                own.iter().map(|one| Cookie { value: value(one), ..one.clone() }).collect()
            }
        };
        jar::forget(t, agent, &own).await?;
        jar::plant(t, agent, &changed).await?;
        let kept = own.iter().zip(&changed).any(|(own, changed)| own == changed);
        Ok(!own.is_empty() && !kept)
    }
}

fn each(cookies: &[Cookie], change: impl Fn(&str) -> String) -> Vec<Cookie> {
    cookies.iter().map(|cookie| Cookie { value: change(&cookie.value), ..cookie.clone() }).collect()
}

impl fmt::Display for CookieChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Drop => f.write_str("the login's cookies are gone"),
            Self::Empty => f.write_str("the login's cookies are empty"),
            Self::Cut { at } => write!(f, "the login's cookies are cut (at {at})"),
            Self::Letter { at } => write!(f, "a letter of the login's cookies is another one (at {at})"),
            Self::OfAnother => f.write_str("the login's cookies have the values of another browser's"),
            Self::Beside { value } => write!(f, "another cookie stands beside the login's: {value:?}"),
        }
    }
}
