//! Is the answer bound to the browser that asked? Login CSRF, injection and session fixation.

use harness::trial::{FORGED, HONEST};
use harness::{Outcome, Scenario, Trial, TrialAgent};
use mock_idp::Params;

pub(crate) const SCENARIOS: &[Scenario] = &[
    NO_TRANSACTION,
    OTHER_TRANSACTION,
    FOREIGN_TOKEN,
    FOREIGN_STATE,
    OTHER_BROWSER,
    SIGNED_IN_VICTIM,
    PLANTED_SESSION,
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
    let outcome = plant(t, None).await;
    t.input("a made-up value", outcome);
    let mut attacker = t.agent().await?;
    attacker.log_in(FORGED).await?;
    let outcome = plant(t, Some(attacker)).await;
    t.input("the attacker's own session", outcome);
    Ok(())
}

/// Plants a session, lets the victim log in over it, and looks what the planted value is worth then.
async fn plant(t: &Trial, attacker: Option<TrialAgent>) -> Outcome {
    let mut seen = t.agent().await?;
    seen.log_in(HONEST).await?;
    let mut planted = seen.cookies().await?;
    if let Some(mut attacker) = attacker {
        planted = attacker.cookies().await?;
    } else {
        for cookie in &mut planted {
            "planted-by-an-attacker".clone_into(&mut cookie.value);
        }
    }
    let mut victim = t.agent().await?;
    for cookie in &planted {
        victim.plant(&format!("{}={}; Path=/; Secure; HttpOnly", cookie.name, cookie.value)).await?;
    }
    let landing = victim.log_in(HONEST).await?;
    landing.accepted(&t.subject(HONEST)?)?;
    let after = victim.cookies().await?;
    let kept =
        planted.iter().find(|old| after.iter().any(|new| new.name == old.name && new.value == old.value));
    if let Some(kept) = kept {
        return Err(
            landing.found("a fresh session cookie", format!("the planted {} is still in use", kept.name))
        );
    }
    let mut other = t.agent().await?;
    for cookie in &planted {
        other.plant(&format!("{}={}; Path=/; Secure; HttpOnly", cookie.name, cookie.value)).await?;
    }
    match other.probe().await? {
        Some(subject) if subject == t.subject(HONEST)? => {
            Err(landing.found("the planted session is nobody's", format!("it is a session of {subject}")))
        }
        _ => Ok(()),
    }
}

/// The answer of the provider with another value for one parameter.
pub(crate) fn with(params: &Params, name: &str, value: &str) -> Params {
    let mut params = params.clone();
    params.set(name, value);
    params
}
