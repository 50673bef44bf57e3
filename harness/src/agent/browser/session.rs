//! One window: how it is opened, and the two commands of ChromeDriver that WebDriver does not have.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use fantoccini::error::CmdError;
use fantoccini::wd::{WebDriverCompatibleCommand, WindowHandle};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use super::driver::Driver;
use super::{Browser, BrowserError};
use crate::agent::AgentOptions;

/// A WebDriver session that ends when dropped, or waits to be used again where somebody keeps it.
pub(super) struct Session {
    pub(super) client: Client,
    /// The main frame of the tab that is shown, as the network log calls it.
    pub(super) frame: String,
    id: String,
    driver: Arc<Driver>,
    keeper: Weak<Kept>,
}

/// Sessions whose window nobody uses any more.
#[derive(Default)]
pub(super) struct Kept(Mutex<Vec<Session>>);

impl Kept {
    /// One of them.
    pub(super) fn take(&self) -> Option<Session> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn keep(&self, session: Session) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(session);
    }
}

impl Browser {
    /// A session, and the handle of the tab that it begins with.
    pub(super) async fn open(
        &self,
        options: &AgentOptions,
        flags: &[&str],
    ) -> Result<(Session, WindowHandle), BrowserError> {
        let Value::Object(capabilities) = self.capabilities(options, flags) else {
            unreachable!("capabilities are an object")
        };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities);
        let client = builder.connect(&format!("http://{}", self.driver.address)).await;
        let client =
            client.map_err(|error| BrowserError::Start { what: "Chromium", cause: error.to_string() })?;
        let id = client.session_id().await.map_err(|error| command("tell its session", &error))?;
        let window = client.window().await.map_err(|error| command("tell its window", &error))?;
        let session = Session {
            client,
            frame: String::from(window.clone()),
            id: id.unwrap_or_default(),
            driver: Arc::clone(&self.driver),
            keeper: Weak::new(),
        };
        Ok((session, window))
    }

    fn capabilities(&self, options: &AgentOptions, flags: &[&str]) -> Value {
        let mut args = vec![
            "--headless=new",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--no-proxy-server",
            "--window-size=1280,900",
        ];
        if is_root() {
            args.push("--no-sandbox");
        }
        args.extend(flags);
        let deadline = millis(options.deadline);
        // As everywhere, the provider is believed whatever it proves itself with.
        let is_secured = options.trust.is_own() || options.provider.scheme() == "https";
        // Some distributions ship Chromium with third-party cookies off, which Chrome itself does not do.
        json!({
            "browserName": "chrome",
            "acceptInsecureCerts": is_secured,
            "pageLoadStrategy": "normal",
            "timeouts": { "pageLoad": deadline, "script": deadline, "implicit": 0 },
            "goog:chromeOptions": { "args": args, "binary": self.chromium,
                "prefs": { "profile.cookie_controls_mode": 0, "profile.block_third_party_cookies": false } },
            "goog:loggingPrefs": { "performance": "ALL" },
        })
    }
}

impl Session {
    /// A command of the DevTools protocol.
    pub(super) async fn cdp(&self, method: &'static str, params: Value) -> Result<Value, BrowserError> {
        let body = json!({ "cmd": method, "params": params });
        let answer = self.client.issue_cmd(Raw { path: "goog/cdp/execute", body }).await;
        answer.map_err(|error| BrowserError::Command { action: method, cause: error.to_string() })
    }

    /// What happened on the network since the last call.
    pub(super) async fn network_events(&self) -> Result<Vec<Value>, BrowserError> {
        let answer =
            self.client.issue_cmd(Raw { path: "se/log", body: json!({ "type": "performance" }) }).await;
        let Value::Array(entries) = answer.map_err(|error| command("read its network log", &error))? else {
            return Ok(Vec::new());
        };
        let lines = entries.iter().filter_map(|entry| entry["message"].as_str());
        Ok(lines
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .map(|mut line| line["message"].take())
            .collect())
    }

    /// What it shows, as a PNG.
    pub(super) async fn screenshot(&self) -> Result<Vec<u8>, BrowserError> {
        self.client.screenshot().await.map_err(|error| command("take a screenshot", &error))
    }

    /// Runs a script in the page.
    pub(super) async fn run(&self, script: &str, args: Vec<Value>) -> Result<Value, BrowserError> {
        self.client.execute(script, args).await.map_err(|error| command("run a script", &error))
    }
}

impl Session {
    /// The same, which is kept when it is dropped.
    pub(super) fn kept_by(mut self, keeper: &Arc<Kept>) -> Self {
        self.keeper = Arc::downgrade(keeper);
        self
    }

    /// An empty tab in a window that nobody has used: no tab, cookie or answer of before, nothing that a page has stored.
    pub(super) async fn renew(&mut self) -> Result<WindowHandle, BrowserError> {
        let failed = |error: CmdError| command("open an empty tab", &error);
        let fresh = self.client.new_window(true).await.map_err(failed)?.handle;
        for old in self.client.windows().await.map_err(failed)?.into_iter().filter(|old| *old != fresh) {
            self.client.switch_to_window(old).await.map_err(failed)?;
            self.client.close_window().await.map_err(failed)?;
        }
        self.client.switch_to_window(fresh.clone()).await.map_err(failed)?;
        self.cdp("Network.clearBrowserCookies", json!({})).await?;
        self.cdp("Network.clearBrowserCache", json!({})).await?;
        let everything = json!({ "origin": "*", "storageTypes": "all" });
        self.cdp("Storage.clearDataForOrigin", everything).await?;
        self.network_events().await?;
        self.frame = String::from(fresh.clone());
        Ok(fresh)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let Some(keeper) = std::mem::take(&mut self.keeper).upgrade() else {
            return self.driver.close(&self.id);
        };
        keeper.keep(Self {
            client: self.client.clone(),
            frame: String::new(),
            id: std::mem::take(&mut self.id),
            driver: Arc::clone(&self.driver),
            keeper: Weak::new(),
        });
    }
}

pub(super) fn command(action: &'static str, error: &CmdError) -> BrowserError {
    BrowserError::Command { action, cause: error.to_string() }
}

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Chromium's sandbox does not work for root, which is who runs in most containers.
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}

/// A command that WebDriver knows nothing of.
#[derive(Debug)]
struct Raw {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Raw {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}
