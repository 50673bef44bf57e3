//! One report of the parts of a run that several machines shared (`--shard`).

use super::json::{Part, Report};
use crate::event::Totals;

/// A report and the name under which messages speak of it.
pub type Named = (String, Report<'static>);

/// Why reports are not the parts of one run.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// There is nothing to merge.
    #[error("no report to merge: name the report.json of every shard")]
    Nothing,
    /// It is a run of its own.
    #[error("{0} is no part of a run: it was made without --shard")]
    Whole(String),
    /// Two reports are not of one run.
    #[error("{first} and {second} are not parts of one run: {what}")]
    Differ {
        /// A report.
        first: String,
        /// Another.
        second: String,
        /// What differs.
        what: String,
    },
    /// A part is not there.
    #[error("shard {0}/{1} is missing: add its report.json")]
    Missing(usize, usize),
    /// The parts do not make the whole.
    #[error(
        "the shards hold {found} scenarios of {planned}: one of them was run with other prefixes, or is of another version"
    )]
    Short {
        /// How many there are.
        found: usize,
        /// How many there should be.
        planned: usize,
    },
}

/// Puts the parts of one run together. Scenarios stand as in the catalogue, whose ids are `order`; a known
/// deviation is stale where a part said so.
pub fn merge(mut reports: Vec<Named>, order: &[&str]) -> Result<Report<'static>, MergeError> {
    let parts = reports.iter().map(part).collect::<Result<Vec<_>, _>>()?;
    let Some(whole) = parts.first().copied() else { return Err(MergeError::Nothing) };
    for (index, part) in parts.iter().enumerate() {
        let twice = parts[..index].iter().position(|other| other.part == part.part);
        let other = twice.unwrap_or(0);
        if let Some(what) = difference(&reports[other].1, &reports[index].1, twice.is_some()) {
            let (first, second) = (reports[other].0.clone(), reports[index].0.clone());
            return Err(MergeError::Differ { first, second, what });
        }
    }
    if let Some(missing) = (1..=whole.of).find(|wanted| !parts.iter().any(|part| part.part == *wanted)) {
        return Err(MergeError::Missing(missing, whole.of));
    }
    let mut merged =
        Report { trials: Vec::new(), totals: Totals::default(), shard: None, ..reports[0].1.clone() };
    merged.stale_deviations.clear();
    for (_, report) in &mut reports {
        merged.totals += report.totals;
        merged.millis = merged.millis.max(report.millis);
        merged.stale_deviations.append(&mut report.stale_deviations);
        merged.trials.append(&mut report.trials);
    }
    let found = merged.trials.len();
    if found != whole.planned || merged.totals.planned != found {
        return Err(MergeError::Short { found, planned: whole.planned });
    }
    let place = |id: &str| order.iter().position(|known| *known == id).unwrap_or(usize::MAX);
    merged.trials.sort_by_key(|trial| place(&trial.id));
    Ok(merged)
}

fn part((name, report): &Named) -> Result<Part, MergeError> {
    report.shard.ok_or_else(|| MergeError::Whole(name.clone()))
}

/// What two parts of one run cannot differ in.
fn difference(one: &Report<'_>, other: &Report<'_>, same_part: bool) -> Option<String> {
    let (Some(part), Some(next)) = (one.shard, other.shard) else { return None };
    if same_part {
        return Some(format!("both are shard {}/{}", part.part, part.of));
    }
    if one.target != other.target {
        return Some(format!("one is about {}, the other about {}", one.target, other.target));
    }
    if part.of != next.of || part.planned != next.planned {
        let told = |part: Part| format!("one of {} shards of {} scenarios", part.of, part.planned);
        return Some(format!("one is {}, the other {}", told(part), told(next)));
    }
    (one.strict != other.strict).then(|| "only one of them was run with --strict".to_owned())
}
