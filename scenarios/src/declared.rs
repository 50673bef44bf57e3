//! Facts that only some applications have: a scenario that needs one is not run where the profile leaves it out.

use harness::{Reason, Stop, TargetProfile, Trial};
use url::Url;

/// The address at this path of the profile.
pub(crate) fn declared(t: &Trial, path: &str) -> Result<Url, Stop> {
    let url = t.stage().url(path);
    match TargetProfile::missing_fact(&url) {
        None => Ok(url),
        Some(fact) => Err(Stop::NotRun(Reason::Undeclared(format!(
            "the profile declares no {fact}: write {fact} = \"/…\" if the app has one"
        )))),
    }
}
