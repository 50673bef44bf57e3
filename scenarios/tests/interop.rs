//! The sample app's cookies are those of npm's express-openid-connect: what one of them makes, the other opens.
//! The library runs in Node, by `fixtures/targets/express-openid-connect/cookie-peer.mjs`.

#[path = "interop/cookies.rs"]
mod cookies;
#[path = "interop/peer.rs"]
mod peer;

use futures::future::BoxFuture;
use harness::{Scenario, Target, Trial, libtest};
use libtest_mimic::{Arguments, Completion, Failed};
use peer::Peer;
use scenarios::sample::SampleTarget;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use tokio::runtime::Runtime;

type Check = for<'a> fn(&'a Trial, &'a Peer) -> BoxFuture<'a, ()>;

macro_rules! checks {
    ($($sentence:ident),* $(,)?) => {
        [$((stringify!($sentence), (|trial, peer| Box::pin(cookies::$sentence(trial, peer))) as Check)),*]
    };
}

const CHECKS: [(&str, Check); 6] = checks![
    the_library_opens_a_session_of_the_sample,
    the_library_opens_a_session_of_the_sample_in_several_cookies,
    the_sample_opens_a_session_of_the_library,
    the_sample_opens_a_session_of_the_library_in_several_cookies,
    the_library_reads_a_login_that_the_sample_began,
    the_sample_ends_a_login_that_the_library_signed,
];

struct Scene {
    runtime: Runtime,
    target: SampleTarget,
    /// Looked for by the first check that runs, because it may have to be installed.
    peer: OnceLock<Result<Peer, String>>,
}

impl Scene {
    fn set() -> Self {
        let runtime = Runtime::new().expect("a runtime can be made");
        let target = runtime.block_on(SampleTarget::new()).expect("the provider starts");
        Self { runtime, target, peer: OnceLock::new() }
    }

    fn run(&self, check: Check) -> Result<Completion, Failed> {
        let peer = match self.peer.get_or_init(Peer::find) {
            Ok(peer) => peer,
            Err(why) => return libtest::missing("node", why),
        };
        self.runtime.block_on(async {
            let scenario = Scenario::tolerate("interop/cookies");
            let stage = self.target.stage(&scenario).await.expect("the sample app starts");
            check(&Trial::new(scenario, stage), peer).await;
        });
        Ok(Completion::Completed)
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let scene = Arc::new(Scene::set());
    let tests = CHECKS.into_iter().map(|(sentence, check)| {
        let scene = scene.clone();
        libtest_mimic::Trial::ignorable_test(sentence, move || scene.run(check))
    });
    libtest_mimic::run(&arguments, tests.collect()).exit_code()
}
