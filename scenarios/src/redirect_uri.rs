//! Where the app wants its answer, and that nobody who starts a login has a say in it, or in anything else of the request.

use crate::raw;
use crate::request::{request, request_from};
use harness::{Need, Outcome, Scenario, Trial};
use mock_idp::Params;
use url::Url;

pub(crate) const SCENARIOS: &[Scenario] = &[REDIRECT_URI, EXACT, OWN_PARAMETERS, NOT_FETCHABLE];

const REDIRECT_URI: Scenario = Scenario::should("request/redirect-uri-configured")
    .clause("RFC 9700 4.1.3, 4.13")
    .why("whoever can choose the Host header, or what a proxy says of it, must not choose where the token is sent")
    .covers(&["CB-26", "REQ-04"])
    .needs(&[Need::HandMadeRequests])
    .run(|t| Box::pin(redirect_uri(t)));

/// Where an attacker would like to have the token.
const ELSEWHERE: &str = "evil.example";

async fn redirect_uri(t: &mut Trial) -> Outcome {
    let host = ELSEWHERE;
    for (label, headers) in [
        ("Host", [("host", host), ("x-nothing", "")]),
        ("X-Forwarded-Host", [("x-forwarded-host", host), ("x-forwarded-proto", "https")]),
        ("Forwarded", [("forwarded", "for=192.0.2.1;host=evil.example;proto=https"), ("x-nothing", "")]),
        ("X-Original-Host", [("x-original-host", host), ("x-host", host)]),
    ] {
        let outcome = stays_configured(t, &headers).await;
        t.input(label, outcome);
    }
    Ok(())
}

/// The app refuses such a request, or sends the browser off with the callback that it always has.
async fn stays_configured(t: &Trial, headers: &[(&str, &str)]) -> Outcome {
    let start = t.stage().url(&t.profile().start);
    let answer = raw::send(t, "GET", &start, headers, "").await?;
    let Some(location) = answer.header("location") else { return Ok(()) };
    let Ok(location) = start.join(location) else { return Ok(()) };
    let sent = location.query_pairs().find(|(name, _)| name == "redirect_uri");
    let expected = format!("redirect_uri={}", t.facts().callback);
    if let Some((_, uri)) = sent {
        return t.demand(uri == t.facts().callback.as_str(), 0, &expected, uri.as_ref());
    }
    let foreign = location.host_str() == Some(ELSEWHERE);
    t.demand(!foreign, 0, &expected, format!("the browser is sent to {location}"))
}

const EXACT: Scenario = Scenario::must("request/redirect-uri")
    .clause("OIDC Core 3.2.2.1; RFC 6749 3.1.2; RFC 9700 2.1")
    .why("the answer goes where the app was registered, character by character; outside of one machine that is https")
    .covers(&["REQ-04"])
    .unsandwiched()
    .run(|t| Box::pin(exact(t)));

async fn exact(t: &mut Trial) -> Outcome {
    let request = request(t).await?;
    let sent = request.first("redirect_uri").unwrap_or("nothing").to_owned();
    let outcome = t.demand(
        sent == t.facts().callback.as_str(),
        0,
        &format!("redirect_uri={}", t.facts().callback),
        format!("redirect_uri is {sent}"),
    );
    t.input("as registered", outcome);
    let uri = Url::parse(&sent).ok();
    let bare = uri.as_ref().is_some_and(|uri| uri.fragment().is_none());
    let outcome =
        t.demand(bare, 0, "an absolute address without a fragment", format!("redirect_uri is {sent}"));
    t.input("absolute, without a fragment", outcome);
    let local = |uri: &Url| matches!(uri.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let safe = uri.as_ref().is_some_and(|uri| uri.scheme() == "https" || local(uri));
    let outcome = t.demand(safe, 0, "https, or this very machine", format!("redirect_uri is {sent}"));
    t.input("https, or this machine", outcome);
    Ok(())
}

/// What somebody who makes a link to the app's login would like to decide.
const WISHES: [(&str, &str); 10] = [
    ("redirect_uri", "https://evil.example/callback"),
    ("client_id", "a-client-of-somebody-else"),
    ("response_type", "code"),
    ("response_mode", "query"),
    ("nonce", "a-nonce-that-is-known"),
    ("state", "a-state-that-is-known"),
    ("scope", "openid everything"),
    ("prompt", "none"),
    ("acr_values", "urn:example:no-factor"),
    ("request_uri", "https://evil.example/request"),
];

const OWN_PARAMETERS: Scenario = Scenario::harden("request/parameters-of-a-stranger")
    .clause("RFC 9700 4.11.1")
    .why("anybody can make a link to the app's login page: what stands in it must not become the app's request")
    .covers(&["REQ-06"])
    .unsandwiched()
    .run(|t| Box::pin(own_parameters(t)));

async fn own_parameters(t: &mut Trial) -> Outcome {
    for (name, value) in WISHES {
        let outcome = not_passed_on(t, name, value).await;
        t.input(name, outcome);
    }
    Ok(())
}

async fn not_passed_on(t: &Trial, name: &str, value: &str) -> Outcome {
    let start = &t.profile().start;
    let wish: Params = [(name, value)].into_iter().collect();
    let joint = if start.contains('?') { '&' } else { '?' };
    let sent = request_from(t, &format!("{start}{joint}{}", wish.encode())).await?;
    let sent = sent.first(name).unwrap_or_default();
    t.demand(sent != value, 0, &format!("{name} is the app's own, or not there"), format!("{name} is {sent}"))
}

const NOT_FETCHABLE: Scenario = Scenario::harden("request/login-not-for-scripts")
    .clause("OAuth Browser-Based Apps 6.1.3; RFC 9111 5.2.2.5")
    .why("the redirect to the provider holds a fresh state: no cache may keep it, and no other site's script may read it")
    .covers(&["REQ-07"])
    .needs(&[Need::HandMadeRequests])
    .run(|t| Box::pin(not_fetchable(t)));

async fn not_fetchable(t: &mut Trial) -> Outcome {
    let start = t.stage().url(&t.profile().start);
    let navigation =
        [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document"), ("accept", "text/html")];
    let answer = raw::send(t, "GET", &start, &navigation, "").await?;
    let cached = answer.header("cache-control").unwrap_or_default().to_ascii_lowercase();
    let outcome = t.demand(
        cached.contains("no-store"),
        0,
        "Cache-Control: no-store on the redirect to the provider",
        format!("Cache-Control is “{cached}”"),
    );
    t.input("not kept", outcome);
    let origin = "https://evil.example";
    let script =
        [("origin", origin), ("sec-fetch-mode", "cors"), ("sec-fetch-site", "cross-site"), ("accept", "*/*")];
    let answer = raw::send(t, "GET", &start, &script, "").await?;
    let readable = answer.header("access-control-allow-origin").unwrap_or_default();
    let outcome = t.demand(
        readable != "*" && readable != origin,
        0,
        "no other site's script may read the answer",
        format!("Access-Control-Allow-Origin is {readable}"),
    );
    t.input("not read by scripts", outcome);
    Ok(())
}
