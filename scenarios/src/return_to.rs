//! Where a login leads back to: a page of the app, whatever anybody writes into the address.

use harness::trial::HONEST;
use harness::{Landing, Need, Outcome, Scenario, Trial};

pub(crate) const SCENARIOS: &[Scenario] = &[LOCAL, FOREIGN, DISGUISED];

const LOCAL: Scenario = Scenario::tolerate("return-to/local")
    .clause("the story, step 3")
    .why("a person who was on a page of the app is brought back to it")
    .covers(&["REDIR-01"])
    .needs(&[Need::ReturnTo])
    .run(|t| Box::pin(local(t)));

async fn local(t: &mut Trial) -> Outcome {
    let page = t.profile().page.clone();
    let start = with_return_to(t, &format!("{page}?x=1"));
    let landing = t.agent().await?.log_in_at(&start, HONEST).await?;
    landing.accepted(&t.subject(HONEST)?)?;
    let seen = (landing.page.url.path(), landing.page.url.query());
    if seen == (page.as_str(), Some("x=1")) && landing.page.status < 400 {
        return Ok(());
    }
    let actual = format!("on {}, which answered {}", landing.page.url, landing.page.status);
    Err(landing.found(format!("back on {page}?x=1"), actual))
}

const FOREIGN: Scenario = Scenario::must("return-to/foreign")
    .clause("RFC 9700 4.11.1; RFC 6749 10.15")
    .why("a login that leads to a foreign page lends the app's good name to whoever wrote the link")
    .covers(&["REDIR-02"])
    .needs(&[Need::ReturnTo])
    .run(|t| Box::pin(foreign(t)));

async fn foreign(t: &mut Trial) -> Outcome {
    each(t, &["https://evil.example/", "//evil.example", "///evil.example", "////"]).await
}

const DISGUISED: Scenario = Scenario::must("return-to/disguised")
    .clause("RFC 9700 4.11.1; WHATWG URL 4.4")
    .why("browsers read backslashes, tabs and line feeds in an address otherwise than most checks do")
    .covers(&["REDIR-03"])
    .needs(&[Need::ReturnTo])
    .run(|t| Box::pin(disguised(t)));

async fn disguised(t: &mut Trial) -> Outcome {
    let values = [
        "/\\evil.example",
        "\\\\evil.example",
        "/\\/evil.example",
        "/%5cevil.example",
        "/%2f/evil.example",
        "/%09/evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "  //evil.example",
        "/\0/evil.example",
    ];
    each(t, &values).await
}

async fn each(t: &mut Trial, values: &[&str]) -> Outcome {
    for value in values {
        let start = with_return_to(t, value);
        let outcome = stays(t, &start).await;
        t.input(format!("{value:?}"), outcome);
    }
    Ok(())
}

/// After the login the user is on a page of the app, or the app refused to start.
pub(crate) async fn stays(t: &Trial, start: &str) -> Outcome {
    let landing = t.agent().await?.log_in_at(start, HONEST).await?;
    stays_at(t, &landing)
}

/// The same of where a login has led.
pub(crate) fn stays_at(t: &Trial, landing: &Landing) -> Outcome {
    if landing.at_provider || !t.stage().is_app(&landing.page.url) {
        return Err(landing.found("a page of the app", format!("the user ended on {}", landing.page.url)));
    }
    match &landing.subject {
        Some(_) => landing.accepted(&t.subject(HONEST)?),
        None => landing.refused(),
    }
}

pub(crate) fn with_return_to(t: &Trial, value: &str) -> String {
    let mut url = t.stage().url(&t.profile().start);
    url.query_pairs_mut().append_pair(&t.profile().return_to, value);
    format!("{}?{}", url.path(), url.query().unwrap_or_default())
}
