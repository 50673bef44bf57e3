//! Addresses: `app:` and `idp:` for the two that matter, and no port, because ports differ from run to run.

use crate::scenario::Facts;
use url::Url;

/// Hosts on loopback whose ports say nothing.
const HOSTS: [&str; 2] = ["127.0.0.1", "localhost"];
/// A colon, and what becomes of it in an address that is a value in another one.
const COLONS: [&str; 3] = [":", "%3A", "%253A"];

/// The text with names for its addresses.
pub(super) fn placed(text: &str, facts: &Facts) -> String {
    let app = facts.base_url.as_str().trim_end_matches('/');
    let mut text = text.replace(&facts.issuer, "idp:").replace(app, "app:");
    let issuer = Url::parse(&facts.issuer).ok();
    // Where the issuer has a path, its origin alone still differs from run to run.
    if let Some(issuer) = &issuer {
        text = text.replace(&issuer.origin().ascii_serialization(), "idp-origin:");
        text = without_tenant(text, issuer);
    }
    text = HOSTS.iter().fold(text, |text, host| without_ports(&text, host));
    let ports = [issuer.and_then(|issuer| issuer.port()), facts.base_url.port()];
    ports.into_iter().flatten().fold(text, without_port)
}

/// A name for the last part of the issuer's path, whose digits count the trials; a mutation may have taken some of them.
fn without_tenant(text: String, issuer: &Url) -> String {
    let is_digit = |letter: char| letter.is_ascii_digit();
    let last = issuer.path_segments().and_then(Iterator::last).unwrap_or_default();
    let stem = last.trim_end_matches(is_digit);
    if stem.len() < 3 {
        return text;
    }
    let mut parts = text.split(stem);
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str("(tenant)");
        plain.push_str(part.trim_start_matches(is_digit));
    }
    plain
}

/// Without a port that is known, where the host before it is written in an odd way.
fn without_port(text: String, port: u16) -> String {
    COLONS.iter().fold(text, |text, colon| text.replace(&format!("{colon}{port}"), &format!("{colon}(port)")))
}

fn without_ports(text: &str, host: &str) -> String {
    let mut parts = text.split(host);
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str(host);
        let Some((colon, rest)) = COLONS.iter().find_map(|colon| Some((colon, part.strip_prefix(colon)?)))
        else {
            plain.push_str(part);
            continue;
        };
        let after = rest.trim_start_matches(|letter: char| letter.is_ascii_digit());
        plain.push_str(colon);
        plain.push_str(if after.len() == rest.len() { "" } else { "(port)" });
        plain.push_str(after);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::placed;
    use crate::scenario::Facts;

    #[test]
    fn known_addresses_have_names_and_others_no_port() {
        let facts = Facts { issuer: "http://127.0.0.1:4001/t/trial-12".to_owned(), ..Facts::example() };
        let text = "http://127.0.0.1:4001/t/trial-12/jwks http://127.0.0.1:4001/t/trial-1 http://localhost:3000/callback \
                    HTTP://127.0.0.1:04001/T/trial-12 http%3A%2F%2F127.0.0.1%3A4001 http://localhost:777/ localhost:x \
                    http://2130706433:4001/";

        let expected = "idp:/jwks idp-origin:/t/(tenant) app:/callback HTTP://127.0.0.1:(port)/T/(tenant) \
                        http%3A%2F%2F127.0.0.1%3A(port) http://localhost:(port)/ localhost:x \
                        http://2130706433:(port)/";
        assert_eq!(placed(text, &facts), expected);
    }
}
