//! Logout where somebody is signed in: the question, the frames, the logout tokens, and what they see of it.

use std::sync::{Arc, Mutex};

use mock_idp::fault::{LOGOUT_HEADER, LOGOUT_TOKEN};
use mock_idp::{Client, Endpoint, Leg, Logout, LogoutError, Params, Rules};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use super::stage::{CLIENT, Stage, told, verified};

/// An application's server that takes whatever is posted.
async fn application(status: u16) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/backchannel?own=query", listener.local_addr().unwrap());
    let received = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&received);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufReader::new(stream);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") && stream.read_line(&mut head).await.unwrap() > 0 {}
            let length = head.to_lowercase().split_once("content-length: ").unwrap().1.to_owned();
            let length: usize = length.lines().next().unwrap().parse().unwrap();
            let mut body = vec![0; length];
            stream.read_exact(&mut body).await.unwrap();
            kept.lock().unwrap().push(String::from_utf8(body).unwrap());
            let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\n\r\n");
            stream.get_mut().write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (url, received)
}

fn back_channel(uri: &str) -> Client {
    Client { backchannel_logout_uri: Some(uri.into()), ..Client::unregistered(CLIENT) }
}

#[tokio::test]
async fn without_a_hint_the_person_is_asked_and_a_link_from_elsewhere_cannot_answer() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    browser.sign_in("alice", &[]).await;
    let url = format!("{}/end-session", stage.provider.base_url());
    let there = "post_logout_redirect_uri=http://localhost:3000/bye&state=s";

    let page = browser.get(&format!("{url}?{there}&confirm=yes")).await;
    assert!(page.body.contains("Sign out?") && page.body.contains("Alice Doe"), "{page:?}");
    let mut form: Vec<(String, String)> = page.fields().0;
    let fields = |form: &[(String, String)]| form.to_vec();
    form.push(("confirm".into(), "no".into()));
    let stayed = browser.post(&url, &borrowed(&fields(&form))).await;
    assert!(stayed.body.contains("Still signed in"), "{stayed:?}");
    assert_eq!(browser.authorize(&[]).await.status, 303);
    form.last_mut().unwrap().1 = "yes".into();
    let left = browser.post(&url, &borrowed(&form)).await;

    assert_eq!(left.header("location"), "http://localhost:3000/bye?state=s");
    assert!(browser.cookies().is_empty(), "{:?}", browser.cookies());
    assert_eq!(browser.authorize(&[]).await.status, 302);
}

fn borrowed(form: &[(String, String)]) -> Vec<(&str, &str)> {
    form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

#[tokio::test]
async fn with_a_hint_the_session_ends_without_a_page() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    let hint = browser.sign_in("alice", &[]).await.fragment().first("id_token").unwrap().to_owned();
    let url = format!("{}/end-session", stage.provider.base_url());

    // A form of the application: a POST from another site, which comes without the cookie.
    let form = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", "http://localhost:3000/")];
    let got = browser.sent_from_elsewhere().post(&url, &form).await;

    assert_eq!(got.header("location"), "http://localhost:3000/");
    assert_eq!(browser.authorize(&[("prompt", "none")]).await.error(), "login_required");
}

#[tokio::test]
async fn strict_rules_ask_when_the_hint_is_about_somebody_else() {
    let stage = Stage::new().await;
    stage.tenant().add_client(Client {
        redirect_uris: vec![super::stage::CALLBACK.into()],
        ..Client::unregistered(CLIENT)
    });
    let mut browser = stage.browser();
    browser.sign_in("alice", &[]).await;
    let hint = stage.tenant().mint("bob", CLIENT, None, &[]).unwrap();
    let url = format!("{}/end-session?id_token_hint={hint}", stage.provider.base_url());

    assert!(browser.get(&url).await.body.contains("Signed out"));
    assert_eq!(browser.authorize(&[]).await.status, 303, "alice was not meant");
    stage.tenant().set_rules(Rules::Strict);
    assert!(browser.get(&url).await.body.contains("Sign out?"));
}

#[tokio::test]
async fn a_logout_form_of_another_site_without_a_hint_is_asked_again_where_the_cookie_shows() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    browser.sign_in("alice", &[]).await;
    let url = format!("{}/end-session", stage.provider.base_url());

    let posted = browser.sent_from_elsewhere().post(&url, &[("client_id", CLIENT)]).await;
    let page = browser.get(posted.header("location")).await;

    assert!(page.body.contains("Sign out?"), "{page:?}");
}

#[tokio::test]
async fn the_logout_of_auth0_needs_no_answer() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();
    browser.sign_in("alice", &[]).await;
    let base = stage.provider.base_url();

    let got = browser
        .get(&format!("{base}/v2/logout?client_id={CLIENT}&returnTo=http%3A%2F%2Flocalhost%3A3000%2F"))
        .await;
    let elsewhere = browser.get(&format!("{base}/v2/logout?returnTo=https://evil.example/")).await;

    assert_eq!(got.header("location"), "http://localhost:3000/");
    assert_eq!(elsewhere.status, 400);
    assert_eq!(browser.authorize(&[]).await.status, 302);
}

#[tokio::test]
async fn applications_of_the_session_are_framed_with_issuer_and_session_when_they_want_them() {
    let stage = Stage::new().await;
    let framed = |id: &str, uri: &str, required: bool| Client {
        frontchannel_logout_uri: Some(uri.into()),
        frontchannel_logout_session_required: required,
        ..Client::unregistered(id)
    };
    for client in [
        framed(CLIENT, "http://localhost:3000/front?a=1", true),
        framed("plain", "http://localhost:4000/front", false),
        framed("absent", "http://localhost:5000/front", true),
    ] {
        stage.tenant().add_client(client);
    }
    let mut browser = stage.browser();
    let first = browser.sign_in("alice", &[]).await;
    let (sid, hint) = (first.claims()["sid"].clone(), first.fragment().first("id_token").unwrap().to_owned());
    browser.authorize(&[("client_id", "plain")]).await;

    let url = format!("{}/end-session?id_token_hint={hint}", stage.provider.base_url());
    let page = browser.get(&format!("{url}&post_logout_redirect_uri=http://localhost:3000/")).await;

    let issuer = stage.provider.base_url().replace(':', "%3A").replace('/', "%2F");
    let own =
        format!("src=\"http://localhost:3000/front?a=1&#38;iss={issuer}&#38;sid={}\"", sid.as_str().unwrap());
    assert!(page.body.contains(&own), "{own} {}", page.body);
    assert!(page.body.contains("src=\"http://localhost:4000/front\"") && !page.body.contains(":5000"));
    let policy = page.header("content-security-policy");
    assert!(policy.contains("frame-src http://localhost:3000 http://localhost:4000"), "{policy}");
    assert!(page.body.contains("id=\"next\" href=\"http://localhost:3000/\""), "{}", page.body);
}

#[tokio::test]
async fn a_logout_token_reaches_the_applications_that_took_part_and_is_as_specified() {
    let stage = Stage::alice().await;
    let tenant = stage.tenant();
    let (uri, received) = application(200).await;
    tenant.add_client(back_channel(&uri));
    tenant.add_client(Client { client_id: "absent".into(), ..back_channel(&uri) });
    let claims = stage.authorize(&[]).await.claims();
    let sid = claims["sid"].as_str().unwrap().to_owned();

    let sent =
        tenant.back_channel_logout(&Logout { sid: Some(sid.clone()), ..Logout::default() }).await.unwrap();

    assert_eq!((sent.len(), sent[0].status, sent[0].client_id.as_str()), (1, Some(200), CLIENT));
    let body = received.lock().unwrap().pop().unwrap();
    let token = Params::parse(&body).first("logout_token").unwrap().to_owned();
    let told_claims = verified(&stage, &tenant, &token).await.unwrap();
    assert_eq!(told(&token).0["typ"], "logout+jwt");
    assert_eq!((&told_claims["sub"], &told_claims["sid"]), (&claims["sub"], &sid.clone().into()));
    assert_eq!(
        told_claims["events"]["http://schemas.openid.net/event/backchannel-logout"],
        serde_json::json!({})
    );
    assert!(told_claims["jti"].is_string() && told_claims["exp"].is_i64() && told_claims["iat"].is_i64());
    assert!(told_claims.get("nonce").is_none(), "{told_claims}");
    let gone = tenant.back_channel_logout(&Logout { sid: Some(sid.clone()), ..Logout::default() }).await;
    assert_eq!(gone, Err(LogoutError::UnknownSession(sid)));
}

#[tokio::test]
async fn signing_out_in_the_browser_sends_logout_tokens_and_the_trace_has_the_exchange() {
    let stage = Stage::new().await;
    let (uri, received) = application(400).await;
    stage.tenant().add_client(back_channel(&uri));
    let mut browser = stage.browser();
    let hint = browser.sign_in("alice", &[]).await.fragment().first("id_token").unwrap().to_owned();
    let lie =
        stage.tenant().arm(vec![LOGOUT_TOKEN.remove("events"), LOGOUT_HEADER.set("typ", "JWT")]).unwrap();

    browser.get(&format!("{}/end-session?id_token_hint={hint}", stage.provider.base_url())).await;

    let body = received.lock().unwrap().pop().expect("a logout token");
    let (header, claims) = told(Params::parse(&body).first("logout_token").unwrap());
    assert_eq!((&header["typ"], claims.get("events")), (&"JWT".into(), None));
    assert!(lie.report().iter().all(|report| report.changed == 1), "{:?}", lie.report());
    let trace = stage.tenant().trace().snapshot();
    let sent = trace.iter().find(|exchange| exchange.endpoint == Endpoint::BackChannelLogout).unwrap();
    assert_eq!((sent.leg, sent.request.url.as_str(), sent.faults.len()), (Leg::Back, uri.as_str(), 2));
    assert_eq!(sent.response.as_ref().unwrap().status, 400);
}

#[tokio::test]
async fn an_application_that_cannot_be_told_is_reported_and_stops_nobody() {
    let stage = Stage::alice().await;
    let tenant = stage.tenant();
    for (uri, problem) in [
        ("http://127.0.0.1:1/", "cannot be reached"),
        ("https://localhost:1/", "plain http only"),
        ("x", "no URL"),
    ] {
        tenant.add_client(back_channel(uri));
        stage.authorize(&[]).await;

        let alice = Logout { user: Some("alice".into()), ..Logout::default() };
        let sent = tenant.back_channel_logout(&alice).await.unwrap();

        let told = sent[0].problem.as_deref().unwrap_or_default();
        assert!(
            told.contains(problem) || problem == "no URL" && told.contains("not a URL"),
            "{uri}: {sent:?}"
        );
    }
}

#[tokio::test]
async fn a_logout_on_demand_that_is_about_nobody_says_what_to_write() {
    let tenant = Stage::new().await.provider.tenant();
    for (logout, word) in [
        (Logout::default(), "\"sid\""),
        (Logout { user: Some("carol".into()), ..Logout::default() }, "alice"),
        (Logout { user: Some("alice".into()), ..Logout::default() }, "sign in first"),
        (Logout { client_id: Some(CLIENT.into()), ..Logout::default() }, "backchannel_logout_uri"),
    ] {
        let error = tenant.back_channel_logout(&logout).await.unwrap_err();

        assert!(error.to_string().contains(word), "{error}");
    }
}

#[tokio::test]
async fn the_session_state_can_be_computed_again_by_the_iframe_that_is_advertised() {
    let stage = Stage::new().await;
    let mut browser = stage.browser();

    let answer = browser.sign_in("alice", &[]).await.fragment();
    let frame = browser.get(&format!("{}/check-session", stage.provider.base_url())).await;

    let (hash, salt) = answer.first("session_state").unwrap().split_once('.').unwrap();
    let (name, value) =
        browser.cookies().iter().find(|(name, _)| name.starts_with("mock_idp_state.")).unwrap();
    let text = format!("{CLIENT} http://localhost:3000 {value} {salt}");
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    let again = digest.as_ref().iter().fold(String::new(), |text, octet| format!("{text}{octet:02x}"));
    assert_eq!(hash, again);
    assert!(frame.body.contains(&format!("data-cookie=\"{name}\"")), "{}", frame.body);
    assert!(frame.headers.get("x-frame-options").is_none(), "it is there to be framed");
    assert!(frame.header("content-security-policy").contains("script-src 'sha256-"));
}
