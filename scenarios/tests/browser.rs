//! The story of the sample app in a real Chromium, and a few scenarios of the catalogue there: what the HTTP
//! agent believes of browsers must hold in one. Pictures of the steps go to `target/rpcheck/screenshots`.

#[path = "browser/person.rs"]
mod person;
#[path = "browser/story.rs"]
mod story;

use futures::future::BoxFuture;
use harness::agent::{Browser, BrowserError};
use harness::{Scenario, Target, libtest};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use person::Person;
use scenarios::sample::SampleTarget;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::runtime::Runtime;

/// Scenarios that are also run here. They cover what an agent can do: type, fill in, fetch, and post by hand.
const SCENARIOS: [&str; 6] = [
    "story/anonymous-call",
    "story/log-in",
    "story/signed-in-call",
    "story/guarded-page",
    "story/session-lost",
    "binding/no-transaction",
];

type Story = fn(Person) -> BoxFuture<'static, ()>;

macro_rules! stories {
    ($($sentence:ident),* $(,)?) => {
        [$((stringify!($sentence), (|person| Box::pin(story::$sentence(person))) as Story)),*]
    };
}

const STORIES: [(&str, Story); 7] = stories![
    a_call_without_a_session_shows_a_warning_and_no_message,
    a_person_signs_in_and_is_back_where_they_were,
    a_guarded_page_asks_for_the_login_and_is_shown_after_it,
    a_signed_in_person_gets_the_message_and_sees_their_profile,
    names_that_are_attacks_are_shown_as_text,
    a_lost_session_is_noticed_and_the_person_signs_in_again,
    after_logging_out_back_does_not_show_the_profile,
];

/// One driver for all tests; each has a window with a profile of its own.
struct Scene {
    runtime: Runtime,
    browser: Arc<Browser>,
    target: Arc<SampleTarget>,
}

impl Scene {
    fn set() -> Result<Self, BrowserError> {
        let runtime = Runtime::new().expect("a runtime can be made");
        let browser = Arc::new(Browser::launch()?);
        let target = runtime.block_on(SampleTarget::in_browser(browser.clone()));
        Ok(Self { runtime, browser, target: Arc::new(target.expect("the provider starts")) })
    }

    fn tests(self: &Arc<Self>) -> Vec<Trial> {
        let told = STORIES.into_iter().map(|(sentence, story)| {
            let scene = self.clone();
            Trial::test(sentence, move || {
                scene
                    .runtime
                    .block_on(async { story(Person::new(&scene.browser, &*scene.target).await).await });
                Ok(())
            })
        });
        let target: Arc<dyn Target> = self.target.clone();
        let run = libtest::tests(self.runtime.handle(), &target, &chosen(), |_| {});
        told.chain(run).collect()
    }
}

fn chosen() -> Vec<Scenario> {
    let find = |id| scenarios::catalogue().into_iter().find(|scenario| scenario.id == id);
    SCENARIOS.into_iter().map(|id| find(id).unwrap_or_else(|| panic!("there is no scenario {id}"))).collect()
}

/// The same tests where there is no browser.
fn tests_without(error: &BrowserError) -> Vec<Trial> {
    let outcome = match error {
        BrowserError::Missing { .. } => |why: String| libtest::missing("chromium", why),
        _ => |why: String| -> Result<Completion, Failed> { Err(why.into()) },
    };
    let names = STORIES.into_iter().map(|(sentence, _)| sentence).chain(SCENARIOS);
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
