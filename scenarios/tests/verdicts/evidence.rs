//! What counts as evidence, and what does not.

use super::{DEADLINE, tried, weak};
use harness::runner::run_one;
use harness::scenario::{Action, Facts};
use harness::trial::{HONEST, Outcome};
use harness::{Input, Level, Scenario, Trial};
use mock_idp::Params;
use mock_idp::fault::ID_TOKEN;
use mock_idp::trace::Endpoint;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What is neither a login nor a refusal: how an app asks, and how it marks its cookies.
const WITHOUT: [&str; 3] = ["request", "cookie", "field"];

/// Scenarios that are honest logins themselves, whose refusal is the finding.
const LOGINS: [&str; 2] = ["id-token/sub-other-case", "authentication/asked-for"];

/// Scenarios whose scripts log in honestly before and after by themselves: nobody can before both providers promise to say
/// who they are.
const WITH_THEIR_OWN: [&str; 3] = [
    "issuers/code-of-the-other",
    "issuers/metadata-with-a-foreign-authorization-endpoint",
    "issuers/code-of-nobody",
];

#[test]
fn what_must_be_refused_stands_between_two_honest_logins() {
    let bare = |scenario: &Scenario| !scenario.sandwiched && scenario.level != Level::Tolerate;
    for scenario in scenarios::catalogue().into_iter().filter(bare) {
        let has_logins = LOGINS.contains(&scenario.id) || WITH_THEIR_OWN.contains(&scenario.id);
        let excused = WITHOUT.contains(&scenario.topic()) || has_logins;
        assert!(excused, "{} may be refused by an app that refuses everybody", scenario.id);
        assert!(matches!(scenario.action, Action::Script(_)), "{} only tells faults", scenario.id);
    }
}

#[tokio::test]
async fn every_input_is_a_login_of_its_own() {
    let inputs = Scenario::must("test/inputs").inputs(|_| {
        ["one", "two", "three"].map(|aud| Input::new(aud, vec![ID_TOKEN.set("aud", aud)])).into()
    });

    let record = tried(inputs).await;

    let asked = record.conversation.iter().filter(|exchange| exchange.endpoint == Endpoint::Authorize);
    let query = |url: &str| Params::parse(url.split_once('?').map_or("", |(_, query)| query));
    let asked: Vec<_> = asked.map(|exchange| query(&exchange.request.url)).collect();
    for name in ["state", "nonce"] {
        let values: BTreeSet<_> = asked.iter().filter_map(|request| request.first(name)).collect();
        // One honest login before, three with something wrong, and an honest one after each.
        assert_eq!(values.len(), 7, "{name}: {values:?}");
    }
    let told: Vec<_> = record.conversation.iter().map(|exchange| exchange.faults.len()).collect();
    assert_eq!((told.iter().sum::<usize>(), told.iter().max()), (3, Some(&1)), "one lie in each");
}

/// Every Rust file of the harness and the scenarios, tests included.
fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let mut folders: Vec<_> = ["harness/src", "harness/tests", "scenarios/src", "scenarios/tests"]
        .map(|part| root.join(part))
        .into();
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).expect("a readable file");
                found.push((path.strip_prefix(root).expect("below it").to_owned(), text));
            }
        }
    }
    found
}

/// Where time has to pass before anything is tried, because a profile says so. What is seen afterwards is the evidence.
const WHO_LETS_TIME_PASS: [&str; 1] = ["scenarios/src/keys.rs"];

/// Files that look again and again for something that ends their looking, or that a deadline ends.
const WHO_LOOKS_AGAIN: [&str; 7] = [
    "harness/src/agent/browser/settle.rs",
    "harness/src/target/external/port.rs",
    "harness/src/target/external/running.rs",
    "harness/src/target/process.rs",
    "harness/src/trial.rs",
    "scenarios/src/crowd.rs",
    "scenarios/src/field/renewals.rs",
];

/// Is it called there, or imported, under whatever name? What a shell is told is another matter.
fn names(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    let named = |line: &str| {
        line.match_indices(word).any(|(at, _)| {
            let (before, after) = (&line[..at], &line[at + word.len()..]);
            let goes_on = ["(", ",", "}", ";", "::", ">", " as "].iter().any(|next| after.starts_with(next));
            !before.ends_with(is_part) && goes_on
        })
    };
    code.into_iter().any(named)
}

fn who_names(words: &[[&str; 2]]) -> BTreeSet<String> {
    let words: Vec<_> = words.iter().map(|parts| parts.concat()).collect();
    let named = sources().into_iter().filter(|(_, text)| words.iter().any(|word| names(text, word)));
    named.map(|(path, _)| path.to_string_lossy().replace('\\', "/")).collect()
}

#[test]
fn nobody_sleeps_in_order_to_know() {
    // In two parts each, so that this file does not name them.
    let sleeping =
        [["sle", "ep"], ["sle", "ep_until"], ["sle", "ep_ms"], ["Sle", "ep"], ["park_", "timeout"]];
    assert_eq!(who_names(&sleeping), WHO_LETS_TIME_PASS.map(str::to_owned).into());
    let looking_again = [["inter", "val"], ["inter", "val_at"]];
    assert_eq!(who_names(&looking_again), WHO_LOOKS_AGAIN.map(str::to_owned).into());
}

#[test]
fn a_sleep_is_seen_by_whatever_name_it_comes() {
    for line in [
        "use tokio::time::{park, timeout};",
        "use std::thread::park as nap;",
        "    thread::park(a);",
        "    time::park(a).await;",
        "use tokio::time::park;",
    ] {
        assert!(names(line, "park"), "{line}");
    }
    for line in ["let parked = 1; // park(1)", "shell(\"park 60\")", "spark(1)", "[\"park\", 60]"] {
        assert!(!names(line, "park"), "{line}");
    }
}

#[test]
fn keys_and_metadata_change_only_where_that_is_the_subject() {
    for scenario in scenarios::catalogue().into_iter().filter(|scenario| !scenario.alone) {
        let faults = match scenario.action {
            Action::Faults(faults, _) => faults(),
            Action::Inputs(inputs, _) => {
                inputs(&Facts::example()).into_iter().flat_map(|input| input.faults).collect()
            }
            Action::Script(_) => Vec::new(),
        };
        let shared = faults.into_iter().find(|fault| fault.seam.is_app_triggered());
        assert!(shared.is_none(), "{} tells everybody: {}", scenario.id, shared.expect("one"));
    }
    let call = [".rotate", "_keys("].concat();
    let rotate = |(path, text): (PathBuf, String)| text.contains(&call).then_some(path);
    let rotating: BTreeSet<_> = sources().into_iter().filter_map(rotate).collect();
    let subjects = ["back_channel/effect.rs", "key_sets.rs", "keys.rs", "sample.rs"];
    assert!(rotating.iter().all(|path| subjects.iter().any(|one| path.ends_with(one))), "{rotating:?}");
}

async fn a_week(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let (provider, cookies) = (t.tenant().clock().unix(), agent.cookies().await?.len());
    t.advance(8 * 24 * 60 * 60);
    t.observe(format!("{} days at the provider", (t.tenant().clock().unix() - provider) / 86_400));
    t.observe(format!("{} of {cookies} cookies left", agent.cookies().await?.len()));
    t.observe(format!("{:?} is signed in", agent.probe().await?));
    Ok(())
}

#[tokio::test]
async fn time_passes_for_all_of_them_and_for_nobody_who_waits() {
    // A trial that is not over by its deadline, which is half a minute, is no pass.
    assert!(DEADLINE.as_secs() < 60);
    let record = tried(Scenario::must("test/a-week").run(|t| Box::pin(a_week(t)))).await;

    assert_eq!(record.verdict.name(), "pass", "{:?}", record.verdict);
    assert_eq!(record.observations, ["8 days at the provider", "0 of 1 cookies left", "None is signed in"]);
}

async fn two_providers(t: &mut Trial) -> Outcome {
    let (here, there) = (t.tenant(), t.other()?);
    t.demand(here.issuer() != there.issuer(), 0, "two names", "one")?;
    let mut agent = t.agent().await?;
    let mut sets = Vec::new();
    for issuer in [here.issuer(), there.issuer()] {
        sets.push(agent.look(&format!("{issuer}/jwks")).await?.text);
    }
    let kids = |set: &str| set.matches("\"kid\"").count();
    t.demand(sets.iter().all(|set| kids(set) > 0) && sets[0] != sets[1], 0, "keys of their own", "the same")
}

#[tokio::test]
async fn the_other_provider_has_a_name_and_keys_of_its_own() {
    let scenario =
        Scenario::must("test/two-providers").variant("two-issuers").run(|t| Box::pin(two_providers(t)));

    let record = tried(scenario).await;

    assert_eq!(record.verdict.name(), "pass", "{:?}", record.verdict);
}

#[tokio::test]
async fn whoever_asks_the_decoy_is_found_out_though_nobody_gets_in() {
    let all = scenarios::catalogue();
    let scenario = all.into_iter().find(|scenario| scenario.id == "jose/jku-elsewhere").expect("it is there");

    let record = run_one(&weak("header-jku-ignored").await, scenario, DEADLINE).await;

    let found = |label: &str| {
        let input = record.inputs.iter().find(|input| input.label == label).expect("the input");
        input.verdict.finding().map(|finding| finding.actual.clone()).unwrap_or_default()
    };
    for label in ["the attacker's key", "the provider's key, then the attacker's"] {
        let actual = found(label);
        assert!(actual.contains("requests came") && actual.contains("GET http"), "{label}: {actual}");
    }
    // Nothing to fetch there, so that nobody can be told of it.
    assert_eq!(found("a file"), "");
}
