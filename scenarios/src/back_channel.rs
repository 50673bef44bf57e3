//! The provider ends a session from server to server: it posts a signed logout token, with neither browser nor
//! cookie. Whether it was obeyed is seen in the browser of the person whose session was to end.

pub(crate) mod effect;
mod request;
mod token;

use crate::declared::declared;
use crate::raw;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::{Input, Outcome, Reason, Scenario, Stop, Trial, TrialAgent};
use mock_idp::trace::Response;
use mock_idp::{Fault, MintOrder, Params};
use serde_json::Value;
use url::Url;

pub(crate) const SCENARIOS: [&[Scenario]; 3] = [effect::SCENARIOS, token::SCENARIOS, request::SCENARIOS];

/// Whose sessions end. The honest logins around a trial are somebody else's.
const VICTIM: &str = "bob";
/// Whose end in the trials of several inputs, in turn: what goes too far with one of them does not touch the next.
const VICTIMS: [&str; 4] = [VICTIM, "gwen", "fred", "mallory"];
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// Somebody who has signed in, and what the provider calls the session.
pub(crate) struct SignedIn {
    pub(crate) agent: TrialAgent,
    user: &'static str,
    pub(crate) id_token: String,
    pub(crate) sid: String,
}

impl SignedIn {
    /// A login of this person in a fresh browser. Not run where the app has no address for logout tokens.
    pub(crate) async fn new(t: &Trial, user: &'static str) -> Result<Self, Stop> {
        address(t)?;
        Self::begin(t, user).await
    }

    /// The same, wherever the app hears of a logout.
    pub(crate) async fn begin(t: &Trial, user: &'static str) -> Result<Self, Stop> {
        let mut agent = t.agent().await?;
        let pending = agent.begin(user).await?;
        let id_token = pending.answer("id_token");
        let sid = sid(&id_token)
            .ok_or(Stop::NotRun(Reason::Needs("needs an app whose ID Token comes through the browser")))?;
        agent.deliver(&pending.form.fields).await?.accepted(&t.subject(user)?)?;
        Ok(Self { agent, user, id_token, sid })
    }

    /// A logout token about this session, honest but for these.
    pub(crate) fn token(&self, t: &Trial, faults: Vec<Fault>) -> Result<String, Stop> {
        let order = MintOrder {
            user: self.user.to_owned(),
            client_id: t.facts().client_id.clone(),
            sid: Some(self.sid.clone()),
            faults,
            ..MintOrder::default()
        };
        let minted = t.tenant().mint_logout_token(&order);
        minted.map_err(|error| Stop::Broken(format!("a logout token cannot be minted: {error}")))
    }

    /// The session goes on.
    pub(crate) async fn lives(&mut self, t: &Trial, start: usize) -> Outcome {
        let subject = self.agent.probe().await?;
        t.demand(subject == Some(t.subject(self.user)?), start, "the session goes on", "it has ended")
    }

    /// The session is over.
    pub(crate) async fn is_over(&mut self, t: &Trial, start: usize) -> Outcome {
        let subject = self.agent.probe().await?;
        let seen = subject.unwrap_or_default();
        t.demand(
            seen.is_empty(),
            start,
            "the session is over: the app knows nobody any more",
            format!("it is still {seen}'s"),
        )
    }
}

fn sid(id_token: &str) -> Option<String> {
    let payload = URL_SAFE_NO_PAD.decode(id_token.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&payload).ok()?;
    claims.get("sid")?.as_str().map(str::to_owned)
}

/// Where the app wants logout tokens.
fn address(t: &Trial) -> Result<Url, Stop> {
    declared(t, &t.profile().backchannel_logout)
}

/// Posts a logout token as the provider does.
pub(crate) async fn post(t: &Trial, token: &str) -> Result<Response, Stop> {
    let body = [("logout_token", token)].into_iter().collect::<Params>().encode();
    raw::send(t, "POST", &address(t)?, &[FORM], &body).await
}

/// Obeyed: the app says so, and by 204 if its framework turns an empty 200 into that (2.8).
pub(crate) fn obeyed(t: &Trial, start: usize, answer: &Response) -> Outcome {
    let seen = answer.status;
    t.demand(matches!(seen, 200 | 204), start, "200, or 204", seen.to_string())
}

fn next_victim(t: &Trial) -> &'static str {
    VICTIMS[t.tried() % VICTIMS.len()]
}

/// Each of these tokens is answered by 400 and ends nothing.
async fn refuse_each(t: &mut Trial, inputs: Vec<Input>) -> Outcome {
    for Input { label, faults } in inputs {
        let outcome = refuse(t, next_victim(t), faults).await;
        t.input(label, outcome);
    }
    Ok(())
}

async fn refuse(t: &Trial, user: &'static str, faults: Vec<Fault>) -> Outcome {
    let mut victim = SignedIn::new(t, user).await?;
    let token = victim.token(t, faults)?;
    refused(t, &mut victim, &token).await
}

/// This token is answered by 400 and ends nothing; its honest twin ends the session, so that the refusal says
/// something.
async fn refused(t: &Trial, victim: &mut SignedIn, token: &str) -> Outcome {
    let start = t.position();
    let answer = post(t, token).await?;
    victim.lives(t, start).await?;
    t.demand(answer.status == 400, start, "400", answer.status.to_string())?;
    post(t, &victim.token(t, Vec::new())?).await?;
    match victim.agent.probe().await? {
        None => Ok(()),
        Some(_) => Err(Trial::no_difference("an honest logout token does not end the session either")),
    }
}

/// Each of these tokens ends the session.
async fn obey_each(t: &mut Trial, inputs: Vec<Input>) -> Outcome {
    for Input { label, faults } in inputs {
        let outcome = obey(t, next_victim(t), faults).await;
        t.input(label, outcome);
    }
    Ok(())
}

async fn obey(t: &Trial, user: &'static str, faults: Vec<Fault>) -> Outcome {
    let mut victim = SignedIn::new(t, user).await?;
    let token = victim.token(t, faults)?;
    let start = t.position();
    let answer = post(t, &token).await?;
    obeyed(t, start, &answer)?;
    victim.is_over(t, start).await
}
