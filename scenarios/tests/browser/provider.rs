//! What the provider's own scripts do in a browser: the frame that watches the session, and the page between a logout
//! and the app.

use mock_idp::{Client, Endpoint, MockIdp};
use url::Url;

use crate::person::Person;
use crate::story::sign_in;

/// The session state that came with the last login.
fn session_state(person: &Person) -> String {
    let trace = person.stage().tenant.trace().snapshot();
    let bodies = trace.into_iter().rev().filter_map(|exchange| Some(exchange.response?.body));
    let found = bodies.filter_map(|body| {
        let (_, rest) = body.split_once("name=\"session_state\" value=\"")?;
        Some(rest.split('"').next()?.to_owned())
    });
    found.into_iter().next().expect("a form response has a session state")
}

/// What the provider's frame in the app's page answers to a message (OIDC Session Management 3.1).
async fn ask_frame(person: &mut Person, message: &str, expected: &str) {
    let issuer = person.stage().facts.issuer.clone();
    person.open("/").await;
    let ask = format!(
        "(() => {{ const frame = document.createElement('iframe'); frame.src = '{issuer}/check-session'; \
         addEventListener('message', (event) => {{ if (event.source === frame.contentWindow) \
         document.body.append('the frame says ' + event.data); }}); \
         frame.onload = () => frame.contentWindow.postMessage('{message}', new URL(frame.src).origin); \
         document.body.append(frame); return true; }})()"
    );
    person.evaluate(&ask).await;
    person.waits_for(&format!("the frame says {expected}")).await;
}

pub(crate) async fn a_session_that_ends_is_noticed_by_the_providers_frame(mut person: Person) {
    // The app's own policy lets it frame nobody.
    person.devtools("Page.setBypassCSP", serde_json::json!({ "enabled": true })).await;
    sign_in(&mut person, "alice").await;
    let message = format!("{} {}", person.stage().facts.client_id, session_state(&person));

    ask_frame(&mut person, &message, "unchanged").await;
    ask_frame(&mut person, "no state", "error").await;
    let issuer = person.stage().facts.issuer.clone();
    person.opens(&format!("{issuer}/end-session")).await;
    person.press("Sign out").await;

    ask_frame(&mut person, &message, "changed").await;
}

pub(crate) async fn a_logout_at_the_provider_opens_the_apps_in_frames_and_goes_on(mut person: Person) {
    // Another provider plays an app that wants to hear of it: its trace tells what it was asked.
    let app = MockIdp::start().await.expect("it starts");
    let (tenant, facts) = (&person.stage().tenant, &person.stage().facts);
    let client =
        tenant.clients().into_iter().find(|client| client.client_id == facts.client_id).expect("one");
    tenant.add_client(Client {
        frontchannel_logout_uri: Some(format!("{}/healthz", app.base_url())),
        frontchannel_logout_session_required: true,
        ..client
    });
    let next = format!("post_logout_redirect_uri={}&client_id={}", facts.base_url, facts.client_id);
    let logout = format!("{}/end-session?{next}", facts.issuer);
    sign_in(&mut person, "alice").await;

    person.opens(&logout).await;
    person.press("Sign out").await;

    let home = person.waits_for("Talk to the API").await;
    person.assert_at(&home, "/");
    let asked = app.tenant().trace().snapshot();
    let framed =
        asked.iter().find(|exchange| exchange.endpoint == Endpoint::Health).expect("the frame was opened");
    let url = Url::parse(&framed.request.url).expect("an address");
    let told = |name| url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned());
    assert_eq!(told("iss").as_deref(), Some(person.stage().facts.issuer.as_str()));
    assert!(told("sid").is_some_and(|sid| !sid.is_empty()), "{url}");
    assert_eq!(framed.request.header("sec-fetch-dest"), Some("iframe"));
}
