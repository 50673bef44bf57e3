//! Sessions in a database file: several processes share them, and a restart does not forget.

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::Connection;
use sample_app::{Login, SampleApp, Settings};
use serde_json::json;
use tempfile::TempDir;
use tokio::sync::Notify;

use super::back_channel::{TYPE, claims, log_in_with};
use super::browser::{Answer, Browser};
use super::provider::sign;
use super::world::{World, place, settings};

/// A world whose sessions are in a file, and the folder of that file.
struct Kept {
    world: World,
    folder: TempDir,
}

/// Another process on the same file, as far as the app can tell.
struct Other {
    _app: SampleApp,
    browser: Browser,
}

impl Kept {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("sessions.sqlite");
        Self { world: World::with(|settings| settings.session_store = Some(file)).await, folder }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("sessions.sqlite")
    }

    fn database(&self) -> Connection {
        Connection::open(self.file()).expect("a database")
    }

    fn rows(&self, table: &str) -> i64 {
        let count = format!("SELECT count(*) FROM {table}");
        self.database().query_row(&count, [], |row| row.get(0)).expect("a number")
    }

    /// A second app on the file, visited by a browser with the same cookies.
    async fn other(&self) -> Other {
        let place = place().await;
        let mut settings: Settings = settings(place.origin, &self.world.provider.issuer);
        settings.session_store = Some(self.file());
        let app = SampleApp::start(place.listener, settings, self.world.ambient()).await.expect("it starts");
        let mut browser = Browser::new(place.base);
        browser.jar = self.world.browser.jar.clone();
        Other { _app: app, browser }
    }
}

impl Other {
    async fn is_signed_in(&mut self) -> bool {
        let jar = self.browser.jar.clone();
        let status = self.browser.fetch("/api/user").await.status;
        self.browser.jar = jar;
        status == 200
    }

    async fn deliver(&mut self, world: &World, state: &str, token: &str) -> Answer {
        let origin = world.provider.issuer.clone();
        let form = [("state", state), ("id_token", token)];
        let send = |request: reqwest::RequestBuilder| request.header("origin", origin).form(&form);
        self.browser.request(reqwest::Method::POST, "/callback", send).await
    }
}

#[tokio::test]
async fn the_cookie_is_a_signed_id_and_the_file_tells_neither_the_id_nor_the_person() {
    let mut kept = Kept::new().await;

    kept.world.log_in().await;

    let cookie = kept.world.browser.jar["__Host-appSession"].clone();
    let (id, signature) = cookie.split_once('.').expect("an id and its signature");
    assert_eq!((id.len(), signature.len()), (43, 43));
    assert_eq!(kept.world.subject().await.as_deref(), Some("alice"));
    let files = ["sessions.sqlite", "sessions.sqlite-wal"];
    let bytes = files.map(|name| std::fs::read(kept.folder.path().join(name)).expect("a file")).concat();
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("CREATE TABLE sessions"), "this is where it is");
    for secret in [id, signature, "alice", "Liddell", "a-long-secret"] {
        assert!(!text.contains(secret), "{secret} is in the file");
    }
}

#[tokio::test]
async fn an_id_that_was_not_signed_here_is_no_session() {
    let mut kept = Kept::new().await;
    kept.world.log_in().await;
    let cookie = kept.world.browser.jar["__Host-appSession"].clone();
    let (id, signature) = cookie.split_once('.').expect("an id and its signature");

    let own = format!("{}.{signature}", "A".repeat(43));
    for forged in [id.to_owned(), format!("{id}."), own, format!("{id}.{}", "A".repeat(43))] {
        kept.world.browser.jar.insert("__Host-appSession".into(), forged.clone());
        assert_eq!(kept.world.subject().await, None, "{forged}");
    }
}

#[tokio::test]
async fn the_id_changes_at_every_login_and_the_old_one_is_dead() {
    let mut kept = Kept::new().await;
    kept.world.log_in().await;
    let before = kept.world.browser.jar.clone();

    kept.world.log_in().await;

    assert_ne!(before["__Host-appSession"], kept.world.browser.jar["__Host-appSession"]);
    assert_eq!(kept.rows("sessions"), 1);
    kept.world.browser.jar = before;
    assert_eq!(kept.world.subject().await, None);
}

#[tokio::test]
async fn two_processes_share_a_session_and_both_see_the_logout_at_once() {
    let mut kept = Kept::new().await;
    kept.world.log_in().await;
    let mut other = kept.other().await;
    assert!(other.is_signed_in().await);

    let answer = kept.world.browser.get("/logout").await;

    assert_eq!(answer.status, 302);
    assert!(!other.is_signed_in().await);
    assert_eq!(kept.rows("sessions"), 0);
}

#[tokio::test]
async fn a_finished_form_is_refused_by_the_other_process_and_after_a_restart() {
    let mut kept = Kept::new().await;
    let login = kept.world.start_login("/").await;
    let token = kept.world.token(&login);
    let (mut other, mut later) = (kept.other().await, kept.other().await);
    assert_eq!(kept.world.deliver(&login, &token).await.status, 303);

    let replayed = other.deliver(&kept.world, &login.state, &token).await;
    drop(other);
    let late = later.deliver(&kept.world, &login.state, &token).await;

    World::assert_refused(&replayed, "consumed-ledger");
    World::assert_refused(&late, "consumed-ledger");
    assert_eq!(kept.rows("sessions"), 1);
}

#[tokio::test]
async fn of_two_equal_forms_at_two_processes_one_wins() {
    let mut kept = Kept::new().await;
    let login = kept.world.start_login("/").await;
    let token = kept.world.token(&login);
    let (mut one, mut two) = (kept.other().await, kept.other().await);

    let (one, two) = tokio::join!(
        one.deliver(&kept.world, &login.state, &token),
        two.deliver(&kept.world, &login.state, &token)
    );

    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 400]);
    assert_eq!(kept.rows("sessions"), 1);
}

#[tokio::test]
async fn what_the_provider_ended_stays_ended_for_every_process_and_its_token_counts_once() {
    let mut kept = Kept::new().await;
    log_in_with(&mut kept.world, json!({"sid": "s1"})).await;
    let mut other = kept.other().await;
    let token = sign(TYPE, &claims(&kept.world).to_string(), 0);

    let answers = [
        other.browser.post("/backchannel-logout", &[("logout_token", &token)]).await,
        kept.world.browser.post("/backchannel-logout", &[("logout_token", &token)]).await,
    ];

    assert_eq!(answers.map(|answer| answer.status), [200, 400]);
    assert_eq!(kept.world.subject().await, None);
    assert!(!kept.other().await.is_signed_in().await);
}

#[tokio::test]
async fn a_session_ends_by_time_and_the_next_login_clears_its_rows_away() {
    let mut kept = Kept::new().await;
    kept.world.log_in().await;
    let cookies = kept.world.browser.jar.clone();

    kept.world.advance(86_400);
    assert_eq!(kept.world.subject().await, None);
    kept.world.browser.jar = cookies;
    kept.world.log_in().await;

    assert_eq!((kept.rows("sessions"), kept.rows("finished")), (1, 1));
}

#[tokio::test]
async fn use_prolongs_a_session_under_the_same_id() {
    let mut kept = Kept::new().await;
    kept.world.log_in().await;
    let cookie = kept.world.browser.jar["__Host-appSession"].clone();

    for _ in 0..3 {
        kept.world.advance(50_000);
        assert_eq!(kept.world.subject().await.as_deref(), Some("alice"));
    }

    assert_eq!(kept.world.browser.jar["__Host-appSession"], cookie);
}

#[tokio::test]
async fn a_store_that_fails_answers_503_to_people_and_scripts_and_lets_nobody_in() {
    let mut kept = Kept::new().await;
    kept.world.log_in().await;
    kept.database().execute_batch("ALTER TABLE sessions RENAME TO away").expect("renamed");

    for path in ["/", "/profile", "/logout"] {
        let answer = kept.world.browser.get(path).await;
        assert_eq!(answer.status, 503, "{path}");
        assert!(answer.body.contains("<code>session-store</code>"), "{path}: {}", answer.body);
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
    }
    let answer = kept.world.browser.fetch("/api/user").await;
    assert_eq!((answer.status, answer.body.as_str()), (503, r#"{"error":"temporarily_unavailable"}"#));
    assert_eq!(
        Browser::new(kept.world.base.clone()).get("/").await.status,
        200,
        "who has no cookie asks nothing"
    );

    kept.database().execute_batch("ALTER TABLE away RENAME TO sessions").expect("renamed");
    assert_eq!(kept.world.subject().await.as_deref(), Some("alice"), "and everything is as before");
}

#[tokio::test]
async fn a_login_that_cannot_be_written_down_can_be_sent_again() {
    let mut kept = Kept::new().await;
    let login = kept.world.start_login("/").await;
    let token = kept.world.token(&login);
    let lock = kept.database();
    lock.execute_batch("BEGIN IMMEDIATE").expect("locked");

    let answer = kept.world.deliver(&login, &token).await;

    assert_eq!(answer.status, 503);
    assert_eq!(kept.world.browser.named("appSession"), Vec::<String>::new());
    lock.execute_batch("ROLLBACK").expect("free");
    assert_eq!(kept.world.deliver(&login, &token).await.status, 303);
    assert_eq!(kept.world.subject().await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn a_request_under_way_while_its_session_ends_does_not_bring_it_back() {
    let mut kept = Kept::new().await;
    kept.world.log_in().await;
    let (arrived, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (here, gate) = (arrived.clone(), go_on.clone());
    let slow = async move || {
        here.notify_one();
        gate.notified().await;
        "done"
    };
    let place = place().await;
    let mut settings = settings(place.origin, &kept.world.provider.issuer);
    settings.session_store = Some(kept.file());
    let login = Login::new(settings, kept.world.ambient()).expect("a login");
    let pages = login.protect(axum::Router::new().route("/slow", axum::routing::get(slow)));
    let server = tokio::spawn(async move { axum::serve(place.listener, pages).await });
    kept.world.advance(61);
    let cookies = kept.world.browser.jar.clone();
    let mut browser = Browser::new(place.base);
    browser.jar = cookies.clone();

    let request = tokio::spawn(async move { browser.get("/slow").await });
    arrived.notified().await;
    assert_eq!(kept.world.browser.get("/logout").await.status, 302);
    go_on.notify_one();
    let answer = request.await.expect("an answer");
    server.abort();

    assert_eq!(answer.body, "done");
    assert!(answer.cookies().iter().all(|line| line.contains("Max-Age=0")), "{:?}", answer.cookies());
    assert_eq!(kept.rows("sessions"), 0);
    kept.world.browser.jar = cookies;
    assert_eq!(kept.world.subject().await, None);
}

#[tokio::test]
async fn switching_the_store_on_or_off_signs_everybody_out() {
    let mut kept = Kept::new().await;
    kept.world.log_in().await;
    let place = place().await;
    let settings = settings(place.origin, &kept.world.provider.issuer);
    let _app = SampleApp::start(place.listener, settings, kept.world.ambient()).await.expect("it starts");
    let mut without = Browser::new(place.base);
    without.jar = kept.world.browser.jar.clone();

    assert_eq!(without.fetch("/api/user").await.status, 302, "off");
    let with = std::mem::replace(&mut kept.world.browser, without);
    kept.world.log_in().await;
    assert_eq!(kept.world.subject().await.as_deref(), Some("alice"));
    let without = std::mem::replace(&mut kept.world.browser, with);
    kept.world.browser.jar = without.jar;

    assert_eq!(kept.world.subject().await, None, "on");
}
