//! Where a login leads back to, if the address is nearly the app's own, or is no web address.

use crate::return_to::{stays, with_return_to};
use harness::trial::HONEST;
use harness::{Landing, Need, Outcome, Scenario, Trial};
use url::Url;

pub(crate) const SCENARIOS: &[Scenario] = &[NEARLY_OWN, NO_WEB_ADDRESS, LOGIN_ITSELF];

const NEARLY_OWN: Scenario = Scenario::must("return-to/nearly-own")
    .clause("RFC 9700 4.11.1; RFC 6749 10.15")
    .why("an address that begins with the app's, or has it in it, leads to whoever wrote the rest")
    .covers(&["REDIR-04"])
    .needs(&[Need::ReturnTo])
    .run(|t| Box::pin(nearly_own(t)));

async fn nearly_own(t: &mut Trial) -> Outcome {
    let own = t.facts().base_url.origin().ascii_serialization();
    let host = t.facts().base_url.host_str().unwrap_or_default().to_owned();
    let scheme = t.facts().base_url.scheme();
    for (label, value) in [
        ("the app as a user name", format!("{own}@evil.example/")),
        ("the app as a subdomain", format!("{scheme}://{host}.evil.example/")),
        ("the app as a path", format!("https://evil.example/{host}")),
        ("another port", format!("http://{host}:1/")),
        ("another scheme and port", format!("https://{host}:1/")),
    ] {
        let start = with_return_to(t, &value);
        let outcome = stays(t, &start).await;
        t.input(label, outcome);
    }
    Ok(())
}

const NO_WEB_ADDRESS: Scenario = Scenario::must("return-to/no-web-address")
    .clause("RFC 9700 4.11.1; RFC 6749 10.15")
    .why("a script in place of an address would run with the rights of the page that it leads from")
    .covers(&["REDIR-05"])
    .needs(&[Need::ReturnTo])
    .run(|t| Box::pin(no_web_address(t)));

async fn no_web_address(t: &mut Trial) -> Outcome {
    let values = [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "\u{1}javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "blob:https://evil.example/1",
        "intent://evil.example/#Intent;scheme=https;end",
    ];
    for value in values {
        let start = with_return_to(t, value);
        let outcome = leads_to_the_web(t, &start).await;
        t.input(format!("{value:?}"), outcome);
    }
    Ok(())
}

/// Agents do not follow such redirects, so that what the app answers counts, and not where the user ended.
async fn leads_to_the_web(t: &Trial, start: &str) -> Outcome {
    let landing = t.agent().await?.log_in_at(start, HONEST).await?;
    names_pages_only(&landing)?;
    match landing.subject {
        Some(_) => landing.accepted(&t.subject(HONEST)?),
        None => landing.refused(),
    }
}

/// No redirect of the app's has led to a script, or to whatever else is no page.
pub(crate) fn names_pages_only(landing: &Landing) -> Outcome {
    let locations = landing.app_responses().filter_map(|answer| answer.header("location"));
    let elsewhere = |location: &&str| {
        Url::parse(location.trim()).is_ok_and(|url| !matches!(url.scheme(), "http" | "https"))
    };
    match locations.into_iter().find(elsewhere) {
        None => Ok(()),
        Some(location) => Err(landing.found("a redirect to a page", format!("a redirect to {location}"))),
    }
}

const LOGIN_ITSELF: Scenario = Scenario::harden("return-to/login-itself")
    .clause("RFC 6749 10.15")
    .why("whoever has signed in wants neither to sign in once more nor to be logged out at once")
    .covers(&["REDIR-06"])
    .needs(&[Need::ReturnTo])
    .run(|t| Box::pin(login_itself(t)));

async fn login_itself(t: &mut Trial) -> Outcome {
    let profile = t.profile();
    let mut places = vec![profile.start.clone(), profile.callback.clone()];
    if profile.logout.starts_with('/') {
        places.push(profile.logout.clone());
    }
    for place in places {
        let start = with_return_to(t, &place);
        let outcome = ends_signed_in(t, &start).await;
        t.input(place, outcome);
    }
    Ok(())
}

async fn ends_signed_in(t: &Trial, start: &str) -> Outcome {
    let landing = t.agent().await?.log_in_at(start, HONEST).await?;
    if landing.at_provider {
        return Err(landing.found("a page of the app", "the user is at the provider once more"));
    }
    landing.accepted(&t.subject(HONEST)?)
}
