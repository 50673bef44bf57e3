//! The decision about a response of the provider: understood, matched to a login under way, checked rule by rule.

use axum::http::StatusCode;

use super::claims::Claims;
use super::id_token::{expected, verified};
use super::keys::KeyRing;
use super::transaction::Transaction;
use super::{Beside, Expected, exchange, provider::Provider, refresh, userinfo};
use crate::app::App;
use crate::config::{IssuerSettings, ResponseType, Settings};
use crate::error::Refusal;
use crate::ledger::Hold;
use crate::params::Params;
use crate::rule::{Rule, check};
use crate::session::Kept;
use crate::store::{Claimed, Entry};

/// One row about the form itself.
pub(crate) type FormRule = Rule<Params, ()>;
/// One row about a form, given what was asked for.
pub(crate) type RequestedRule = Rule<Params, ResponseType>;
/// One row about two ID tokens of one login.
pub(crate) type PairRule = Rule<Claims, Claims>;
/// One row about a response that belongs to a login under way.
pub(crate) type ResponseRule = Rule<Params, Expected>;

/// What must hold before anything in the form is believed.
pub(crate) fn form_rules() -> Vec<FormRule> {
    vec![FormRule::new("duplicate-parameter-check", "RFC 6749 3.1", |params, ()| !params.has_duplicates())]
}

/// What must hold of a response before its tokens are looked at. An error comes first: it needs no provider.
pub(crate) fn response_rules() -> Vec<RequestedRule> {
    let row = RequestedRule::new;
    vec![
        row("error-response-precedence", "OIDC Core 3.2.2.6", |params, _| !params.has("error")),
        row("unrequested-token-check", "OIDC Core 3.2.2.5", |params, asked| {
            let fits = |name, asked| asked || !params.has(name);
            fits("code", asked.code) && fits("access_token", asked.token) && fits("id_token", asked.id_token)
        }),
        row("id-token-required", "OIDC Core 3.2.2.5", |params, asked| {
            !asked.id_token || params.first("id_token").is_some()
        }),
        row("code-required", "OIDC Core 3.3.2.5", |params, asked| {
            !asked.code || params.first("code").is_some()
        }),
        row("access-token-required", "OIDC Core 3.2.2.5", |params, asked| {
            !asked.token || params.first("access_token").is_some()
        }),
        row("token-type-check", "OIDC Core 3.2.2.5", |params, asked| {
            let is_bearer = |kind: &str| kind.eq_ignore_ascii_case("bearer");
            !asked.token || params.first("token_type").is_some_and(is_bearer)
        }),
    ]
}

/// What must hold of the ID token for a code, given the one that came with the code.
pub(crate) fn pair_rules() -> Vec<PairRule> {
    vec![PairRule::new("hybrid-sub-check", "OIDC Core 3.3.3.6", |redeemed, delivered| {
        redeemed.get("sub") == delivered.get("sub")
    })]
}

/// What must hold of the `iss` parameter, once the provider's metadata is known.
pub(crate) fn issuer_rules() -> Vec<ResponseRule> {
    vec![
        ResponseRule::new("response-iss-required", "RFC 9207 2.4", |params, expected| {
            !expected.needs_iss || params.first("iss").is_some()
        }),
        ResponseRule::new("response-iss-check", "RFC 9207 2.4", |params, expected| {
            !params.has("iss") || params.first("iss") == Some(&expected.issuer)
        }),
    ]
}

/// Of several providers whose answers come to one place, one could be given the code of another: nothing but the `iss`
/// parameter tells them apart before the code is shown to anybody (RFC 9700 4.4.2), where no ID token comes with it.
pub(crate) fn is_one_of_several(settings: &Settings, provider: &IssuerSettings) -> bool {
    let asked = provider.response_type;
    settings.issuers.len() > 1 && asked.code && !asked.id_token
}

/// A response that is right.
pub(crate) struct Accepted {
    pub(crate) id_token: String,
    /// What the userinfo endpoint says beyond it.
    pub(crate) userinfo: Claims,
    /// What the app may do while the person is away.
    pub(crate) kept: Option<Kept>,
    pub(crate) return_to: String,
    /// The issuer and the client of this login.
    pub(crate) made_for: (String, String),
}

/// A login that may be finished now.
pub(crate) struct Granted<'a> {
    pub(crate) accepted: Accepted,
    /// The login, and until when it is to count as finished.
    pub(crate) login: Entry,
    /// Keeps others from finishing it.
    pub(crate) hold: Hold<'a>,
}

/// What was decided, and which logins under way are over by it.
pub(crate) struct Decision<'a> {
    pub(crate) outcome: Result<Granted<'a>, Refusal>,
    pub(crate) ends: Vec<Transaction>,
}

/// A response that belongs to no login under way in this browser.
pub(crate) const UNMATCHED: Refusal = Refusal::new("state-check", "RFC 6749 10.12");
/// A response whose login is finished.
pub(crate) const CONSUMED: Refusal = Refusal::new("consumed-ledger", "RFC 9700 4.7");
const FULL: Refusal = Refusal {
    reason: "consumed-ledger-full",
    clause: "RFC 9700 4.7",
    status: StatusCode::SERVICE_UNAVAILABLE,
};
const FOREIGN: Refusal = Refusal::new("transaction-issuer", "RFC 9700 4.4");

/// Decides. A login is held before its token is checked, so that of two equal forms only one can win; the other waits for
/// what becomes of the first. It counts as
/// finished when its session begins; a refusal leaves nothing behind, also when the browser goes away while the provider
/// is asked: anybody can send forms that are refused, and would fill the memory with them.
pub(crate) async fn decide<'a>(app: &'a App, params: &Params, pending: &[Transaction]) -> Decision<'a> {
    let matched = match_transaction(app, params, pending);
    let outcome = match &matched {
        Ok(transaction) => settle(app, params, transaction).await,
        Err(refusal) => Err(refusal.clone()),
    };
    let is_open = outcome.as_ref().is_err_and(Refusal::is_outage);
    let ends = if is_open {
        Vec::new()
    } else {
        (app.policy.transactions.ends)(matched.as_ref().ok(), params, pending)
    };
    Decision { outcome, ends }
}

fn match_transaction(app: &App, params: &Params, pending: &[Transaction]) -> Result<Transaction, Refusal> {
    check(&app.policy.callback.form, params, &())?;
    let found = app.policy.transactions.binding.find(params.first("state"), pending);
    found.ok_or_else(|| app.policy.callback.unmatched.clone())
}

async fn settle<'a>(
    app: &'a App,
    params: &Params,
    transaction: &Transaction,
) -> Result<Granted<'a>, Refusal> {
    let now = app.ambient.clock.unix();
    let provider = app.provider(&transaction.iss).ok_or(FOREIGN)?;
    check(&app.policy.callback.response, params, &provider.settings.response_type)?;
    let until = transaction.iat.saturating_add(app.policy.transactions.lifetime);
    let hold = app.deciding.turn(&transaction.id, until, now).await.map_err(not_first)?;
    let login = transaction.id.clone();
    let claimed = app.store.ask(move |records| records.may_begin(&login, now)).await?;
    if claimed != Claimed::First {
        return Err(not_first(claimed));
    }
    let accepted = judge(app, provider, params, transaction, now).await?;
    Ok(Granted { accepted, login: Entry { name: transaction.id.clone(), until }, hold })
}

/// Why a login is not finished when it is not the first.
pub(crate) fn not_first(claimed: Claimed) -> Refusal {
    if claimed == Claimed::Full { FULL } else { CONSUMED }
}

async fn judge(
    app: &App,
    provider: &Provider,
    params: &Params,
    transaction: &Transaction,
    now: i64,
) -> Result<Accepted, Refusal> {
    let policy = &app.policy;
    let metadata = provider.metadata(policy, now).await.map_err(|error| policy.outage(&error))?;
    let needs_iss = metadata.promises_iss || (policy.callback.needs_iss)(&app.settings, &provider.settings);
    let expected = Expected { needs_iss, ..expected(app, provider, &transaction.nonce, now) };
    check(&policy.callback.issuer, params, &expected)?;

    let ring = KeyRing { provider, metadata: &metadata, policy, now };
    let proved = prove(app, &ring, params, transaction, &expected).await?;
    let mut userinfo = Claims::default();
    if let Some(access_token) = proved.access_token.as_deref().filter(|_| provider.settings.userinfo) {
        userinfo = userinfo::ask(app, provider, &metadata, (access_token, &proved.claims)).await?;
    }
    Ok(Accepted {
        id_token: (policy.reading.kept)(proved.id_token),
        userinfo,
        kept: proved.kept,
        return_to: transaction.return_to.clone(),
        made_for: (expected.issuer, expected.client_id),
    })
}

/// Who was signed in, and what came with that.
struct Proved {
    id_token: String,
    claims: Claims,
    access_token: Option<String>,
    kept: Option<Kept>,
}

/// Checks every ID token of the response and of what its code is worth. The last one counts.
async fn prove(
    app: &App,
    ring: &KeyRing<'_>,
    params: &Params,
    transaction: &Transaction,
    expected: &Expected,
) -> Result<Proved, Refusal> {
    let (asked, rules) = (ring.provider.settings.response_type, &app.policy.claim_rules);
    let given = |name, asked: bool| params.first(name).filter(|_| asked).map(str::to_owned);
    let code = given("code", asked.code);
    let mut delivered = None;
    if code.is_none() || asked.id_token {
        let id_token = given("id_token", asked.id_token).unwrap_or_default();
        let access_token = given("access_token", asked.token);
        let beside = Beside { by_browser: true, code: code.clone(), access_token: access_token.clone() };
        let claims = verified(ring, &id_token, rules, &Expected { beside, ..expected.clone() }).await?;
        delivered = Some(Proved { id_token, claims, access_token, kept: None });
    }
    let Some(code) = code else { return delivered.ok_or(UNMATCHED) };
    let proof = (code.as_str(), transaction.code_verifier.as_deref());
    let tokens = exchange::redeem(app, ring.provider, ring.metadata, proof).await?;
    let kept = refresh::keep(app, &tokens, None).filter(|_| ring.provider.settings.goes_on_offline());
    let id_token = tokens.id_token.unwrap_or_default();
    let access_token = Some(tokens.access_token);
    let beside = Beside { by_browser: false, code: Some(code), access_token: access_token.clone() };
    let claims = verified(ring, &id_token, rules, &Expected { beside, ..expected.clone() }).await?;
    delivered.map_or(Ok(()), |delivered| check(&app.policy.callback.pair, &claims, &delivered.claims))?;
    Ok(Proved { id_token, claims, access_token, kept })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::ambient::{Ambient, Clock};
    use crate::config::{IssuerSettings, Origin, Secret, Settings};
    use crate::ledger::{Limit, WhenFull};
    use crate::pages::Brand;
    use crate::policy::Policy;
    use crate::store::SignedOut;

    fn app(most: usize) -> App {
        let origin = Origin::parse("http://localhost:3000").unwrap();
        let settings =
            Settings::new(origin, IssuerSettings::new("http://127.0.0.1:9", "c"), Secret::new("12345678"));
        let mut policy = Policy::honest(&settings);
        assert_eq!(policy.transactions.remembered.when_full, WhenFull::Refuse);
        policy.transactions.remembered = Limit { most, ..policy.transactions.remembered };
        let clock = Clock::from_fn(Arc::new(|| 1000));
        let brand = Brand { name: "App".into(), has_profile: false };
        App::new(settings, Ambient { clock, ..Ambient::system() }, policy, brand).unwrap()
    }

    #[tokio::test]
    async fn where_nothing_more_can_be_remembered_a_login_waits_and_nothing_is_forgotten() {
        let app = app(1);
        let once = Entry { name: "finished".into(), until: 2000 };
        let out = SignedOut { whom: "nobody".into(), at: 0 };
        let taken = app.store.ask(move |records| records.sign_out(&once, &out, 1000)).await;
        assert_eq!(taken, Ok(Claimed::First));
        let pending = Transaction {
            id: "waiting".into(),
            nonce: "n".into(),
            state: "s".into(),
            iss: "http://127.0.0.1:9".into(),
            return_to: "/".into(),
            iat: 1000,
            silent: false,
            code_verifier: None,
        };
        let params = Params::parse(b"state=s&id_token=a.b.c").unwrap();

        let decision = decide(&app, &params, &[pending]).await;

        assert_eq!(decision.outcome.err(), Some(FULL));
        assert_eq!(decision.ends, [], "the login stays under way");
        let still = app.store.ask(|records| records.may_begin("finished", 1000)).await;
        assert_eq!(still, Ok(Claimed::Taken), "nothing is forgotten");
    }
}
