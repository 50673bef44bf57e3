//! The proof that no input of a scenario is idle: each finds something in an app with some weakness under which people
//! can log in. `inputs.toml` says which cannot, and why.

use super::expected::Named;
use super::tried::{Told, run_on, weak_target};
use harness::verdict::TrialRecord;
use harness::{Level, Scenario};
use sample_app::Weakness;
use scenarios::sample::SampleTarget;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Of every scenario by its id, of each of its inputs by its label, something.
pub(crate) type ByInput<T> = BTreeMap<String, BTreeMap<String, T>>;

/// `inputs.toml`: why no weakness makes an input find anything.
#[derive(Deserialize)]
#[serde(transparent)]
struct Idle(ByInput<String>);

/// Of what is written down for a weakness, which inputs found something. Where nobody can log in, or all sorts of
/// scenarios fail, that says something only of what the weakness is there for.
pub(crate) fn proven(named: &Named, told: Told) -> ByInput<bool> {
    let anything_fails = named.no_login.is_some() || named.widespread.is_some();
    let mut proven = ByInput::<bool>::new();
    for ((id, label), found) in told.inputs {
        let says_something = named.caught_by.contains(id) || (!anything_fails && named.lists(id));
        proven.entry(id.to_owned()).or_default().insert(label, found && says_something);
    }
    proven
}

/// What all weaknesses together made inputs find.
#[derive(Default)]
pub(crate) struct Proof(ByInput<bool>);

impl Proof {
    /// Adds what one weakness made inputs find.
    pub(crate) fn add(&mut self, proven: ByInput<bool>) {
        for (id, labels) in proven {
            let known = self.0.entry(id).or_default();
            for (label, found) in labels {
                *known.entry(label).or_default() |= found;
            }
        }
    }

    /// Inputs that nothing made fail and nothing excuses, and excuses that are not true; a line each.
    pub(crate) fn missing(&self) -> Vec<String> {
        let idle: Idle = toml::from_str(include_str!("inputs.toml")).expect("inputs.toml parses");
        self.unlike(&idle.0)
    }

    fn unlike(&self, idle: &ByInput<String>) -> Vec<String> {
        // A choice is only reported; a scenario without inputs is held to `weaknesses.toml`.
        let catalogue = scenarios::catalogue();
        let judged = catalogue.iter().filter(|scenario| scenario.level != Level::Policy);
        let judged: BTreeSet<_> = judged.map(|scenario| scenario.id).collect();
        let is_judged = |id: &str, label: &str| !label.is_empty() && judged.contains(id);
        let excuse = |id: &str, label: &str| idle.get(id).and_then(|labels| labels.get(label));
        let mut wrong = Vec::new();
        for (id, label, found) in each(&self.0).filter(|(id, label, _)| is_judged(id, label)) {
            match (found, excuse(id, label)) {
                (false, None) => wrong.push(format!("{id}: no weakness makes its input {label:?} fail")),
                (true, Some(_)) => {
                    wrong.push(format!("{id}: {label:?} fails after all; take it off inputs.toml"));
                }
                (true, None) | (false, Some(_)) => {}
            }
        }
        for (id, label, reason) in each(idle) {
            if self.0.get(id).and_then(|labels| labels.get(label)).is_none() {
                wrong.push(format!("{id}: it has no input {label:?}; take it off inputs.toml"));
            }
            if reason.trim().is_empty() {
                wrong.push(format!("{id}: {label:?} stands in inputs.toml without a reason"));
            }
        }
        wrong
    }
}

fn each<T>(all: &ByInput<T>) -> impl Iterator<Item = (&str, &str, &T)> {
    all.iter().flat_map(|(id, labels)| labels.iter().map(|(label, what)| (id.as_str(), label.as_str(), what)))
}

#[test]
fn an_input_without_proof_an_excuse_that_is_untrue_and_one_without_an_input_are_told() {
    let by = |inputs: &[(&str, bool)]| {
        let labels = inputs.iter().map(|(label, found)| ((*label).to_owned(), *found)).collect();
        ByInput::from([("nonce/altered".to_owned(), labels)])
    };
    let mut proof = Proof::default();
    proof.add(by(&[("one", true), ("two", false), ("three", false)]));
    proof.add(by(&[("one", false), ("three", true)]));
    let idle: Idle = toml::from_str("[\"nonce/altered\"]\nthree = \"why\"\nfour = \" \"").expect("it parses");

    let wrong = proof.unlike(&idle.0);

    let starts = wrong.iter().map(|line| line.split(';').next().unwrap_or_default()).collect::<Vec<_>>();
    assert_eq!(
        starts,
        [
            "nonce/altered: \"three\" fails after all",
            "nonce/altered: no weakness makes its input \"two\" fail",
            "nonce/altered: it has no input \"four\"",
            "nonce/altered: \"four\" stands in inputs.toml without a reason",
        ]
    );
}

/// What is wrong with the first input must not keep the others from being tried.
#[tokio::test(flavor = "multi_thread")]
async fn an_input_that_fails_does_not_hide_the_others() {
    let honest = SampleTarget::new().await.expect("the provider starts");
    let honest = labels(honest).await;
    let nobody_logs_in = Weakness::from_name("request-form-post").expect("a weakness");

    let weak = labels(weak_target(nobody_logs_in).await).await;

    let hidden: Vec<_> = honest
        .iter()
        .filter(|(id, inputs)| inputs.len() > 1 && weak[*id] != **inputs && !PREPARED.contains(id))
        .map(|(id, inputs)| format!("{id}: {inputs:?}, but {:?}", weak[id]))
        .collect();
    assert!(hidden.is_empty(), "{}", hidden.join("\n"));
}

/// Scenarios whose inputs are all tried on one session, so that nothing is left of them without it.
const PREPARED: [&str; 11] = [
    "back-channel/answer",
    "back-channel/request",
    "bff/cors",
    "bff/security-headers",
    "bff/strict-transport-security",
    "bff/tokens-hidden",
    "logout/comes-back",
    "binding/planted-transaction",
    "cookie/session-tampered",
    "session/framed",
    "session/no-store",
];

/// The inputs that each scenario tries, when no honest login has to work beforehand.
async fn labels(target: SampleTarget) -> BTreeMap<&'static str, Vec<String>> {
    let alone = |scenario: &Scenario| Scenario { sandwiched: false, ..*scenario };
    let scenarios: Vec<_> = scenarios::catalogue().iter().map(alone).collect();
    let run = run_on(target, &scenarios).await;
    let inputs = |trial: &TrialRecord| trial.inputs.iter().map(|input| input.label.clone()).collect();
    run.trials.iter().map(|trial| (trial.scenario.id, inputs(trial))).collect()
}
