//! Is the answer bound to the browser that asked? Login CSRF, injection and session fixation.

use crate::jar;
use crate::params::with;
use harness::agent::{Cookie, SameSite};
use harness::trial::{FORGED, HONEST};
use harness::{Outcome, Scenario, Trial};
use mock_idp::trace::Endpoint;

pub(crate) const SCENARIOS: &[Scenario] = &[
    NO_TRANSACTION,
    OTHER_TRANSACTION,
    FOREIGN_TOKEN,
    FOREIGN_STATE,
    OTHER_BROWSER,
    SIGNED_IN_VICTIM,
    PLANTED_SESSION,
    PLANTED_TRANSACTION,
];

const NO_TRANSACTION: Scenario = Scenario::must("binding/no-transaction")
    .clause("RFC 6749 10.12; RFC 9700 4.7; OIDC Core 3.1.2.1, 15.5.2")
    .why("an attacker who makes a victim's browser post the attacker's answer logs the victim in as the attacker")
    .covers(&["BIND-01"])
    .run(|t| Box::pin(no_transaction(t)));

async fn no_transaction(t: &mut Trial) -> Outcome {
    let kept = t.agent().await?.begin(FORGED).await?;
    let mut victim = t.agent().await?;
    victim.deliver(&kept.form.fields).await?.refused()
}

const OTHER_TRANSACTION: Scenario = Scenario::must("binding/other-transaction")
    .clause("RFC 6749 10.12; RFC 9700 4.7; OIDC Core 3.1.2.1, 15.5.2")
    .why("the answer must be compared with what this very browser asked, not with a list of everything asked")
    .covers(&["BIND-02", "professos/csrf-2"])
    .run(|t| Box::pin(other_transaction(t)));

async fn other_transaction(t: &mut Trial) -> Outcome {
    let mut victim = t.agent().await?;
    let own = victim.begin(HONEST).await?;
    let kept = t.agent().await?.begin(FORGED).await?;
    victim.deliver(&kept.form.fields).await?.refused()?;
    let landing = victim.deliver(&own.form.fields).await?;
    match &landing.subject {
        None => landing.refused(),
        Some(_) => landing.accepted(&t.subject(HONEST)?),
    }
}

const FOREIGN_TOKEN: Scenario = Scenario::must("binding/foreign-token")
    .clause("OIDC Core 3.2.2.11, 3.1.3.7 (11); RFC 9700 4.5.3.2")
    .why("with the victim's own state, only the nonce tells that the token was made for somebody else")
    .covers(&["BIND-03"])
    .run(|t| Box::pin(foreign_token(t)));

async fn foreign_token(t: &mut Trial) -> Outcome {
    let kept = t.agent().await?.begin(FORGED).await?;
    let mut victim = t.agent().await?;
    let mut answer = victim.begin(HONEST).await?;
    if kept.asked("nonce") == answer.asked("nonce") {
        return Err(Trial::no_difference("both browsers sent the same nonce"));
    }
    answer.form.fields.set("id_token", kept.answer("id_token"));
    victim.deliver(&answer.form.fields).await?.refused()
}

const FOREIGN_STATE: Scenario = Scenario::must("binding/foreign-state")
    .clause("RFC 6749 10.12")
    .why("with a token for the victim's own nonce, only the state tells that the answer belongs to another login")
    .covers(&["BIND-04"])
    .run(|t| Box::pin(foreign_state(t)));

async fn foreign_state(t: &mut Trial) -> Outcome {
    let kept = t.agent().await?.begin(FORGED).await?;
    let mut victim = t.agent().await?;
    let mut answer = victim.begin(FORGED).await?;
    if kept.asked("state") == answer.asked("state") {
        return Err(Trial::no_difference("both browsers sent the same state"));
    }
    answer.form.fields.set("state", kept.answer("state"));
    victim.deliver(&answer.form.fields).await?.refused()
}

const OTHER_BROWSER: Scenario = Scenario::must("binding/other-browser")
    .clause("RFC 9700 4.7; OAuth Security Topics Update 2.3")
    .why("a state that is checked against a server-wide table, and not against the browser, binds nothing")
    .covers(&["BIND-05"])
    .run(|t| Box::pin(other_browser(t)));

async fn other_browser(t: &mut Trial) -> Outcome {
    let mut first = t.agent().await?;
    let started = first.begin(FORGED).await?;
    let mut second = t.agent().await?;
    let home = t.profile().home.clone();
    second.look(&home).await?;
    second.deliver(&started.form.fields).await?.refused()
}

const SIGNED_IN_VICTIM: Scenario = Scenario::harden("binding/signed-in-victim")
    .clause("RFC 9700 4.7")
    .why("a forged answer must not change the account under the feet of somebody who is signed in")
    .covers(&["BIND-06"])
    .run(|t| Box::pin(signed_in_victim(t)));

async fn signed_in_victim(t: &mut Trial) -> Outcome {
    let kept = t.agent().await?.begin(FORGED).await?;
    let mut victim = t.signed_in(HONEST).await?;
    victim.deliver(&kept.form.fields).await?.refused()
}

const PLANTED_SESSION: Scenario = Scenario::harden("binding/planted-session")
    .clause("RFC 6265bis 8.4; ASVS 5.0 7.2.4")
    .why("whoever planted the session cookie before the login must not share the session after it")
    .covers(&["BIND-07"])
    .run(|t| Box::pin(planted_session(t)));

async fn planted_session(t: &mut Trial) -> Outcome {
    let outcome = plant_made_up(t).await;
    t.input("a made-up value", outcome);
    let outcome = plant_attackers(t).await;
    t.input("the attacker's own session", outcome);
    Ok(())
}

async fn plant_made_up(t: &Trial) -> Outcome {
    let mut seen = t.signed_in(HONEST).await?;
    let mut planted = jar::session(t, &mut seen).await?;
    for cookie in &mut planted {
        "planted-by-an-attacker".clone_into(&mut cookie.value);
    }
    logs_in_over(t, planted).await
}

async fn plant_attackers(t: &Trial) -> Outcome {
    let mut attacker = t.signed_in(FORGED).await?;
    let planted = jar::cookies(t, &mut attacker).await?;
    if jar::browser_with(t, &planted).await?.probe().await?.is_none() {
        return Err(Trial::no_difference(
            "a copy of the attacker's cookies is no session in another browser",
        ));
    }
    logs_in_over(t, planted).await
}

/// Lets the victim log in over planted cookies, and looks what they are worth then.
async fn logs_in_over(t: &Trial, mut planted: Vec<Cookie>) -> Outcome {
    for cookie in &mut planted {
        // As an attacker would, so that they come along with the provider's form post as well.
        cookie.same_site = Some(SameSite::None);
        cookie.secure = true;
    }
    let mut victim = jar::browser_with(t, &planted).await?;
    let mut landing = victim.log_in(HONEST).await?;
    let asked = landing.conversation.iter().any(|exchange| exchange.endpoint == Endpoint::Authorize);
    if !asked && landing.subject.is_some() {
        // The app starts no login for somebody who is signed in: the victim sees a stranger's name and logs out.
        let logout = t.profile().logout.clone();
        victim.visit(&logout).await?.signed_out(false)?;
        landing = victim.log_in(HONEST).await?;
    }
    landing.accepted(&t.subject(HONEST)?)?;
    let after = jar::cookies(t, &mut victim).await?;
    let kept = |old: &&Cookie| after.iter().any(|new| new.name == old.name && new.value == old.value);
    let worth = jar::browser_with(t, &planted).await?.probe().await?;
    if worth == Some(t.subject(HONEST)?) {
        let name = planted.iter().find(kept).map_or("the planted one", |cookie| cookie.name.as_str());
        return Err(landing.found(
            "a fresh session cookie: the planted one is nobody's, or still the attacker's",
            format!("{name} is a session of the person who logged in over it"),
        ));
    }
    Ok(())
}

const PLANTED_TRANSACTION: Scenario = Scenario::should("binding/planted-transaction")
    .clause("RFC 6265bis 4.1.3.2, 8.6; RFC 9700 4.7")
    .why("a sibling host can plant cookies: a login under way that the app did not write itself is none")
    .covers(&["BIND-08"])
    .run(|t| Box::pin(planted_transaction(t)));

async fn planted_transaction(t: &mut Trial) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(HONEST).await?;
    let unchanged = jar::cookies(t, &mut agent).await?;
    let finished = jar::browser_with(t, &unchanged).await?.deliver(&pending.form.fields).await?;
    if finished.subject.is_none() {
        return Err(Trial::no_difference("a login cannot be finished with a copy of its cookies"));
    }
    let outcome = plant_chosen_values(t).await;
    t.input("state and nonce of the attacker's choice", outcome);
    let outcome = plant_flipped(t, |length| length / 2).await;
    t.input("a character in the middle", outcome);
    let outcome = plant_flipped(t, |length| length.saturating_sub(4)).await;
    t.input("a character near the end", outcome);
    Ok(())
}

/// The attacker writes state and nonce into the cookie of a login, and makes an answer that fits them.
async fn plant_chosen_values(t: &Trial) -> Outcome {
    let mut attacker = t.agent().await?;
    let pending = attacker.begin(FORGED).await?;
    let (state, nonce) = (pending.asked("state"), pending.asked("nonce"));
    let (other_state, other_nonce) = (turned(&state), turned(&nonce));
    let mut planted = jar::cookies(t, &mut attacker).await?;
    let before = planted.clone();
    for cookie in &mut planted {
        cookie.value = jar::replaced(&cookie.value, &[(&state, &other_state), (&nonce, &other_nonce)]);
    }
    if planted == before {
        return Err(Trial::no_difference("the cookie of a login does not show its state and nonce"));
    }
    let token = t.mint(FORGED, Some(&other_nonce), &[])?;
    let answer = with(&with(&pending.form.fields, "state", &other_state), "id_token", &token);
    jar::browser_with(t, &planted).await?.deliver(&answer).await?.refused()
}

/// Another value of the same length and alphabet.
fn turned(value: &str) -> String {
    value.chars().rev().collect()
}

/// The answer is the honest one and the cookie is changed in one character, of its content or of its signature.
async fn plant_flipped(t: &Trial, place: fn(usize) -> usize) -> Outcome {
    let mut agent = t.agent().await?;
    let pending = agent.begin(FORGED).await?;
    let mut planted = jar::cookies(t, &mut agent).await?;
    for cookie in &mut planted {
        cookie.value = jar::flipped(&cookie.value, place(cookie.value.len()));
    }
    jar::browser_with(t, &planted).await?.deliver(&pending.form.fields).await?.refused()
}
