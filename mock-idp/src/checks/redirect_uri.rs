//! `redirect_uri` is one of the client's, character by character (OIDC Core 3.1.2.1, RFC 9700 2.1).

use url::{Host, Url};

use super::{Rules, Untrusted};
use crate::client::Client;
use crate::protocol::Params;

/// Two URIs, taken apart where they differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) start: String,
    pub(crate) requested: String,
    pub(crate) registered: String,
    pub(crate) end: String,
}

impl Difference {
    /// Whether there is a registered URI to compare with.
    pub(crate) fn has_registered(&self) -> bool {
        !(self.start.is_empty() && self.registered.is_empty() && self.end.is_empty())
    }
}

pub(super) fn is_allowed<'p>(
    params: &'p Params,
    client: &Client,
    rules: Rules,
) -> Result<&'p str, Untrusted> {
    let Some(uri) = params.given("redirect_uri") else {
        return Err(Untrusted {
            problem: "The request has no redirect_uri.".into(),
            remedy: "Send redirect_uri with the address of your application's callback.".into(),
            difference: None,
        });
    };
    if has_hidden_characters(uri) {
        return Err(Untrusted {
            problem: format!(
                "The redirect_uri {uri:?} has a space, a line break, a tab or another control character."
            ),
            remedy: "Percent-encode what belongs to the address, and leave out what does not.".into(),
            difference: None,
        });
    }
    let parsed = Url::parse(uri).map_err(|error| Untrusted {
        problem: format!("The redirect_uri \"{uri}\" is not an absolute URI: {error}."),
        remedy: "Send an address like http://localhost:3000/callback.".into(),
        difference: None,
    })?;
    if parsed.fragment().is_some() {
        return Err(Untrusted {
            problem: format!("The redirect_uri \"{uri}\" has a fragment."),
            remedy: "Send it without the part that starts with #.".into(),
            difference: None,
        });
    }
    if client.redirect_uris.iter().any(|registered| registered == uri) {
        return Ok(uri);
    }
    match rules {
        Rules::Lenient if is_on_loopback(uri) => Ok(uri),
        Rules::Lenient => Err(Untrusted {
            problem: format!("The redirect_uri \"{uri}\" is neither registered nor on loopback."),
            remedy:
                "Use http://localhost or http://127.0.0.1 with any port and path, or register the URI in \
                     the configuration file."
                    .into(),
            difference: None,
        }),
        Rules::Strict => Err(Untrusted {
            problem: format!("The redirect_uri is not registered for the client \"{}\".", client.client_id),
            remedy: "Redirect URIs are compared character by character. Register this one, or correct the \
                     request."
                .into(),
            difference: Some(Box::new(nearest(uri, &client.redirect_uris))),
        }),
    }
}

/// Whether a text has what no URI has and what those who read URIs drop without a word (RFC 3986 2).
pub(crate) fn has_hidden_characters(uri: &str) -> bool {
    uri.chars().any(|letter| letter.is_control() || letter.is_whitespace())
}

/// Whether a URI is http(s) on this machine.
pub(crate) fn is_on_loopback(uri: &str) -> bool {
    let Ok(url) = Url::parse(uri) else { return false };
    matches!(url.scheme(), "http" | "https")
        && match url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
}

/// A URI beside the registered one that is most like it.
pub(crate) fn nearest(uri: &str, registered: &[String]) -> Difference {
    registered
        .iter()
        .map(|candidate| difference(uri, candidate))
        .max_by_key(|difference| difference.start.len() + difference.end.len())
        .unwrap_or_else(|| difference(uri, ""))
}

fn difference(requested: &str, registered: &str) -> Difference {
    let (start, requested) = requested.split_at(shared(requested.chars(), registered.chars()));
    let registered = &registered[start.len()..];
    let end = shared(requested.chars().rev(), registered.chars().rev());
    let whole = requested.len() - end;
    Difference {
        start: start.to_owned(),
        requested: requested[..whole].to_owned(),
        registered: registered[..registered.len() - end].to_owned(),
        end: requested[whole..].to_owned(),
    }
}

/// How many bytes two texts share from here.
fn shared(one: impl Iterator<Item = char>, two: impl Iterator<Item = char>) -> usize {
    one.zip(two).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_shows_only_what_differs() {
        let registered = ["https://other/".to_owned(), "http://localhost:3000/callback".to_owned()];

        let difference = nearest("http://localhost:3001/callback", &registered);

        assert_eq!(difference.start, "http://localhost:300");
        assert_eq!((difference.requested.as_str(), difference.registered.as_str()), ("1", "0"));
        assert_eq!(difference.end, "/callback");
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for uri in ["http://localhost:3000/x", "https://127.0.0.1/", "http://[::1]/", "http://app.localhost/"]
        {
            assert!(is_on_loopback(uri), "{uri}");
        }
        for uri in
            ["http://localhost.evil.example/", "http://10.0.0.1/", "ftp://localhost/", "javascript:1", "x"]
        {
            assert!(!is_on_loopback(uri), "{uri}");
        }
    }
}
