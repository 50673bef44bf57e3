//! Handing out codes and opaque tokens: ids that nobody can guess, and what they stand for.

use std::sync::Arc;

use super::state::State;
use crate::client::Client;
use crate::grant::{Access, Code, Granted, Refresh};

/// An access token that was just made.
pub(crate) struct Fresh {
    pub(crate) token: String,
    /// For how many seconds it is good.
    pub(crate) expires_in: i64,
}

impl State {
    /// A code for what was granted, bound to the request that asked for it.
    pub(crate) fn code(&self, granted: &Arc<Granted>, redirect_uri: &str, challenge: Option<&str>) -> String {
        let (code, now) = (self.ids.fresh(), self.clock.unix());
        let until = now.saturating_add(self.desk().lifetimes.code);
        let value = Code {
            granted: Arc::clone(granted),
            redirect_uri: redirect_uri.to_owned(),
            challenge: challenge.map(str::to_owned),
        };
        self.grants.open().codes.put(code.clone(), now, until, value);
        code
    }

    /// An access token; without a grant, for the client itself.
    pub(crate) fn access_token(&self, client: &Client, scope: &str, granted: Option<&Arc<Granted>>) -> Fresh {
        let (token, now) = (self.ids.fresh(), self.clock.unix());
        let expires_in = client.access_token_lifetime.unwrap_or(self.desk().lifetimes.access_token);
        let expires = now.saturating_add(expires_in);
        let value = Access {
            client_id: client.client_id.clone(),
            scope: scope.to_owned(),
            issued: now,
            expires,
            granted: granted.cloned(),
        };
        self.grants.open().access.put(token.clone(), now, expires, value);
        Fresh { token, expires_in }
    }

    /// A refresh token.
    pub(crate) fn refresh_token(&self, client: &Client, granted: &Arc<Granted>) -> String {
        let (token, now) = (self.ids.fresh(), self.clock.unix());
        let lifetime = client.refresh_token_lifetime.unwrap_or(self.desk().lifetimes.refresh_token);
        let expires = now.saturating_add(lifetime);
        let value = Refresh { granted: Arc::clone(granted), issued: now, expires, is_spent: false };
        self.grants.open().refresh.put(token.clone(), now, expires, value);
        token
    }
}
