//! What a person, or another page, does to the window.

use fantoccini::elements::{Element, ElementRef};
use mock_idp::Params;
use serde_json::{Value, json};
use url::Url;

use super::{BrowserAgent, session};
use crate::agent::fetch::{Destination, Fetch, Fetched};
use crate::agent::page::{Form, Page};
use crate::agent::site::Initiator;
use crate::agent::{AgentError, Submission};

/// What is made by hand tells of its page what pages tell that say nothing about it.
const USUAL_REFERRER: &str = "const meta = document.createElement('meta'); meta.name = 'referrer'; \
                              meta.content = 'strict-origin-when-cross-origin'; document.head.append(meta);";

const FORM: &str = "application/x-www-form-urlencoded";

/// The name under which WebDriver hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

impl BrowserAgent {
    pub(super) async fn type_address(&mut self, url: &Url) -> Result<Page, AgentError> {
        let watch = self.begin().await?;
        let gone = self.session.client.goto(url.as_str()).await;
        let settled = self.settle(watch, Initiator::Nobody).await;
        match gone {
            Err(error) if error.is_timeout() => Err(settled
                .err()
                .unwrap_or(AgentError::Deadline { url: url.clone(), after: self.options.deadline })),
            Err(error) => {
                Err(settled.err().unwrap_or_else(|| session::command("open an address", &error).into()))
            }
            Ok(()) => settled,
        }
    }

    pub(super) async fn go_back(&mut self) -> Result<Page, AgentError> {
        let from = Initiator::Page(self.current()?.url.clone());
        let watch = self.begin().await?;
        let gone = self.session.client.back().await;
        gone.map_err(|error| session::command("go back", &error))?;
        self.settle(watch, from).await
    }

    pub(super) async fn press(&mut self, text: &str) -> Result<Page, AgentError> {
        let from = Initiator::Page(self.current()?.url.clone());
        let watch = self.begin().await?;
        let found = self.session.run(include_str!("find.js"), vec![json!(text)]).await?;
        let Some(id) = found[0][ELEMENT].as_str() else {
            let known = found[1].as_array().into_iter().flatten().filter_map(Value::as_str);
            return Err(AgentError::NotFound {
                text: text.to_owned(),
                known: known.map(ToOwned::to_owned).collect(),
            });
        };
        let element = Element::from_element_id(self.session.client.clone(), ElementRef::from(id.to_owned()));
        element.click().await.map_err(|error| session::command("press a button", &error))?;
        self.settle(watch, from).await
    }

    pub(super) async fn fill_and_submit(&mut self, form: &Form) -> Result<Page, AgentError> {
        if !form.may_go() {
            // Chromium stays where it is, and waiting for a page would end at the deadline.
            return Ok(self.current()?.clone());
        }
        let watch = self.begin().await?;
        let place = json!({ "index": form.index, "pressed": form.pressed });
        self.submit_script(&place, &form.fields, [form.action.as_str(), &form.method, &form.enctype]).await?;
        self.settle(watch.expecting_a_page(), Initiator::Page(form.origin.clone())).await
    }

    async fn submit_script(&self, place: &Value, fields: &Params, to: [&str; 3]) -> Result<(), AgentError> {
        let [action, method, enctype] = to;
        let mut args = vec![place["index"].clone(), json!(fields.0), place["pressed"].clone()];
        args.extend([json!(action), json!(method), json!(enctype)]);
        Ok(self.session.run(include_str!("submit.js"), args).await.map(|_| ())?)
    }

    pub(super) async fn make_by_hand(&mut self, submission: Submission) -> Result<Page, AgentError> {
        let fields = fields(&submission)?;
        if submission.initiator == Initiator::Nobody {
            if submission.method == "GET" {
                return self.type_address(&submission.url).await;
            }
            let what = "a browser cannot type a POST: name the page that sends it, or use the HTTP agent";
            return Err(AgentError::NotInABrowser { what: what.to_owned() });
        }
        self.go_to_initiator(&submission.initiator).await?;
        let watch = self.begin().await?;
        self.session.run(USUAL_REFERRER, Vec::new()).await?;
        if submission.method == "GET" {
            let script = "const link = document.createElement('a'); link.href = arguments[0]; \
                          document.body.append(link); link.click();";
            self.session.run(script, vec![json!(submission.url.as_str())]).await?;
        } else {
            let nowhere = json!({ "index": -1, "pressed": null });
            self.submit_script(&nowhere, &fields, [submission.url.as_str(), "post", FORM]).await?;
        }
        self.settle(watch.expecting_a_page(), submission.initiator).await
    }

    /// Opens a page of the initiator's origin. What is made by hand is not the page's own: its content policy is left out.
    async fn go_to_initiator(&mut self, initiator: &Initiator) -> Result<(), AgentError> {
        match initiator {
            Initiator::Page(page) => {
                self.session.cdp("Page.setBypassCSP", json!({ "enabled": true })).await?;
                let there = self.type_address(page).await;
                self.session.cdp("Page.setBypassCSP", json!({ "enabled": false })).await?;
                there?;
            }
            Initiator::Opaque | Initiator::Nobody => {
                let watch = self.begin().await?;
                let gone = self.session.client.goto("data:text/html,<title>A stranger</title>").await;
                gone.map_err(|error| session::command("open a page without an origin", &error))?;
                self.settle(watch, Initiator::Nobody).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn run_fetch(&mut self, fetch: &Fetch) -> Result<Fetched, AgentError> {
        self.current()?;
        let watch = self.begin().await?;
        let init = json!({ "method": fetch.method, "redirect": fetch.redirect.as_str(), "mode": fetch.mode.as_str(),
                           "credentials": fetch.credentials.as_str(), "headers": fetch.headers, "body": fetch.body });
        let (script, how) = match fetch.destination {
            Destination::Empty => (include_str!("fetch.js"), init),
            element => (include_str!("embed.js"), json!(element.element())),
        };
        let seen = self.session.client.execute_async(script, vec![json!(fetch.url.as_str()), how]).await;
        self.let_requests_end(watch).await?;
        match seen {
            Ok(seen) => Ok(read_fetched(&seen, &fetch.url)),
            Err(error) if error.is_script_timeout() => {
                Err(AgentError::Deadline { url: fetch.url.clone(), after: self.options.deadline })
            }
            Err(error) => Err(session::command("run a fetch", &error).into()),
        }
    }
}

/// The body as the fields of a form, if a form can send these very bytes.
fn fields(submission: &Submission) -> Result<Params, AgentError> {
    let unsupported = |what: &str| AgentError::NotInABrowser {
        what: format!("a browser cannot send {what}: use the HTTP agent for this"),
    };
    if !matches!(submission.method.as_str(), "GET" | "POST") {
        return Err(unsupported(&format!("a navigation by {}", submission.method)));
    }
    let kind = submission.content_type.as_deref();
    if kind.is_some_and(|kind| kind != FORM) {
        return Err(unsupported("a navigation with a body of another type than a form's"));
    }
    let body = std::str::from_utf8(&submission.body).map_err(|_| unsupported("bytes that are not text"))?;
    let fields = Params::parse(body);
    let one_line = |text: &str| !text.replace("\r\n", "").contains(['\r', '\n']);
    if fields.encode() != body || !fields.0.iter().all(|(name, value)| one_line(name) && one_line(value)) {
        return Err(unsupported("a body that no form would write like this"));
    }
    Ok(fields)
}

fn read_fetched(seen: &Value, asked: &Url) -> Fetched {
    let text = |name: &str| seen[name].as_str().unwrap_or_default().to_owned();
    match seen["kind"].as_str() {
        Some("opaque") => Fetched::Opaque,
        Some("response") => Fetched::Response {
            status: seen["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or_default(),
            headers: serde_json::from_value(seen["headers"].clone()).unwrap_or_default(),
            body: text("body"),
            redirected: seen["redirected"] == Value::Bool(true),
            url: Url::parse(&text("url")).unwrap_or_else(|_| asked.clone()),
        },
        _ => Fetched::NetworkError(text("reason")),
    }
}
