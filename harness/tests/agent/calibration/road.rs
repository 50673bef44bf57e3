//! Builds a road on the two servers, sends an agent along, and tells what arrived at its end.

use std::time::{Duration, Instant};

use harness::agent::Agent;
use url::Url;

use super::journeys::{Act, CHAPTERS, Journey, Side, Step};
use super::kinds::{KINDS, Kind, NEW};
use crate::stage::{Answer, Seen, Stage};

/// The hosts of the provider and the application; all are this machine in every browser.
pub(crate) const PAIRS: [(&str, &str); 9] = [
    ("127.0.0.1", "localhost"),
    ("localhost", "127.0.0.1"),
    ("idp.localhost", "app.localhost"),
    ("localhost", "app.localhost"),
    ("localhost", "localhost"),
    ("127.0.0.1", "127.0.0.1"),
    ("login.app.localhost", "app.localhost"),
    ("localhost", "[::1]"),
    ("[::1]", "127.0.0.1"),
];

/// Young cookies are set anew before they are this old.
const YOUNG: Duration = Duration::from_secs(3);

/// Chromium's shortened grace, less one second.
const GRACE: Duration = Duration::from_secs(9);

/// What one road showed: a value for each of [`super::columns`].
pub(crate) type Row = Vec<String>;

/// One pair of hosts, and the way there.
pub(crate) struct Road<'a> {
    stage: &'a Stage,
    pair: (&'a str, &'a str),
    number: usize,
}

impl Road<'_> {
    fn path(&self, stop: usize) -> String {
        format!("/{}/{stop}", self.number)
    }

    fn end(&self) -> String {
        format!("/{}/end", self.number)
    }

    fn url(&self, side: Side, path: &str) -> Url {
        match side {
            Side::Idp => self.stage.idp.at(self.pair.0, path),
            Side::App => self.stage.app.at(self.pair.1, path),
        }
    }

    fn serve(&self, side: Side, path: &str, answer: Answer) {
        let server = if side == Side::Idp { &self.stage.idp } else { &self.stage.app };
        server.serve(path, answer);
    }

    /// Puts up every stop; the addresses of all of them, the end last.
    fn build(&self, journey: &Journey) -> Vec<Url> {
        let mut next = self.url(Side::App, &self.end());
        let set = NEW.map(|(name, attributes)| ("set-cookie", format!("{name}={}{attributes}", self.number)));
        let end = Answer { status: 200, headers: set.to_vec(), html: "<title>end</title>".to_owned() };
        self.serve(Side::App, &self.end(), end);
        let mut addresses = vec![next.clone()];
        for (stop, step) in journey.steps.iter().enumerate().rev() {
            let (side, answer) = match *step {
                Step::Page(side, act) => {
                    let refresh = (act == Act::RefreshHeader).then(|| ("refresh", format!("0;url={next}")));
                    let headers = refresh.into_iter().collect();
                    (side, Answer { status: 200, headers, html: page(act, &next) })
                }
                Step::Redirect(status, side) => {
                    let headers = vec![("location", next.to_string())];
                    (side, Answer { status, headers, html: String::new() })
                }
            };
            self.serve(side, &self.path(stop), answer);
            next = self.url(side, &self.path(stop));
            addresses.insert(0, next.clone());
        }
        addresses
    }

    async fn travel(&self, agent: &mut dyn Agent, journey: &Journey) -> Row {
        let stops = self.build(journey);
        let Step::Page(_, first) = journey.steps[0] else { panic!("a road begins at a page") };
        agent.visit(&stops[usize::from(first == Act::Typed)]).await.unwrap();
        if let Some(asked) = first.asked(&stops[1]) {
            agent.fetch(asked).await.unwrap();
        }
        let acts = journey.steps.iter().filter_map(|step| match step {
            Step::Page(_, act) => Some(act),
            Step::Redirect(..) => None,
        });
        for _ in acts.filter(|act| act.is_pressed()) {
            agent.click("Go").await.unwrap();
        }
        let seen = self.stage.app.arrival(&self.end()).await;
        let seen = seen.unwrap_or_else(|| panic!("nothing arrived: {:?}: {}", self.pair, journey.what));
        let mut kept = self.kept(agent).await;
        // In the background a browser may still have to keep what has arrived with the answer.
        let mut looks = if first.asked(&stops[1]).is_some() { 20 } else { 0 };
        while looks > 0 && !kept.contains(&true) {
            kept = self.kept(agent).await;
            looks -= 1;
        }
        let mut row = self.describe(&seen);
        row.extend(kept.map(|kept| if kept { "yes" } else { "–" }.to_owned()));
        row
    }

    /// Which of the last answer's cookies the agent has now.
    async fn kept(&self, agent: &mut dyn Agent) -> [bool; NEW.len()] {
        let (now, value) = (agent.cookies(&self.url(Side::App, "/")).await.unwrap(), self.number.to_string());
        NEW.map(|(name, _)| now.iter().any(|cookie| cookie.name == name && cookie.value == value))
    }

    fn describe(&self, seen: &Seen) -> Row {
        let header = |name: &str| seen.header(name).unwrap_or("–").to_owned();
        let mut row = vec![seen.method.clone()];
        row.extend(["sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest", "sec-fetch-user"].map(header));
        row.push(self.named(&header("origin")));
        row.push(self.named(&header("referer")));
        let cookies = seen.cookies();
        let has = |name: String| cookies.contains(&name);
        row.extend(KINDS.iter().map(|kind| {
            match (has(kind.young()), has(kind.old())) {
                (true, true) => "●",
                (true, false) => "◐",
                (false, true) => "old only",
                (false, false) => "–",
            }
            .to_owned()
        }));
        row
    }

    /// An address in the words of the table.
    fn named(&self, address: &str) -> String {
        let [idp, app] = [Side::Idp, Side::App].map(|side| self.url(side, "").origin().ascii_serialization());
        for (origin, name) in [(idp, "provider"), (app, "app")] {
            match address.strip_prefix(&origin) {
                Some("" | "/") => return name.to_owned(),
                Some(_) => return format!("{name}, page"),
                None => {}
            }
        }
        address.to_owned()
    }
}

/// The document on which something happens that leads to an address.
fn page(act: Act, to: &Url) -> String {
    let body = match act {
        Act::Link => format!("<a href='{to}'>Go</a>"),
        Act::Button => {
            format!("<form method=post action='{to}'><input name=a value=1><button>Go</button></form>")
        }
        Act::Post | Act::GetForm => {
            let method = if act == Act::Post { "post" } else { "get" };
            format!(
                "<form method={method} action='{to}'><input type=hidden name=a value=1></form>\
                 <script>document.forms[0].submit()</script>"
            )
        }
        Act::Refresh => format!("<meta http-equiv=refresh content='0;url={to}'>"),
        _ => String::new(),
    };
    format!("<!doctype html><title>stop</title><link rel=icon href='data:,'><body>{body}</body>")
}

/// Sets the cookies that are to be old, on every host of an application.
pub(crate) async fn set_old(agent: &mut dyn Agent, stage: &Stage) {
    let lines = KINDS.iter().map(|kind| ("set-cookie", format!("{}=1{}", kind.old(), kind.attributes)));
    stage.app.serve("/old", Answer { status: 200, headers: lines.collect(), html: String::new() });
    // That of the control last, so that it is young when the control begins.
    for host in ["127.0.0.1", "[::1]", "app.localhost", "localhost"] {
        agent.visit(&stage.app.at(host, "/old")).await.unwrap();
    }
}

/// Sends an agent along every road between one pair of hosts.
pub(crate) async fn travel(agent: &mut dyn Agent, stage: &Stage, pair: (&str, &str)) -> Vec<Row> {
    let mut number = 1000 * PAIRS.iter().position(|known| *known == pair).unwrap();
    let mut table = Vec::new();
    let mut set: Option<Instant> = None;
    for journey in CHAPTERS.iter().flat_map(|(_, journeys)| journeys.iter()) {
        loop {
            number += 1;
            let fresh = set.filter(|at| at.elapsed() < YOUNG);
            let began = fresh.unwrap_or_else(Instant::now);
            if fresh.is_none() {
                set_young(agent, stage, pair.1, number).await;
            }
            set = Some(began);
            let row = Road { stage, pair, number }.travel(agent, journey).await;
            // On a machine that stood still meanwhile they are not young any more: once again.
            if began.elapsed() < GRACE {
                table.push(row);
                break;
            }
        }
    }
    table
}

async fn set_young(agent: &mut dyn Agent, stage: &Stage, host: &str, number: usize) {
    // Another value each time: with the same one a cookie would keep its age.
    let line = |kind: &Kind| format!("{}={number}{}", kind.young(), kind.attributes);
    let headers = KINDS.iter().map(|kind| ("set-cookie", line(kind))).collect();
    let path = format!("/{number}/young");
    stage.app.serve(&path, Answer { status: 200, headers, html: String::new() });
    agent.visit(&stage.app.at(host, &path)).await.unwrap();
}
