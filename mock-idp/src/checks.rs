//! The rules of the authorization endpoint, as one ordered table of small checks.
//!
//! Until the client and the redirect URI are trusted, a failure is a page at the provider. Afterwards it goes
//! to the application, in the requested mode.

mod claims;
mod client;
mod max_age;
mod nonce;
mod once;
mod pkce;
mod prompt;
mod redirect_uri;
mod response_mode;
mod response_type;
mod scope;
mod signing;
mod unsupported;

use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::offer::Offer;
use crate::protocol::authorization::Destination;
use crate::protocol::{AuthorizationRequest, ClaimsRequest, Params, ProtocolError, ResponseType};

pub(crate) use redirect_uri::{Difference, has_hidden_characters, is_on_loopback, nearest};
pub(crate) use scope::is_offered as scope_is_offered;
pub(crate) use signing::is_possible as signing_is_possible;

/// A rule about a request whose client and redirect URI are trusted.
type Check = fn(&Params, &Offer) -> Result<(), ProtocolError>;

/// In this order; the first failure is the answer.
const CHECKS: &[Check] = &[
    |params, _| once::every_parameter(params),
    unsupported::request_objects,
    response_type::is_offered,
    response_mode::is_offered,
    |params, _| scope::has_openid(params),
    |params, _| nonce::is_there(params),
    prompt::makes_sense,
    |params, _| max_age::is_a_duration(params),
    claims::can_be_read,
];

/// A rule about what this client may ask for.
type ClientCheck = fn(&Params, &Client, &Rulebook<'_>) -> Result<(), ProtocolError>;

/// After those.
const CLIENT_CHECKS: &[ClientCheck] = &[
    |params, client, _| response_type::is_registered(params, client),
    |params, client, book| pkce::makes_sense(params, client, book.rules),
    |params, _, book| scope::is_offered(params.given("scope").unwrap_or_default(), book),
    signing::is_possible,
];

/// The words of a list, which are what stands between spaces and nothing else (RFC 6749 3.3). A space too many
/// makes no word.
pub(crate) fn words(list: &str) -> impl Iterator<Item = &str> {
    list.split(' ').filter(|word| !word.is_empty())
}

/// How picky the provider is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rules {
    /// Any client, any redirect URI on loopback.
    #[default]
    Lenient,
    /// Registered clients and registered URIs only.
    Strict,
}

/// Why there is no response with a token.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// Nobody can be trusted with an answer: a page at the provider.
    Page(Untrusted),
    /// The application is told.
    Answer(Destination, ProtocolError),
}

/// What is wrong with a request that cannot be answered to the application.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Untrusted {
    /// What is wrong, in a sentence.
    pub problem: String,
    /// What to do about it.
    pub remedy: String,
    /// The URI in the request, beside the nearest registered one.
    pub(crate) difference: Option<Box<Difference>>,
}

/// What requests are checked against.
#[derive(Clone, Copy, Debug)]
pub struct Rulebook<'r> {
    /// The registered clients.
    pub clients: &'r [Client],
    /// How picky the provider is.
    pub rules: Rules,
    /// What it offers.
    pub offer: &'r Offer,
}

impl Rulebook<'_> {
    /// The client that a request names.
    pub(crate) fn client(&self, params: &Params) -> Result<Client, Untrusted> {
        client::is_known(params, self.clients, self.rules)
    }

    /// Whether anybody at all has to push requests.
    pub(crate) fn might_require_pushed(&self) -> bool {
        self.offer.require_pushed_authorization_requests
            || self.clients.iter().any(|client| client.require_pushed_authorization_requests)
    }

    /// Whether this client has to push its requests (RFC 9126 5, 6).
    pub(crate) fn requires_pushed(&self, client: Option<&Client>) -> bool {
        self.offer.require_pushed_authorization_requests
            || client.is_some_and(|client| client.require_pushed_authorization_requests)
    }
}

/// The client of a request, and where its response goes: what has to be trusted first.
pub(crate) fn trust(params: &Params, book: &Rulebook<'_>) -> Result<(Client, Destination), Untrusted> {
    once::trusted_parameters(params)?;
    let client = book.client(params)?;
    let redirect_uri = redirect_uri::is_allowed(params, &client, book.rules)?;
    let destination = Destination::of(params, redirect_uri);
    Ok((client, destination))
}

/// Checks a request against the table.
pub fn check(params: &Params, book: &Rulebook<'_>) -> Result<AuthorizationRequest, Refusal> {
    let (client, destination) = trust(params, book).map_err(Refusal::Page)?;
    for check in CHECKS {
        check(params, book.offer).map_err(|error| Refusal::Answer(destination.clone(), error))?;
    }
    for check in CLIENT_CHECKS {
        check(params, &client, book).map_err(|error| Refusal::Answer(destination.clone(), error))?;
    }
    Ok(AuthorizationRequest {
        client,
        response_type: params.given("response_type").and_then(ResponseType::parse).unwrap_or_default(),
        challenge: params.given("code_challenge").map(str::to_owned),
        params: params.clone(),
        destination,
        scope: params.given("scope").unwrap_or_default().to_owned(),
        nonce: params.given("nonce").map(str::to_owned),
        login_hint: params.given("login_hint").map(str::to_owned),
        silent: words(params.given("prompt").unwrap_or_default()).eq(["none"]),
        acr_values: words(params.given("acr_values").unwrap_or_default()).map(str::to_owned).collect(),
        claims: params.given("claims").and_then(|text| ClaimsRequest::parse(text).ok()).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ErrorCode;

    const GOOD: &str =
        "client_id=c&redirect_uri=http://localhost/cb&response_type=id_token&scope=openid&nonce=n";

    fn clients() -> Vec<Client> {
        vec![Client { redirect_uris: vec!["http://localhost/cb".into()], ..Client::unregistered("c") }]
    }

    fn checked(request: &str, rules: Rules) -> Result<AuthorizationRequest, Refusal> {
        let book = Rulebook { clients: &clients(), rules, offer: &Offer::default() };
        check(&Params::parse(request), &book)
    }

    fn refused(request: &str, rules: Rules) -> Refusal {
        checked(request, rules).expect_err(request)
    }

    #[test]
    fn a_good_request_passes_under_both_rules() {
        for rules in [Rules::Lenient, Rules::Strict] {
            let request = checked(GOOD, rules).unwrap();

            assert_eq!(request.nonce.as_deref(), Some("n"));
        }
    }

    #[test]
    fn without_a_trusted_place_to_answer_the_refusal_is_a_page() {
        for request in [
            "",
            "client_id=c",
            "client_id=c&redirect_uri=nonsense",
            "client_id=c&client_id=d&redirect_uri=http://localhost/cb",
            "client_id=c&redirect_uri=http://localhost/cb%23x",
            "client_id=c&redirect_uri=https://evil.example/cb",
            "client_id=c&redirect_uri=javascript:alert(1)",
        ] {
            for rules in [Rules::Lenient, Rules::Strict] {
                assert!(matches!(refused(request, rules), Refusal::Page(_)), "{request}");
            }
        }
    }

    #[test]
    fn strict_rules_compare_redirect_uris_character_by_character() {
        for uri in
            ["http://localhost/cb/", "http://localhost/cb?x", "http://LOCALHOST/cb", "http://localhost/c"]
        {
            let request = GOOD.replace("http://localhost/cb", uri);

            assert!(matches!(refused(&request, Rules::Strict), Refusal::Page(_)), "{uri}");
            assert!(checked(&request, Rules::Lenient).is_ok(), "{uri}");
        }
    }

    #[test]
    fn words_are_what_stands_between_spaces_however_many_there_are() {
        for (change, silent) in [
            ("prompt=none", true),
            ("prompt=none+", true),
            ("prompt=++none++", true),
            ("prompt=login++consent", false),
            ("prompt=+", false),
            ("x=y", false),
        ] {
            let request = format!("{}&{change}", GOOD.replace("scope=openid", "scope=++openid++email"));
            let request = request.replace("response_type=id_token", "response_type=id_token+");

            let read = checked(&request, Rules::Lenient);

            assert_eq!(read.expect(&request).silent, silent, "{request}");
        }
    }

    #[test]
    fn every_later_failure_goes_to_the_application_with_its_code() {
        for (change, code) in [
            (("response_type=id_token", "response_type=pigeon"), ErrorCode::UnsupportedResponseType),
            (("nonce=n", "nonce=n&code_challenge=x&code_challenge_method=S256"), ErrorCode::InvalidRequest),
            (("nonce=n", "nonce=n&code_challenge=x"), ErrorCode::InvalidRequest),
            (("nonce=n", "nonce=n&code_challenge_method=S256"), ErrorCode::InvalidRequest),
            (("response_type=id_token", "x=y"), ErrorCode::InvalidRequest),
            (("nonce=n", "nonce="), ErrorCode::InvalidRequest),
            (("nonce=n", "nonce=n&response_mode=query"), ErrorCode::InvalidRequest),
            (("nonce=n", "nonce=n&response_mode=pigeon"), ErrorCode::InvalidRequest),
            (("nonce=n", "nonce=n&nonce=m"), ErrorCode::InvalidRequest),
            (("nonce=n", "nonce=n&prompt=none+login"), ErrorCode::InvalidRequest),
            (("nonce=n", "nonce=n&prompt=none+none"), ErrorCode::InvalidRequest),
            (("nonce=n", "nonce=n&prompt=perhaps"), ErrorCode::InvalidRequest),
            (("nonce=n", "nonce=n&prompt=None"), ErrorCode::InvalidRequest),
            (("nonce=n", "nonce=n&prompt=none%09"), ErrorCode::InvalidRequest),
            (("response_type=id_token", "response_type=id_token+id_token"), ErrorCode::InvalidRequest),
            (("response_type=id_token", "response_type=+"), ErrorCode::InvalidRequest),
            (("nonce=n", "nonce=n&request=x"), ErrorCode::RequestNotSupported),
            (("scope=openid", "scope=profile"), ErrorCode::InvalidScope),
        ] {
            let request = GOOD.replace(change.0, change.1);

            match refused(&request, Rules::Lenient) {
                Refusal::Answer(_, error) => assert_eq!(error.code, code, "{request}"),
                Refusal::Page(page) => panic!("{request}: {page:?}"),
            }
        }
    }
}
