//! Some scenarios of a run, drawn by a seed: the clause's rule beside the verdict's, for a reader who would rather not take
//! our word for it. What failed is told in full elsewhere, and is not drawn.

use super::compare::{cell, find, row};
use super::json::{Report, Trial};
use crate::fuzz::Dice;
use crate::verdict::Mark;

/// As Markdown: so many scenarios that did not fail in any of these runs of the same catalogue, each run a column.
pub fn text(runs: &[Report<'_>], seed: u64, count: usize) -> String {
    let mut text = String::new();
    let targets = runs.iter().map(|run| run.target.clone());
    row(&mut text, "scenario", "level", ["clause", "rule"].map(str::to_owned).into_iter().chain(targets));
    row(&mut text, "---", "---", (0..runs.len() + 2).map(|_| "---".to_owned()));
    for drawn in draw(runs, seed, count) {
        let told = [drawn.clause.clone(), drawn.why.clone()].into_iter();
        let cells = runs.iter().map(|run| cell(find(run, &drawn.id)));
        row(&mut text, &format!("`{}`", drawn.id), drawn.level.name(), told.chain(cells));
    }
    text
}

/// In the order of the catalogue.
fn draw<'a, 'r>(runs: &'a [Report<'r>], seed: u64, count: usize) -> Vec<&'a Trial<'r>> {
    let failed =
        |id: &str| runs.iter().any(|run| find(run, id).is_some_and(|trial| trial.verdict == Mark::Fail));
    let all: Vec<&Trial<'r>> =
        runs.first().into_iter().flat_map(|run| &run.trials).filter(|trial| !failed(&trial.id)).collect();
    let mut dice = Dice::new(seed);
    let mut places: Vec<usize> = (0..all.len()).collect();
    let mut drawn = Vec::new();
    while drawn.len() < count && !places.is_empty() {
        drawn.push(places.swap_remove(dice.below(places.len())));
    }
    drawn.sort_unstable();
    drawn.into_iter().map(|place| all[place]).collect()
}
