//! One login under faults, and whether its outcome can be believed.

use super::{FORGED, HONEST, Outcome, Trial};
use crate::scenario::{Expect, Input};
use crate::verdict::{Reason, Stop, Symptom};
use mock_idp::{Fault, FaultReport};

impl Trial {
    /// One login while the provider tells these, by a person in a fresh browser. An application that does not
    /// start under false metadata refuses it.
    pub async fn attempt(&self, faults: Vec<Fault>, expect: Expect) -> Outcome {
        let user = if expect == Expect::Accepted { HONEST } else { FORGED };
        let guard = self.arm(faults)?;
        let mut agent = self.agent().await?;
        let landing = agent.log_in(user).await;
        if expect == Expect::Accepted {
            // Somebody who is turned away is a finding even if the app never got to what was changed.
            landing?.accepted(&self.subject(user)?)?;
            return meaningful(&guard.report());
        }
        let unavailable = expect == Expect::RefusedOrUnavailable;
        if unavailable {
            // Once the provider is back, the app has to work again without being started anew.
            self.stage.keep_lies().await;
        }
        let told = meaningful(&guard.report());
        let landing = match (landing, told) {
            (Ok(landing), _) if landing.not_started.is_some() => landing,
            (Ok(landing), told) => {
                // Nor need it get there in order to crash.
                told.or_else(|stop| landing.clean(unavailable).and(Err(stop)))?;
                landing
            }
            (Err(stop @ Stop::Found(_)), _) | (Err(_), Err(stop)) | (Err(stop), Ok(())) => return Err(stop),
        };
        if unavailable { landing.refused_or_unavailable() } else { landing.refused() }
    }

    /// One login while the provider tells these, where the application may take it or refuse it: which of the two
    /// is kept for the report. A crash is a finding, and so is somebody else's session.
    pub async fn either(&mut self, what: &str, faults: Vec<Fault>) -> Outcome {
        let guard = self.arm(faults)?;
        let landing = self.agent().await?.log_in(HONEST).await?;
        let told = meaningful(&guard.report());
        drop(guard);
        landing.clean(false)?;
        told?;
        let word = if landing.subject.is_some() { "accepted" } else { "refused" };
        self.observe(format!("{what} is {word}"));
        if landing.subject.is_some() { landing.accepted(&self.subject(HONEST)?) } else { landing.refused() }
    }

    /// One attempt per input, an honest login after each where honest logins stand around the scenario; what comes
    /// of them is kept.
    pub async fn attempt_each(&mut self, inputs: Vec<Input>, expect: Expect) -> Outcome {
        let several = inputs.len() > 1 && self.scenario.sandwiched;
        for (number, input) in inputs.into_iter().enumerate() {
            if self.scenario.cold && number > 0 {
                self.restart().await?;
            }
            let mut outcome = self.attempt(input.faults, expect).await;
            if several && outcome.is_ok() && expect != Expect::Accepted {
                outcome = self.honest_after().await;
            }
            self.input(input.label, outcome);
        }
        Ok(())
    }

    /// The honest login after a negative: it shows that the refusal did not merely break the application.
    pub async fn honest_after(&self) -> Outcome {
        self.honest().await.map_err(|stop| match stop {
            Stop::Found(mut finding) => {
                finding.expected = format!("an honest login afterwards: {}", finding.expected);
                let symptom = finding.symptom;
                Stop::Found(finding.showing(if symptom.is_crash() { symptom } else { Symptom::Aftermath }))
            }
            other => other,
        })
    }
}

/// No vacuous verdict: a fault of ours that never fired means that we could not tell; at a seam that the
/// application triggers, that it did not ask; one that changed nothing, that there was nothing to learn.
pub fn meaningful(reports: &[FaultReport]) -> Outcome {
    for FaultReport { fault, fired, changed } in reports {
        if *fired == 0 && fault.seam.is_app_triggered() {
            return Err(Stop::NotRun(Reason::AppDidNotAsk(fault.to_string())));
        }
        if *fired == 0 {
            return Err(Stop::Broken(format!("a fault never fired: {fault}")));
        }
        if *changed == 0 {
            return Err(Stop::NotRun(Reason::NoDifference(fault.to_string())));
        }
    }
    Ok(())
}
