//! Tokens with made-up kids, many of them, and what they may cost the provider.

use crate::params::with;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::trial::FORGED;
use harness::{Outcome, Stop, Trial, TrialAgent};
use mock_idp::trace::Endpoint;
use serde_json::{Map, Value};

/// How many logout tokens are posted, which need no login.
pub(crate) const FLOOD: usize = 1000;
/// Requests for the key set that so many may cost, beside one for every cool-down that goes by meanwhile.
const AFFORDABLE: i64 = 5;

/// Posts so many ID Tokens, each under another kid that nobody has, with a signature that is none of them.
pub(crate) async fn post_made_up_kids(agent: &mut TrialAgent, count: usize) -> Result<(), Stop> {
    for number in 0..count {
        let pending = agent.begin(FORGED).await?;
        let token = pending.answer("id_token");
        let token = under_another_kid(&token, &format!("made-up-{number}"))
            .ok_or_else(|| Stop::Broken(format!("the provider sent no ID Token: {token:?}")))?;
        agent.post(&with(&pending.form.fields, "id_token", &token)).await?;
    }
    Ok(())
}

/// A token with another kid and the signature that it had, which is none of what it says now: to make it costs nothing.
fn under_another_kid(token: &str, kid: &str) -> Option<String> {
    let (header, rest) = token.split_once('.')?;
    let header = URL_SAFE_NO_PAD.decode(header).ok()?;
    let mut header: Map<String, Value> = serde_json::from_slice(&header).ok()?;
    header.insert("kid".to_owned(), kid.into());
    Some(format!("{}.{rest}", URL_SAFE_NO_PAD.encode(Value::Object(header).to_string())))
}

/// Counts the requests for the key set from now on.
pub(crate) struct Meter {
    start: usize,
    started: i64,
    before: usize,
}

impl Meter {
    pub(crate) fn new(t: &Trial) -> Self {
        let (started, before) = (t.tenant().clock().unix(), t.tenant().trace().count(Endpoint::Jwks));
        Self { start: t.position(), started, before }
    }

    /// Where the conversation stood when the counting began.
    pub(crate) fn start(&self) -> usize {
        self.start
    }

    /// A flood of so many tokens of this kind must have cost few of them.
    pub(crate) fn judge(&self, t: &mut Trial, flood: usize, tokens: &str) -> Outcome {
        let asked = t.tenant().trace().count(Endpoint::Jwks) - self.before;
        t.observe(format!("{flood} {tokens} with made-up kids cost {asked} requests for the key set"));
        let waited = t.tenant().clock().unix() - self.started;
        let affordable = AFFORDABLE + waited / t.facts().jwks_cool_down.max(10);
        t.demand(
            i64::try_from(asked).is_ok_and(|asked| asked <= affordable),
            self.start,
            &format!("at most {affordable} requests for the key set"),
            format!("{asked} requests for {flood} tokens"),
        )
    }
}
