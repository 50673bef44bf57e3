//! What scenarios make for the rows that they cover, in the words of the coverage list: a label is not coverage, the
//! serialised fault is.

use crate::scenario::{Action, Facts, Scenario};
use mock_idp::Fault;
use serde_json::Value;

/// Longer texts are cut.
const SHOWN: usize = 160;

/// One input of a scenario, for one of its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The row.
    pub row: &'static str,
    /// What the report calls it.
    pub label: String,
    /// The faults as JSON, long texts cut, or `script` and the scenario whose steps make it.
    pub mutation: String,
}

impl Made {
    /// The line of the coverage list.
    pub fn line(&self) -> String {
        format!("input\t{}\t{}\t{}", self.row, self.label, self.mutation)
    }
}

/// What every scenario makes, with the facts of [`Facts::example`]. The inputs of scripts have no labels before
/// they are run.
pub fn made(scenarios: &[Scenario]) -> Vec<Made> {
    scenarios.iter().flat_map(of_scenario).collect()
}

fn of_scenario(scenario: &Scenario) -> Vec<Made> {
    let inputs: Vec<(String, String)> = match scenario.action {
        Action::Faults(faults, _) => vec![(String::new(), written(&faults()))],
        Action::Inputs(inputs, _) => {
            let inputs = inputs(&Facts::example());
            inputs.into_iter().map(|input| (input.label, written(&input.faults))).collect()
        }
        Action::Script(_) => vec![(String::new(), format!("script {}", scenario.id))],
    };
    let of_row = |row: &&'static str| {
        let row = *row;
        let made = |(label, mutation): (String, String)| Made { row, label, mutation };
        inputs.clone().into_iter().map(made).collect::<Vec<_>>()
    };
    scenario.covers.iter().flat_map(of_row).collect()
}

fn written(faults: &[Fault]) -> String {
    let mut json = serde_json::to_value(faults).unwrap_or_default();
    cut(&mut json);
    json.to_string()
}

/// Cuts long texts, wherever they stand.
fn cut(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some((end, _)) = text.char_indices().nth(SHOWN) {
                *text = format!("{}… ({} characters)", &text[..end], text.chars().count());
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(cut),
        Value::Object(members) => members.values_mut().for_each(cut),
        _ => {}
    }
}
