//! Claims that somebody else vouches for: aggregated ones come along, distributed ones have to be fetched
//! (OIDC Core 5.6.2).

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::client::Client;
use crate::endpoints::path;
use crate::grant::Granted;
use crate::protocol::{Document, Object, Params};
use crate::tenant::State;
use crate::token::TokenSpec;

/// The scope of the access token that opens a source.
pub(crate) fn scope_of(source: &str) -> String {
    format!("claims:{source}")
}

/// A source's JWT.
pub(crate) fn vouched(state: &State, mut object: Object, claims: &Map<String, Value>) -> String {
    for (name, value) in claims {
        object.push(name, value.clone());
    }
    TokenSpec::signed(Document::from(object), "RS256", state.desk().keys, None).seal()
}

impl State {
    /// Adds `_claim_names` and `_claim_sources`, for a person about whom somebody else vouches.
    pub(crate) fn name_sources(&self, granted: &Granted, client: &Client, claims: &mut Object) {
        let user = &granted.user;
        if user.aggregated.is_empty() && user.distributed.is_empty() {
            return;
        }
        let (mut names, mut sources) = (Map::new(), Map::new());
        let mut name = |source: &str, claims: &Map<String, Value>| {
            names.extend(claims.keys().map(|claim| (claim.clone(), Value::from(source))));
        };
        for (source, told) in &user.aggregated {
            name(source, told);
            let about = Object::default().with("iss", self.issuer.as_str()).with("sub", user.sub.as_str());
            sources.insert(source.clone(), json!({ "JWT": vouched(self, about, told) }));
        }
        let shared = Arc::new(granted.clone());
        for (source, told) in &user.distributed {
            name(source, told);
            let query: Params = [("source", source.as_str())].into_iter().collect();
            let endpoint = format!("{}?{}", self.at(path::CLAIMS), query.encode());
            let access = self.access_token(client, &scope_of(source), Some(&shared));
            sources.insert(source.clone(), json!({ "endpoint": endpoint, "access_token": access.token }));
        }
        claims.push("_claim_names", names);
        claims.push("_claim_sources", sources);
    }
}
