//! The provider ends a session through the browser: it opens the app's address in a frame of its own page. Nothing is
//! signed there, so that issuer and session must both be named and fit.

use crate::back_channel::SignedIn;
use crate::declared::declared;
use crate::raw;
use crate::session::framing;
use harness::agent::{Fetch, Submission};
use harness::trial::HONEST;
use harness::{Outcome, Scenario, Stop, Trial, TrialAgent};
use mock_idp::trace::Exchange;
use mock_idp::{Client, Params};
use url::Url;

pub(crate) const SCENARIOS: &[Scenario] =
    &[OTHER_SESSION, NAMED_TWICE, REFUSAL, UNNAMED, IN_A_FRAME, FROM_PROVIDER, ANSWER, FRAMED_BY_OTHERS];

/// Whose session it is about. The honest logins around a trial are somebody else's.
const VICTIM: &str = "bob";

/// The app's address with these parameters.
pub(crate) fn address(t: &Trial, pairs: &[(&str, &str)]) -> Result<Url, Stop> {
    let mut url = declared(t, &t.profile().frontchannel_logout)?;
    url.query_pairs_mut().extend_pairs(pairs);
    Ok(url)
}

const OTHER_SESSION: Scenario = Scenario::must("front-channel/other-session")
    .clause("Front-Channel Logout 2, 3")
    .why("whoever gets a browser to open the address could log its user out, were it not for issuer and session")
    .covers(&["FC-02"])
    .alone()
    .run(|t| Box::pin(other_session(t)));

/// What is named, of this issuer and this session.
type Named = for<'a> fn(&'a str, &'a str) -> Vec<(&'static str, &'a str)>;

pub(crate) async fn other_session(t: &mut Trial) -> Outcome {
    let cases: [(&str, Named); 4] = [
        ("another issuer", |_, sid| vec![("iss", "https://evil.example"), ("sid", sid)]),
        ("another session", |iss, _| vec![("iss", iss), ("sid", "no-such-session")]),
        ("no issuer", |_, sid| vec![("sid", sid)]),
        ("no session", |iss, _| vec![("iss", iss)]),
    ];
    for (label, named) in cases {
        let outcome = goes_on(t, named).await;
        t.input(label, outcome);
    }
    Ok(())
}

/// The session goes on after this request, and ends by the right one, so that the first says something. Both are links,
/// which the session's cookie comes along with.
async fn goes_on(t: &Trial, named: Named) -> Outcome {
    address(t, &[])?;
    let mut victim = SignedIn::begin(t, VICTIM).await?;
    let issuer = t.facts().issuer.clone();
    let wrong = address(t, &named(&issuer, &victim.sid))?;
    let right = address(t, &[("iss", &issuer), ("sid", &victim.sid)])?;
    let start = t.position();
    opened(&mut victim.agent, wrong).await?;
    victim.lives(t, start).await?;
    opened(&mut victim.agent, right).await?;
    match victim.agent.probe().await? {
        None => Ok(()),
        Some(_) => Err(Trial::no_difference("the right issuer and session do not end it either")),
    }
}

const NAMED_TWICE: Scenario = Scenario::should("front-channel/named-twice")
    .clause("Front-Channel Logout 2; RFC 6749 3.1")
    .why("of two sessions that an address names nobody can tell which one is meant, and whoever looks at the other one lets it pass")
    .covers(&["FC-02"])
    .alone()
    .run(|t| Box::pin(named_twice(t)));

async fn named_twice(t: &mut Trial) -> Outcome {
    let cases: [(&str, Named); 2] = [
        ("two sessions", |iss, sid| vec![("iss", iss), ("sid", sid), ("sid", "no-such-session")]),
        ("two issuers", |iss, sid| vec![("iss", iss), ("iss", "https://evil.example"), ("sid", sid)]),
    ];
    for (label, named) in cases {
        let outcome = goes_on(t, named).await;
        t.input(label, outcome);
    }
    Ok(())
}

const REFUSAL: Scenario = Scenario::harden("front-channel/refusal")
    .clause("Front-Channel Logout 2")
    .why(
        "a provider that is told that all went well never learns that it calls the session by the wrong name",
    )
    .covers(&["FC-02"])
    .alone()
    .run(|t| Box::pin(refusal(t)));

async fn refusal(t: &mut Trial) -> Outcome {
    for (label, named) in REFUSED {
        let outcome = is_told(t, named).await;
        t.input(label, outcome);
    }
    Ok(())
}

const REFUSED: [(&str, Named); 2] = [
    ("another issuer", |_, sid| vec![("iss", "https://evil.example"), ("sid", sid)]),
    ("no session", |iss, _| vec![("iss", iss)]),
];

/// The answer is an error, and the right address gets another one.
async fn is_told(t: &Trial, named: Named) -> Outcome {
    let issuer = t.facts().issuer.clone();
    let start = t.position();
    let wrong = raw::send(t, "GET", &address(t, &named(&issuer, "a-session"))?, &[], "").await?.status;
    let right = raw::send(t, "GET", &address(t, &[("iss", &issuer), ("sid", "a-session")])?, &[], "").await?;
    if right.status >= 400 {
        return Err(Trial::no_difference("what is named rightly is answered by an error as well"));
    }
    t.demand(wrong >= 400, start, "an error: 400 or above", wrong.to_string())
}

const UNNAMED: Scenario = Scenario::policy("front-channel/unnamed-session")
    .clause("Front-Channel Logout 2, 3")
    .why("an app that has not registered for the session to be named is told of none: whether any such request ends the session is for the app to know")
    .covers(&["FC-02"])
    .alone()
    .run(|t| Box::pin(unnamed(t)));

async fn unnamed(t: &mut Trial) -> Outcome {
    let bare = address(t, &[])?;
    let mut victim = SignedIn::begin(t, VICTIM).await?;
    opened(&mut victim.agent, bare).await?;
    let word = if victim.agent.probe().await?.is_none() { "ends the session" } else { "ends nothing" };
    t.observe(format!("a logout in the browser that names neither issuer nor session {word}"));
    Ok(())
}

async fn opened(agent: &mut TrialAgent, url: Url) -> Outcome {
    let link = Submission::link(url, agent.provider());
    agent.send(link).await.map(drop)
}

const IN_A_FRAME: Scenario = Scenario::policy("front-channel/in-a-frame")
    .clause("Front-Channel Logout 2, 3; RFC 6265bis 5.2")
    .why("a SameSite cookie does not get into the provider's frame: the session ends only where the app knows it by its name")
    .covers(&["FC-01"])
    .alone()
    .run(|t| Box::pin(in_a_frame(t)));

async fn in_a_frame(t: &mut Trial) -> Outcome {
    let mut victim = SignedIn::begin(t, VICTIM).await?;
    let url = address(t, &[("iss", &t.facts().issuer), ("sid", &victim.sid)])?;
    victim.agent.enter_another_site().await?;
    let word = framed(t, &mut victim.agent, vec![url]).await?;
    t.observe(format!("in a frame of the provider's page, {word}"));
    Ok(())
}

/// Opens these in frames of the page that is shown; says whether the session is over then. A crash is a finding.
pub(crate) async fn framed(t: &Trial, agent: &mut TrialAgent, urls: Vec<Url>) -> Result<&'static str, Stop> {
    let start = t.position();
    for url in urls {
        agent.fetch_with(Fetch::frame(url)).await?;
    }
    let seen = t.stage().exchanges(start..t.position());
    let crashed = |exchange: &Exchange| exchange.response.as_ref().is_some_and(|answer| answer.status >= 500);
    t.demand(!seen.iter().any(crashed), start, "an answer that is no crash", "it is a 5xx")?;
    let is_over = agent.probe().await?.is_none();
    Ok(if is_over { "the session is over" } else { "the session goes on" })
}

const FROM_PROVIDER: Scenario = Scenario::policy("front-channel/from-the-provider")
    .clause("Front-Channel Logout 2, 3")
    .why("a logout at the provider, begun there or by the app, opens the app's address on the provider's last page")
    .covers(&["oidcc-client-test-rp-frontchannel-rpinitlogout", "oidcc-client-test-rp-frontchannel-opinitlogout"])
    .alone()
    .run(|t| Box::pin(from_provider(t)));

async fn from_provider(t: &mut Trial) -> Outcome {
    for (label, by_app) in [("begun by the app", true), ("begun at the provider", false)] {
        let outcome = told(t, label, by_app).await;
        t.input(label, outcome);
    }
    Ok(())
}

async fn told(t: &mut Trial, label: &str, by_app: bool) -> Outcome {
    wants_frames(t)?;
    let mut victim = SignedIn::begin(t, VICTIM).await?;
    let start = t.position();
    if by_app {
        let logout = declared(t, &t.profile().logout)?;
        victim.agent.look(logout.as_str()).await?;
    } else {
        let hint: Params = [("id_token_hint", victim.id_token.as_str())].into_iter().collect();
        let end = format!("{}/end-session?{}", t.facts().issuer.trim_end_matches('/'), hint.encode());
        victim.agent.look(&end).await?;
    }
    let frames = frames(&t.stage().exchanges(start..t.position()));
    if frames.is_empty() {
        return Err(Stop::NotRun(harness::Reason::AppDidNotAsk("a logout at the provider".to_owned())));
    }
    let word = framed(t, &mut victim.agent, frames).await?;
    t.observe(format!("{label}: {word}"));
    Ok(())
}

/// Registers the address, for the session to be named.
fn wants_frames(t: &Trial) -> Outcome {
    let address = address(t, &[])?;
    let client = t.tenant().clients().into_iter().find(|client| client.client_id == t.facts().client_id);
    let client = client.ok_or_else(|| Stop::Broken("the app is not registered".to_owned()))?;
    t.tenant().add_client(Client {
        frontchannel_logout_uri: Some(address.as_str().trim_end_matches('?').to_owned()),
        frontchannel_logout_session_required: true,
        ..client
    });
    Ok(())
}

/// The frames of the pages that were shown.
fn frames(seen: &[Exchange]) -> Vec<Url> {
    let bodies = seen.iter().filter_map(|exchange| Some(exchange.response.as_ref()?.body.as_str()));
    let sources = bodies.flat_map(|body| body.split("<iframe src=\"").skip(1));
    let sources = sources.filter_map(|rest| rest.split('"').next());
    let sources = sources.map(|source| source.replace("&#38;", "&").replace("&amp;", "&"));
    sources.filter_map(|source| Url::parse(&source).ok()).collect()
}

const ANSWER: Scenario = Scenario::should("front-channel/answer")
    .clause("Front-Channel Logout 2; RFC 9700 4.16")
    .why("an answer that is kept is no logout the next time, and one that may not be framed is none at all; no other page needs to be")
    .covers(&["FC-03"])
    .alone()
    .run(|t| Box::pin(answer(t)));

async fn answer(t: &mut Trial) -> Outcome {
    let outcome = is_not_kept(t).await;
    t.input("no-store", outcome);
    let outcome = may_be_framed(t).await;
    t.input("framed by the provider", outcome);
    let outcome = others_may_not(t).await;
    t.input("no other page framed", outcome);
    Ok(())
}

/// What a signed-in browser is answered by the right address.
async fn answered(t: &Trial) -> Result<harness::Landing, Stop> {
    address(t, &[])?;
    let mut victim = SignedIn::begin(t, VICTIM).await?;
    let url = address(t, &[("iss", &t.facts().issuer), ("sid", &victim.sid)])?;
    let link = Submission::link(url, victim.agent.provider());
    victim.agent.send(link).await
}

async fn is_not_kept(t: &Trial) -> Outcome {
    let landing = answered(t).await?;
    let cache = landing.page.header("cache-control").unwrap_or_default();
    if cache.contains("no-store") {
        return Ok(());
    }
    Err(landing.found("Cache-Control: no-store", format!("it is “{cache}”")))
}

async fn may_be_framed(t: &Trial) -> Outcome {
    let landing = answered(t).await?;
    let provider = Url::parse(&t.facts().issuer).map_err(|error| Stop::Broken(error.to_string()))?;
    let provider = provider.origin().ascii_serialization();
    let policies = landing.page.headers_named("content-security-policy");
    let (refused, seen) = framing(&policies, landing.page.header("x-frame-options"));
    if !refused || seen.split_ascii_whitespace().any(|source| source == provider) {
        return Ok(());
    }
    Err(landing.found(format!("{provider} may frame it"), seen))
}

async fn others_may_not(t: &Trial) -> Outcome {
    address(t, &[])?;
    let mut agent = t.signed_in(HONEST).await?;
    let start = t.position();
    let page = agent.look(&t.profile().home.clone()).await?;
    let policies = page.headers_named("content-security-policy");
    let (refused, seen) = framing(&policies, page.header("x-frame-options"));
    t.demand(refused, start, "strangers may not frame the home page", seen)
}

const FRAMED_BY_OTHERS: Scenario = Scenario::harden("front-channel/framed-by-others")
    .clause("Front-Channel Logout 2; RFC 9700 4.16")
    .why("the provider frames this page, and nobody else has a reason to: whoever else does so logs people out")
    .covers(&["FC-03"])
    .alone()
    .run(|t| Box::pin(framed_by_others(t)));

async fn framed_by_others(t: &mut Trial) -> Outcome {
    let landing = answered(t).await?;
    let policies = landing.page.headers_named("content-security-policy");
    let (refused, seen) = framing(&policies, landing.page.header("x-frame-options"));
    if refused { Ok(()) } else { Err(landing.found("strangers may not frame the page", seen)) }
}
