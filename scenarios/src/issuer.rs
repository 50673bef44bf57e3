//! Who made the token.

use harness::{Expect, Facts, Input, Need, Outcome, Reason, Scenario, Stop, Trial};
use mock_idp::fault::ID_TOKEN;
use serde_json::{Value, json};
use url::{Host, Url};

pub(crate) const SCENARIOS: &[Scenario] = &[MISSING, NEARLY, IN_OTHER_WORDS, SUFFIX];

const MISSING: Scenario = Scenario::must("id-token/iss-missing")
    .clause("OIDC Core 2, 3.1.3.7 (2)")
    .why("a token that does not say who made it was made by nobody that is trusted")
    .covers(&["ISS-01"])
    .inputs(|facts| {
        vec![
            Input::new("absent", vec![ID_TOKEN.remove("iss")]),
            Input::new("null", vec![ID_TOKEN.set("iss", Value::Null)]),
            Input::new("empty", vec![ID_TOKEN.set("iss", "")]),
            Input::new("in an array", vec![ID_TOKEN.set("iss", json!([facts.issuer]))]),
        ]
    });

const NEARLY: Scenario = Scenario::must("id-token/iss-nearly")
    .clause("OIDC Core 3.1.3.7 (2); RFC 8725 3.8")
    .why("the issuer is compared exactly: addresses that lead to the same place are other issuers")
    .covers(&["ISS-02"])
    .inputs(|facts| {
        let input = |(label, issuer): (&str, String)| Input::new(label, vec![ID_TOKEN.set("iss", issuer)]);
        nearly(facts).into_iter().map(input).collect()
    });

/// Addresses that a lenient comparison takes for the issuer.
fn nearly(facts: &Facts) -> Vec<(&'static str, String)> {
    let issuer = facts.issuer.as_str();
    let address = Url::parse(issuer).expect("an issuer is a URL");
    let (scheme, rest) = issuer.split_once("://").expect("an issuer has a scheme");
    let slashed = issuer.strip_suffix('/').map_or_else(|| format!("{issuer}/"), str::to_owned);
    let other_host = if address.host_str() == Some("localhost") { "127.0.0.1" } else { "localhost" };
    let host = address.host_str().unwrap_or_default();
    let mut nearly = vec![
        ("a slash more or less at the end", slashed),
        ("other letter case", format!("{}://{rest}", scheme.to_uppercase())),
        ("another name of the host", issuer.replacen(host, other_host, 1)),
        ("another port", issuer.replacen(&format!(":{}", address.port().unwrap_or(80)), ":443", 1)),
        ("another scheme", format!("https://{rest}")),
        ("with a user", format!("{scheme}://user@{rest}")),
        ("with a query", format!("{issuer}?x=1")),
        ("with a fragment", format!("{issuer}#x")),
        ("a prefix of it", issuer[..issuer.len() - 1].to_owned()),
        ("followed by another host", format!("{issuer}.evil.example")),
    ];
    nearly.extend(written_otherwise(&address, issuer));
    nearly
}

/// The same host and the same port in other words, which a parser of URLs makes one.
fn written_otherwise(address: &Url, issuer: &str) -> Vec<(&'static str, String)> {
    let host = address.host_str().unwrap_or_default();
    let host_otherwise = match address.host() {
        Some(Host::Ipv4(ip)) => issuer.replacen(host, &u32::from(ip).to_string(), 1),
        _ => issuer.replacen(host, &host.to_uppercase(), 1),
    };
    let port_otherwise = if let Some(port) = address.port() {
        issuer.replacen(&format!(":{port}"), &format!(":0{port}"), 1)
    } else {
        let default = address.port_or_known_default().unwrap_or_default();
        issuer.replacen(host, &format!("{host}:{default}"), 1)
    };
    vec![("the host written otherwise", host_otherwise), ("the port written otherwise", port_otherwise)]
}

const IN_OTHER_WORDS: Scenario = Scenario::must("id-token/iss-in-other-words")
    .clause("OIDC Core 3.1.3.7 (2); RFC 8725 3.8")
    .why("a host in capitals and a port that goes without saying make the same address, and another issuer")
    .covers(&["ISS-02"])
    .variant("provider-with-a-name")
    .needs(&[Need::HandMadeRequests])
    .run(|t| Box::pin(in_other_words(t)));

async fn in_other_words(t: &mut Trial) -> Outcome {
    let issuer = t.facts().issuer.clone();
    let address = Url::parse(&issuer).map_err(|error| Stop::Broken(format!("{issuer}: {error}")))?;
    if address.port().is_some() || !matches!(address.host(), Some(Host::Domain(_))) {
        let why = "needs a provider whose address is a name without a port; rpcheck has one for the bundled sample alone";
        return Err(Stop::NotRun(Reason::Needs(why)));
    }
    let host = address.host_str().unwrap_or_default();
    let written = |other: &str| issuer.replacen(host, other, 1);
    for (label, iss) in [
        ("the host in capitals", written(&host.to_uppercase())),
        ("the default port", written(&format!("{host}:80"))),
        ("an empty port", written(&format!("{host}:"))),
        ("a full stop after the host", written(&format!("{host}."))),
    ] {
        let outcome = t.attempt(vec![ID_TOKEN.set("iss", iss)], Expect::Refused).await;
        t.input(label, outcome);
    }
    Ok(())
}

const SUFFIX: Scenario = Scenario::must("id-token/iss-suffix")
    .clause("OIDC Core 3.1.3.7 (2)")
    .why("an issuer with one character more is another issuer")
    .covers(&["oidcc-client-test-invalid-iss"])
    .with(|| vec![ID_TOKEN.append("iss", "1")]);
