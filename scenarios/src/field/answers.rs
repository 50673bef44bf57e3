//! Where people end who did nothing wrong: on a page that leads on, and with the login that they began.

use harness::agent::{Credentials, Fetch, FetchMode, Page};
use harness::trial::HONEST;
use harness::{Outcome, Scenario, Stop, Trial};
use mock_idp::LoginPolicy;
use mock_idp::fault::WIRE;
use mock_idp::trace::Endpoint;

pub(crate) const SCENARIOS: &[Scenario] =
    &[WAY_BACK, ICON_DURING_LOGIN, SWITCH_ACCOUNT, ALIAS_HOST, REDIRECTED_KEYS];

const WAY_BACK: Scenario = Scenario::harden("field/way-back")
    .clause("OIDC Core 3.1.2.6")
    .why("somebody who comes back without a login, by a bookmark or after Deny, needs a page that leads on")
    .unsandwiched()
    .run(|t| Box::pin(way_back(t)));

async fn way_back(t: &mut Trial) -> Outcome {
    let outcome = bookmark(t).await;
    t.input("a bookmark of the callback", outcome);
    let outcome = cookies_lost(t).await;
    t.input("the cookies of the login are gone", outcome);
    let outcome = denied(t).await;
    t.input("Deny at the provider", outcome);
    Ok(())
}

async fn bookmark(t: &Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let start = t.position();
    let page = agent.look(&t.profile().callback.clone()).await?;
    leads_on(t, &page, start)
}

async fn cookies_lost(t: &Trial) -> Outcome {
    let pending = t.agent().await?.begin(HONEST).await?;
    let mut other = t.agent().await?;
    let start = t.position();
    let page = other.post(&pending.form.fields).await?;
    leads_on(t, &page, start)
}

async fn denied(t: &Trial) -> Outcome {
    let mut agent = t.agent().await?;
    t.tenant().set_policy(LoginPolicy::Deny { error: "access_denied".to_owned(), description: None });
    let start = t.position();
    let page = agent.look(&t.profile().start.clone()).await?;
    leads_on(t, &page, start)
}

/// A page of the application with a link to another one, or a redirect to one that has.
pub(super) fn leads_on(t: &Trial, page: &Page, start: usize) -> Outcome {
    let inside = |link: &harness::agent::Link| link.target.as_ref().is_some_and(|to| t.stage().is_app(to));
    let leads = t.stage().is_app(&page.url) && page.status < 500 && page.links.iter().any(inside);
    let text: String = page.text.chars().take(80).collect();
    let seen = format!("status {} on {}, without one: “{text}”", page.status, page.url.path());
    t.demand(leads, start, "a page of the app with a link to another page of it", seen)
}

const ICON_DURING_LOGIN: Scenario = Scenario::harden("field/icon-during-login")
    .clause("RFC 9700 4.7")
    .why("browsers ask for icons by themselves; one that is behind the login must not start another login")
    .variant("everything-guarded")
    .run(|t| Box::pin(icon_during_login(t)));

async fn icon_during_login(t: &mut Trial) -> Outcome {
    for path in ["/favicon.ico", "/robots.txt"] {
        let outcome = asks_during_login(t, path).await;
        t.input(path, outcome);
    }
    Ok(())
}

async fn asks_during_login(t: &Trial, path: &str) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    agent.enter_another_site().await?;
    let image = Fetch::get(t.stage().url(path))
        .mode(FetchMode::NoCors)
        .credentials(Credentials::Include)
        .header("accept", "image/avif,image/webp,image/apng,*/*;q=0.8");
    agent.fetch_with(image).await?;
    agent.deliver(&pending.form.fields).await?.accepted(&t.subject(HONEST)?)
}

const SWITCH_ACCOUNT: Scenario = Scenario::harden("field/switch-account")
    .clause("RP-Initiated Logout 2")
    .why(
        "somebody who was turned away must be able to log out at the provider, to come back as somebody else",
    )
    .run(|t| Box::pin(switch_account(t)));

async fn switch_account(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    t.tenant().set_policy(LoginPolicy::Deny { error: "access_denied".to_owned(), description: None });
    agent.visit(&t.profile().start.clone()).await?.refused()?;
    let landing = agent.visit(&t.profile().logout.clone()).await?;
    landing.signed_out(false)?;
    let told = landing.conversation.iter().any(|exchange| exchange.endpoint == Endpoint::EndSession);
    if told { Ok(()) } else { Err(landing.found("the logout leads over the provider", landing.seen())) }
}

const ALIAS_HOST: Scenario = Scenario::harden("field/alias-host")
    .clause("RFC 6749 3.1.2; RFC 6265bis 5.7")
    .why("a login that begins under another name of the host is lost; its person is told so and can begin again")
    .run(|t| Box::pin(alias_host(t)));

async fn alias_host(t: &mut Trial) -> Outcome {
    let mut url = t.stage().url(&t.profile().start);
    let alias = if url.host_str() == Some("localhost") { "127.0.0.1" } else { "localhost" };
    url.set_host(Some(alias)).map_err(|error| Stop::Broken(format!("no address under {alias}: {error}")))?;
    let mut agent = t.agent().await?;
    agent.authenticate(HONEST);
    let start = t.position();
    let page = agent.look(url.as_str()).await?;
    if page.url.host_str() != Some(alias) && page.status < 400 && agent.probe().await?.is_some() {
        return Ok(());
    }
    leads_on(t, &page, start)?;
    agent.log_in(HONEST).await?.accepted(&t.subject(HONEST)?)
}

const REDIRECTED_KEYS: Scenario = Scenario::harden("field/redirected-keys")
    .clause("OIDC Discovery 3; RFC 9110 15.4")
    .why("keys that are not where the metadata says are no reason to crash: the login works, or is refused cleanly")
    .cold()
    .run(|t| Box::pin(redirected_keys(t)));

async fn redirected_keys(t: &mut Trial) -> Outcome {
    let keys = format!("{}/jwks", t.facts().issuer);
    let guard = t.arm(vec![WIRE.at(Endpoint::Jwks).redirect(&keys).first()])?;
    let landing = t.agent().await?.log_in(HONEST).await?;
    if guard.report().iter().all(|report| report.fired == 0) {
        return Err(Stop::NotRun(harness::Reason::AppDidNotAsk("the key set".to_owned())));
    }
    match &landing.subject {
        Some(_) => landing.accepted(&t.subject(HONEST)?),
        None => landing.refused_or_unavailable(),
    }
}
