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
        self.grants.open().keep_access(token.clone(), now, value);
        Fresh { token, expires_in }
    }

    /// A refresh token.
    pub(crate) fn refresh_token(&self, client: &Client, granted: &Arc<Granted>) -> String {
        let (token, now) = (self.ids.fresh(), self.clock.unix());
        let lifetime = client.refresh_token_lifetime.unwrap_or(self.desk().lifetimes.refresh_token);
        let expires = now.saturating_add(lifetime);
        let value = Refresh { granted: Arc::clone(granted), issued: now, expires, is_spent: false };
        self.grants.open().keep_refresh(token.clone(), now, value);
        token
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ambient::{Clock, Ids};
    use crate::server::MockIdp;

    #[tokio::test]
    async fn a_grant_that_ends_while_its_tokens_are_made_gives_none_that_are_good() {
        let provider =
            MockIdp::builder().clock(Clock::frozen(1_000)).ids(Ids::seeded(7)).start().await.unwrap();
        let (tenant, client) = (provider.tenant(), Client::unregistered("an-app"));
        let state = &*tenant.state;
        let granted = |id: &str| Arc::new(Granted { id: id.to_owned(), ..an_example(state, &client) });
        let (over, good) = (granted("over"), granted("good"));

        // As when two requests bring the same code, and the second is heard before the first is answered.
        state.grants.open().end_grant("over", 1_000);
        let made = |granted: &Arc<Granted>| {
            let access = state.access_token(&client, "openid", Some(granted)).token;
            (access, state.refresh_token(&client, granted))
        };
        let (dead, alive) = (made(&over), made(&good));

        let vault = state.grants.open();
        let known = |(access, refresh): &(String, String)| {
            (vault.access.get(access, 1_000).is_some(), vault.refresh.get(refresh, 1_000).is_some())
        };
        assert_eq!((known(&dead), known(&alive)), ((false, false), (true, true)));
    }

    fn an_example(state: &State, client: &Client) -> Granted {
        let user = state.desk().users()[0].clone();
        Granted {
            id: String::new(),
            client_id: client.client_id.clone(),
            user: state.grants.person(user),
            scope: "openid offline_access".into(),
            nonce: None,
            auth_time: 1_000,
            acr: None,
            amr: Vec::new(),
            sid: "a-session".into(),
            claims: crate::protocol::ClaimsRequest::default(),
        }
    }
}
