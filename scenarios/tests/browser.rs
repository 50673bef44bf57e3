//! The story of the sample app in a real Chromium, and scenarios of the catalogue with both agents: what the built-in one
//! believes of browsers must hold in one. A picture of every step, and of what a story that fails leaves,
//! goes to a folder of the story's name in `target/rpcheck/screenshots`.

#[path = "browser/agreement.rs"]
mod agreement;
#[path = "browser/logins.rs"]
mod logins;
#[path = "browser/looks.rs"]
mod looks;
#[path = "browser/page.rs"]
mod page;
#[path = "browser/patience.rs"]
mod patience;
#[path = "browser/person.rs"]
mod person;
#[path = "browser/picture.rs"]
mod picture;
#[path = "browser/pictures.rs"]
mod pictures;
#[path = "browser/provider.rs"]
mod provider;
#[path = "browser/provider_pages.rs"]
mod provider_pages;
#[path = "browser/reload.rs"]
mod reload;
#[path = "browser/requests.rs"]
mod requests;
#[path = "browser/secured.rs"]
mod secured;
#[path = "browser/story.rs"]
mod story;
#[path = "browser/tabs.rs"]
mod tabs;

use agreement::{Both, NAMED, WEAK};
use futures::FutureExt;
use futures::future::BoxFuture;
use harness::agent::{Browser, BrowserError, Pictures, Windows};
use harness::target::profile::HTTPS;
use harness::{Scenario, libtest};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use person::Person;
use sample_app::{Ambient, SampleApp, Settings, StartError, Weakness};
use scenarios::sample::SampleTarget;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::process::ExitCode;
use std::sync::Arc;
use tokio::runtime::Runtime;

type Started = BoxFuture<'static, Result<SampleApp, StartError>>;
type Story = fn(Person) -> BoxFuture<'static, ()>;

macro_rules! stories {
    ($($file:ident::$sentence:ident),* $(,)?) => {
        [$((stringify!($sentence), (|person| Box::pin($file::$sentence(person))) as Story)),*]
    };
}

const STORIES: [(&str, Story); 38] = stories![
    story::a_call_without_a_session_shows_a_warning_and_no_message,
    story::a_person_signs_in_and_is_back_where_they_were,
    story::a_guarded_page_asks_for_the_login_and_is_shown_after_it,
    story::a_signed_in_person_gets_the_message_and_sees_their_profile,
    story::names_that_are_attacks_are_shown_as_text,
    story::a_lost_session_is_noticed_and_the_person_signs_in_again,
    story::after_logging_out_back_does_not_show_the_profile,
    logins::a_person_signs_in_with_google,
    logins::a_person_signs_in_with_facebook,
    logins::a_person_signs_in_with_x_and_has_no_email,
    logins::a_denied_login_ends_on_a_page_with_a_way_back,
    logins::a_changed_session_is_noticed_while_the_page_is_open,
    logins::a_bookmark_of_the_callback_says_what_to_do,
    logins::a_session_that_expires_is_noticed_while_the_page_is_open,
    page::every_failure_of_the_api_has_words_of_its_own,
    page::without_a_network_the_page_says_so,
    page::a_slow_api_is_waited_for_aloud,
    page::a_note_is_kept_and_one_that_cannot_be_is_said_to_be_lost,
    page::pages_ask_no_other_host,
    page::screen_readers_find_their_way,
    page::a_person_signs_in_with_the_keyboard_alone,
    page::small_and_dark_windows_show_everything,
    patience::a_slow_login_service_is_waited_for_and_asked_once,
    patience::a_double_click_on_sign_in_posts_once,
    patience::a_double_click_on_call_api_asks_once,
    patience::without_scripts_a_click_sends_the_providers_form,
    patience::without_scripts_a_key_sends_the_providers_form,
    provider::a_session_that_ends_is_noticed_by_the_providers_frame,
    provider::a_logout_at_the_provider_opens_the_apps_in_frames_and_goes_on,
    provider_pages::every_page_of_the_provider_can_be_heard_reached_by_keys_and_read_on_a_phone,
    reload::without_a_login_the_page_says_so_and_the_api_answers,
    reload::a_reload_shows_the_same_and_sends_nothing_again,
    reload::without_scripts_a_double_click_on_continue_signs_in_once,
    reload::without_scripts_a_form_that_is_sent_twice_signs_in_once,
    tabs::of_two_tabs_the_later_may_finish_its_login_first,
    tabs::of_two_tabs_the_earlier_may_finish_its_login_first,
    tabs::a_session_that_ended_in_another_tab_is_noticed,
    tabs::what_a_page_asks_for_in_the_background_disturbs_no_login,
];

/// Stories of an app that is set otherwise, by the variant of the sample's profile.
const VARIANTS: [(&str, &str, Story); 2] = [
    ("where_the_api_answers_401_the_page_says_the_same", "api-401", |person| {
        Box::pin(logins::where_the_api_answers_401_the_page_says_the_same(person))
    }),
    ("on_https_the_cookies_belong_to_that_host_alone_and_scripts_cannot_touch_them", HTTPS, |person| {
        Box::pin(secured::on_https_the_cookies_belong_to_that_host_alone_and_scripts_cannot_touch_them(
            person,
        ))
    }),
];

/// Every story, with the variant of the app that it is about.
fn stories() -> impl Iterator<Item = (&'static str, Option<&'static str>, Story)> {
    let usual = STORIES.into_iter().map(|(sentence, story)| (sentence, None, story));
    usual.chain(VARIANTS.into_iter().map(|(sentence, variant, story)| (sentence, Some(variant), story)))
}

/// The one that compares pictures, where it can.
const LOOKS: &str = "pages_look_as_they_did";

/// One driver for all tests; each has a window with a profile of its own.
struct Scene {
    runtime: Runtime,
    browser: Arc<Browser>,
    target: Arc<SampleTarget>,
    /// The same app, used by the agent that plays a browser.
    built_in: Arc<SampleTarget>,
    pictures: Arc<Pictures>,
}

impl Scene {
    fn set() -> Result<Self, BrowserError> {
        let runtime = Runtime::new().expect("a runtime can be made");
        let browser = Arc::new(Browser::launch()?);
        let sample = || runtime.block_on(SampleTarget::new()).expect("the provider starts").flooded_with(100);
        let (target, built_in) = (Arc::new(sample().used_in(browser.clone())), Arc::new(sample()));
        let pictures = Arc::new(Pictures::of(person::pictures()));
        Ok(Self { runtime, browser, target, built_in, pictures })
    }

    /// Tells a story of somebody at a window. Where it breaks off there is a picture of that, too.
    async fn tell<T, F: Future<Output = T>>(
        &self,
        sentence: &str,
        variant: Option<&'static str>,
        story: impl FnOnce(Person) -> F,
    ) -> T {
        let windows = Windows::of(self.browser.clone());
        let album = Arc::new(self.pictures.album(sentence));
        let person = Person::new(&windows, album.clone(), &*self.target, variant).await;
        let told = AssertUnwindSafe(story(person)).catch_unwind().await;
        if told.is_err() {
            windows.picture_left(&album).await;
        }
        if let Some(trouble) = self.pictures.trouble() {
            eprintln!("{sentence}: pictures are missing; the first: {trouble}");
        }
        told.unwrap_or_else(|panic| resume_unwind(panic))
    }

    fn tests(self: &Arc<Self>) -> Vec<Trial> {
        let told = stories().map(|(sentence, variant, story)| {
            let scene = self.clone();
            Trial::test(sentence, move || {
                scene.runtime.block_on(scene.tell(sentence, variant, story));
                Ok(())
            })
        });
        let scene = self.clone();
        let looks = Trial::ignorable_test(LOOKS, move || {
            scene.runtime.block_on(scene.tell(LOOKS, None, looks::pages_look_as_they_did))
        });
        let scene = self.clone();
        let of_a_run = Trial::test(pictures::NAMES[0], || {
            pictures::a_run_in_windows_leaves_pictures_that_its_report_names();
            Ok(())
        });
        let of_a_story = Trial::test(pictures::NAMES[1], move || {
            pictures::a_story_that_breaks_off_leaves_a_picture_of_that(&scene);
            Ok(())
        });
        told.chain([looks, of_a_run, of_a_story]).chain(self.both()).chain(self.both_weak()).collect()
    }

    /// Scenarios of the sample as it is.
    fn both(self: &Arc<Self>) -> impl Iterator<Item = Trial> {
        let scene = self.clone();
        chosen().into_iter().map(move |scenario| {
            let scene = scene.clone();
            Trial::ignorable_test(scenario.id, move || {
                let both = Both { built_in: &*scene.built_in, browser: &*scene.target };
                scene.runtime.block_on(both.agree(scenario))
            })
        })
    }

    /// Scenarios of the sample with one rule left out.
    fn both_weak(self: &Arc<Self>) -> impl Iterator<Item = Trial> {
        let scene = self.clone();
        WEAK.into_iter().map(move |(weakness, id)| {
            let scene = scene.clone();
            Trial::ignorable_test(format!("without {weakness}: {id}"), move || {
                scene.runtime.block_on(async {
                    let (built_in, browser) = (weak(weakness).await, weak(weakness).await);
                    let both = Both { built_in: &built_in, browser: &browser.used_in(scene.browser.clone()) };
                    both.both_find(scenario(id)).await
                })
            })
        })
    }
}

fn chosen() -> Vec<Scenario> {
    if agreement::is_full() { scenarios::catalogue() } else { NAMED.into_iter().map(scenario).collect() }
}

fn scenario(id: &str) -> Scenario {
    let found = scenarios::catalogue().into_iter().find(|scenario| scenario.id == id);
    found.unwrap_or_else(|| panic!("there is no scenario {id}"))
}

/// The sample without a rule.
async fn weak(name: &'static str) -> SampleTarget {
    let weakness = Weakness::from_name(name).unwrap_or_else(|| panic!("there is no weakness {name}"));
    let start = move |listener, settings: Settings, ambient: Ambient| -> Started {
        Box::pin(SampleApp::start_weak(listener, settings, ambient, weakness))
    };
    SampleTarget::started_by(name, Arc::new(start)).await.expect("the provider starts")
}

/// The same tests where there is no browser.
fn tests_without(error: &BrowserError) -> Vec<Trial> {
    let outcome = match error {
        BrowserError::Missing { .. } => |why: String| libtest::missing("chromium", why),
        _ => |why: String| -> Result<Completion, Failed> { Err(why.into()) },
    };
    let weak = WEAK.map(|(weakness, id)| format!("without {weakness}: {id}"));
    let told = stories().map(|(sentence, ..)| sentence).chain([LOOKS]).chain(pictures::NAMES);
    let names = told.chain(chosen().into_iter().map(|scenario| scenario.id)).map(str::to_owned).chain(weak);
    names
        .map(|name| {
            let why = error.to_string();
            Trial::ignorable_test(name, move || outcome(why))
        })
        .collect()
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let scene = Scene::set().map(Arc::new);
    let tests = match &scene {
        Ok(scene) => scene.tests(),
        Err(error) => tests_without(error),
    };
    libtest_mimic::run(&arguments, tests).exit_code()
}
