//! Every rule of the app in one value: tables, limits and marks. Handlers follow the policy and know no
//! exceptions.

mod headers;

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::MethodFilter;
use serde_json::{Map, Value};
use tokio::sync::Semaphore;
use url::Url;

use crate::ambient::Random;
use crate::app::App;
use crate::config::{IssuerSettings, Settings};
use crate::cookies::{CookieKind, CookiePolicy, RequestCookies};
use crate::error::{ProviderError, Refusal};
use crate::ledger::{Limit, WhenFull};
use crate::oidc::authorize::{self, Parameter};
use crate::oidc::back_channel::BackChannelPolicy;
use crate::oidc::callback::{self, FormRule, PairRule, RequestedRule, ResponseRule};
use crate::oidc::claims::{ClaimRule, claim_rules};
use crate::oidc::http::{Certificates, Redirects};
use crate::oidc::keys::{self, KeyPolicy};
use crate::oidc::metadata::{MetadataRule, metadata_rules};
use crate::oidc::par::{PushedRule, pushed_rules};
use crate::oidc::refresh::RefreshPolicy;
use crate::oidc::remote::{AGES, ALLOWANCE};
use crate::oidc::return_to;
use crate::oidc::token::{HeaderRule, Reading, STRICT, header_rules};
use crate::oidc::token_endpoint::{TokenResponseRule, token_response_rules};
use crate::oidc::transaction::{self, Binding, ByCookie, Pending, Transaction};
use crate::oidc::userinfo::UserinfoPolicy;
use crate::pages::advice;
use crate::params::Params;
use crate::routes::again;
use crate::routes::callback::explain;
use crate::routes::form::{self, RequestRule};
use crate::routes::front_channel::{FrontChannelRule, front_channel_rules};
use crate::routes::guard::{Guard, guards};
use crate::routes::login;
use crate::routes::logout;
use crate::routes::note::{self, Note};
use crate::routes::own_site::{ChangeRule, change_rules};
use crate::routes::silent::{self, SilentRule, silent_rules};
use crate::routes::visitor::{Visitor, is_navigation};
use crate::session::Session;
use crate::session::chunks::{self, Candidate};
use crate::session::format::{Reopened, SessionFormat};
use crate::session::life::Life;
use crate::store::Records;
use crate::vault::Vault;

pub(crate) use headers::HeaderPolicy;

/// Every rule of the app.
pub(crate) struct Policy {
    pub(crate) claim_rules: Vec<ClaimRule>,
    pub(crate) header_rules: Vec<HeaderRule>,
    pub(crate) metadata_rules: Vec<MetadataRule>,
    pub(crate) token_response: Vec<TokenResponseRule>,
    pub(crate) userinfo: UserinfoPolicy,
    pub(crate) refresh: RefreshPolicy,
    /// The answer to a pushed request.
    pub(crate) pushed: Vec<PushedRule>,
    pub(crate) back_channel: BackChannelPolicy,
    /// What a provider is asked, parameter by parameter.
    pub(crate) authorization: Vec<Parameter>,
    /// Where the parameters are added to: a query that the address has is part of it (RFC 6749 3.1).
    pub(crate) authorization_endpoint: fn(&Url) -> Url,
    pub(crate) reading: Reading,
    /// How many seconds the clocks of app and provider may differ.
    pub(crate) tolerance: i64,
    pub(crate) keys: KeyPolicy,
    pub(crate) callback: CallbackPolicy,
    pub(crate) transactions: TransactionPolicy,
    pub(crate) cookies: CookiePolicy,
    pub(crate) session: SessionPolicy,
    pub(crate) logout: LogoutPolicy,
    pub(crate) guards: Vec<Guard>,
    /// What must hold of a request that would change something.
    pub(crate) changes: Vec<ChangeRule>,
    /// Of which type the body of a call is: JSON, which no form has.
    pub(crate) call_type: fn(&HeaderMap) -> bool,
    /// What it says.
    pub(crate) call_body: fn(&[u8]) -> Option<Note>,
    pub(crate) front_channel: Vec<FrontChannelRule>,
    /// Is the session of this browser, by its name, the one that the provider names?
    pub(crate) front_channel_own: fn(&str, &str) -> bool,
    /// What whoever would start a login with an issuer that is not the app's is answered.
    pub(crate) stranger: fn(&App, &Visitor, &str) -> Response,
    /// Which failures of a silent login nobody is told of.
    pub(crate) gives_up: fn(&Refusal) -> bool,
    /// Which requests are worth a silent login.
    pub(crate) silent: Vec<SilentRule>,
    pub(crate) headers: HeaderPolicy,
    /// What a script of the app gets to know about the person.
    pub(crate) user: fn(&Session) -> Map<String, Value>,
    /// The methods that pages answer.
    pub(crate) page_methods: MethodFilter,
    /// What the query of a login says.
    pub(crate) login_query: fn(&[u8]) -> Params,
    /// From what was asked for to a path of the app.
    pub(crate) return_to: fn(&str, &Url) -> String,
    /// The same once the login is over: what was kept meanwhile is not believed either.
    pub(crate) return_at_end: fn(&str, &Url) -> String,
    /// Where the app says it lives, for `redirect_uri`.
    pub(crate) base_url: fn(&Settings, &HeaderMap) -> String,
    /// What a provider on https has to prove itself with, and where any may send the app on to.
    pub(crate) providers: (Certificates, Redirects),
    /// Is who speaks plainly on a port of TLS served all the same?
    pub(crate) plain_too: bool,
    /// What a provider's trouble is answered with.
    pub(crate) outage_status: fn(&ProviderError) -> StatusCode,
}

/// How a response of the provider is received.
pub(crate) struct CallbackPolicy {
    /// Where: at one path, spelled in one way.
    pub(crate) paths: &'static [&'static str],
    pub(crate) request: Vec<RequestRule>,
    /// The longest body, in bytes.
    pub(crate) body_limit: usize,
    /// How long a body may take to arrive.
    pub(crate) body_deadline: Duration,
    /// How many may be on their way at once: any number, so that the slow ones of some keep nobody else out.
    pub(crate) bodies: Arc<Semaphore>,
    /// Reads the parameters: from where they were to be.
    pub(crate) params: fn(&form::Received) -> Option<Params>,
    pub(crate) form: Vec<FormRule>,
    pub(crate) response: Vec<RequestedRule>,
    /// Must the response name its issuer, even if the provider does not promise that?
    pub(crate) needs_iss: fn(&Settings, &IssuerSettings) -> bool,
    pub(crate) issuer: Vec<ResponseRule>,
    /// What two ID tokens of one login have in common.
    pub(crate) pair: Vec<PairRule>,
    /// How the browser is sent on: by a redirect that drops the form.
    pub(crate) redirect: StatusCode,
    /// To which address, given where the person was and the response: to that place, with nothing of the response.
    pub(crate) onward: fn(String, &Params) -> String,
    /// What a response is answered that belongs to no login under way.
    pub(crate) unmatched: Refusal,
    /// Where one leads that was accepted a moment ago, in place of a refusal.
    pub(crate) again: fn(&App, &Visitor, &Params, &Refusal) -> Option<Response>,
    /// How a refusal is answered: by a page.
    pub(crate) refused: fn(&App, &Visitor, &Refusal, &Params) -> Response,
    /// What a refused person reads on it.
    pub(crate) advice: fn(&Refusal, &Params) -> String,
}

/// How logins under way are remembered.
pub(crate) struct TransactionPolicy {
    pub(crate) binding: Arc<dyn Binding>,
    /// Did we sign this value under this name?
    pub(crate) verifies: fn(&Vault, &str, &str, &str) -> bool,
    /// How long a login may take, whatever the browser does with its cookie.
    pub(crate) lifetime: i64,
    /// How long the browser is asked to keep that cookie.
    pub(crate) max_age: i64,
    /// A fresh state and a fresh nonce.
    pub(crate) fresh: fn(&Random) -> (String, String),
    /// Which logins a decision ends.
    pub(crate) ends: fn(Option<&Transaction>, &Params, &[Transaction]) -> Vec<Transaction>,
    /// Is a login started by such a request remembered?
    pub(crate) remembers: fn(&HeaderMap) -> bool,
    /// How many logins a browser may have under way.
    pub(crate) pending: usize,
    /// Which cookies are removed when another login starts, given that number.
    pub(crate) makes_room: fn(&Pending, &CookieKind, usize) -> Vec<String>,
    /// How many finished logins are remembered.
    pub(crate) remembered: Limit,
}

/// Reads values out of cookies, each with the names of the cookies that it is made of.
type Pieces = fn(&CookieKind, &RequestCookies) -> Vec<Candidate>;

/// The names of cookies.
type Presented = for<'a> fn(&CookieKind, &'a RequestCookies) -> Vec<&'a str>;

/// How a session is kept.
pub(crate) struct SessionPolicy {
    pub(crate) format: Arc<dyn SessionFormat>,
    /// The cookies of a request that belong to the session.
    pub(crate) presented: Presented,
    /// What the cookies of a request may amount to, best guess first.
    pub(crate) pieces: Pieces,
    pub(crate) life: Life,
    /// Was a session made for this client of this issuer?
    pub(crate) is_for: fn(&Session, &str, &str) -> bool,
    /// Does a refused login end the session that was there before?
    pub(crate) ends_on_refusal: bool,
    /// How many ended sessions are remembered.
    pub(crate) remembered: Limit,
    /// What is asked in place of the records: they themselves.
    pub(crate) records: fn(Arc<dyn Records>) -> Arc<dyn Records>,
}

/// What logging out does.
pub(crate) struct LogoutPolicy {
    /// Did the person ask for it, by such a request?
    pub(crate) is_meant: fn(&HeaderMap) -> bool,
    /// The ID Token by which the provider hears whose session ends.
    pub(crate) hint: fn(&Session) -> Option<&str>,
    /// The longest that goes into an address: a longer one is left out, because nobody is logged out by a 414.
    pub(crate) longest_hint: usize,
    /// Where the provider is asked to send the person afterwards, given the address of the logout: home in any case.
    pub(crate) back: fn(&Settings, &Params) -> String,
    /// What somebody without a session is refused with; nothing, because who wants to be logged out is.
    pub(crate) nobody: Option<StatusCode>,
    pub(crate) ends_the_session: bool,
    /// Is the provider asked first, and a provider that does not answer a reason to keep the session?
    pub(crate) needs_the_provider: bool,
    /// Does the provider also hear of it from somebody without a session, who may want to be somebody else there?
    pub(crate) tells_without_a_session: bool,
}

impl Policy {
    /// The rules as they should be.
    pub(crate) fn honest(settings: &Settings) -> Self {
        Self {
            claim_rules: claim_rules(),
            header_rules: header_rules(),
            metadata_rules: metadata_rules(),
            token_response: token_response_rules(),
            userinfo: UserinfoPolicy::honest(),
            refresh: RefreshPolicy::honest(),
            pushed: pushed_rules(),
            back_channel: BackChannelPolicy::honest(),
            authorization: authorize::parameters(),
            authorization_endpoint: Url::clone,
            reading: STRICT,
            tolerance: settings.clock_tolerance,
            keys: KeyPolicy {
                authenticate: keys::by_issuer_key,
                location: |metadata, _| metadata.jwks_uri.clone(),
                accepts_set: keys::has_a_fit_key,
                refetch: ALLOWANCE,
                ages: AGES,
            },
            callback: CallbackPolicy::honest(),
            transactions: TransactionPolicy::honest(),
            cookies: CookiePolicy::new(settings),
            session: SessionPolicy::honest(settings),
            logout: LogoutPolicy::honest(),
            guards: guards(settings),
            changes: change_rules(),
            call_type: note::is_json,
            call_body: note::from_json,
            front_channel: front_channel_rules(),
            front_channel_own: |own, named| own == named,
            stranger: login::unknown_issuer,
            gives_up: silent::is_an_answer,
            silent: silent_rules(),
            headers: HeaderPolicy::honest(settings),
            user: Session::user,
            page_methods: MethodFilter::GET,
            login_query: login::query,
            return_to: return_to::local,
            return_at_end: return_to::local,
            base_url: |settings, _| settings.base_url.to_string(),
            providers: (Certificates::Checked, Redirects::Nowhere),
            plain_too: false,
            outage_status: ProviderError::status,
        }
    }

    /// The refusal that a provider's trouble amounts to.
    pub(crate) fn outage(&self, error: &ProviderError) -> Refusal {
        Refusal { reason: error.reason(), clause: "provider", status: (self.outage_status)(error) }
    }
}

impl CallbackPolicy {
    pub(crate) fn honest() -> Self {
        Self {
            paths: &["/callback"],
            request: form::request_rules(),
            body_limit: 100 * 1024,
            body_deadline: form::DEADLINE,
            bodies: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
            params: form::as_asked,
            form: callback::form_rules(),
            response: callback::response_rules(),
            needs_iss: callback::is_one_of_several,
            issuer: callback::issuer_rules(),
            pair: callback::pair_rules(),
            redirect: StatusCode::SEE_OTHER,
            onward: |place, _| place,
            unmatched: callback::UNMATCHED,
            again: again::onward,
            refused: explain,
            advice,
        }
    }
}

impl TransactionPolicy {
    fn honest() -> Self {
        Self {
            binding: Arc::new(ByCookie),
            verifies: Vault::verify,
            lifetime: transaction::LIFETIME,
            max_age: transaction::LIFETIME,
            fresh: transaction::fresh,
            ends: transaction::ends_the_matched,
            remembers: is_navigation,
            pending: transaction::MAX_PENDING,
            makes_room: Pending::make_room,
            // Only a login that succeeded stays written down, until its cookie would have expired anyway, so that
            // it takes 28 people a second for an hour to fill this, and nobody without an account can.
            remembered: Limit { most: 100_000, when_full: WhenFull::Refuse },
        }
    }
}

impl SessionPolicy {
    fn honest(settings: &Settings) -> Self {
        Self {
            format: Arc::new(Reopened::default()),
            life: Life::new(settings.session),
            is_for: Session::is_for,
            presented: chunks::presented,
            pieces: chunks::candidates,
            ends_on_refusal: false,
            // Nobody may be kept from logging out: when this is full, the session that ends first gives way.
            remembered: Limit { most: 100_000, when_full: WhenFull::Forget },
            records: |records| records,
        }
    }
}

impl LogoutPolicy {
    fn honest() -> Self {
        Self {
            is_meant: logout::is_meant,
            hint: |session| Some(&session.data.id_token),
            back: |settings, _| settings.base_url.to_string(),
            nobody: None,
            ends_the_session: true,
            longest_hint: 4_096,
            needs_the_provider: false,
            tells_without_a_session: true,
        }
    }
}
