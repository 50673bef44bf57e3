//! Which registrations make no sense. The settings file and the control API ask the same questions.

use url::Url;

use super::{Client, is_key_set};
use crate::offer::GRANT_TYPES;
use crate::outgoing::is_reachable;
use crate::protocol::ResponseType;
use crate::token::{CLIENT_ALGS, SIGNING_ALGS};

/// Schemes that run or show what the URI itself contains.
const UNSAFE: &[&str] = &["javascript", "data", "vbscript"];

impl Client {
    /// Refuses what would only be noticed much later; the text says what to write instead.
    pub fn check(&self) -> Result<(), String> {
        if self.client_id.is_empty() {
            return Err("\"client_id\" is missing or empty; give the client a name, like \"an-app\"".into());
        }
        if self.jwks.as_ref().is_some_and(|jwks| !is_key_set(jwks)) {
            return Err("\"jwks\" is no key set; write {\"keys\": [ … ]}".into());
        }
        let lifetimes = [self.id_token_lifetime, self.access_token_lifetime, self.refresh_token_lifetime];
        if lifetimes.iter().flatten().any(|seconds| *seconds < 1) {
            return Err("a lifetime is at least 1 second; leave it out to use the issuer's".into());
        }
        let named = |problem| format!("the client \"{}\": {problem}", self.client_id);
        self.check_algorithms()
            .and_then(|()| self.check_flows())
            .and_then(|()| self.check_uris())
            .map_err(named)?;
        self.check_secret()
    }

    fn check_algorithms(&self) -> Result<(), String> {
        let members = [
            ("id_token_signed_response_alg", &self.id_token_signed_response_alg, SIGNING_ALGS),
            ("userinfo_signed_response_alg", &self.userinfo_signed_response_alg, SIGNING_ALGS),
            ("token_endpoint_auth_signing_alg", &self.token_endpoint_auth_signing_alg, CLIENT_ALGS),
            ("request_object_signing_alg", &self.request_object_signing_alg, CLIENT_ALGS),
        ];
        for (name, alg, known) in members {
            let Some(alg) = alg.as_deref().filter(|alg| !known.contains(alg)) else { continue };
            if (name, alg) != ("request_object_signing_alg", "none") {
                return Err(format!("\"{name}\" is \"{alg}\"; use one of: {}", known.join(", ")));
            }
        }
        Ok(())
    }

    /// A word that nobody knows would let the client do less than was meant, and say so only at a login.
    fn check_flows(&self) -> Result<(), String> {
        if let Some(kind) = self.response_types.iter().find(|kind| ResponseType::parse(kind).is_none()) {
            return Err(format!(
                "\"response_types\" has \"{kind}\"; write words like \"code\", \"id_token\" or \"code id_token\""
            ));
        }
        match self.grant_types.iter().find(|name| !GRANT_TYPES.contains(&name.as_str())) {
            Some(name) => {
                Err(format!("\"grant_types\" has \"{name}\"; use some of: {}", GRANT_TYPES.join(", ")))
            }
            None => Ok(()),
        }
    }

    fn check_uris(&self) -> Result<(), String> {
        let places = [
            ("redirect_uris", &self.redirect_uris),
            ("post_logout_redirect_uris", &self.post_logout_redirect_uris),
        ];
        for (name, uris) in places {
            if let Some(uri) = uris.iter().find(|uri| !is_place_to_go(uri)) {
                return Err(format!(
                    "\"{name}\" has \"{uri}\", where no browser may be sent; write an absolute URL without a \
                     fragment, like \"http://localhost:3000/callback\", or one with the application's own scheme"
                ));
            }
        }
        if let Some(uri) = self.request_uris.iter().find(|uri| !is_reachable(uri)) {
            return Err(format!(
                "\"request_uris\" has \"{uri}\", which cannot be fetched; write an http URL, like \
                 \"http://localhost:3000/request.jwt\""
            ));
        }
        let channels = [
            ("frontchannel_logout_uri", &self.frontchannel_logout_uri),
            ("backchannel_logout_uri", &self.backchannel_logout_uri),
        ];
        for (name, uri) in channels {
            if let Some(uri) = uri.as_deref().filter(|uri| !is_web(uri)) {
                return Err(format!(
                    "\"{name}\" is \"{uri}\"; write an http or https URL, like \"http://localhost:3000/logout\""
                ));
            }
        }
        Ok(())
    }
}

fn is_place_to_go(uri: &str) -> bool {
    Url::parse(uri).is_ok_and(|url| url.fragment().is_none() && !UNSAFE.contains(&url.scheme()))
}

fn is_web(uri: &str) -> bool {
    Url::parse(uri).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_no_application_could_mean_is_refused_with_its_member() {
        for (member, value) in [
            ("redirect_uris", json!(["/callback"])),
            ("redirect_uris", json!(["javascript:alert(1)"])),
            ("redirect_uris", json!(["data:text/html,x"])),
            ("redirect_uris", json!(["http://localhost/#a"])),
            ("post_logout_redirect_uris", json!(["bye"])),
            ("frontchannel_logout_uri", json!("app:logout")),
            ("backchannel_logout_uri", json!("/logout")),
            ("request_uris", json!(["https://localhost/request.jwt"])),
            ("response_types", json!(["code", "cod"])),
            ("grant_types", json!(["password"])),
            ("id_token_signed_response_alg", json!("none")),
            ("userinfo_signed_response_alg", json!("RS257")),
            ("token_endpoint_auth_signing_alg", json!("none")),
        ] {
            let client: Client = serde_json::from_value(json!({"client_id": "a", member: value})).unwrap();

            assert!(client.check().unwrap_err().contains(member), "{member}: {value}");
        }
    }

    #[test]
    fn the_schemes_of_native_applications_are_accepted() {
        let client = json!({
            "client_id": "a", "redirect_uris": ["com.example.app:/callback", "https://app.test/"],
            "request_object_signing_alg": "none"
        });

        serde_json::from_value::<Client>(client).unwrap().check().unwrap();
    }
}
