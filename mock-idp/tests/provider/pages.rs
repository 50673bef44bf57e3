//! Every page: nothing comes from elsewhere, and the headers let nothing in.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mock_idp::{Client, LoginPolicy};

use super::browser::Browser;
use super::control::Desk;
use super::stage::{CLIENT, Got};

const FRAMED: &str = "http://localhost:3000/front";

/// Who may frame a page.
#[derive(Clone, Copy, PartialEq)]
enum Framing {
    Nobody,
    /// The application does, on purpose.
    Application,
}

type Shown = (&'static str, Framing, Got);

async fn on_the_way_in(browser: &mut Browser<'_>, base: &str) -> Vec<Shown> {
    let login = browser.authorize(&[("acr_values", "2")]).await.header("location").to_owned();
    let social = browser.authorize(&[("connection", "x")]).await.header("location").to_owned();
    let got = [
        ("home", browser.get(base).await),
        ("nothing here", browser.get(&format!("{base}/nothing")).await),
        ("no such issuer", browser.get(&format!("{base}/t/nobody/")).await),
        ("login", browser.get(&login).await),
        ("login, wrong password", browser.post(&login, &[("username", "alice"), ("password", "x")]).await),
        ("social", browser.get(&social).await),
        ("consent", browser.sign_in("mallory", &[("prompt", "consent")]).await),
        ("chooser", browser.authorize(&[("prompt", "select_account")]).await),
        ("device", browser.get(&format!("{base}/device")).await),
        ("device, no such code", browser.post(&format!("{base}/device"), &[("user_code", "x")]).await),
        ("problem", browser.authorize(&[("redirect_uri", "https://evil.example/")]).await),
    ];
    got.into_iter().map(|(name, got)| (name, Framing::Nobody, got)).collect()
}

async fn on_the_way_out(browser: &mut Browser<'_>, base: &str) -> Vec<Shown> {
    let url = format!("{base}/end-session");
    let got = [
        ("logout confirmation", browser.get(&url).await),
        ("still signed in", browser.post(&url, &[("confirm", "no")]).await),
        // The session has been at the application, which wants to be framed.
        ("farewell", {
            browser.authorize(&[]).await;
            browser.post(&url, &[("confirm", "yes")]).await
        }),
        ("signed out", browser.get(&url).await),
        ("logout problem", browser.get(&format!("{url}?id_token_hint=forged")).await),
    ];
    got.into_iter().map(|(name, got)| (name, Framing::Nobody, got)).collect()
}

async fn by_policy(desk: &Desk, base: &str) -> Vec<Shown> {
    let (stage, tenant) = (&desk.stage, desk.stage.tenant());
    tenant.set_policy(LoginPolicy::Auto { user: "nobody".into() });
    let nobody = stage.authorize(&[]).await;
    tenant.set_policy(LoginPolicy::Auto { user: "alice".into() });
    let form = stage.authorize(&[("response_mode", "form_post")]).await;
    tenant.set_pause(true);
    let pause = stage.authorize(&[]).await.header("location").to_owned();
    let viewer = format!("{}/tenants/_default/viewer", desk.control);
    vec![
        ("nobody to sign in", Framing::Nobody, nobody),
        ("form_post", Framing::Application, form),
        ("pause", Framing::Nobody, stage.get(&pause).await),
        ("check-session", Framing::Application, stage.get(&format!("{base}/check-session")).await),
        ("viewer", Framing::Nobody, stage.get(&viewer).await),
    ]
}

/// The pages that a page loads or frames: none but the application's at the farewell.
fn loads_nothing(name: &str, body: &str) {
    for element in
        ["<img", "<link", "<object", "<embed", "<base", "<svg", "<audio", "<video", "<meta http-equiv"]
    {
        assert!(!body.contains(element), "{name}: {element} in {body}");
    }
    for way in ["srcset=", "@import", "url(", " style=\"", " onclick=", " onload=", "src=\"//", "href=\"//"] {
        assert!(!body.contains(way), "{name}: {way} in {body}");
    }
    let sources: Vec<&str> =
        body.split(" src=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(sources, if name == "farewell" { vec![FRAMED] } else { vec![] }, "{name}");
}

fn lets_nothing_in(name: &str, framing: Framing, got: &Got) {
    let policy = got.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'") && policy.contains("base-uri 'none'"),
        "{name}: {policy}"
    );
    let foreign = policy.replace("frame-src http://localhost:3000", "");
    for lax in ["unsafe", "http:", "https:", "*", "blob:"] {
        assert!(!foreign.contains(lax), "{name}: {lax} in {policy}");
    }
    assert_eq!(got.header("content-type"), "text/html; charset=utf-8", "{name}");
    assert_eq!(got.header("x-content-type-options"), "nosniff", "{name}");
    assert_eq!(got.header("cache-control"), "no-store", "{name}");
    // An application that is posted to is told the provider's origin, and no other page tells anything.
    let referrer = if name == "form_post" { "strict-origin" } else { "no-referrer" };
    assert_eq!(got.header("referrer-policy"), referrer, "{name}");
    let is_closed = got.headers.contains_key("x-frame-options") || policy.contains("frame-ancestors 'none'");
    assert_eq!(is_closed, framing == Framing::Nobody, "{name}: {got:?}");
}

/// What a page with a person's answer runs, and that its policy lets it.
fn sends_once(name: &str, got: &Got) {
    if !got.body.contains("<form method=\"post\"") || name == "form_post" {
        return;
    }
    let scripts: Vec<&str> =
        got.body.split("<script>").skip(1).map(|rest| rest.split("</script>").next().unwrap()).collect();
    assert!(scripts.iter().any(|script| script.contains("dataset.sent")), "{name}: {}", got.body);
    for script in scripts {
        let hash = STANDARD.encode(digest(&SHA256, script.as_bytes()));
        let policy = got.header("content-security-policy");
        assert!(policy.contains(&format!("'sha256-{hash}'")), "{name}: {script} is not in {policy}");
    }
}

#[tokio::test]
async fn no_page_loads_anything_from_elsewhere_or_lets_it_in() {
    let desk = Desk::new().await;
    let base = desk.stage.provider.base_url().to_owned();
    desk.stage
        .tenant()
        .add_client(Client { frontchannel_logout_uri: Some(FRAMED.into()), ..Client::unregistered(CLIENT) });
    let mut browser = desk.stage.browser();

    let mut pages = on_the_way_in(&mut browser, &base).await;
    pages.extend(on_the_way_out(&mut browser, &base).await);
    pages.extend(by_policy(&desk, &base).await);

    for (name, framing, got) in &pages {
        loads_nothing(name, &got.body);
        lets_nothing_in(name, *framing, got);
        sends_once(name, got);
        assert!(got.body.contains("<html lang=\"en\""), "{name}: {got:?}");
    }
    // Each is another page: none of them stands for a redirect that led nowhere.
    for (name, words) in [
        ("login, wrong password", "Username or password is wrong"),
        ("social", "Deny"),
        ("consent", "name=\"ticket\""),
        ("chooser", "name=\"sid\""),
        ("device", "name=\"user_code\""),
        ("logout confirmation", "Sign out?"),
        ("farewell", "<iframe"),
        ("signed out", "Signed out"),
        ("pause", "<textarea"),
        ("form_post", "<form method=\"post\""),
        ("viewer", "/authorize"),
    ] {
        let (_, _, got) = pages.iter().find(|(known, _, _)| *known == name).unwrap();
        assert!(got.body.contains(words), "{name}: {}", got.body);
    }
}
