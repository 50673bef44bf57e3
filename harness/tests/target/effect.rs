//! What is judged is who is signed in afterwards, not what the answer looks like.

use crate::place::{app, run, tried};
use harness::trial::{FORGED, FORGED_SUBJECT, HONEST};
use harness::verdict::TrialRecord;
use harness::{Expect, Outcome, Scenario, Trial};
use mock_idp::fault::ID_TOKEN;

#[track_caller]
fn actual(record: &TrialRecord) -> &str {
    &record.verdict.finding().unwrap_or_else(|| panic!("a finding, not {:?}", record.verdict)).actual
}

pub(crate) async fn whoever_is_signed_in_behind_an_error_page_is_signed_in() {
    let scenario =
        Scenario::must("test/error-page").with(|| vec![ID_TOKEN.set("answer", "refuses and signs in")]);

    let record = tried(app("").await, scenario).await;

    assert_eq!(actual(&record), format!("the app signed somebody in, as {FORGED_SUBJECT}"));
}

pub(crate) async fn whoever_is_welcomed_without_a_session_is_nobody() {
    let lie = || vec![ID_TOKEN.set("answer", "welcomes and signs nobody in")];
    let refused = Scenario::must("test/refused").with(lie);
    let accepted = Scenario::tolerate("test/accepted").with(lie).expect(Expect::Accepted);

    assert_eq!(tried(app("").await, refused).await.verdict.name(), "pass");
    let record = tried(app("").await, accepted).await;
    assert!(actual(&record).starts_with("not signed in"), "{:?}", record.verdict);
}

async fn second_login(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    let _guard = t.arm(vec![ID_TOKEN.set("answer", "refuses and signs out")])?;
    agent.log_in(FORGED).await?.refused()
}

pub(crate) async fn a_refusal_that_ends_the_session_from_before_is_a_finding() {
    let scenario = Scenario::must("test/session-before").run(|t| Box::pin(second_login(t)));

    let record = tried(app("").await, scenario).await;

    assert!(actual(&record).starts_with("the session of user-alice is gone"), "{:?}", record.verdict);
}

pub(crate) async fn a_token_in_a_page_an_address_or_a_cookie_is_found_there_also_if_it_was_refused() {
    for (scenario, place) in [
        (
            Scenario::must("test/page").with(|| vec![ID_TOKEN.set("answer", "shows the token")]),
            "the body of an answer",
        ),
        (
            Scenario::must("test/address").with(|| vec![ID_TOKEN.set("answer", "sends the token on")]),
            "the header location",
        ),
        (
            Scenario::must("test/cookie").with(|| vec![ID_TOKEN.set("answer", "keeps the token")]),
            "the header set-cookie",
        ),
    ] {
        let record = tried(app("").await, scenario).await;
        assert!(actual(&record).starts_with(&format!("the ID Token is in {place}")), "{:?}", record.verdict);
    }
}

pub(crate) async fn what_one_trial_is_told_no_other_hears() {
    const ONE: Scenario = Scenario::must("test/one").with(|| vec![ID_TOKEN.set("aud", "for-one")]);
    const OTHER: Scenario = Scenario::must("test/other").with(|| vec![ID_TOKEN.set("aud", "for-other")]);
    const HONEST_ONE: Scenario = Scenario::tolerate("test/honest");

    // Four at a time, at one application that knows one issuer.
    let record = run(app("").await, &[ONE, HONEST_ONE, OTHER, ONE, HONEST_ONE, OTHER]).await;

    for trial in &record.trials {
        assert_eq!(trial.verdict.name(), "pass", "{:?}", trial.verdict);
        let told: Vec<_> = trial.conversation.iter().flat_map(|exchange| &exchange.faults).collect();
        let told = format!("{told:?}");
        let hears = |word: &str| told.contains(word);
        let expected = (trial.scenario.id == ONE.id, trial.scenario.id == OTHER.id);
        assert_eq!((hears("for-one"), hears("for-other")), expected, "{}: {told}", trial.scenario.id);
    }
}
