//! Where a user ended after a navigation, and who the application says they are.

use crate::agent::Page;
use crate::verdict::{Finding, Stop};
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
    /// A token that showed up where nobody may see it: what it was found in.
    pub leak: Option<String>,
    /// The exchanges that led here, as positions in the conversation.
    pub exchanges: Range<usize>,
    /// The same exchanges themselves.
    pub conversation: Vec<Exchange>,
}

impl Landing {
    /// A finding about what led here.
    pub fn found(&self, expected: impl Into<String>, actual: impl Into<String>) -> Stop {
        Stop::Found(Finding {
            expected: expected.into(),
            actual: actual.into(),
            exchanges: self.exchanges.clone(),
        })
    }

    /// The status of the deciding answer.
    pub fn status(&self) -> u16 {
        self.answer.as_ref().map_or(self.page.status, |answer| answer.status)
    }

    /// The login succeeded: the probe shows this subject.
    pub fn accepted(&self, subject: &str) -> Result<(), Stop> {
        self.clean(false)?;
        match &self.subject {
            Some(seen) if seen == subject => Ok(()),
            Some(seen) => Err(self.found(format!("signed in as {subject}"), format!("signed in as {seen}"))),
            None => {
                Err(self.found(format!("signed in as {subject}"), format!("not signed in; {}", self.seen())))
            }
        }
    }

    /// The login was refused: no session by the probe, or the one from before untouched; a clean answer.
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

    /// No crash, and no token where nobody may see it.
    fn clean(&self, unavailable: bool) -> Result<(), Stop> {
        if let Some(leak) = &self.leak {
            return Err(self.found("the ID Token is shown to nobody", format!("the ID Token is in {leak}")));
        }
        let expected = if unavailable {
            "an answer that is no crash: below 500, or 502 to 504 because the provider is out of order"
        } else {
            "an answer that is no crash: a status below 500"
        };
        for response in self.app_responses() {
            let excused = unavailable && (502..=504).contains(&response.status);
            if response.status >= 500 && !excused {
                return Err(self.found(expected, format!("the app answered {}", response.status)));
            }
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
