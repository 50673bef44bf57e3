//! What a profile leaves out is not run, and what the application writes can be searched.

use crate::place::{PROFILE, app, open, tried};
use harness::agent::RedirectMode;
use harness::fuzz::{self, Flow, Plan};
use harness::trial::{FORGED, HONEST, canaries};
use harness::verdict::Verdict;
use harness::{Outcome, Reason, Scenario, Stop, Trial};
use mock_idp::fault::ID_TOKEN;

async fn logs_out(t: &mut Trial) -> Outcome {
    let path = t.profile().logout.clone();
    t.signed_in(HONEST).await?.visit(&path).await?.signed_out(false)
}

async fn opens_page(t: &mut Trial) -> Outcome {
    let path = t.profile().page.clone();
    t.agent().await?.log_in_at(&path, HONEST).await?.refused()
}

async fn returns(t: &mut Trial) -> Outcome {
    let start = format!("/login?returnTo=undeclared%3A{}", "page");
    t.agent().await?.log_in_at(&start, HONEST).await?.refused()
}

async fn calls(t: &mut Trial) -> Outcome {
    let path = t.profile().api.clone();
    t.agent().await?.fetch(&path, RedirectMode::Manual).await?;
    Ok(())
}

pub(crate) async fn a_fact_that_is_left_out_leaves_its_scenarios_not_run_and_is_named() {
    for (fact, scenario) in [
        ("logout", Scenario::must("test/logout").run(|t| Box::pin(logs_out(t)))),
        ("page", Scenario::must("test/page").run(|t| Box::pin(opens_page(t)))),
        ("page", Scenario::must("test/return").run(|t| Box::pin(returns(t)))),
        ("api", Scenario::must("test/api").run(|t| Box::pin(calls(t)))),
    ] {
        let record = tried(app("").await, scenario).await;
        let Verdict::NotRun { reason: Reason::Undeclared(why) } = &record.verdict else {
            panic!("{fact}: {:?}", record.verdict);
        };
        assert!(why.contains(&format!("declares no {fact}:")), "{why}");
    }
}

pub(crate) async fn an_api_that_turns_somebody_away_proves_nothing_while_nobody_has_said_how_it_should() {
    let profile = PROFILE.replace("callback =", "api = \"/me\"\ncallback =");
    let scenario = Scenario::must("test/api").run(|t| Box::pin(calls(t)));
    let record = tried(open(&profile).await.unwrap(), scenario).await;
    assert!(
        format!("{:?}", record.verdict).contains("declares no unauthenticated.api"),
        "{:?}",
        record.verdict
    );
}

pub(crate) async fn a_profile_that_the_app_contradicts_is_told_so_with_what_it_leaves_out() {
    let declared = "[unauthenticated]\napi = 302\npage = 200\n[run]";
    let paths = "api = \"/me\"\npage = \"/\"\ncallback =";
    let profile = PROFILE.replace("callback =", paths).replace("[run]", declared);
    let notes = open(&profile).await.unwrap().notes().await.join("\n");
    assert!(notes.contains("unauthenticated.api is 302") && notes.contains("by 401"), "{notes}");
    assert!(!notes.contains("unauthenticated.page"), "{notes}");
    assert!(notes.contains("logout is left out") && notes.contains("return_to is left out"), "{notes}");
}

pub(crate) async fn an_app_whose_profile_has_no_such_flow_is_not_fuzzed_in_it() {
    let plan = Plan { flow: Flow::Code, seed: 1, first: 0, cases: Some(1), time: None, enough: 1 };

    let error = fuzz::run(&app("").await, &plan, |_| {}).await.expect_err("no such variant");

    assert!(error.to_string().contains("write [variants.code-with-userinfo]"), "{error}");
}

pub(crate) async fn an_app_that_is_given_no_tokens_for_a_code_may_say_that_the_provider_is_out_of_order() {
    const OTHER_CODE: &str = r#"[{"form":{"set":{"name":"code","value":"another-code"}}}]"#;
    let variant = "[variants.code-with-userinfo]\nenv = { RP_SECRET = \"a-secret\" }\n\
                   client = { client_secret = \"a-secret\" }";
    let scenario = Scenario::must("test/fuzz").variant("code-with-userinfo").alone();

    let target = open(&format!("{PROFILE}\n{variant}\n")).await.unwrap();
    let record = tried(target, scenario.run(|t| fuzz::again(t, OTHER_CODE))).await;

    assert_eq!(record.verdict.name(), "pass", "{:?}", record.verdict);
    let statuses = record.conversation.iter().filter_map(|exchange| exchange.response.as_ref());
    assert!(statuses.into_iter().any(|answer| answer.status == 502), "it did say so");
}

async fn keeps_quiet(t: &mut Trial, channel: &str) -> Outcome {
    let guard = t.arm(vec![ID_TOKEN.set("log", channel)])?;
    let landing = t.agent().await?.log_in(FORGED).await?;
    drop(guard);
    let (log, secrets) = (t.log().await, canaries(&landing.conversation));
    let told = secrets.iter().any(|secret| log.contains(secret.as_str()));
    t.demand(!secrets.is_empty() && !told, 0, "no token in the log", "a token is in the log")
}

pub(crate) async fn a_token_that_an_app_writes_to_its_output_or_its_error_output_can_be_found_there() {
    for scenario in [
        Scenario::must("test/output").run(|t| Box::pin(keeps_quiet(t, "output"))),
        Scenario::must("test/error").run(|t| Box::pin(keeps_quiet(t, "error"))),
    ] {
        let record = tried(app("").await, scenario).await;
        let finding = record.verdict.finding().expect("a finding");
        assert_eq!(finding.actual, "a token is in the log", "{}", scenario.id);
    }
}

pub(crate) async fn a_demand_without_a_position_shows_the_input_that_it_is_about() {
    async fn script(t: &mut Trial) -> Outcome {
        t.agent().await?.log_in(HONEST).await?;
        t.input("first", Ok(()));
        let before = t.position();
        t.agent().await?.log_in(HONEST).await?;
        let Err(Stop::Found(finding)) = t.demand(false, 0, "a", "b") else { panic!("a finding") };
        assert_eq!(finding.exchanges, before..t.position());
        Ok(())
    }
    let scenario = Scenario::must("test/demand").run(|t| Box::pin(script(t)));
    let record = tried(app("").await, scenario).await;
    assert_eq!(record.verdict.name(), "pass", "{:?}", record.verdict);
}
