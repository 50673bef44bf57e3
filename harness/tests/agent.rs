//! The agents against small servers on two hosts of this machine: what a browser would do is what they do.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a check that cannot go on has failed, and one that is not run says so"
)]

#[path = "agent/chromium.rs"]
mod chromium;
#[path = "agent/http_only.rs"]
mod http_only;
#[path = "agent/shared.rs"]
mod shared;
#[path = "agent/stage.rs"]
mod stage;

use harness::agent::HttpAgent;
use mock_idp::Clock;
use stage::Stage;

macro_rules! on_the_http_agent {
    ($($sentence:ident => $check:ident),* $(,)?) => {
        $(
            #[tokio::test]
            async fn $sentence() {
                let stage = Stage::start(Clock::system()).await;
                let mut agent = HttpAgent::new(stage.options());
                shared::$check(&mut agent, &stage).await;
            }
        )*
    };
}

on_the_http_agent! {
    form_posts_carry_the_cookies_that_real_browsers_send => cookie_table,
    after_a_cross_site_post_a_redirect_lacks_strict_and_a_refresh_has_it => after_the_post,
    only_307_repeats_a_post_and_another_origin_hides_who_posted => redirects,
    every_hop_says_where_it_comes_from => headers_per_hop,
    a_person_fills_in_presses_and_follows => people,
    forms_can_be_held_and_made_by_hand => held_and_made_by_hand,
    a_script_sees_what_fetch_and_cors_let_it_see => fetches,
    cookies_can_be_read_planted_and_deleted => cookies,
    what_is_stored_is_what_browsers_store => storage,
    forms_are_written_as_their_page_asks => enctypes,
    every_exchange_is_written_down => trace,
}
