//! A person at a window of Chromium, with the sample app and a provider of their own.

use harness::agent::{Agent, AgentOptions, Album, BrowserAgent, Cookie, Page, Windows};
use harness::{Scenario, Stage, Target};
use mock_idp::fault::WIRE;
use mock_idp::trace::Endpoint;
use mock_idp::{FaultGuard, LoginPolicy};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use url::Url;

/// Where pictures go, beside the report.
pub(crate) fn pictures() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target folder");
    let folder = target.join("rpcheck/screenshots");
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    folder
}

/// Whatever they do must work: the test ends where it does not.
pub(crate) struct Person {
    window: BrowserAgent,
    stage: Stage,
    album: Arc<Album>,
}

impl Person {
    /// Somebody in front of a fresh window, of which a picture is kept after every step.
    pub(crate) async fn new(
        windows: &Windows,
        album: Arc<Album>,
        target: &dyn Target,
        variant: Option<&'static str>,
    ) -> Self {
        let scenario = Scenario { variant, ..Scenario::tolerate("browser/story") };
        let stage = target.stage(&scenario).await.expect("the sample app starts");
        stage.tenant.set_policy(LoginPolicy::Ask);
        let provider = Url::parse(&stage.facts.issuer).expect("an issuer is a URL");
        let options = AgentOptions::new(provider, stage.agent_clock.clone());
        let options = AgentOptions { album: Some(album.clone()), ..options };
        let window = windows.agent(options).await.expect("a window opens");
        Self { window, stage, album }
    }

    /// Types the address of a page of the app.
    pub(crate) async fn open(&mut self, path: &str) -> Page {
        self.window.visit(&self.stage.url(path)).await.expect("the page opens")
    }

    /// Types any address.
    pub(crate) async fn opens(&mut self, url: &str) -> Page {
        let url = Url::parse(url).expect("an address");
        self.window.visit(&url).await.unwrap_or_else(|error| panic!("{url}: {error}"))
    }

    /// Their app and its provider.
    pub(crate) fn stage(&self) -> &Stage {
        &self.stage
    }

    /// Opens a page with this body that belongs to nobody.
    pub(crate) async fn opens_elsewhere(&mut self, body: &str) {
        let url = Url::parse(&format!("data:text/html,{body}")).expect("an address");
        self.window.visit(&url).await.expect("the page opens");
    }

    /// What the boxes said that scripts have opened so far.
    pub(crate) fn dialogs(&self) -> &[String] {
        self.window.dialogs()
    }

    /// Presses the link or button that reads like this.
    #[track_caller]
    pub(crate) fn press(&mut self, text: &str) -> impl Future<Output = Page> {
        let place = std::panic::Location::caller();
        async move {
            let page = self.window.click(text).await;
            page.unwrap_or_else(|error| panic!("{error} ({place})"))
        }
    }

    /// Waits until the page reads like this.
    pub(crate) async fn waits_for(&mut self, text: &str) -> Page {
        let page = self.window.wait_for_text(text).await;
        page.unwrap_or_else(|error| panic!("“{text}” did not show: {error}"))
    }

    /// Loads the page again.
    pub(crate) async fn reloads(&mut self) {
        // A mark on the page that was there: when it is gone, the page is another.
        self.evaluate("(() => { window.before = true; location.reload(); return true; })()").await;
        while self.evaluate("window.before === true").await == true {
            tokio::task::yield_now().await;
        }
    }

    /// Presses Back.
    pub(crate) async fn back(&mut self) -> Page {
        self.window.back().await.expect("there is a page to go back to")
    }

    /// Fills in the provider's login page, which must be the one that is shown.
    pub(crate) async fn signs_in(&mut self, name: &str) -> Page {
        let page = self.window.page().cloned().expect("a page is shown");
        assert!(self.is_at_provider(&page), "the provider's login page is shown, not {}", page.url);
        let has_password = |form: &&harness::agent::Form| form.names.iter().any(|field| field == "password");
        let mut form = page.forms.iter().find(has_password).cloned().expect("it asks for a password");
        form.set("username", name).expect("a field for the name");
        form.set("password", name).expect("a field for the password");
        form.press("Sign in").expect("a button to sign in");
        self.window.submit(&form).await.expect("the login leads somewhere")
    }

    /// Puts a character into every session cookie that was not there.
    pub(crate) async fn tampers_with_cookies(&mut self) {
        let app = self.stage.url("/");
        for cookie in self.window.cookies(&app).await.expect("the cookies can be read") {
            let line = format!("{}=A{}; Path=/; Secure; HttpOnly; SameSite=Lax", cookie.name, cookie.value);
            self.window.plant_cookie(&app, &line).await.expect("the cookie can be changed");
        }
    }

    /// The cookie of this name that an address is sent.
    pub(crate) async fn cookie(&mut self, url: &Url, name: &str) -> Option<Cookie> {
        let cookies = self.window.cookies(url).await.expect("the cookies can be read");
        cookies.into_iter().find(|cookie| cookie.name == name)
    }

    /// A command of the DevTools protocol.
    pub(crate) async fn devtools(&self, method: &'static str, params: Value) -> Value {
        self.window.devtools(method, params).await.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// Presses a key: `Tab` or `Enter`.
    pub(crate) async fn hits(&self, key: &str) {
        let (code, text) = if key == "Enter" { (13, "\r") } else { (9, "") };
        let down = json!({ "type": "keyDown", "key": key, "code": key, "text": text, "windowsVirtualKeyCode": code });
        self.devtools("Input.dispatchKeyEvent", down).await;
        let up = json!({ "type": "keyUp", "key": key, "code": key, "windowsVirtualKeyCode": code });
        self.devtools("Input.dispatchKeyEvent", up).await;
    }

    /// Presses Tab until what has the focus reads like this, as it must within a few keys.
    pub(crate) async fn tabs_to(&self, text: &str) {
        let focused = "(document.activeElement.innerText || document.activeElement.name || '').trim()";
        let mut passed = Vec::new();
        for _ in 0..12 {
            self.hits("Tab").await;
            let now = self.evaluate(focused).await;
            if now == text {
                return;
            }
            passed.push(now);
        }
        panic!("Tab never comes to “{text}”, only to {passed:?}");
    }

    /// Time passes at the app and at its provider, and not in the browser, which keeps every cookie.
    pub(crate) fn time_passes(&self, seconds: i64) {
        self.stage.tenant.clock().advance(seconds);
    }

    /// The provider takes its time to answer the next request of this kind: half a second.
    pub(crate) fn waits_for_the_provider_at(&self, endpoint: Endpoint) -> FaultGuard {
        self.stage.tenant.arm(vec![WIRE.at(endpoint).delay(500).first()]).expect("a fault")
    }

    /// How often something was asked of the provider.
    pub(crate) fn asked(&self, endpoint: Endpoint, method: &str) -> usize {
        let all = self.stage.tenant.trace().snapshot();
        all.iter().filter(|one| one.endpoint == endpoint && one.request.method == method).count()
    }

    /// How many requests of a page's address path the app has had.
    pub(crate) fn sent(&self, method: &str, path: &str) -> usize {
        let url = self.stage.url(path);
        let all = self.window.exchanges();
        all.iter().filter(|one| one.request.method == method && one.request.url == url.as_str()).count()
    }

    /// Clicks what a selector finds, and once more before anything can have come of it.
    pub(crate) async fn double_clicks(&self, selector: &str) {
        let twice = format!(
            "(() => {{ const control = document.querySelector('{selector}'); control.click(); \
             setTimeout(() => control.click(), 100); return true; }})()"
        );
        self.evaluate(&twice).await;
    }

    /// Clicks with the mouse, where no script runs: what comes of it shows in another tab, in the background.
    pub(crate) async fn clicks_for_another_tab(&mut self, selector: &str) {
        const CTRL: u8 = 2;
        self.clicks_with_the_mouse(selector, 1, CTRL).await;
    }

    /// Clicks twice with the mouse, as fast as can be.
    pub(crate) async fn double_clicks_with_the_mouse(&mut self, selector: &str) {
        self.clicks_with_the_mouse(selector, 2, 0).await;
    }

    async fn clicks_with_the_mouse(&mut self, selector: &str, times: u8, keys: u8) {
        let middle = format!(
            "(() => {{ const at = document.querySelector('{selector}').getBoundingClientRect(); \
             return [at.x + at.width / 2, at.y + at.height / 2]; }})()"
        );
        let middle = self.evaluate(&middle).await;
        for count in 1..=times {
            for kind in ["mousePressed", "mouseReleased"] {
                let (x, y) = (&middle[0], &middle[1]);
                let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": count, "modifiers": keys });
                self.devtools("Input.dispatchMouseEvent", event).await;
            }
        }
    }

    /// The session cookie, as soon as there is one.
    pub(crate) async fn waits_for_a_session(&mut self) -> String {
        let app = self.stage.url("/");
        loop {
            let cookies = self.window.cookies(&app).await.expect("the cookies can be read");
            let session = cookies.into_iter().find(|cookie| cookie.name.ends_with("appSession"));
            if let Some(session) = session {
                return session.value;
            }
        }
    }

    /// Works without scripts from now on.
    pub(crate) async fn turns_scripts_off(&mut self) {
        self.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
        // Pages that would go on by a script are where the person is now.
        self.window.hold_forms(true);
    }

    /// Opens another tab of the same window, which shows nothing yet.
    pub(crate) async fn opens_tab(&mut self) {
        self.window.open_tab().await.expect("a tab opens");
    }

    /// Goes to a tab by its number, from 0.
    pub(crate) async fn goes_to_tab(&mut self, number: usize) {
        self.window.show_tab(number).await.expect("the tab is there");
    }

    /// Loses every cookie that the app has set, as a browser does that cleans up.
    pub(crate) async fn loses_cookies(&mut self) {
        let app = self.stage.url("/");
        let cookies = self.window.cookies(&app).await.expect("the cookies can be read");
        assert!(!cookies.is_empty(), "there are cookies to lose");
        for cookie in cookies {
            self.window.delete_cookie(&app, &cookie.name).await.expect("the cookie can be deleted");
        }
    }

    /// What an expression is worth in the page.
    pub(crate) async fn evaluate(&self, expression: &str) -> Value {
        self.window.evaluate(expression).await.expect("the expression can be evaluated")
    }

    /// Keeps what the window shows where no step has changed it, under a few words.
    pub(crate) async fn picture(&self, words: &str) {
        self.album.keep(words, &self.shot().await);
    }

    /// What the window shows, as a PNG.
    pub(crate) async fn shot(&self) -> Vec<u8> {
        self.window.screenshot().await.expect("the window can be pictured")
    }

    /// Is this a page of the provider?
    pub(crate) fn is_at_provider(&self, page: &Page) -> bool {
        self.stage.is_provider(&page.url)
    }

    /// Is this the page of the app at this path?
    #[track_caller]
    pub(crate) fn assert_at(&self, page: &Page, path: &str) {
        assert_eq!(page.url, self.stage.url(path), "“{}”", page.text);
        assert_eq!(page.status, 200);
    }
}
