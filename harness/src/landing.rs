//! Where a user ended after a navigation, and who the application says they are.

use crate::agent::Page;
use crate::verdict::{Finding, Stop, Symptom};
use mock_idp::trace::{Exchange, Response};
use std::ops::Range;

/// Who the application says is signed in: the subject, or nobody.
pub type Subject = Option<String>;

/// Where a user ended.
#[derive(Clone, Debug)]
pub struct Landing {
    /// The last page.
    pub page: Page,
    /// The application's answer that decided: to the callback, or else the last one it gave.
    pub answer: Option<Response>,
    /// Who was signed in before.
    pub before: Subject,
    /// Who is signed in now, by the probe.
    pub subject: Subject,
    /// The user was left at the provider.
    pub at_provider: bool,
    /// The probe answered this, 502 to 504, so that nobody knows who is signed in.
    pub unclear: Option<u16>,
    /// The application did not start, and said this; then nobody landed anywhere.
    pub not_started: Option<String>,
    /// The exchanges that led here, as positions in the conversation.
    pub exchanges: Range<usize>,
    /// The same exchanges themselves.
    pub conversation: Vec<Exchange>,
}

impl Landing {
    /// A finding about what led here.
    pub fn found(&self, expected: impl Into<String>, actual: impl Into<String>) -> Stop {
        Stop::Found(Finding::new(expected, actual, self.exchanges.clone()))
    }

    fn showing(&self, symptom: Symptom, expected: &str, actual: String) -> Stop {
        Stop::Found(Finding::new(expected, actual, self.exchanges.clone()).showing(symptom))
    }

    /// The status of the deciding answer.
    pub fn status(&self) -> u16 {
        self.answer.as_ref().map_or(self.page.status, |answer| answer.status)
    }

    /// The login succeeded: the probe shows this subject.
    pub fn accepted(&self, subject: &str) -> Result<(), Stop> {
        if let Some(why) = &self.not_started {
            let expected = format!("signed in as {subject}");
            return Err(self.showing(
                Symptom::NotStarted,
                &expected,
                format!("the app did not start: {why}"),
            ));
        }
        self.clean(false)?;
        match &self.subject {
            Some(seen) if seen == subject => Ok(()),
            Some(seen) => Err(self.found(format!("signed in as {subject}"), format!("signed in as {seen}"))),
            None => {
                Err(self.found(format!("signed in as {subject}"), format!("not signed in; {}", self.seen())))
            }
        }
    }

    /// The login was refused: no session by the probe, or the one from before untouched; a clean answer. An
    /// application that does not even start under what the provider tells refuses too.
    pub fn refused(&self) -> Result<(), Stop> {
        self.refused_by(false)
    }

    /// As `refused`, where the provider is out of order: 502, 503 and 504 are clean answers too.
    pub fn refused_or_unavailable(&self) -> Result<(), Stop> {
        self.refused_by(true)
    }

    /// Nobody is signed in any more, and the answer is clean; with `unavailable`, also where the provider is out
    /// of order.
    pub fn signed_out(&self, unavailable: bool) -> Result<(), Stop> {
        if let Some(subject) = &self.subject {
            return Err(self.found("nobody is signed in", format!("{subject} still is; {}", self.seen())));
        }
        self.clean(unavailable)
    }

    fn refused_by(&self, unavailable: bool) -> Result<(), Stop> {
        if self.not_started.is_some() {
            return Ok(());
        }
        if self.unclear.is_some() {
            return self.clean(unavailable);
        }
        let expected = "the login is refused: no new session, and a clean answer";
        match (&self.before, &self.subject) {
            (None, Some(subject)) => {
                return Err(self.found(expected, format!("the app signed somebody in, as {subject}")));
            }
            (Some(before), Some(after)) if before != after => {
                return Err(
                    self.found(expected, format!("the session of {before} became a session of {after}"))
                );
            }
            (Some(before), None) => {
                return Err(self.found(
                    format!("{expected}, and the session of {before} stays as it was"),
                    format!("the session of {before} is gone; {}", self.seen()),
                ));
            }
            _ => {}
        }
        self.clean(unavailable)
    }

    /// No crash. Whether a secret is shown is asked of every answer of a trial at once.
    pub(crate) fn clean(&self, unavailable: bool) -> Result<(), Stop> {
        let expected = if unavailable {
            "an answer that is no crash: below 500, or 502 to 504 because the provider is out of order"
        } else {
            "an answer that is no crash: a status below 500"
        };
        for response in self.app_responses() {
            let excused = unavailable && (502..=504).contains(&response.status);
            if response.status >= 500 && !excused {
                let actual = format!("the app answered {}", response.status);
                return Err(self.showing(Symptom::ServerError, expected, actual));
            }
        }
        if let Some(status) = self.unclear.filter(|_| !unavailable) {
            let actual = format!("the probe answered {status}");
            return Err(self.showing(Symptom::ServerError, expected, actual));
        }
        Ok(())
    }

    /// The application's answers on the way.
    pub fn app_responses(&self) -> impl Iterator<Item = &Response> {
        let app = |exchange: &&Exchange| exchange.endpoint == mock_idp::trace::Endpoint::App;
        self.conversation.iter().filter(app).filter_map(|exchange| exchange.response.as_ref())
    }

    /// What the user sees, in a few words.
    pub fn seen(&self) -> String {
        let text: String = self.page.text.chars().take(120).collect();
        let place = if self.at_provider { " at the provider" } else { "" };
        match &self.answer {
            Some(answer) => {
                format!(
                    "the app answered {}, and the user ended{place} on {}: “{text}”",
                    answer.status,
                    self.page.url.path()
                )
            }
            None => format!(
                "the app never got an answer from the provider; the user ended{place} on {}: “{text}”",
                self.page.url.path()
            ),
        }
    }
}
