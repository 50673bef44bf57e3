//! What a scenario is: one thing done to an application, and what the application must do about it.
//!
//! A scenario is a `const`, so that forgetting to list it stops the build. Most say which faults the provider
//! tells; the rest are a short script.

use crate::trial::{Outcome, Trial};
use futures::future::BoxFuture;
use mock_idp::Fault;
use url::Url;

/// How much hangs on a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// A MUST of a specification. Fails the run.
    Must,
    /// The application must *accept* this; without such scenarios, refusing everything would score perfectly.
    Tolerate,
    /// A SHOULD, or best current practice. Warns; fails under `--strict`.
    Should,
    /// Hardening without one normative sentence behind it. Warns.
    Harden,
    /// There is no right answer: the behaviour is reported and the reader decides.
    Policy,
}

impl Level {
    /// The word for it, as in `--format json`.
    pub fn name(self) -> &'static str {
        match self {
            Level::Must => "must",
            Level::Tolerate => "tolerate",
            Level::Should => "should",
            Level::Harden => "harden",
            Level::Policy => "policy",
        }
    }
}

/// What a scenario cannot do without. An unmet need is `NotRun` with this reason, never a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// A real browser: scripts must run.
    Browser,
    /// An agent whose requests can be made by hand.
    HandMadeRequests,
    /// An application that can be restarted, so that it reads the provider's metadata afresh.
    Restart,
    /// An application whose clock can be set.
    Clock,
    /// A `returnTo` parameter on the login path.
    ReturnTo,
    /// An agent whose cookies can be made older than they are.
    AgedCookies,
    /// An application whose standard output and error are captured.
    Log,
}

impl Need {
    /// What is missing, as a sentence without its full stop.
    pub fn unmet(self) -> &'static str {
        match self {
            Need::Browser => "needs a real browser",
            Need::HandMadeRequests => "needs an agent that can send hand-made requests",
            Need::Restart => {
                "needs an app that rpcheck can restart: give the profile a [run] table with a command"
            }
            Need::Clock => "needs an app whose clock can be set, which only the bundled sample offers",
            Need::AgedCookies => "needs an agent whose cookies can be aged, which a real browser's cannot",
            Need::Log => {
                "needs an app whose output is captured: give the profile a [run] table with a command"
            }
            Need::ReturnTo => "needs a login path with a return parameter: the profile's return_to is empty",
        }
    }
}

/// What must come of every input of a scenario that only tells faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// No session, a clean answer, nothing that was there before is harmed.
    Refused,
    /// As `Refused`, but the provider is out of order, so that 502, 503 and 504 are clean answers too.
    RefusedOrUnavailable,
    /// The person who authenticated is signed in.
    Accepted,
}

impl Expect {
    /// What it means, as a sentence without its full stop.
    pub fn sentence(self) -> &'static str {
        match self {
            Expect::Refused => "the login is refused: no session, and a clean answer",
            Expect::RefusedOrUnavailable => "the login is refused; 502, 503 and 504 are clean answers too",
            Expect::Accepted => "the person is signed in",
        }
    }
}

/// One of the inputs of a scenario.
pub struct Input {
    /// Names the input in the report.
    pub label: String,
    /// What the provider tells for it.
    pub faults: Vec<Fault>,
}

impl Input {
    /// An input under a name.
    pub fn new(label: impl Into<String>, faults: Vec<Fault>) -> Self {
        Self { label: label.into(), faults }
    }
}

/// What is known about the application and its provider when a trial starts.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The issuer that the application trusts.
    pub issuer: String,
    /// The application's client id.
    pub client_id: String,
    /// Where the application lives.
    pub base_url: Url,
    /// Where the provider posts its answers.
    pub callback: Url,
    /// Seconds that the application's clock may be off.
    pub clock_skew: i64,
    /// Seconds that the application waits before it looks up an unknown key again.
    pub jwks_cool_down: i64,
    /// The time at the start, Unix seconds.
    pub now: i64,
}

impl Facts {
    /// Facts about nobody in particular, to show inputs with when no application is there.
    pub fn example() -> Self {
        let address = |text| Url::parse(text).expect("a constant address");
        Self {
            issuer: "http://127.0.0.1:9000".to_owned(),
            client_id: "rpcheck-client".to_owned(),
            base_url: address("http://localhost:3000/"),
            callback: address("http://localhost:3000/callback"),
            clock_skew: 60,
            jwks_cool_down: 60,
            now: 1_800_000_000,
        }
    }
}

/// A script: what a scenario does when faults alone do not tell it.
pub type Script = for<'a> fn(&'a mut Trial) -> BoxFuture<'a, Outcome>;

/// How a scenario proceeds.
#[derive(Clone, Copy)]
pub enum Action {
    /// One login, with these faults.
    Faults(fn() -> Vec<Fault>, Expect),
    /// One login per input.
    Inputs(fn(&Facts) -> Vec<Input>, Expect),
    /// Anything else.
    Script(Script),
}

/// Seconds, the longest `jwks_cool_down` that is waited for where no clock can be set.
pub const LONGEST_COOL_DOWN: i64 = 90;

/// A definition: what is done, what must come of it, and which clause says so.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a word of the definition, said by a method of its own"
)]
#[derive(Clone, Copy)]
pub struct Scenario {
    /// A kebab slug by topic, `id-token/aud-other-client`. Public API: never reused.
    pub id: &'static str,
    /// How much hangs on it.
    pub level: Level,
    /// Where the rule stands.
    pub clause: &'static str,
    /// What the clause demands, in our words, where that is not what the verdict demands word by word.
    pub demands: &'static str,
    /// Why the rule is there, for somebody who has to explain a failure.
    pub why: &'static str,
    /// The rows of `coverage.tsv` whose mutation it makes.
    pub covers: &'static [&'static str],
    /// What it cannot do without.
    pub needs: &'static [Need],
    /// How it proceeds.
    pub action: Action,
    /// The application must not have spoken with the provider before.
    pub cold: bool,
    /// Nothing else may run beside it on a target that is shared between trials.
    pub alone: bool,
    /// Two honest logins stand around it.
    pub sandwiched: bool,
    /// It does several things at once, so that the order of its exchanges is nobody's.
    pub at_once: bool,
    /// It waits in real time, so it starts before others.
    pub slow: bool,
    /// It lets the profile's `jwks_cool_down` pass, in real time where no clock can be set.
    pub cools_down: bool,
    /// The set-up of the application that it is about, as the profile names it; the usual one if `None`.
    pub variant: Option<&'static str>,
}

const NOTHING: Action = Action::Faults(Vec::new, Expect::Accepted);

impl Scenario {
    const fn new(level: Level, id: &'static str) -> Self {
        Self {
            id,
            level,
            clause: "",
            demands: "",
            why: "",
            covers: &[],
            needs: &[],
            action: NOTHING,
            cold: false,
            alone: false,
            sandwiched: true,
            at_once: false,
            slow: false,
            cools_down: false,
            variant: None,
        }
    }
    /// A MUST of a specification.
    pub const fn must(id: &'static str) -> Self {
        Self::new(Level::Must, id)
    }
    /// Something that the application must accept. What it must accept is a login itself, so that none needs
    /// to stand around it.
    pub const fn tolerate(id: &'static str) -> Self {
        Self::new(Level::Tolerate, id).unsandwiched()
    }
    /// A SHOULD.
    pub const fn should(id: &'static str) -> Self {
        Self::new(Level::Should, id)
    }
    /// Hardening.
    pub const fn harden(id: &'static str) -> Self {
        Self::new(Level::Harden, id)
    }
    /// A choice that is only reported.
    pub const fn policy(id: &'static str) -> Self {
        Self::new(Level::Policy, id)
    }
    /// Where the rule stands.
    pub const fn clause(mut self, clause: &'static str) -> Self {
        self.clause = clause;
        self
    }
    /// What the clause demands, in our words.
    pub const fn demands(mut self, demands: &'static str) -> Self {
        self.demands = demands;
        self
    }
    /// Why the rule is there.
    pub const fn why(mut self, why: &'static str) -> Self {
        self.why = why;
        self
    }
    /// The rows of the coverage list whose mutation this makes.
    pub const fn covers(mut self, rows: &'static [&'static str]) -> Self {
        self.covers = rows;
        self
    }
    /// What it cannot do without.
    pub const fn needs(mut self, needs: &'static [Need]) -> Self {
        self.needs = needs;
        self
    }
    /// The application must be fresh: an honest login stands before it, then the application is restarted.
    pub const fn cold(mut self) -> Self {
        self.cold = true;
        self.alone = true;
        self
    }
    /// Changes what every login at the same provider sees, so it runs alone on a shared target.
    pub const fn alone(mut self) -> Self {
        self.alone = true;
        self
    }
    /// No honest logins around it: the scenario is one itself, or needs none.
    pub const fn unsandwiched(mut self) -> Self {
        self.sandwiched = false;
        self
    }
    /// Does several things at once: the order of its exchanges differs from run to run.
    pub const fn at_once(mut self) -> Self {
        self.at_once = true;
        self
    }
    /// It waits in real time for an application that waits, so it starts before others.
    pub const fn slow(mut self) -> Self {
        self.slow = true;
        self
    }
    /// It lets the profile's `jwks_cool_down` pass, [`LONGEST_COOL_DOWN`] at most. Where no clock can be set that is real time, and others go on
    /// meanwhile: it has an application and a provider of its own then, where the target can start another.
    pub const fn cools_down(mut self) -> Self {
        self.cools_down = true;
        self
    }
    /// It is about an application that is set up in another way, which the profile declares under this name; not
    /// run where it does not. On a shared target the application is restarted for it.
    pub const fn variant(mut self, name: &'static str) -> Self {
        self.variant = Some(name);
        self.alone = true;
        self
    }
    /// What the provider tells. One login, one outcome.
    pub const fn with(mut self, faults: fn() -> Vec<Fault>) -> Self {
        self.action = Action::Faults(faults, Expect::Refused);
        self
    }
    /// What the provider tells, several times over. One login and one outcome for each.
    pub const fn inputs(mut self, inputs: fn(&Facts) -> Vec<Input>) -> Self {
        self.action = Action::Inputs(inputs, Expect::Refused);
        self
    }
    /// What must come of it; `Refused` when not said.
    pub const fn expect(mut self, expect: Expect) -> Self {
        self.action = match self.action {
            Action::Faults(faults, _) => Action::Faults(faults, expect),
            Action::Inputs(inputs, _) => Action::Inputs(inputs, expect),
            Action::Script(script) => Action::Script(script),
        };
        self
    }
    /// A script, for what faults alone do not tell.
    pub const fn run(mut self, script: Script) -> Self {
        self.action = Action::Script(script);
        self
    }
    /// The part of the id before the slash.
    pub fn topic(&self) -> &'static str {
        self.id.split_once('/').map_or(self.id, |(topic, _)| topic)
    }
}
