//! Sessions that outlive what should have ended them, or pass for another application's.

use crate::back_channel::{SignedIn, obeyed, post};
use crate::cookie_tossing::in_pieces;
use crate::jar;
use harness::agent::Cookie;
use harness::trial::HONEST;
use harness::{Need, Outcome, Scenario, Trial};
use mock_idp::fault::{ID_TOKEN, LOGOUT_TOKEN};

pub(crate) const SCENARIOS: &[Scenario] = &[ENDED, ANOTHER_CLIENT, TWO_DIGITS];

/// Whose sessions end. The honest logins around a trial are somebody else's.
const VICTIM: &str = "bob";

const ENDED: Scenario = Scenario::must("field/ended-stays-ended")
    .clause("Back-Channel Logout 2.7")
    .why("whom the provider has signed out everywhere may sign in again: that brings none of the earlier sessions back")
    .alone()
    .run(|t| Box::pin(ended(t)));

async fn ended(t: &mut Trial) -> Outcome {
    // A second's difference would be enough for some apps: the first login and the logout are put back in time.
    let before = t.arm(vec![ID_TOKEN.shift("iat", -30), ID_TOKEN.shift("auth_time", -30)])?;
    let mut early = SignedIn::new(t, VICTIM).await?;
    drop(before);
    let copied = jar::cookies(t, &mut early.agent).await?;
    let start = t.position();
    obeyed(
        t,
        start,
        &post(t, &early.token(t, vec![LOGOUT_TOKEN.remove("sid"), LOGOUT_TOKEN.shift("iat", -10)])?).await?,
    )?;
    let has_clock = t.tenant().clock().is_frozen();
    if has_clock {
        t.advance(5);
    }
    let late = SignedIn::begin(t, VICTIM).await;
    if late.is_err() && !has_clock {
        return Err(Trial::no_difference("who signs in again within seconds of the logout is refused"));
    }
    let mut late = late?;
    let start = t.position();
    let subject = jar::browser_with(t, &copied).await?.probe().await?;
    let seen = format!("it is a session of {subject:?} again");
    t.demand(subject.is_none(), start, "the earlier session stays over", seen)?;
    if has_clock { late.lives(t, start).await } else { Ok(()) }
}

const ANOTHER_CLIENT: Scenario = Scenario::should("field/session-of-another-client")
    .clause("OAuth Browser-Based Apps 6.1.3.2; OIDC Core 3.1.3.7 (3)")
    .why("applications of one house may share their secret: a session of one is none of another, for which nobody has signed in")
    .needs(&[Need::Restart])
    .unsandwiched()
    .alone()
    .run(|t| Box::pin(another_client(t)));

async fn another_client(t: &mut Trial) -> Outcome {
    let mut agent = t.signed_in(HONEST).await?;
    t.restart().await?;
    if agent.probe().await?.is_none() {
        return Err(Trial::no_difference("no session outlives a restart of the app"));
    }
    t.restart_as("another-client").await?;
    let start = t.position();
    let subject = agent.probe().await?;
    t.demand(
        subject.is_none(),
        start,
        "it is no session of the other client",
        format!("{subject:?} is signed in"),
    )
}

const TWO_DIGITS: Scenario = Scenario::harden("field/pieces-of-two-digits")
    .clause("RFC 6265bis 5.7; RP-Initiated Logout 2")
    .why("what is left of a session of eleven pieces is cleared like any other piece, and not sent along for ever")
    .needs(&[Need::HandMadeRequests])
    .run(|t| Box::pin(two_digits(t)));

async fn two_digits(t: &mut Trial) -> Outcome {
    let (pieces, base) = in_pieces(t).await?;
    let left = ["10", "11"].map(|number| Cookie {
        name: format!("{base}.{number}"),
        value: "left-over".to_owned(),
        ..pieces[0].clone()
    });
    let mut agent = jar::browser_with(t, &pieces).await?;
    jar::plant(t, &mut agent, &left).await?;
    let logout = t.profile().logout.clone();
    let start = t.position();
    agent.visit(&logout).await?.signed_out(false)?;
    let mut after = jar::cookies(t, &mut agent).await?;
    after.retain(|cookie| left.iter().any(|old| old.name == cookie.name));
    t.demand(after.is_empty(), start, "none of them is left after the logout", format!("{} are", after.len()))
}
