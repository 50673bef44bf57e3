//! Firefox, as far as the table needs it: opens, presses, asks in the background, shows its cookies.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use async_trait::async_trait;
use fantoccini::{Client, ClientBuilder, Locator};
use harness::agent::{Agent, AgentError, Cookie, Destination, Fetch, Fetched, Form, Page, Submission};
use hyper_util::client::legacy::connect::HttpConnector;
use mock_idp::Exchange;
use serde_json::{Value, json};
use url::Url;

/// A window of a real Firefox; it ends with the test, whatever becomes of it.
pub(crate) struct Firefox {
    client: Client,
    _driver: Driver,
}

struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        // Asked by a signal it takes its windows with it.
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

fn find(variable: &str, names: &[&str]) -> Option<PathBuf> {
    if let Some(named) = env::var_os(variable) {
        return Some(PathBuf::from(named)).filter(|path| path.is_file());
    }
    let places: Vec<PathBuf> = env::split_paths(&env::var_os("PATH")?).collect();
    names.iter().find_map(|name| places.iter().map(|place| place.join(name)).find(|path| path.is_file()))
}

/// A window, or nothing and a printed reason where Firefox or geckodriver is not installed.
pub(crate) async fn launch() -> Option<Firefox> {
    let programs =
        (find("RPCHECK_GECKODRIVER", &["geckodriver"]), find("RPCHECK_FIREFOX", &["firefox-esr", "firefox"]));
    let (Some(driver), Some(firefox)) = programs else {
        let missing = "Firefox or geckodriver was not found: install them (Debian: apt install firefox-esr; \
                       cargo install geckodriver), or name them in RPCHECK_FIREFOX and RPCHECK_GECKODRIVER";
        assert!(!harness::libtest::is_required("firefox"), "{missing}");
        harness::libtest::say_not_run(missing);
        return None;
    };
    let mut child = Command::new(driver)
        .args(["--port", "0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let address = lines.find_map(|line| Some(line.split_once("Listening on ")?.1.to_owned())).unwrap();
    // Reads on, so that the driver never waits for a full pipe.
    std::thread::spawn(move || lines.for_each(drop));
    let driver = Driver(child);
    let Value::Object(capabilities) = json!({ "browserName": "firefox", "timeouts": { "pageLoad": 10_000, "script": 10_000 },
        "moz:firefoxOptions": { "binary": firefox, "args": ["-headless"] } })
    else {
        unreachable!()
    };
    let mut builder = ClientBuilder::new(HttpConnector::new());
    let client = builder.capabilities(capabilities).connect(&format!("http://{address}")).await.unwrap();
    Some(Firefox { client, _driver: driver })
}

fn unsupported<T>() -> Result<T, AgentError> {
    Err(AgentError::Unsupported { what: "the table does not need this".to_owned() })
}

impl Firefox {
    /// The address that is shown. What arrives is waited for at the server.
    async fn page(&self) -> Page {
        let url = self.client.current_url().await.unwrap();
        Page::read(url, 200, Vec::new(), String::new())
    }
}

#[async_trait]
impl Agent for Firefox {
    async fn visit(&mut self, url: &Url) -> Result<Page, AgentError> {
        self.client.goto(url.as_str()).await.unwrap();
        Ok(self.page().await)
    }

    async fn click(&mut self, text: &str) -> Result<Page, AgentError> {
        let place = format!("//*[text()='{text}']");
        let control =
            self.client.wait().at_most(Duration::from_secs(10)).for_element(Locator::XPath(&place)).await;
        control.unwrap().click().await.unwrap();
        Ok(self.page().await)
    }

    async fn fetch(&mut self, fetch: Fetch) -> Result<Fetched, AgentError> {
        let (script, how) = match fetch.destination {
            Destination::Empty => (
                include_str!("../../../src/agent/browser/fetch.js"),
                json!({ "method": fetch.method, "mode": fetch.mode.as_str(),
                        "credentials": fetch.credentials.as_str(), "body": fetch.body }),
            ),
            element => (include_str!("../../../src/agent/browser/embed.js"), json!(element.element())),
        };
        self.client.execute_async(script, vec![json!(fetch.url.as_str()), how]).await.unwrap();
        Ok(Fetched::Opaque)
    }

    fn page(&self) -> Option<&Page> {
        None
    }

    /// Only those of the page that is shown can be asked for: shows one.
    async fn cookies(&mut self, url: &Url) -> Result<Vec<Cookie>, AgentError> {
        self.client.goto(url.as_str()).await.unwrap();
        let all = self.client.get_all_cookies().await.unwrap();
        let plain = |cookie: &fantoccini::cookies::Cookie<'static>| Cookie {
            name: cookie.name().to_owned(),
            value: cookie.value().to_owned(),
            domain: cookie.domain().unwrap_or_default().to_owned(),
            host_only: true,
            path: cookie.path().unwrap_or_default().to_owned(),
            secure: cookie.secure() == Some(true),
            http_only: cookie.http_only() == Some(true),
            same_site: None,
            expires: None,
        };
        Ok(all.iter().map(plain).collect())
    }

    async fn submit(&mut self, _: &Form) -> Result<Page, AgentError> {
        unsupported()
    }

    async fn send(&mut self, _: Submission) -> Result<Page, AgentError> {
        unsupported()
    }

    async fn plant_cookie(&mut self, _: &Url, _: &str) -> Result<(), AgentError> {
        unsupported()
    }

    async fn delete_cookie(&mut self, _: &Url, _: &str) -> Result<(), AgentError> {
        unsupported()
    }

    fn hold_forms(&mut self, _: bool) {}

    fn exchanges_after(&self, _: usize) -> Vec<Exchange> {
        Vec::new()
    }
}
