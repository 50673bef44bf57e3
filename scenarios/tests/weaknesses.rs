//! The proof that the catalogue bites: the sample app with one rule left out must fail exactly the scenarios that
//! are named for it, plus what cannot but fail with them, each with a reason. `weaknesses.toml` says which.
//!
//! `cargo test` tries each weakness on the scenarios that are written down for it and on the first of every topic;
//! with `RPCHECK_MATRIX=full` (`just matrix`) on the whole catalogue, where honest logins stand around the scenarios
//! that are written down and one more: the others have nothing to find. `RPCHECK_WEAKNESS=name,name` picks
//! weaknesses, `RPCHECK_SCENARIO=prefix,prefix` scenarios.

#[path = "weaknesses/composites.rs"]
mod composites;

use futures::StreamExt;
use futures::future::BoxFuture;
use harness::deviations::Deviations;
use harness::event::RunRecord;
use harness::runner::{self, Options};
use harness::verdict::{TrialRecord, Verdict};
use harness::{Level, Scenario};
use sample_app::{Ambient, SampleApp, Settings, StartError, Weakness};
use scenarios::sample::SampleTarget;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    weakness: Vec<Named>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: String,
    /// The scenarios that this weakness is there for.
    caught_by: BTreeSet<String>,
    /// Scenarios that fail with them, and why.
    #[serde(default)]
    collateral: BTreeMap<String, String>,
    /// Scenarios that fail or not by the order in which two answers come, and why.
    #[serde(default)]
    sometimes: BTreeMap<String, String>,
    /// Why nothing catches it yet.
    #[serde(default)]
    uncaught: Option<String>,
    /// Why nobody can log in any more, so that every sandwiched scenario cannot be told.
    #[serde(default)]
    no_login: Option<String>,
    /// Why it fails scenarios of every kind, so that a list of them would say nothing.
    #[serde(default)]
    widespread: Option<String>,
}

impl Named {
    /// Is this scenario written down for the weakness, in whatever way?
    fn lists(&self, id: &str) -> bool {
        self.caught_by.contains(id) || self.collateral.contains_key(id) || self.sometimes.contains_key(id)
    }
}

type Started = BoxFuture<'static, Result<SampleApp, StartError>>;

async fn weak_target(weakness: Weakness) -> SampleTarget {
    let start = move |listener, settings: Settings, ambient: Ambient| -> Started {
        Box::pin(SampleApp::start_weak(listener, settings, ambient, weakness))
    };
    SampleTarget::started_by(weakness.name(), Arc::new(start)).await.expect("the provider starts")
}

async fn run_on(target: SampleTarget, scenarios: &[Scenario]) -> RunRecord {
    runner::run(Arc::new(target), scenarios, Options::default(), &Deviations::default(), |_| {}).await
}

/// The ids of the scenarios that found something, and how many could not be told.
fn caught(run: &RunRecord) -> (BTreeSet<String>, usize) {
    let found = |verdict: &Verdict| verdict.finding().is_some();
    let ids =
        run.trials.iter().filter(|trial| found(&trial.verdict)).map(|trial| trial.scenario.id.to_owned());
    (ids.collect(), run.totals().broken)
}

async fn try_on(weakness: Weakness, scenarios: &[Scenario]) -> (BTreeSet<String>, usize) {
    caught(&run_on(weak_target(weakness).await, scenarios).await)
}

/// What is not as it is written down, twice. Among a hundred thousand trials on a busy machine one may run out of
/// time, so a weakness that differs is tried once more, with every honest login; what went away is printed.
async fn differences(weakness: Weakness, named: &Named, tried: &[Scenario]) -> Vec<String> {
    let (caught, broken) = try_on(weakness, &sparing(named, tried)).await;
    let wrong = compare(named, tried, &caught, broken);
    if wrong.is_empty() {
        return wrong;
    }
    let (again, broken_again) = try_on(weakness, tried).await;
    let wrong_again = compare(named, tried, &again, broken_again);
    for gone in wrong.iter().filter(|line| !wrong_again.contains(line)) {
        eprintln!("not so when tried once more: {gone}");
    }
    wrong_again.into_iter().filter(|line| wrong.contains(line)).collect()
}

/// What is not as it is written down, a line each.
fn compare(named: &Named, tried: &[Scenario], caught: &BTreeSet<String>, broken: usize) -> Vec<String> {
    let mut wrong = Vec::new();
    let was_tried = |id: &&String| tried.iter().any(|scenario| scenario.id == **id);
    let listed = named.caught_by.iter().chain(named.collateral.keys());
    for id in listed.filter(was_tried).filter(|id| !caught.contains(*id)) {
        wrong.push(format!("{}: {id} does not catch it", named.name));
    }
    let anything_may_fail = named.no_login.is_some() || named.widespread.is_some();
    for id in caught.iter().filter(|id| !anything_may_fail && !named.lists(id)) {
        wrong.push(format!("{}: {id} fails too, and is not written down", named.name));
    }
    for (id, reason) in &named.collateral {
        if reason.trim().is_empty() {
            wrong.push(format!("{}: {id} is collateral without a reason", named.name));
        }
    }
    if named.caught_by.is_empty() != named.uncaught.is_some() {
        wrong.push(format!("{}: name what catches it, or say why nothing does", named.name));
    }
    let all = is_full() && only("RPCHECK_SCENARIO").is_empty();
    match (&named.no_login, broken) {
        (None, 0) => {}
        (None, broken) => wrong.push(format!("{}: {broken} scenarios could not be told", named.name)),
        (Some(_), 0) if all => wrong.push(format!("{}: people can log in after all", named.name)),
        (Some(_), _) => {}
    }
    wrong
}

fn row(weakness: Weakness, named: &Named) -> String {
    let mut text = format!("{}\n  omits       {}\n", weakness.name(), weakness.omits());
    for id in &named.caught_by {
        let _ = writeln!(text, "  caught by   {id}");
    }
    for (id, reason) in &named.collateral {
        let _ = writeln!(text, "  collateral  {id}: {reason}");
    }
    for (id, reason) in &named.sometimes {
        let _ = writeln!(text, "  sometimes   {id}: {reason}");
    }
    if let Some(reason) = &named.uncaught {
        let _ = writeln!(text, "  uncaught    {reason}");
    }
    if let Some(reason) = &named.no_login {
        let _ = writeln!(text, "  no login    {reason}");
    }
    if let Some(reason) = &named.widespread {
        let _ = writeln!(text, "  widespread  {reason}");
    }
    text
}

/// What a variable of the environment lists, with commas between.
fn only(variable: &str) -> Vec<String> {
    let list = std::env::var(variable).unwrap_or_default();
    list.split(',').filter(|one| !one.is_empty()).map(str::to_owned).collect()
}

/// The weaknesses that this run is about: all, or those that `RPCHECK_WEAKNESS` names.
fn chosen() -> Vec<Weakness> {
    let names = only("RPCHECK_WEAKNESS");
    let wanted = |weakness: &Weakness| names.is_empty() || names.iter().any(|name| name == weakness.name());
    Weakness::ALL.iter().copied().filter(wanted).collect()
}

/// Is the full product run, or only what is likely to tell?
fn is_full() -> bool {
    match std::env::var("RPCHECK_MATRIX").as_deref() {
        Ok("full") => true,
        Err(_) | Ok("") => false,
        Ok(other) => panic!("RPCHECK_MATRIX is \"{other}\"; write \"full\", or leave it out"),
    }
}

/// What a weakness is tried on: everything, or what is written down for it and the first scenario of every topic.
fn tried_on(named: Option<&Named>, full: bool) -> Vec<Scenario> {
    let mut chosen = scenarios::catalogue();
    let prefixes = only("RPCHECK_SCENARIO");
    chosen.retain(|scenario| {
        prefixes.is_empty() || prefixes.iter().any(|prefix| scenario.id.starts_with(prefix))
    });
    let Some(named) = named.filter(|_| !full) else { return chosen };
    let mut topics = BTreeSet::new();
    chosen.retain(|scenario| topics.insert(scenario.topic()) || named.lists(scenario.id));
    chosen
}

/// The same scenarios, without honest logins around those that have nothing to find; the first keeps its own, which
/// tell whether people can log in. Where they cannot, in whatever set-up, all keep them.
fn sparing(named: &Named, tried: &[Scenario]) -> Vec<Scenario> {
    let keeps = |(place, scenario): &(usize, &Scenario)| {
        *place == 0 || named.no_login.is_some() || named.lists(scenario.id)
    };
    let numbered = tried.iter().enumerate();
    numbered.map(|one| Scenario { sandwiched: one.1.sandwiched && keeps(&one), ..*one.1 }).collect()
}

/// What is not as it is written down for this weakness, and its row of the table.
async fn tell(weakness: Weakness, named: Option<&Named>, tried: Vec<Scenario>) -> (Vec<String>, String) {
    let Some(named) = named else {
        let (caught, broken) = try_on(weakness, &tried).await;
        let unlisted =
            format!("{}: not in weaknesses.toml; fails {caught:?}, {broken} broken", weakness.name());
        return (vec![unlisted], String::new());
    };
    (differences(weakness, named, &tried).await, row(weakness, named))
}

#[tokio::test(flavor = "multi_thread")]
async fn each_weakness_fails_what_is_named_for_it_and_nothing_else() {
    let expected: Expected = toml::from_str(include_str!("weaknesses.toml")).expect("weaknesses.toml parses");
    let (mut wrong, mut table, full) = (Vec::new(), String::new(), is_full());

    let tries = chosen().into_iter().map(|weakness| {
        let named = expected.weakness.iter().find(|named| named.name == weakness.name());
        tell(weakness, named, tried_on(named, full))
    });
    // While one waits in real time, another works.
    let mut told = futures::stream::iter(tries).buffered(2);
    while let Some((differences, row)) = told.next().await {
        wrong.extend(differences);
        table.push_str(&row);
    }

    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
    if only("RPCHECK_WEAKNESS").is_empty() && only("RPCHECK_SCENARIO").is_empty() {
        published("weaknesses", &table);
    }
}

/// Compares a table with the one that is published.
fn published(name: &str, table: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, table));
}

/// Scenarios that no weakness can make fail, and why. Those that only report a choice are not among them: they find
/// something only when the app crashes over it.
const NEVER_FAIL: [(&str, &str); 4] = [
    (
        "code/client-secret-basic",
        "which way the secret is shown is a setting: with CLIENT_AUTH=client_secret_post it fails",
    ),
    ("userinfo/asked-by-header", "how the app asks is no rule of a table that could be left out"),
    ("discovery/issuer-with-path", "in process every issuer has a path, and nobody gets in without it"),
    ("callback/token-logged", "needs an app whose output is captured, which nothing in process is"),
];

#[test]
fn every_scenario_is_seen_to_fail_by_a_weakness_under_which_people_can_log_in() {
    let expected: Expected = toml::from_str(include_str!("weaknesses.toml")).expect("weaknesses.toml parses");
    let catches = |named: &Named, id: &str| {
        named.caught_by.contains(id) || (named.no_login.is_none() && named.collateral.contains_key(id))
    };
    let caught = |id: &str| expected.weakness.iter().any(|named| catches(named, id));
    let excused = |id: &str| NEVER_FAIL.iter().any(|(excused, _)| *excused == id);
    let unproven: Vec<_> = scenarios::catalogue()
        .iter()
        // A choice is only reported: it finds something when the app crashes over it.
        .filter(|scenario| scenario.level != Level::Policy)
        .map(|scenario| scenario.id)
        .filter(|id| !caught(id) && !excused(id))
        .collect();
    assert!(unproven.is_empty(), "no weakness makes these fail: {unproven:?}");
}

#[test]
fn weaknesses_have_names_of_their_own_and_there_are_enough_of_them() {
    let names: BTreeSet<_> = Weakness::ALL.iter().map(Weakness::name).collect();
    assert_eq!(names.len(), Weakness::ALL.len());
    assert!(names.len() >= 20, "{} weaknesses", names.len());
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
const PREPARED: [&str; 10] = [
    "back-channel/answer",
    "back-channel/request",
    "bff/cors",
    "bff/security-headers",
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
