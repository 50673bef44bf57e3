//! Applications that somebody else wrote, as processes of their own: how they are started, what becomes of those
//! that go down, and what their profile may leave out. The application is this program itself, started again.
#![expect(clippy::unwrap_used, reason = "a check that cannot go on has failed")]

#[path = "target/app.rs"]
mod app;
#[path = "target/canaries.rs"]
mod canaries;
#[path = "target/crashes.rs"]
mod crashes;
#[path = "target/display.rs"]
mod display;
#[path = "target/effect.rs"]
mod effect;
#[path = "target/facts.rs"]
mod facts;
#[path = "target/place.rs"]
mod place;
#[path = "target/secrets.rs"]
mod secrets;
#[path = "target/secured.rs"]
mod secured;
#[path = "target/starts.rs"]
mod starts;
#[path = "target/talk.rs"]
mod talk;
#[path = "target/waits.rs"]
mod waits;

use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;
use tokio::runtime::Runtime;

macro_rules! tests {
    ($($module:ident::$sentence:ident),* $(,)?) => {
        vec![$(Trial::test(stringify!($sentence), || {
            Runtime::new().unwrap().block_on($module::$sentence());
            Ok(())
        })),*]
    };
}

/// About the application, and about what the runner makes of it.
fn tests() -> Vec<Trial> {
    let mut tests = of_the_application();
    tests.extend(tests![
        waits::who_waits_for_old_keys_has_an_app_of_its_own_and_holds_up_nobody,
        waits::whose_keys_need_not_be_old_shares_the_app_with_the_others,
        waits::whose_app_cannot_be_started_twice_is_not_run_and_says_why,
    ]);
    tests
}

fn of_the_application() -> Vec<Trial> {
    tests![
        crashes::only_the_trial_that_crashes_the_app_alone_is_told_of_it,
        crashes::an_app_that_does_not_come_back_says_why_once_and_whoever_was_never_tried_is_not_repeated,
        crashes::a_trial_that_never_started_is_not_run_again,
        crashes::an_app_that_hangs_or_answers_5xx_before_the_fault_could_fire_is_found_out,
        crashes::a_probe_that_cannot_tell_is_a_finding_and_one_that_is_too_busy_is_not,
        effect::whoever_is_signed_in_behind_an_error_page_is_signed_in,
        effect::whoever_is_welcomed_without_a_session_is_nobody,
        effect::a_refusal_that_ends_the_session_from_before_is_a_finding,
        effect::a_token_in_a_page_an_address_or_a_cookie_is_found_there_also_if_it_was_refused,
        effect::what_one_trial_is_told_no_other_hears,
        starts::metadata_that_are_read_at_the_start_are_lied_about_then_and_a_refusal_to_start_counts,
        starts::an_app_that_hangs_while_it_starts_has_refused_nothing,
        starts::whoever_restarts_the_app_has_time_for_that,
        starts::an_app_that_must_accept_what_keeps_it_from_starting_fails,
        starts::a_script_that_restarts_and_then_arms_sees_that_the_app_did_not_start,
        starts::readiness_is_the_apps_own_answer_and_not_that_of_the_place_it_leads_to,
        starts::an_app_on_127_0_0_1_has_its_provider_on_localhost,
        starts::who_listens_in_the_apps_place_is_not_taken_for_the_app,
        starts::setting_up_has_a_deadline_that_its_error_names,
        starts::setting_up_without_a_marker_would_never_be_done,
        starts::an_app_that_does_not_start_is_told_with_its_output_and_a_remedy,
        facts::a_fact_that_is_left_out_leaves_its_scenarios_not_run_and_is_named,
        facts::an_api_that_turns_somebody_away_proves_nothing_while_nobody_has_said_how_it_should,
        facts::a_profile_that_the_app_contradicts_is_told_so_with_what_it_leaves_out,
        facts::a_token_that_an_app_writes_to_its_output_or_its_error_output_can_be_found_there,
        secured::an_authority_that_is_none_is_told_with_what_to_write_instead,
        secured::an_app_that_speaks_plainly_where_its_profile_says_https_is_not_up,
        secured::an_app_reads_the_metadata_of_a_provider_on_https_by_the_authority_of_the_run,
        secured::an_app_that_is_not_told_of_the_authority_believes_no_provider_on_https,
        secured::a_variant_cannot_move_an_app_to_https,
        secured::what_the_app_proves_itself_with_is_in_files_for_as_long_as_the_run_lasts,
        secrets::whatever_of_a_login_an_app_writes_to_its_log_is_found_there_by_its_name,
        secrets::what_is_no_secret_may_be_in_the_log,
        canaries::a_secret_in_any_answer_is_found_there_by_its_name,
        canaries::what_is_no_secret_or_the_browsers_own_may_stand_in_any_answer,
        canaries::the_state_of_a_login_is_for_the_browser_that_it_is_of,
        canaries::a_token_is_a_hint_for_the_provider_and_a_leak_anywhere_else,
        canaries::what_is_shown_after_the_last_input_is_found_too,
        facts::an_app_whose_profile_has_no_such_flow_is_not_fuzzed_in_it,
        facts::an_app_that_is_given_no_tokens_for_a_code_may_say_that_the_provider_is_out_of_order,
        facts::a_demand_without_a_position_shows_the_input_that_it_is_about,
    ]
}

fn main() -> ExitCode {
    if app::is_wanted() {
        Runtime::new().unwrap().block_on(app::run());
        return ExitCode::SUCCESS;
    }
    libtest_mimic::run(&Arguments::from_args(), tests()).exit_code()
}
