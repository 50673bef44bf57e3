//! How a report is written to a file: compactly, and what many exchanges say stands there once.

use super::json::{Report, Trial};
use crate::cut::{KEPT_OF_A_BODY, cut};
use crate::verdict::Mark;
use mock_idp::trace::{Endpoint, Exchange, Fired, Leg, Recorder, Request, Response};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io;

/// So much is kept of a body; where everything is as it should be, nobody reads more than its beginning.
const BODY: Kept = Kept { usually: KEPT_OF_A_BODY, of_a_pass: 640 };
/// So much of a header's value.
const HEADER: Kept = Kept { usually: 64 * 1024, of_a_pass: 512 };

struct Kept {
    usually: usize,
    of_a_pass: usize,
}

impl Kept {
    fn of(&self, verdict: Mark) -> usize {
        if verdict == Mark::Pass { self.of_a_pass } else { self.usually }
    }
}

/// The report, and after it the conversations.
#[derive(Serialize)]
struct File<'r> {
    #[serde(flatten)]
    report: &'r Report<'r>,
    #[serde(flatten)]
    said: Said<'r>,
}

/// What was said, in trials by their ids.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Said<'r> {
    conversations: BTreeMap<Cow<'r, str>, Vec<Turn<'r>>>,
    /// Names and values, to which exchanges refer by their places here.
    headers: Vec<(Cow<'r, str>, Cow<'r, str>)>,
    bodies: Vec<Cow<'r, str>>,
}

/// An exchange. Its number is its place.
#[derive(Serialize, Deserialize)]
struct Turn<'r> {
    at_millis: i64,
    leg: Leg,
    recorder: Recorder,
    endpoint: Endpoint,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    marker: Option<Cow<'r, str>>,
    request: Asked<'r>,
    response: Option<Answered>,
    #[serde(default, skip_serializing_if = "<[Fired]>::is_empty")]
    faults: Cow<'r, [Fired]>,
}

#[derive(Serialize, Deserialize)]
struct Asked<'r> {
    method: Cow<'r, str>,
    url: Cow<'r, str>,
    headers: Vec<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<usize>,
}

#[derive(Serialize, Deserialize)]
struct Answered {
    status: u16,
    headers: Vec<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<usize>,
}

/// Writes the report with its conversations.
pub(super) fn write(report: &Report<'_>, out: impl io::Write) -> io::Result<()> {
    let mut writing = Writing::default();
    for trial in &report.trials {
        writing.add(trial);
    }
    Ok(serde_json::to_writer(out, &File { report, said: writing.said })?)
}

/// Puts the conversations of such a file into its report.
pub(super) fn read(text: &str, report: &mut Report<'static>) -> Result<(), serde_json::Error> {
    let mut said: Said<'static> = serde_json::from_str(text)?;
    for trial in &mut report.trials {
        if let Some(turns) = said.conversations.remove(trial.id.as_str()) {
            let exchanges = turns.into_iter().enumerate().map(|(at, turn)| said_again(at, turn, &said));
            trial.exchanges = Some(Cow::Owned(exchanges.collect::<Result<Vec<_>, _>>()?));
        }
    }
    Ok(())
}

#[derive(Default)]
struct Writing<'r> {
    said: Said<'r>,
    headers: HashMap<(&'r str, &'r str, usize), usize>,
    bodies: HashMap<(&'r str, usize), usize>,
}

impl<'r> Writing<'r> {
    fn add(&mut self, trial: &'r Trial<'_>) {
        if let Some(exchanges) = trial.exchanges.as_deref() {
            let turns = exchanges.iter().map(|exchange| self.turn(exchange, trial.verdict)).collect();
            self.said.conversations.insert(Cow::Borrowed(&trial.id), turns);
        }
    }

    fn turn(&mut self, exchange: &'r Exchange, verdict: Mark) -> Turn<'r> {
        let request = Asked {
            method: Cow::Borrowed(&exchange.request.method),
            url: Cow::Borrowed(&exchange.request.url),
            headers: self.headers(&exchange.request.headers, verdict),
            body: self.body(&exchange.request.body, verdict),
        };
        let response = exchange.response.as_ref().map(|response| Answered {
            status: response.status,
            headers: self.headers(&response.headers, verdict),
            body: self.body(&response.body, verdict),
        });
        Turn {
            at_millis: exchange.at_millis,
            leg: exchange.leg,
            recorder: exchange.recorder,
            endpoint: exchange.endpoint,
            marker: exchange.marker.as_deref().map(Cow::Borrowed),
            request,
            response,
            faults: Cow::Borrowed(&exchange.faults),
        }
    }

    fn headers(&mut self, headers: &'r [(String, String)], verdict: Mark) -> Vec<usize> {
        let (most, table) = (HEADER.of(verdict), &mut self.said.headers);
        let places = headers.iter().map(|(name, value)| {
            *self.headers.entry((name, value, most)).or_insert_with(|| {
                table.push((Cow::Borrowed(name), cut(value, most)));
                table.len() - 1
            })
        });
        places.collect()
    }

    fn body(&mut self, body: &'r str, verdict: Mark) -> Option<usize> {
        let (most, table) = (BODY.of(verdict), &mut self.said.bodies);
        (!body.is_empty()).then(|| {
            *self.bodies.entry((body, most)).or_insert_with(|| {
                table.push(cut(body, most));
                table.len() - 1
            })
        })
    }
}

fn said_again(at: usize, turn: Turn<'static>, said: &Said<'_>) -> Result<Exchange, serde_json::Error> {
    let headers = |places: Vec<usize>| -> Result<Vec<(String, String)>, serde_json::Error> {
        let found = places.into_iter().map(|place| said.headers.get(place).ok_or_else(|| nothing(place)));
        found.map(|found| found.map(|(name, value)| (name.to_string(), value.to_string()))).collect()
    };
    let body = |place: Option<usize>| match place {
        None => Ok(String::new()),
        Some(place) => said.bodies.get(place).map(ToString::to_string).ok_or_else(|| nothing(place)),
    };
    let request = Request {
        method: turn.request.method.into_owned(),
        url: turn.request.url.into_owned(),
        headers: headers(turn.request.headers)?,
        body: body(turn.request.body)?,
    };
    let response = turn.response.map(|answer| -> Result<Response, serde_json::Error> {
        Ok(Response { status: answer.status, headers: headers(answer.headers)?, body: body(answer.body)? })
    });
    Ok(Exchange {
        seq: at as u64 + 1,
        at_millis: turn.at_millis,
        leg: turn.leg,
        recorder: turn.recorder,
        endpoint: turn.endpoint,
        marker: turn.marker.map(Cow::into_owned),
        request,
        response: response.transpose()?,
        faults: turn.faults.into_owned(),
    })
}

fn nothing(place: usize) -> serde_json::Error {
    serde::de::Error::custom(format!("an exchange refers to text {place}, which is not in the file"))
}

#[cfg(test)]
mod tests;
