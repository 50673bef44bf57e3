//! The agents against small servers on two hosts of this machine: what a browser would do is what they do.
#![expect(clippy::unwrap_used, reason = "a check that cannot go on has failed")]

#[path = "agent/calibration.rs"]
mod calibration;
#[path = "agent/chromium.rs"]
mod chromium;
#[path = "agent/content_policy.rs"]
mod content_policy;
#[path = "agent/cookies.rs"]
mod cookies;
#[path = "agent/documents.rs"]
mod documents;
#[path = "agent/endings.rs"]
mod endings;
#[path = "agent/http_only.rs"]
mod http_only;
#[path = "agent/referrers.rs"]
mod referrers;
#[path = "agent/shared.rs"]
mod shared;
#[path = "agent/stage.rs"]
mod stage;

use harness::agent::HttpAgent;
use mock_idp::Clock;
use stage::Stage;

macro_rules! on_the_http_agent {
    ($($sentence:ident => $module:ident::$check:ident),* $(,)?) => {
        $(
            #[tokio::test]
            async fn $sentence() {
                let stage = Stage::start(Clock::system()).await;
                let mut agent = HttpAgent::new(stage.options());
                $module::$check(&mut agent, &stage).await;
            }
        )*
    };
}

on_the_http_agent! {
    form_posts_carry_the_cookies_that_real_browsers_send => shared::cookie_table,
    after_a_cross_site_post_a_redirect_lacks_strict_and_a_refresh_has_it => shared::after_the_post,
    only_307_repeats_a_post_and_another_origin_hides_who_posted => shared::redirects,
    every_hop_says_where_it_comes_from => shared::headers_per_hop,
    a_person_fills_in_presses_and_follows => shared::people,
    forms_can_be_held_and_made_by_hand => shared::held_and_made_by_hand,
    a_script_sees_what_fetch_and_cors_let_it_see => shared::fetches,
    cookies_can_be_read_planted_and_deleted => cookies::cookies,
    what_is_stored_is_what_browsers_store => cookies::storage,
    forms_are_written_as_their_page_asks => shared::enctypes,
    every_exchange_is_written_down => shared::trace,
    a_site_that_clears_its_data_loses_its_cookies => cookies::clearing,
    of_too_many_cookies_those_that_are_set_first_give_way => cookies::crowded,
    a_refresh_header_is_followed_like_the_element => documents::refreshes,
    any_number_of_slashes_begins_a_host => documents::slashes,
    newlines_are_sent_as_cr_lf => documents::newlines,
    a_form_sends_what_belongs_to_it_and_buttons_have_their_say => documents::form_details,
    pictures_tell_where_they_were_hit => documents::pictures,
    pages_tell_of_themselves_what_their_policy_lets_out => referrers::policies,
    redirects_may_limit_what_is_told_and_never_widen_it => referrers::redirects,
    scripts_submit_forms_where_the_content_policy_lets_them_run => content_policy::scripts,
    forms_go_where_the_content_policy_lets_them => content_policy::form_action,
    a_content_policy_for_forms_holds_for_their_redirects => content_policy::form_redirects,
    pages_ask_for_what_the_content_policy_lets_them => content_policy::requests,
}
