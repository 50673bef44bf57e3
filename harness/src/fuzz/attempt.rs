//! One case: an honest login with changes, judged by who is signed in afterwards.

use super::change::{Asked, Change, breaks_a_rule, renames};
use super::flow::Flow;
use super::form::says_the_same;
use crate::trial::{FORGED, Outcome, Trial};
use crate::verdict::{Finding, Stop};
use futures::future::BoxFuture;
use mock_idp::Fault;

/// What came of a case that found nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    /// A rule was broken, so that the login had to be refused.
    pub(super) had_to_be_refused: bool,
    /// Somebody was signed in.
    pub(super) taken: bool,
}

/// A login with these changes. Whoever is signed in though a rule was broken, or as somebody else, is a finding; so is
/// an application that crashes or hangs.
pub(super) async fn attempt(t: &Trial, changes: &[Change]) -> Result<Seen, Stop> {
    let start = t.position();
    let told: Vec<Fault> = changes.iter().filter_map(Change::told).cloned().collect();
    let flow = Flow::of(t.variant());
    let guard = t.arm(told.clone())?;
    let mut agent = t.agent().await?;
    let pending = agent.begin(FORGED).await?;
    let mut form = pending.form.fields.clone();
    let mut broken = false;
    for change in changes {
        match change {
            Change::Told(_) => {}
            Change::Form(change) => change.apply(&mut form),
            Change::Cookies(change) => broken |= change.apply(t, &mut agent).await?,
        }
    }
    let landing = agent.deliver(&form).await?;
    let reports = guard.report();
    drop(guard);
    broken |= !says_the_same(&pending.form.fields, &form);
    let lies: Vec<_> = told.iter().zip(&reports).filter(|(_, report)| report.changed > 0).collect();
    let asked = Asked { flow, nonce: pending.request.has("nonce") };
    broken |= lies.iter().any(|(lie, _)| breaks_a_rule(lie, t.facts(), asked));
    let out_of_order = flow.may_be_out_of_order(&pending.form.fields, &form, !lies.is_empty());
    landing.clean(out_of_order)?;
    if broken && out_of_order {
        landing.refused_or_unavailable()?;
    } else if broken {
        landing.refused()?;
    } else if landing.subject.is_some() && !told.iter().any(renames) {
        landing.accepted(&t.subject(FORGED)?)?;
    }
    if let Some(leak) = t.stage().leak(start) {
        let expected = "no answer of the app shows a secret of a login";
        return Err(landing.found(expected, format!("{} is in {}", leak.what, leak.place)));
    }
    Ok(Seen { had_to_be_refused: broken, taken: landing.subject.is_some() })
}

/// The same for a scenario, with the changes as they were printed.
pub fn again<'a>(t: &'a mut Trial, changes: &'static str) -> BoxFuture<'a, Outcome> {
    Box::pin(async move {
        let unreadable = |error| Stop::Broken(format!("these are no changes of a login: {error}"));
        let changes: Vec<Change> = serde_json::from_str(changes).map_err(unreadable)?;
        attempt(t, &changes).await.map(drop)
    })
}

/// The finding of a case with fewer changes that shows it as well, and those changes.
pub(super) async fn minimised(
    t: &Trial,
    mut changes: Vec<Change>,
    mut finding: Finding,
) -> Result<(Vec<Change>, Finding), Stop> {
    let mut at = 0;
    while at < changes.len() && changes.len() > 1 {
        let mut fewer = changes.clone();
        fewer.remove(at);
        match attempt(t, &fewer).await {
            Err(Stop::Found(same)) => (changes, finding) = (fewer, same),
            Ok(_) => at += 1,
            Err(other) => return Err(other),
        }
    }
    Ok((changes, finding))
}
