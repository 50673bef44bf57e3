//! What stands in the provider's metadata, and how it comes: what the app must refuse, and what it must bear.

use harness::trial::{FORGED, HONEST, meaningful};
use harness::{Expect, Input, Need, Outcome, Reason, Scenario, Stop, Trial};
use mock_idp::Fault;
use mock_idp::fault::{DISCOVERY, WIRE};
use mock_idp::trace::Endpoint;
use serde_json::{Value, json};
use url::Url;

pub(crate) const SCENARIOS: &[Scenario] = &[
    REQUIRED,
    ENDPOINTS,
    MONSTERS,
    HARMLESS,
    LATER,
    WITH_PATH,
    OTHER_OFFER,
    REDIRECTED,
    TEMPLATE,
    KIND,
    WRITTEN,
    MOVED,
];

const REQUIRED: Scenario = Scenario::must("discovery/member-missing")
    .clause("OIDC Discovery 3, 4.3")
    .why("metadata without issuer, authorization endpoint or key set is no metadata, and nothing may be guessed in its place")
    .covers(&["DISC-05"])
    .cold()
    .run(|t| Box::pin(required(t)));

async fn required(t: &mut Trial) -> Outcome {
    for name in ["issuer", "authorization_endpoint", "jwks_uri"] {
        let nobody = nobody_in(t, DISCOVERY.remove(name)).await;
        t.input(format!("{name} absent"), nobody);
        for (label, value) in [("null", Value::Null), ("a number", json!(7))] {
            let nobody = nobody_in(t, DISCOVERY.set(name, value)).await;
            t.input(format!("{name} {label}"), nobody);
        }
    }
    t.restart().await
}

/// Nobody gets in; how that is told is another scenario's business.
async fn nobody_in(t: &Trial, fault: Fault) -> Outcome {
    t.restart().await?;
    let start = t.position();
    let guard = t.arm(vec![fault])?;
    let landing = t.agent().await?.log_in(FORGED).await?;
    meaningful(&guard.report())?;
    let place = landing
        .app_responses()
        .find_map(|answer| answer.header("location").filter(|to| is_no_web_address(to)));
    let seen = format!("a redirect to {}", place.unwrap_or_default());
    t.demand(place.is_none(), start, "the browser is sent to web addresses only", seen)?;
    t.demand(landing.subject.is_none(), start, "nobody is signed in", format!("{:?} is", landing.subject))
}

/// Does a browser do something else with it than to fetch a page?
fn is_no_web_address(place: &str) -> bool {
    Url::parse(place).is_ok_and(|url| !matches!(url.scheme(), "http" | "https"))
}

const ENDPOINTS: Scenario = Scenario::must("discovery/endpoint-that-is-none")
    .clause("OIDC Discovery 3; RFC 9700 4.11")
    .why("the browser goes where the metadata says: a script, a file or nothing is no place to send it")
    .covers(&["DISC-09"])
    .cold()
    .run(|t| Box::pin(endpoints(t)));

async fn endpoints(t: &mut Trial) -> Outcome {
    for (label, name, value) in [
        ("authorization at a script", "authorization_endpoint", "javascript:alert(1)"),
        ("authorization at data", "authorization_endpoint", "data:text/html,signed%20in"),
        ("authorization at a path", "authorization_endpoint", "/authorize"),
        ("authorization nowhere", "authorization_endpoint", ""),
        ("keys in a file", "jwks_uri", "file:///etc/hostname"),
        ("keys in data", "jwks_uri", "data:application/json,%7B%22keys%22%3A%5B%5D%7D"),
        ("keys nowhere", "jwks_uri", ""),
    ] {
        let nobody = nobody_in(t, DISCOVERY.set(name, value)).await;
        t.input(label, nobody);
    }
    t.restart().await
}

const MONSTERS: Scenario = Scenario::harden("discovery/monstrous")
    .clause("RFC 9110 15.6; RFC 8259 9")
    .why("whatever a provider answers, however long or deep it is, the app says that it cannot be reached, and goes on")
    .covers(&["DISC-04"])
    .cold()
    .slow()
    .inputs(|_| {
        let metadata = WIRE.at(Endpoint::Discovery);
        let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        vec![
            Input::new("a byte in a second", vec![metadata.drip(1)]),
            Input::new("an end that never comes", vec![metadata.truncate(40)]),
            Input::new("10 MB", vec![metadata.body(" ".repeat(10 << 20))]),
            Input::new("10 MB in 10 KB", vec![metadata.body(" ".repeat(10 << 20)), metadata.gzip()]),
            Input::new("nested 100,000 deep", vec![metadata.body(deep)]),
            Input::new("an array", vec![metadata.body("[]")]),
            Input::new("something after the end", vec![DISCOVERY.set_raw("x", "1} and more")]),
        ]
    })
    .expect(Expect::RefusedOrUnavailable);

const KIND: Scenario = Scenario::policy("discovery/content-type")
    .clause("OIDC Discovery 4.2")
    .why("metadata comes as application/json; whether an app insists on it is its own affair")
    .covers(&["DISC-04"])
    .cold()
    .run(|t| Box::pin(kind(t)));

async fn kind(t: &mut Trial) -> Outcome {
    let metadata = WIRE.at(Endpoint::Discovery);
    for (label, kind) in [("text/html", "text/html"), ("text/plain", "text/plain; charset=utf-8")] {
        t.restart().await?;
        let outcome =
            t.either(&format!("metadata of the type {label}"), vec![metadata.content_type(kind)]).await;
        t.input(label, outcome);
    }
    t.restart().await
}

const WRITTEN: Scenario = Scenario::policy("discovery/written-otherwise")
    .clause("RFC 8259 8.1; RFC 9110 8.4, 12.5.3")
    .why("a mark before the JSON may be ignored or be an error, and who asks for no compression may be sent it all the same: an app may read such metadata or refuse them, and must not crash")
    .covers(&["DISC-04"])
    .cold()
    .run(|t| Box::pin(written(t)));

async fn written(t: &mut Trial) -> Outcome {
    let metadata = WIRE.at(Endpoint::Discovery);
    for (label, fault) in
        [("after a byte order mark", metadata.prepend("\u{feff}")), ("compressed", metadata.gzip())]
    {
        t.restart().await?;
        let outcome = reported(t, &format!("metadata that comes {label}"), fault).await;
        t.input(label, outcome);
    }
    t.restart().await
}

const HARMLESS: Scenario = Scenario::tolerate("discovery/harmless-members")
    .clause("OIDC Discovery 3, 4.2")
    .why("metadata grows: members that an app does not know, optional ones that are null, and lists in another order are fine")
    .covers(&["DISC-06"])
    .cold()
    .inputs(|_| {
        let algorithms = json!(["none", "HS256", "ES256", "RS256", "XX999"]);
        vec![
            Input::new("unknown members", vec![DISCOVERY.set("x-colour", json!({"deep": [1, null]}))]),
            Input::new("optional members null", null_members()),
            Input::new("more algorithms", vec![DISCOVERY.set("id_token_signing_alg_values_supported", algorithms)]),
            Input::new(
                "response types in another order",
                vec![DISCOVERY.set("response_types_supported", json!(["token id_token", "code", "id_token"]))],
            ),
        ]
    })
    .expect(Expect::Accepted);

fn null_members() -> Vec<Fault> {
    ["end_session_endpoint", "userinfo_endpoint", "registration_endpoint", "claims_supported"]
        .map(|name| DISCOVERY.set(name, Value::Null))
        .into()
}

const LATER: Scenario = Scenario::harden("discovery/unavailable-later")
    .clause("RFC 9110 15.6.3; OIDC Discovery 4")
    .why("metadata and keys that were read are good for a while: a short outage of the provider locks nobody out")
    .covers(&["DISC-03"])
    .alone()
    .run(|t| Box::pin(later(t)));

async fn later(t: &mut Trial) -> Outcome {
    // What the app may live on during the outage is what this login makes it read.
    t.agent().await?.log_in(HONEST).await?;
    let metadata = WIRE.at(Endpoint::Discovery);
    for (label, fault) in [
        ("500", metadata.status(500)),
        ("dropped", metadata.hang_up()),
        ("no JSON", metadata.body("<html>maintenance</html>")),
        ("no keys", WIRE.at(Endpoint::Jwks).status(503)),
    ] {
        let guard = t.arm(vec![fault])?;
        let landing = t.agent().await?.log_in(HONEST).await?;
        drop(guard);
        t.input(label, landing.accepted(&t.subject(HONEST)?));
    }
    Ok(())
}

const WITH_PATH: Scenario = Scenario::tolerate("discovery/issuer-with-path")
    .clause("OIDC Discovery 4, 4.1")
    .why("the well-known path is appended to the issuer, whatever path that has itself")
    .covers(&["DISC-12", "ISS-03"])
    .cold()
    .run(|t| Box::pin(with_path(t)));

async fn with_path(t: &mut Trial) -> Outcome {
    let issuer = t.facts().issuer.clone();
    if issuer.splitn(4, '/').nth(3).is_none_or(str::is_empty) {
        return Err(Stop::NotRun(Reason::Needs("needs a provider whose issuer has a path")));
    }
    let landing = t.agent().await?.log_in(HONEST).await?;
    landing.accepted(&t.subject(HONEST)?)
}

const OTHER_OFFER: Scenario = Scenario::policy("discovery/nothing-that-fits")
    .clause("OIDC Discovery 3")
    .why("metadata that does not offer what the app asks for is a reason to say so at once, or to try all the same")
    .covers(&["DISC-07"])
    .cold()
    .run(|t| Box::pin(other_offer(t)));

async fn other_offer(t: &mut Trial) -> Outcome {
    for (label, fault) in [
        ("without id_token", DISCOVERY.set("response_types_supported", json!(["code"]))),
        ("without form_post", DISCOVERY.set("response_modes_supported", json!(["query", "fragment"]))),
        ("that says nothing of response modes", DISCOVERY.remove("response_modes_supported")),
        ("without RS256", DISCOVERY.set("id_token_signing_alg_values_supported", json!(["ES256"]))),
    ] {
        t.restart().await?;
        let outcome = reported(t, &format!("metadata {label}"), fault).await;
        t.input(label, outcome);
    }
    t.restart().await
}

/// The app goes on, or says that it cannot.
/// Used or refused: which of the two is kept for the report.
pub(crate) async fn reported(t: &mut Trial, what: &str, fault: Fault) -> Outcome {
    let guard = t.arm(vec![fault])?;
    let landing = t.agent().await?.log_in(HONEST).await?;
    let told = meaningful(&guard.report());
    drop(guard);
    told?;
    if landing.subject.is_some() {
        t.observe(format!("{what} is used"));
        return landing.accepted(&t.subject(HONEST)?);
    }
    t.observe(format!("{what} is refused by {}", landing.status()));
    landing.refused_or_unavailable()
}

const REDIRECTED: Scenario = Scenario::policy("discovery/redirected")
    .clause("OIDC Discovery 4.1")
    .why("the metadata is at its own address; whether a redirect there is followed is the app's affair, as long as it ends")
    .covers(&["DISC-10"])
    .cold()
    .run(|t| Box::pin(redirected(t)));

async fn redirected(t: &mut Trial) -> Outcome {
    let issuer = t.facts().issuer.trim_end_matches('/').to_owned();
    let metadata = WIRE.at(Endpoint::Discovery);
    let itself = format!("{issuer}/.well-known/openid-configuration");
    for (label, faults) in [
        ("once, to itself", vec![metadata.redirect(itself.clone()).first()]),
        ("without end, to itself", vec![metadata.redirect(itself)]),
        ("to a file", vec![metadata.redirect("file:///etc/hostname")]),
    ] {
        t.restart().await?;
        let outcome = reported(t, &format!("metadata that is redirected {label},"), faults[0].clone()).await;
        t.input(label, outcome);
    }
    t.restart().await
}

const TEMPLATE: Scenario = Scenario::policy("discovery/issuer-template")
    .clause("OIDC Discovery 4.3")
    .why("metadata for many tenants may have a placeholder where the issuer's name should be; an app believes it only if it was told to")
    .covers(&["ISS-05"])
    .cold()
    .run(|t| Box::pin(template(t)));

async fn template(t: &mut Trial) -> Outcome {
    let issuer = t.facts().issuer.clone();
    let (place, _) = issuer.rsplit_once('/').unwrap_or((issuer.as_str(), ""));
    let fault = DISCOVERY.set("issuer", format!("{place}/{{tenantid}}"));
    let outcome = reported(t, "metadata with a placeholder in its issuer", fault).await;
    t.restart().await?;
    outcome
}

const MOVED: Scenario = Scenario::harden("discovery/moved")
    .clause("OIDC Discovery 4; RFC 9111 4.2")
    .why("a provider may move its endpoints: the app notices when what it remembers has grown old")
    .covers(&["DISC-08"])
    .alone()
    .needs(&[Need::Restart, Need::Clock])
    .run(|t| Box::pin(moved(t)));

async fn moved(t: &mut Trial) -> Outcome {
    t.honest().await?;
    let issuer = t.facts().issuer.trim_end_matches('/').to_owned();
    let guard = t.arm(vec![
        DISCOVERY.set("authorization_endpoint", format!("{issuer}/authorize?moved=yes")),
        DISCOVERY.set("jwks_uri", format!("{issuer}/jwks?moved=yes")),
    ])?;
    t.advance(86_400);
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    meaningful(&guard.report()).map_err(|_| still_there(t))?;
    if pending.asked("moved") != "yes" {
        return Err(still_there(t));
    }
    agent.deliver(&pending.form.fields).await?.accepted(&t.subject(HONEST)?)
}

fn still_there(t: &Trial) -> Stop {
    t.found(0, "after a day the app reads the metadata again", "it sends people to the place from before")
}
