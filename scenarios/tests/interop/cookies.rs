//! Session and login cookies, each way.

use crate::peer::Peer;
use harness::agent::Cookie;
use harness::trial::Pending;
use harness::{Trial, TrialAgent};
use mock_idp::Params;
use scenarios::sample::{SECRET, START};
use serde_json::{Value, json};

const SESSION: &str = "__Host-appSession";
const LOGIN: &str = "__Host-auth_verification.";
const OTHER_SECRET: &str = "another-published-secret-that-protects-nothing";

async fn agent(trial: &Trial) -> TrialAgent {
    trial.agent().await.expect("a browser")
}

/// The cookies of a kind that the app has set, pieces in their order.
async fn cookies(agent: &mut TrialAgent, kind: &str) -> Vec<Cookie> {
    let mut cookies = agent.cookies().await.expect("cookies");
    cookies.retain(|cookie| cookie.name.starts_with(kind));
    cookies
        .sort_by_key(|cookie| cookie.name.rsplit('.').next().and_then(|number| number.parse::<u32>().ok()));
    cookies
}

fn as_header(cookies: &[Cookie]) -> String {
    let pairs: Vec<_> = cookies.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
    pairs.join("; ")
}

/// The ID Token that the browser last posted to the app.
fn delivered(trial: &Trial) -> String {
    let conversation = trial.stage().everything();
    let mut posts = conversation.iter().rev().filter(|exchange| exchange.request.method == "POST");
    let token = posts.find_map(|post| Params::parse(&post.request.body).first("id_token").map(str::to_owned));
    token.expect("an ID Token was posted")
}

/// A session that a login made, as the library reads it.
async fn read_by_library(trial: &Trial, peer: &Peer, user: &str) -> (Vec<Cookie>, Value) {
    let mut agent = agent(trial).await;
    let subject = trial.subject(user).expect("a subject");
    agent.log_in(user).await.expect("a login").accepted(&subject).expect("an honest login succeeds");
    let cookies = cookies(&mut agent, SESSION).await;
    let session = peer.ask("open", SECRET, SESSION, &as_header(&cookies)).expect("the library opens it");
    (cookies, serde_json::from_str(&session).expect("JSON"))
}

pub(crate) async fn the_library_opens_a_session_of_the_sample(trial: &Trial, peer: &Peer) {
    let (cookies, session) = read_by_library(trial, peer, "alice").await;

    assert_eq!(cookies.len(), 1);
    assert_eq!(session["payload"]["id_token"], delivered(trial));
    assert_eq!(session["header"]["iat"], START);
    assert_eq!(session["header"]["exp"], START + 86_400);
    let refused = peer.ask("open", OTHER_SECRET, SESSION, &as_header(&cookies)).expect_err("another secret");
    assert!(refused.contains("for no session"), "{refused}");
}

pub(crate) async fn the_library_opens_a_session_of_the_sample_in_several_cookies(trial: &Trial, peer: &Peer) {
    let (cookies, session) = read_by_library(trial, peer, "maximilian").await;

    assert!(cookies.len() > 1, "it takes several cookies");
    assert_eq!(session["payload"]["id_token"], delivered(trial));
    let last_missing = as_header(&cookies[..cookies.len() - 1]);
    peer.ask("open", SECRET, SESSION, &last_missing).expect_err("a piece is missing");
}

/// Who is signed in at the sample with a session that the library minted, and in how many cookies it came.
async fn shown_by_sample(trial: &Trial, peer: &Peer, secret: &str, user: &str) -> (usize, Option<String>) {
    let id_token = trial.mint(user, None, &[]).expect("a token");
    let session = json!({ "id_token": id_token }).to_string();
    let minted = peer.ask("mint", secret, SESSION, &session).expect("the library mints a session");
    let mut agent = agent(trial).await;
    for line in minted.lines() {
        agent.plant(line).await.expect("browsers keep the library's cookies");
    }
    (minted.lines().count(), agent.probe().await.expect("an answer"))
}

pub(crate) async fn the_sample_opens_a_session_of_the_library(trial: &Trial, peer: &Peer) {
    let shown = shown_by_sample(trial, peer, SECRET, "alice").await;
    let refused = shown_by_sample(trial, peer, OTHER_SECRET, "alice").await;

    assert_eq!(shown, (1, Some("user-alice".to_owned())));
    assert_eq!(refused, (1, None), "another secret");
}

pub(crate) async fn the_sample_opens_a_session_of_the_library_in_several_cookies(trial: &Trial, peer: &Peer) {
    let (cookies, subject) = shown_by_sample(trial, peer, SECRET, "maximilian").await;

    assert!(cookies > 1, "it takes several cookies");
    assert_eq!(subject.as_deref(), Some("user-maximilian"));
}

/// A login that waits at the provider, and the cookie by which the sample will know it again.
async fn begun(trial: &Trial) -> (Pending, Cookie) {
    let mut agent = agent(trial).await;
    let pending = agent.begin("alice").await.expect("a login begins");
    let [login] = <[Cookie; 1]>::try_from(cookies(&mut agent, LOGIN).await).expect("one cookie");
    (pending, login)
}

pub(crate) async fn the_library_reads_a_login_that_the_sample_began(trial: &Trial, peer: &Peer) {
    let (pending, login) = begun(trial).await;

    let content = peer.ask("open-login", SECRET, &login.name, &login.value).expect("the library reads it");

    let read: Value = serde_json::from_str(&content).expect("JSON");
    assert_eq!(read["state"], pending.asked("state"));
    assert_eq!(read["nonce"], pending.asked("nonce"));
    assert_eq!(read["iss"], trial.facts().issuer);
    assert!(content.contains("\\u002e") && !content.contains('.'), "{content}");
    let elsewhere = format!("{LOGIN}other");
    let refused = peer.ask("open-login", SECRET, &elsewhere, &login.value).expect_err("another name");
    assert!(refused.contains("refuses the signature"), "{refused}");
}

pub(crate) async fn the_sample_ends_a_login_that_the_library_signed(trial: &Trial, peer: &Peer) {
    let (pending, login) = begun(trial).await;
    let content = peer.ask("open-login", SECRET, &login.name, &login.value).expect("the library reads it");

    for (secret, subject) in [(OTHER_SECRET, None), (SECRET, Some("user-alice"))] {
        let lines = peer.ask("mint-login", secret, &login.name, &content).expect("the library signs it");
        let own = lines.lines().find(|line| line.starts_with(&login.name)).expect("a cookie of this name");
        let mut agent = agent(trial).await;
        agent.plant(own).await.expect("browsers keep the library's cookie");
        let landing = agent.deliver(&pending.form.fields).await.expect("an answer");
        assert_eq!(landing.subject.as_deref(), subject, "{}", landing.seen());
    }
}
