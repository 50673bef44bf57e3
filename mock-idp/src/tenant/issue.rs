//! Issuing tokens: what is granted, complete, past the seams, sealed.

use super::state::State;
use crate::client::Client;
use crate::fault::{Pass, Seam};
use crate::grant::Granted;
use crate::preset::About;
use crate::token::{Grant, TokenSpec};

/// What comes with an ID Token, and what it therefore vouches for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Beside<'b> {
    pub(crate) access_token: Option<&'b str>,
    pub(crate) code: Option<&'b str>,
    pub(crate) state: Option<&'b str>,
}

impl State {
    /// The ID Token for what was granted.
    pub(crate) fn id_token(
        &self,
        granted: &Granted,
        client: &Client,
        beside: Beside<'_>,
        pass: &mut Pass,
    ) -> String {
        let (lifetime, keys) = {
            let desk = self.desk();
            (desk.lifetimes.id_token, desk.keys)
        };
        let mut spec = TokenSpec::id_token(&Grant {
            issuer: &self.issuer,
            client,
            user: &granted.user,
            scope: &granted.scope,
            nonce: granted.nonce.as_deref(),
            // The same wrong clock saw the sign-in: nobody proves who they are after the token was made.
            auth_time: granted.auth_time.saturating_add(client.clock_skew),
            now: self.now_for(client),
            lifetime: client.id_token_lifetime.unwrap_or(lifetime),
            sid: &granted.sid,
            keys,
            acr: granted.acr.as_deref(),
            amr: &granted.amr,
            wishes: &granted.claims.id_token,
            access_token: beside.access_token,
            code: beside.code,
            state: beside.state,
        });
        if let Some(claims) = spec.claims.object_mut() {
            self.name_sources(granted, client, claims);
        }
        self.imitate(granted, client, &mut spec);
        pass.document(Seam::IdTokenClaims, &mut spec.claims);
        pass.document(Seam::IdTokenHeader, &mut spec.header);
        pass.seal(Seam::IdTokenSeal, spec)
    }

    /// Adds what the vendor's tokens say on top; what is there already stays.
    fn imitate(&self, granted: &Granted, client: &Client, spec: &mut TokenSpec) {
        let preset = &self.place.preset;
        if preset.is_nobodys() {
            return;
        }
        let id = self.ids.fresh();
        let about = About { user: &granted.user, client_id: &client.client_id, id: &id };
        for (name, value) in preset.claims_about(&about) {
            if spec.claims.get(name).is_none() {
                spec.claims.set(name, value);
            }
        }
    }

    /// What time it is, as far as this client can tell.
    pub(crate) fn now_for(&self, client: &Client) -> i64 {
        self.clock.unix().saturating_add(client.clock_skew)
    }
}
