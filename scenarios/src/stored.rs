//! Sessions that are in a file of the app: they end from wherever they are ended, also where no cookie comes along, and
//! what is over stays over when the app starts again.

use crate::back_channel::{SignedIn, effect, obeyed, post};
use crate::{front_channel, jar, session};
use harness::trial::HONEST;
use harness::{Need, Outcome, Scenario, Trial};

pub(crate) const SCENARIOS: &[Scenario] =
    &[AFTER_LOGOUT, WHOSE, OTHER_SESSION, IN_A_FRAME, FOR_GOOD, FINISHED];

/// The way to set the app up.
const VARIANT: &str = "sessions-in-a-file";

/// Whose sessions end. The honest logins around a trial are somebody else's.
const VICTIM: &str = "bob";

const AFTER_LOGOUT: Scenario = Scenario::harden("stored/after-logout")
    .clause("OAuth Browser-Based Apps 6.1.3.2; RP-Initiated Logout 2")
    .why("where the app keeps the session, whoever copied the cookie before the logout has none after it")
    .variant(VARIANT)
    .run(|t| Box::pin(session::logged_out(t)));

const WHOSE: Scenario = Scenario::must("stored/whose-session")
    .clause("Back-Channel Logout 2.4, 2.7")
    .why("a logout token ends what it names and nothing else, wherever sessions are kept")
    .variant(VARIANT)
    .run(|t| Box::pin(effect::whose(t)));

const OTHER_SESSION: Scenario = Scenario::must("stored/other-session")
    .clause("Front-Channel Logout 2, 3")
    .why("where sessions are found by their name, a name that does not fit must find none")
    .variant(VARIANT)
    .run(|t| Box::pin(front_channel::other_session(t)));

const IN_A_FRAME: Scenario = Scenario::should("stored/in-a-frame")
    .clause("Front-Channel Logout 2, 3")
    .why("no cookie gets into the provider's frame: an app that keeps its sessions ends the one that is named all the same")
    .covers(&["FC-01"])
    .variant(VARIANT)
    .run(|t| Box::pin(in_a_frame(t)));

async fn in_a_frame(t: &mut Trial) -> Outcome {
    let mut one = SignedIn::begin(t, VICTIM).await?;
    let mut other = SignedIn::begin(t, VICTIM).await?;
    let start = t.position();
    end_in_a_frame(t, &mut one).await?;
    one.is_over(t, start).await?;
    other.lives(t, start).await
}

async fn end_in_a_frame(t: &Trial, victim: &mut SignedIn) -> Outcome {
    let url = front_channel::address(t, &[("iss", &t.facts().issuer), ("sid", &victim.sid)])?;
    victim.agent.enter_another_site().await?;
    front_channel::framed(t, &mut victim.agent, vec![url]).await.map(drop)
}

const FOR_GOOD: Scenario = Scenario::harden("stored/ended-for-good")
    .clause("Back-Channel Logout 2.7; Front-Channel Logout 3; OAuth Browser-Based Apps 6.1.3.2")
    .why("a session that has ended must not come back because the app was started again")
    .variant(VARIANT)
    .needs(&[Need::Restart])
    .run(|t| Box::pin(ended_for_good(t)));

/// By what a session ends.
#[derive(Clone, Copy)]
enum End {
    Logout,
    Token,
    Frame,
}

async fn ended_for_good(t: &mut Trial) -> Outcome {
    for (label, end, user) in [
        ("logged out", End::Logout, "bob"),
        ("signed out by the provider", End::Token, "gwen"),
        ("ended in a frame", End::Frame, "fred"),
    ] {
        let outcome = stays_ended(t, end, user).await;
        t.input(label, outcome);
    }
    Ok(())
}

/// The session is over after a restart, which that of a bystander outlives.
async fn stays_ended(t: &Trial, end: End, user: &'static str) -> Outcome {
    let mut bystander = t.signed_in(HONEST).await?;
    let mut victim = SignedIn::begin(t, user).await?;
    let copied = jar::cookies(t, &mut victim.agent).await?;
    match end {
        End::Logout => {
            let logout = t.profile().logout.clone();
            victim.agent.visit(&logout).await?.signed_out(false)?;
        }
        End::Token => {
            let start = t.position();
            obeyed(t, start, &post(t, &victim.token(t, Vec::new())?).await?)?;
        }
        End::Frame => end_in_a_frame(t, &mut victim).await?,
    }
    t.restart().await?;
    if bystander.probe().await?.is_none() {
        return Err(Trial::no_difference("no session outlives a restart of the app"));
    }
    let mut copy = jar::browser_with(t, &copied).await?;
    let start = t.position();
    let subject = copy.probe().await?;
    t.demand(subject.is_none(), start, "the session is over", format!("it is a session of {subject:?}"))
}

const FINISHED: Scenario = Scenario::should("stored/finished-login")
    .clause("RFC 9700 4.5.3; OIDC Core 15.5.2")
    .why("a form that was sent is worth nothing the second time, also after the app was started again, and with copies of the cookies")
    .variant(VARIANT)
    .needs(&[Need::Restart])
    .run(|t| Box::pin(finished(t)));

async fn finished(t: &mut Trial) -> Outcome {
    let mut early = t.agent().await?;
    let done = early.begin(VICTIM).await?;
    let copied = jar::cookies(t, &mut early).await?;
    early.deliver(&done.form.fields).await?.accepted(&t.subject(VICTIM)?)?;
    let mut late = t.agent().await?;
    let open = late.begin("gwen").await?;
    let kept = jar::cookies(t, &mut late).await?;
    t.restart().await?;
    let landing = jar::browser_with(t, &kept).await?.deliver(&open.form.fields).await?;
    if landing.accepted(&t.subject("gwen")?).is_err() {
        return Err(Trial::no_difference("a login that was begun cannot be finished after a restart either"));
    }
    jar::browser_with(t, &copied).await?.deliver(&done.form.fields).await?.refused()
}
