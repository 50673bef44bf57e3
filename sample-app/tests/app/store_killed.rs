//! The program is killed (SIGKILL) at each point between two steps of its work on the file, and started again: nothing
//! is lost, nothing is there twice or by half, and no session outlives its end.

use std::collections::BTreeMap;

use rusqlite::Connection;
use sample_app::Clock;
use serde_json::json;
use tempfile::TempDir;

use super::browser::{Answer, Browser};
use super::program::{Running, folder, program};
use super::provider::{Provider, sign};
use super::world::HEADER;

/// One file, one provider, and the programs that come and go on that file.
pub(crate) struct Story {
    provider: Provider,
    folder: TempDir,
    secrets: [&'static str; 2],
}

/// A program under way, and a browser before it.
pub(crate) struct Act {
    pub(crate) program: Running,
    pub(crate) browser: Browser,
}

pub(crate) type Jar = BTreeMap<String, String>;
pub(crate) type Form = [(&'static str, String); 2];

impl Story {
    pub(crate) async fn new() -> Self {
        Self { provider: Provider::start().await, folder: folder(), secrets: ["long enough", ""] }
    }

    /// Starts the program, which will halt at `point`, and a browser with these cookies.
    pub(crate) async fn start(&self, point: &str, jar: &Jar) -> Act {
        let variables = [
            ("ISSUER_BASE_URL", self.provider.issuer.as_str()),
            ("CLIENT_ID", "app"),
            ("BASE_URL", "http://localhost:3000"),
            ("SECRET", self.secrets[0]),
            ("PREVIOUS_SECRETS", self.secrets[1]),
            ("PORT", "0"),
            ("SESSION_STORE", "sessions.sqlite"),
            ("SAMPLE_APP_HALT_AT", point),
        ];
        let mut program = Running::start(program(&self.folder, &variables)).await;
        let mut browser = Browser::new(format!("http://127.0.0.1:{}", program.port().await));
        browser.jar = jar.clone();
        Act { program, browser }
    }

    /// A login up to the form that finishes it.
    pub(crate) async fn form(&self, act: &mut Act) -> Form {
        let answer = act.browser.get("/login").await;
        let parameter = |name| answer.parameter(name).expect("the parameter is sent");
        let now = Clock::system().unix();
        let claims = json!({
            "iss": self.provider.issuer, "aud": "app", "sub": "alice", "nonce": parameter("nonce"), "iat": now,
            "exp": now + 300,
        });
        [("state", parameter("state")), ("id_token", sign(HEADER, &claims.to_string(), 0))]
    }

    fn logout_token(&self) -> String {
        let now = Clock::system().unix();
        let claims = json!({
            "iss": self.provider.issuer, "aud": "app", "iat": now, "exp": now + 120, "jti": "one", "sub": "alice",
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        });
        sign(HEADER, &claims.to_string(), 0)
    }

    /// The cookies of somebody who signed in at a program that is gone.
    async fn signed_in(&self) -> Jar {
        let mut act = self.start("", &Jar::new()).await;
        let form = self.form(&mut act).await;
        assert_eq!(act.deliver(&form).await.status, 303);
        act.browser.jar
    }

    pub(crate) fn sessions(&self) -> i64 {
        let file = Connection::open(self.folder.path().join("sessions.sqlite")).expect("a database");
        let whole: String =
            file.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("an answer");
        assert_eq!(whole, "ok");
        file.query_row("SELECT count(*) FROM sessions", [], |row| row.get(0)).expect("a number")
    }
}

impl Act {
    pub(crate) async fn deliver(&mut self, form: &Form) -> Answer {
        let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.browser.post("/callback", &form).await
    }

    pub(crate) async fn is_signed_in(&mut self) -> bool {
        self.browser.fetch("/api/user").await.status == 200
    }

    /// Waits until the program halts while it works on a request of a copy of this browser, and kills it there.
    pub(crate) async fn killed_at(mut self, point: &str, request: impl AsyncFnOnce(&mut Browser)) {
        let mut browser = self.browser.clone();
        let halted = format!("halted at {point}");
        tokio::select! {
            () = request(&mut browser) => panic!("{point}: the request was answered"),
            _ = self.program.says(&halted) => {}
        }
        self.program.child.kill().await.expect("it is killed");
    }
}

/// The program is killed at the point while it works on this form; the browser still has these cookies.
async fn killed_while_logging_in(story: &Story, point: &str) -> (Form, Jar) {
    let mut act = story.start(point, &Jar::new()).await;
    let form = story.form(&mut act).await;
    let jar = act.browser.jar.clone();
    let [state, token] = form.clone();
    act.killed_at(point, async move |browser| {
        browser.post("/callback", &[(state.0, &state.1), (token.0, &token.1)]).await;
    })
    .await;
    (form, jar)
}

#[tokio::test]
async fn a_login_that_was_not_written_down_can_be_sent_again_and_counts_once() {
    for point in ["login-between", "login-before-commit"] {
        let story = Story::new().await;
        let (form, jar) = killed_while_logging_in(&story, point).await;
        assert_eq!(story.sessions(), 0, "{point}: no half session");

        let mut act = story.start("", &jar).await;
        let again = act.deliver(&form).await;
        assert_eq!(again.status, 303, "{point}: {}", again.body);
        assert!(act.is_signed_in().await, "{point}");
        act.browser.jar = jar;
        let twice = act.deliver(&form).await;
        let end = act.browser.get(twice.location()).await;
        assert!(end.body.contains("<code>consumed-ledger</code>"), "{point}: {}", end.body);
        assert!(!act.is_signed_in().await, "{point}: twice");
        assert_eq!(story.sessions(), 1, "{point}");
    }
}

#[tokio::test]
async fn a_login_that_was_written_down_and_never_answered_is_finished() {
    for point in ["login-after-commit", "cleaning-before-commit", "cleaning-after-commit"] {
        let story = Story::new().await;
        let (form, jar) = killed_while_logging_in(&story, point).await;

        let mut act = story.start("", &jar).await;
        let again = act.deliver(&form).await;
        assert_eq!(again.status, 400, "{point}");
        assert!(again.body.contains("<code>consumed-ledger</code>"), "{point}: {}", again.body);
        assert!(!act.is_signed_in().await, "{point}");
        assert_eq!(story.sessions(), 1, "{point}: which nobody holds a cookie of");
    }
}

#[tokio::test]
async fn a_logout_counts_as_soon_as_it_is_written_down() {
    for (point, lives) in [("logout-before-commit", true), ("logout-after-commit", false)] {
        let story = Story::new().await;
        let jar = story.signed_in().await;
        let act = story.start(point, &jar).await;
        act.killed_at(point, async |browser| {
            browser.get("/logout").await;
        })
        .await;

        let mut act = story.start("", &jar).await;
        assert_eq!(act.is_signed_in().await, lives, "{point}");
        act.browser.jar = jar.clone();
        assert_eq!(act.browser.get("/logout").await.status, 302, "{point}");
        act.browser.jar = jar;
        assert!(!act.is_signed_in().await, "{point}: in the end it is over");
        assert_eq!(story.sessions(), 0, "{point}");
    }
}

#[tokio::test]
async fn a_logout_token_is_obeyed_as_a_whole_or_can_be_sent_again() {
    for (point, lives, again) in
        [("sign-out-before-commit", true, 200), ("sign-out-after-commit", false, 400)]
    {
        let story = Story::new().await;
        let jar = story.signed_in().await;
        let token = story.logout_token();
        let act = story.start(point, &jar).await;
        let sent = token.clone();
        act.killed_at(point, async move |browser| {
            browser.post("/backchannel-logout", &[("logout_token", &sent)]).await;
        })
        .await;

        let mut act = story.start("", &jar).await;
        assert_eq!(act.is_signed_in().await, lives, "{point}");
        let answer = act.browser.post("/backchannel-logout", &[("logout_token", &token)]).await;
        assert_eq!(answer.status, again, "{point}: {}", answer.body);
        act.browser.jar = jar;
        assert!(!act.is_signed_in().await, "{point}: in the end it is over");
    }
}

#[tokio::test]
async fn a_session_that_is_being_written_again_lives_on_either_way() {
    for point in ["renewal-before-commit", "renewal-after-commit"] {
        let mut story = Story::new().await;
        let jar = story.signed_in().await;
        // What an older secret sealed is written again at once.
        story.secrets = ["another secret", "long enough"];
        let act = story.start(point, &jar).await;
        act.killed_at(point, async |browser| {
            browser.fetch("/api/user").await;
        })
        .await;

        let mut act = story.start("", &jar).await;
        assert!(act.is_signed_in().await, "{point}");
        assert_eq!(story.sessions(), 1, "{point}");
    }
}

#[tokio::test]
async fn a_file_whose_making_was_cut_short_is_made_anew() {
    let story = Story::new().await;
    let variables = [
        ("ISSUER_BASE_URL", story.provider.issuer.as_str()),
        ("CLIENT_ID", "app"),
        ("BASE_URL", "http://localhost:3000"),
        ("SECRET", "long enough"),
        ("PORT", "0"),
        ("SESSION_STORE", "sessions.sqlite"),
        ("SAMPLE_APP_HALT_AT", "migrating"),
    ];
    Running::killed_at(program(&story.folder, &variables), "halted at migrating").await;

    let jar = story.signed_in().await;

    assert!(story.start("", &jar).await.is_signed_in().await);
}
