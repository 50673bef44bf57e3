//! Who logs in. [`decide`] is the only place that answers this question.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A person who can sign in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// What is typed at the login page, and what a policy calls the person.
    pub username: String,
    /// The password, in clear: this is a mock, and everything in it is public.
    pub password: String,
    /// The subject identifier.
    pub sub: String,
    /// How the person would sign in at a real provider (`google-oauth2`, …), shown on the login page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<String>,
    /// Claims that another party vouches for, by the name of that party: they come along as its JWT
    /// (OIDC Core 5.6.2.1).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub aggregated: BTreeMap<String, Map<String, Value>>,
    /// The same, to be fetched from that party (OIDC Core 5.6.2.2).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub distributed: BTreeMap<String, Map<String, Value>>,
    /// Claims about the person; which of them reach a token depends on the granted scope.
    #[serde(default)]
    pub claims: Map<String, Value>,
}

impl User {
    /// Refuses one that nobody could sign in as; the text says what to write instead.
    pub fn check(&self) -> Result<(), String> {
        let empty = [("username", &self.username), ("sub", &self.sub)]
            .into_iter()
            .find(|(_, value)| value.is_empty());
        match empty {
            Some((name, _)) => Err(format!("\"{name}\" is empty; give the person one, like \"alice\"")),
            None => Ok(()),
        }
    }

    /// The name to show: the claim `name`, or else the username.
    pub fn display_name(&self) -> &str {
        self.claims.get("name").and_then(Value::as_str).unwrap_or(&self.username)
    }

    /// What stands for them in a small circle.
    pub(crate) fn initial(&self) -> String {
        let letter = self.display_name().chars().find(|letter| letter.is_alphanumeric()).unwrap_or('?');
        letter.to_uppercase().collect()
    }

    /// Whether a login hint means this person: their username or their email address.
    pub fn is_meant_by(&self, hint: &str) -> bool {
        self.username == hint || self.claims.get("email").and_then(Value::as_str) == Some(hint)
    }
}

/// How the provider decides who logs in.
///
/// The policy has the last word, so that a run without a person at the screen never stops at a page that
/// nobody answers: under [`Auto`](Self::Auto), [`Once`](Self::Once) and a [`LoginHint`](Self::LoginHint) that
/// names somebody, `prompt=login` counts as done. The user is signed in without a page, and `auth_time` is
/// now, as it would be after typing the password again. Where the policy
/// asks, `prompt=none` is answered with `login_required`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "policy", rename_all = "kebab-case", deny_unknown_fields)]
pub enum LoginPolicy {
    /// Show the login page.
    #[default]
    Ask,
    /// Sign this user in, every time, without a page, whatever `prompt` says.
    Auto {
        /// The username.
        user: String,
    },
    /// Sign this user in at the next authorization only, then ask.
    Once {
        /// The username.
        user: String,
    },
    /// Sign in whomever `login_hint` names (username or email address); ask if it names nobody.
    LoginHint,
    /// Answer every authorization with this error.
    Deny {
        /// The value of `error`.
        error: String,
        /// The value of `error_description`, if any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
    },
}

impl LoginPolicy {
    /// The user the policy names, if it names one.
    pub fn user(&self) -> Option<&str> {
        match self {
            Self::Auto { user } | Self::Once { user } => Some(user),
            Self::Ask | Self::LoginHint | Self::Deny { .. } => None,
        }
    }
}

/// The answer to the question who logs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoginDecision {
    /// This user, who proved it at this time (seconds since 1970).
    Authenticated {
        /// Who.
        user: User,
        /// When.
        auth_time: i64,
    },
    /// Nobody: the response is this error.
    Denied {
        /// The value of `error`.
        error: String,
        /// The value of `error_description`, if any.
        description: Option<String>,
    },
    /// Nobody yet: show the login page.
    Ask,
    /// The policy names a user whom this issuer does not know.
    Unknown {
        /// The username in the policy.
        user: String,
    },
}

/// Decides who logs in, from the policy and the hint in the request.
pub fn decide(policy: &LoginPolicy, users: &[User], hint: Option<&str>, now: i64) -> LoginDecision {
    let by_name = |name: &str| users.iter().find(|user| user.username == name).cloned();
    match policy {
        LoginPolicy::Ask => LoginDecision::Ask,
        LoginPolicy::Auto { user } | LoginPolicy::Once { user } => match by_name(user) {
            Some(user) => LoginDecision::Authenticated { user, auth_time: now },
            None => LoginDecision::Unknown { user: user.clone() },
        },
        LoginPolicy::LoginHint => {
            match hint.and_then(|hint| users.iter().find(|user| user.is_meant_by(hint))) {
                Some(user) => LoginDecision::Authenticated { user: user.clone(), auth_time: now },
                None => LoginDecision::Ask,
            }
        }
        LoginPolicy::Deny { error, description } => {
            LoginDecision::Denied { error: error.clone(), description: description.clone() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people() -> Vec<User> {
        serde_json::from_value(serde_json::json!([
            {"username": "alice", "password": "a", "sub": "1", "claims": {"email": "alice@example.com"}},
            {"username": "bob", "password": "b", "sub": "2"},
        ]))
        .unwrap()
    }

    #[test]
    fn a_hint_may_be_a_username_or_an_email_address() {
        for hint in ["alice", "alice@example.com"] {
            let decision = decide(&LoginPolicy::LoginHint, &people(), Some(hint), 5);

            assert!(
                matches!(&decision, LoginDecision::Authenticated { user, auth_time: 5 } if user.sub == "1")
            );
        }
    }

    #[test]
    fn a_hint_that_names_nobody_leads_to_the_login_page() {
        assert_eq!(decide(&LoginPolicy::LoginHint, &people(), Some("carol"), 5), LoginDecision::Ask);
        assert_eq!(decide(&LoginPolicy::LoginHint, &people(), None, 5), LoginDecision::Ask);
    }

    #[test]
    fn a_policy_with_an_unknown_user_is_not_silently_somebody_else() {
        let policy = LoginPolicy::Auto { user: "carol".into() };

        assert_eq!(decide(&policy, &people(), None, 5), LoginDecision::Unknown { user: "carol".into() });
    }

    #[test]
    fn policies_are_written_with_a_tag() {
        let json = serde_json::to_value(LoginPolicy::Auto { user: "alice".into() }).unwrap();

        assert_eq!(json, serde_json::json!({"policy": "auto", "user": "alice"}));
    }
}
