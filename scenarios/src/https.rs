//! What https is for: a provider that proves who it is, keys that nobody has changed on the way, and answers that
//! nobody has read.

use crate::callback_methods::FORM;
use crate::{decoy, raw};
use harness::target::profile::HTTPS;
use harness::trial::{FORGED, HONEST, meaningful};
use harness::{Need, Outcome, Reason, Scenario, Stop, Trial};
use mock_idp::MockIdp;
use mock_idp::fault::{BadCertificate, CERTIFICATE, DISCOVERY};
use mock_idp::trace::{Endpoint, Exchange, Leg};
use url::Url;

pub(crate) const SCENARIOS: &[Scenario] =
    &[CERTIFICATES, PLAIN_KEYS, PLAIN_ENDPOINT, PLAIN_CALLBACK, STAYS_ON_HTTPS];

const CERTIFICATES: Scenario = Scenario::must("discovery/certificate")
    .clause("OIDC Core 16.17; RFC 9700 2.6; RFC 9525 6")
    .why("a provider is the one that was configured only if its certificate proves it; whoever stands in between has another")
    .covers(&["DISC-11"])
    .variant(HTTPS)
    .cold()
    .run(|t| Box::pin(certificates(t)));

async fn certificates(t: &mut Trial) -> Outcome {
    on_https(t)?;
    for (label, bad) in [
        ("damaged", BadCertificate::Damaged),
        ("expired", BadCertificate::Expired),
        ("not yet valid", BadCertificate::NotYetValid),
        ("for another name", BadCertificate::OtherName),
        ("self-signed", BadCertificate::SelfSigned),
        ("by an authority that nobody knows", BadCertificate::OtherAuthority),
    ] {
        t.restart().await?;
        let outcome = stays_home(t, bad).await;
        t.input(label, outcome);
    }
    let outcome = later(t).await;
    t.input("self-signed once the login is under way", outcome);
    t.restart().await
}

/// The login ends in the app before it has asked anything, or sent anybody there.
async fn stays_home(t: &Trial, bad: BadCertificate) -> Outcome {
    let start = t.position();
    let guard = t.arm(vec![CERTIFICATE.present(bad)])?;
    let landing = t.agent().await?.log_in(FORGED).await?;
    meaningful(&guard.report())?;
    unasked(t, start, &landing.conversation)?;
    let sent = landing.conversation.iter().any(|exchange| exchange.endpoint == Endpoint::Authorize);
    t.demand(!sent, start, "nobody is sent to a provider that proves nothing", "the browser was sent there")?;
    landing.refused_or_unavailable()
}

/// The metadata was honest; the keys come from somebody else.
async fn later(t: &Trial) -> Outcome {
    t.restart().await?;
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    let start = t.position();
    let guard = t.arm(vec![CERTIFICATE.present(BadCertificate::SelfSigned)])?;
    let landing = agent.deliver(&pending.form.fields).await?;
    meaningful(&guard.report())?;
    unasked(t, start, &landing.conversation)?;
    landing.refused_or_unavailable()
}

fn unasked(t: &Trial, start: usize, conversation: &[Exchange]) -> Outcome {
    let asked = conversation.iter().find(|exchange| exchange.leg == Leg::Back);
    let seen = asked.map(|exchange| format!("{} {} came", exchange.request.method, exchange.request.url));
    let expected = "no request to a provider that proves nothing";
    t.demand(seen.is_none(), start, expected, seen.unwrap_or_default())
}

fn on_https(t: &Trial) -> Outcome {
    if t.facts().issuer.starts_with("https:") {
        return Ok(());
    }
    Err(Stop::NotRun(Reason::Needs(
        "needs a provider on https: write provider = \"https://127.0.0.1:9443\", say, in the profile",
    )))
}

const PLAIN_KEYS: Scenario = Scenario::must("keys/jwks-uri-plain-http")
    .clause("OIDC Discovery 3")
    .why("jwks_uri is on https: whoever can change a key set on its way can sign in as anybody")
    .covers(&["KEY-19", "KEY-17"])
    .variant(HTTPS)
    .cold()
    .run(|t| Box::pin(plain_keys(t)));

async fn plain_keys(t: &mut Trial) -> Outcome {
    on_https(t)?;
    // It has the provider's own keys: who believes it would sign the person in.
    let plain = MockIdp::start().await.map_err(|error| Stop::Broken(error.to_string()))?;
    let address = format!("{}/jwks", plain.base_url());
    let other_case = address.replacen("http:", "HTTP:", 1);
    for (label, address) in [("plain http", address.as_str()), ("plain http in capitals", &other_case)] {
        let outcome = keys_at(t, &plain, address).await;
        t.input(label, outcome);
    }
    let redirecting = decoy::redirecting(t, &address)?;
    let outcome = keys_at(t, &plain, &redirecting.address).await;
    t.input("https that redirects to plain http", outcome);
    t.restart().await
}

async fn keys_at(t: &Trial, plain: &MockIdp, address: &str) -> Outcome {
    t.restart().await?;
    let (start, before) = (t.position(), plain.tenant().trace().last_seq());
    let guard = t.arm(vec![DISCOVERY.set("jwks_uri", address)])?;
    let landing = t.agent().await?.log_in(FORGED).await?;
    meaningful(&guard.report())?;
    let asked = plain.tenant().trace().since(before).len();
    t.demand(asked == 0, start, "no keys are fetched over plain http", format!("{asked} requests came"))?;
    landing.refused_or_unavailable()
}

const PLAIN_ENDPOINT: Scenario = Scenario::must("discovery/plain-http-endpoint")
    .clause("OIDC Core 3.1.2.1; OIDC Discovery 3")
    .why("a provider on https takes people in on https: whoever is sent to a plain address types the password for all to read")
    .covers(&["DISC-09"])
    .variant(HTTPS)
    .cold()
    .run(|t| Box::pin(plain_endpoint(t)));

async fn plain_endpoint(t: &mut Trial) -> Outcome {
    on_https(t)?;
    let plain = MockIdp::start().await.map_err(|error| Stop::Broken(error.to_string()))?;
    let address = format!("{}/authorize", plain.base_url());
    let other_case = address.replacen("http:", "HTTP:", 1);
    for (label, address) in [("plain http", address), ("plain http in capitals", other_case)] {
        let outcome = nobody_is_sent_to(t, &plain, &address).await;
        t.input(label, outcome);
    }
    t.restart().await
}

async fn nobody_is_sent_to(t: &Trial, plain: &MockIdp, address: &str) -> Outcome {
    t.restart().await?;
    let (start, before) = (t.position(), plain.tenant().trace().last_seq());
    let guard = t.arm(vec![DISCOVERY.set("authorization_endpoint", address)])?;
    let landing = t.agent().await?.log_in(FORGED).await?;
    meaningful(&guard.report())?;
    let came = plain.tenant().trace().since(before).len();
    t.demand(came == 0, start, "nobody is sent to a plain address", format!("{came} requests came there"))?;
    landing.refused_or_unavailable()
}

const STAYS_ON_HTTPS: Scenario = Scenario::should("bff/strict-transport-security")
    .clause("RFC 6797 6.1, 7.1; RFC 9700 2.6")
    .why("a browser that was told to stay on https sends nobody's cookie or answer over plain http, whoever asks for it")
    .covers(&["BFF-09"])
    .variant(HTTPS)
    .run(|t| Box::pin(stays_on_https(t)));

async fn stays_on_https(t: &mut Trial) -> Outcome {
    on_https(t)?;
    let mut agent = t.signed_in(HONEST).await?;
    for (label, path) in
        [("the home page", t.profile().home.clone()), ("a guarded page", t.profile().page.clone())]
    {
        let (start, page) = (t.position(), agent.look(&path).await?);
        let header = page.header("strict-transport-security").unwrap_or_default();
        let expected = "Strict-Transport-Security with a max-age of more than 0";
        let outcome = t.demand(lasts(header), start, expected, format!("it is “{header}”"));
        t.input(label, outcome);
    }
    Ok(())
}

/// A max-age of 0 takes back what was said before (RFC 6797 6.1.1).
fn lasts(header: &str) -> bool {
    let mut directives = header.split(';').filter_map(|directive| directive.split_once('='));
    let age = directives.find(|(name, _)| name.trim().eq_ignore_ascii_case("max-age"));
    age.is_some_and(|(_, age)| age.trim().trim_matches('"').parse::<u64>().is_ok_and(|age| age > 0))
}

const PLAIN_CALLBACK: Scenario = Scenario::must("callback/plain-http")
    .clause("OIDC Core 3.1.2.1, 16.17; RFC 9700 2.6")
    .why("an answer that came unencrypted has been read by everybody on the way: an app on https takes none")
    .covers(&["CB-25"])
    .variant(HTTPS)
    .needs(&[Need::HandMadeRequests])
    .run(|t| Box::pin(plain_callback(t)));

async fn plain_callback(t: &mut Trial) -> Outcome {
    let callback = t.facts().callback.clone();
    let mut plain = callback.clone();
    if plain.set_scheme("http").is_err() {
        return Err(Stop::Broken(format!("{plain} has no address on http")));
    }
    // The same by the same hand over https is an honest login, so that it is not the hand that is refused.
    let by_hand = posted_to(t, &callback, &[]).await;
    let ways: [(&str, &[(&str, &str)]); 3] = [
        ("plain http", &[]),
        ("said to have come over https", &[("x-forwarded-proto", "https")]),
        ("said to have come over https, by the standard", &[("forwarded", "proto=https")]),
    ];
    for (label, headers) in ways {
        let outcome = match &by_hand {
            Err(stop) => Err(stop.clone()),
            Ok(None) => Err(Stop::NotRun(Reason::Needs("needs an app that takes an answer posted by hand"))),
            Ok(Some(_)) => nobody_in(t, &plain, headers).await,
        };
        t.input(label, outcome);
    }
    Ok(())
}

async fn nobody_in(t: &Trial, plain: &Url, headers: &[(&str, &str)]) -> Outcome {
    let start = t.position();
    let subject = posted_to(t, plain, headers).await?;
    let expected = "nobody is signed in by an answer that came over plain http";
    t.demand(subject.is_none(), start, expected, format!("{subject:?} is"))
}

/// Posts an honest answer to this address, with the cookies of its login, and asks who is signed in after it.
pub(crate) async fn posted_to(t: &Trial, url: &Url, more: &[(&str, &str)]) -> Result<Option<String>, Stop> {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    let cookies = raw::cookie_header(t, &mut agent).await?;
    let mut headers = vec![("cookie", cookies.as_str()), FORM];
    headers.extend(more);
    let body = pending.form.fields.encode();
    let Some(answer) = raw::send_anywhere(t, "POST", url, &headers, &body).await else {
        return agent.probe().await;
    };
    raw::probe_after(&mut agent, &t.facts().callback.clone(), &answer).await
}
