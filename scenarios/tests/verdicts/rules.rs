//! The sixteen rules by which an application is judged, and where each of them is tested on the harness itself.
//!
//! Every test was seen to fail with its rule broken in the harness.

use std::path::Path;

struct Rule {
    /// The rule, in a sentence.
    says: &'static str,
    /// The tests, as `file: name of the function`.
    tests: &'static [&'static str],
}

const RULES: [Rule; 16] = [
    Rule {
        says: "Judge by effect, not by what an answer looks like: who is signed in, what was fetched, what came out.",
        tests: &[
            "harness/tests/target/effect.rs: whoever_is_signed_in_behind_an_error_page_is_signed_in",
            "harness/tests/target/effect.rs: whoever_is_welcomed_without_a_session_is_nobody",
            "harness/tests/target/effect.rs: a_refusal_that_ends_the_session_from_before_is_a_finding",
            "harness/tests/target/effect.rs: a_token_in_a_page_an_address_or_a_cookie_is_found_there_also_if_it_was_refused",
            "harness/tests/target/facts.rs: a_token_that_an_app_writes_to_its_output_or_its_error_output_can_be_found_there",
        ],
    },
    Rule {
        says: "Every negative stands between two honest logins at the same process.",
        tests: &[
            "scenarios/tests/verdicts.rs: an_app_that_nobody_can_log_in_to_proves_nothing_by_refusing",
            "scenarios/tests/verdicts.rs: a_refusal_that_leaves_the_app_unable_to_log_anybody_in_is_a_finding",
            "scenarios/tests/verdicts/evidence.rs: what_must_be_refused_stands_between_two_honest_logins",
        ],
    },
    Rule {
        says: "One thing is wrong in each input, and everything else is fresh and right.",
        tests: &[
            "scenarios/tests/verdicts/evidence.rs: every_input_is_a_login_of_its_own",
            "mock-idp/tests/provider/faults.rs: a_lie_in_the_claims_is_signed_by_the_honest_key",
            "scenarios/tests/weaknesses.rs: each_weakness_fails_what_is_named_for_it_and_nothing_else",
        ],
    },
    Rule {
        says: "Refused for the right reason.",
        tests: &[
            "scenarios/tests/verdicts/reasons.rs: what_is_refused_is_refused_by_the_rule_that_it_breaks",
            "scenarios/tests/weaknesses.rs: each_weakness_fails_what_is_named_for_it_and_nothing_else",
        ],
    },
    Rule {
        says: "A crash is no refusal: 5xx, a dropped connection and a hang are findings.",
        tests: &[
            "harness/tests/target/crashes.rs: an_app_that_hangs_or_answers_5xx_before_the_fault_could_fire_is_found_out",
            "harness/tests/target/crashes.rs: only_the_trial_that_crashes_the_app_alone_is_told_of_it",
            "harness/tests/target/crashes.rs: a_probe_that_cannot_tell_is_a_finding_and_one_that_is_too_busy_is_not",
        ],
    },
    Rule {
        says: "No sleep is evidence: whoever waits waits for an event, with a deadline.",
        tests: &[
            "scenarios/tests/verdicts/evidence.rs: nobody_sleeps_in_order_to_know",
            "harness/tests/agent/http_only.rs: a_silent_server_is_given_up_at_the_deadline",
        ],
    },
    Rule {
        says: "What was planned is what was run and what was not, each with a reason; otherwise the run fails.",
        tests: &[
            "scenarios/tests/verdicts.rs: what_is_planned_is_what_was_run_and_what_was_not",
            "harness/src/event.rs: a_scenario_that_nobody_tells_of_has_not_passed",
            "scenarios/tests/verdicts.rs: a_fault_that_changes_nothing_teaches_nothing",
            "scenarios/tests/verdicts.rs: a_fault_of_ours_that_never_fires_is_our_own_failure",
            "scenarios/tests/verdicts.rs: a_script_that_panics_is_our_own_failure_and_says_why",
        ],
    },
    Rule {
        says: "What is expected is written down: a known deviation that shows no more fails, and nothing is left out in silence.",
        tests: &[
            "harness/src/deviations/tests.rs: an_entry_that_no_longer_fails_is_stale_and_one_that_was_not_run_is_not",
            "scenarios/tests/command_line.rs: a_list_of_deviations_that_is_no_longer_true_fails_the_run",
            "scenarios/tests/conformance.rs: looked_at",
        ],
    },
    Rule {
        says: "The harness is tested on applications with one defect each, and on one with none.",
        tests: &[
            "scenarios/tests/weaknesses.rs: each_weakness_fails_what_is_named_for_it_and_nothing_else",
            "scenarios/tests/weaknesses.rs: every_scenario_is_seen_to_fail_by_a_weakness_under_which_people_can_log_in",
        ],
    },
    Rule {
        says: "Cookies obey the rules of browsers, by site, age and kind of request.",
        tests: &[
            "scenarios/tests/verdicts.rs: the_cookie_rules_of_the_browser_that_is_asked_for_are_kept",
            "harness/tests/agent/calibration.rs: in_every_cell_of_the_table_chromium_and_the_http_agent_agree",
            "scenarios/tests/command_line.rs: an_app_on_the_providers_own_host_is_refused_because_same_site_would_mean_nothing",
        ],
    },
    Rule {
        says: "A lie is armed for one trial, not for the issuer, so that trials run side by side.",
        tests: &[
            "harness/tests/target/effect.rs: what_one_trial_is_told_no_other_hears",
            "mock-idp/tests/provider/faults.rs: an_occurrence_is_counted_per_fault_and_only_by_requests_it_is_bound_to",
        ],
    },
    Rule {
        says: "Applications may cache: no fetch is demanded, and keys change only where that is the subject.",
        tests: &[
            "scenarios/tests/verdicts.rs: a_fault_that_a_caching_app_never_asked_for_is_not_run",
            "scenarios/tests/verdicts/evidence.rs: keys_and_metadata_change_only_where_that_is_the_subject",
        ],
    },
    Rule {
        says: "Time is told, not waited for.",
        tests: &[
            "scenarios/tests/verdicts/evidence.rs: time_passes_for_all_of_them_and_for_nobody_who_waits",
        ],
    },
    Rule {
        says: "There are two providers, and a host that nobody has any business to ask, which remembers who asked.",
        tests: &[
            "scenarios/tests/verdicts/evidence.rs: the_other_provider_has_a_name_and_keys_of_its_own",
            "scenarios/tests/verdicts/evidence.rs: whoever_asks_the_decoy_is_found_out_though_nobody_gets_in",
        ],
    },
    Rule {
        says: "A few facts about an application are enough; what a profile does not declare is not run, never passed.",
        tests: &[
            "harness/tests/target/facts.rs: a_fact_that_is_left_out_leaves_its_scenarios_not_run_and_is_named",
            "scenarios/tests/verdicts.rs: a_need_that_is_not_met_is_not_run_and_says_what_is_missing",
        ],
    },
    Rule {
        says: "How much hangs on a scenario decides the exit code.",
        tests: &["scenarios/tests/verdicts.rs: the_exit_code_is_the_first_that_applies"],
    },
];

#[test]
fn every_rule_of_judgement_is_tested_where_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    for Rule { says, tests } in RULES {
        assert!(says.ends_with('.') && !tests.is_empty(), "{says}");
        for test in tests {
            let (file, name) = test.split_once(": ").expect("file: name");
            let text = std::fs::read_to_string(root.join(file)).expect("a readable file");
            assert!(text.contains(&format!("fn {name}(")), "{test} is not there, for: {says}");
        }
    }
}
