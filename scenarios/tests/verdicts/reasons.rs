//! Two verdicts about one refusal: the harness's by effect, and the app's own by the code that it shows.

use super::DEADLINE;
use harness::Scenario;
use harness::runner::run_one;
use harness::verdict::TrialRecord;
use sample_app::Weakness;
use scenarios::sample::SampleTarget;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Expected {
    weakness: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
    caught_by: Vec<String>,
}

/// What shows no code of its own, and why.
const SILENT: [(&str, &str); 15] = [
    ("discovery-issuer-check", "whose metadata cannot be used is out of order, whatever is wrong with them"),
    ("authorization-endpoint-check", "so it is"),
    ("refresh-sub-check", RENEWAL),
    ("refresh-azp-check", RENEWAL),
    ("refresh-auth-time-check", RENEWAL),
    ("refresh-nonce-check", RENEWAL),
    ("silent-page", SILENCE),
    ("silent-navigation", SILENCE),
    ("change-api-header", NO_PAGE),
    ("change-site", NO_PAGE),
    ("change-origin", NO_PAGE),
    ("change-proof", NO_PAGE),
    ("front-duplicate-check", NO_CODE),
    ("front-iss-check", NO_CODE),
    ("front-sid-required", NO_CODE),
];
const RENEWAL: &str = "a renewal is refused behind a page that nobody is shown";
const SILENCE: &str =
    "it decides whether silence is tried, and whoever is not asked silently is asked openly";
const NO_PAGE: &str = "a stranger's change is answered without a page";
const NO_CODE: &str = "the provider's frame is answered without a code";

/// The codes that the app has shown in a trial.
fn shown(record: &TrialRecord) -> Vec<&str> {
    let answers = record.conversation.iter().filter_map(|exchange| exchange.response.as_ref());
    answers
        .filter_map(|answer| answer.body.split_once("mention the code <code>")?.1.split('<').next())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_refused_by_the_rule_that_it_breaks() {
    let listed: Expected =
        toml::from_str(include_str!("../weaknesses.toml")).expect("weaknesses.toml parses");
    let catalogue: BTreeMap<_, Scenario> =
        scenarios::catalogue().into_iter().map(|scenario| (scenario.id, scenario)).collect();
    let sample = SampleTarget::new().await.expect("the sample starts");
    let (mut wrong, mut right) = (Vec::new(), 0);

    for rule in Weakness::ALL.iter().filter_map(Weakness::row) {
        if SILENT.iter().any(|(silent, _)| *silent == rule) {
            continue;
        }
        let named = listed.weakness.iter().find(|named| named.name == rule).expect("it is listed");
        for id in &named.caught_by {
            let record = run_one(&sample, catalogue[id.as_str()], DEADLINE).await;
            if shown(&record).contains(&rule) {
                right += 1;
            } else {
                wrong.push(format!("{rule}: {id} is refused by {:?}", shown(&record)));
            }
        }
    }

    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(right >= 70, "{right} refusals were looked at");
}
