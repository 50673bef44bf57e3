//! A provider with two issuers, the app set in one way, and a person's browser.

use harness::agent::{Agent as _, AgentOptions, HttpAgent, Page};
use mock_idp::{AuthMethod, Client, Clock, Fault, Ids, LoginPolicy, MockIdp, Tenant};
use sample_app::{Ambient, SampleApp, Settings};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::net::TcpListener;
use url::Url;

/// How long access tokens are good for where that matters, in seconds.
pub(crate) const LIFE: i64 = 600;
const NOW: i64 = 1_800_000_000;
/// Every character of it that could be mangled on its way, and enough bytes for a MAC.
pub(crate) const SECRET: &str = "p:ss w\u{f6}rd+% of more than 32 bytes";

pub(crate) struct Place {
    pub(crate) tenant: Tenant,
    /// A second issuer, with the same client.
    pub(crate) other: Tenant,
    pub(crate) agent: HttpAgent,
    pub(crate) start: Url,
    clock: Clock,
    _idp: MockIdp,
    _app: SampleApp,
}

impl Place {
    /// A client that authenticates by `registered`; without, one about which nothing is known.
    pub(crate) async fn new(settings: &[(&str, &str)], registered: Option<AuthMethod>) -> Self {
        Self::with(settings, |client| {
            client.client_secret =
                registered.filter(|method| *method != AuthMethod::None).map(|_| SECRET.to_owned());
            client.token_endpoint_auth_method = registered;
        })
        .await
    }

    /// A client that is registered as `change` says.
    pub(crate) async fn with(settings: &[(&str, &str)], change: impl Fn(&mut Client)) -> Self {
        Self::build(settings, change, false).await
    }

    /// An app with both issuers.
    pub(crate) async fn between_two(settings: &[(&str, &str)]) -> Self {
        Self::build(settings, |_| {}, true).await
    }

    async fn build(settings: &[(&str, &str)], change: impl Fn(&mut Client), both: bool) -> Self {
        let idp = MockIdp::start().await.expect("the provider starts");
        let clock = Clock::frozen(NOW);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://localhost:{}", listener.local_addr().expect("an address").port());
        let [tenant, other] = ["flows", "other"].map(|slug| {
            let tenant = idp.new_tenant(slug, clock.clone(), Ids::seeded(1));
            let mut client =
                Client { redirect_uris: vec![format!("{base}/callback")], ..Client::unregistered("flows") };
            change(&mut client);
            tenant.add_client(client);
            tenant.set_policy(LoginPolicy::Auto { user: "alice".into() });
            tenant
        });
        let issuers = if both { format!("{},{}", tenant.issuer(), other.issuer()) } else { tenant.issuer() };
        let mut values: BTreeMap<&str, &str> = BTreeMap::from([
            ("ISSUER_BASE_URL", issuers.as_str()),
            ("BASE_URL", &base),
            ("CLIENT_ID", "flows"),
            ("SECRET", "a-published-secret-that-protects-nothing"),
        ]);
        values.extend(settings.iter().copied());
        let values = values.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let settings = Settings::from_map(&values).expect("settings");
        let options = AgentOptions::new(Url::parse(idp.base_url()).expect("a URL"), clock.clone());
        let time = clock.clone();
        let app_clock = sample_app::Clock::from_fn(Arc::new(move || time.unix()));
        let ambient = Ambient { clock: app_clock, ..Ambient::system() };
        let app = SampleApp::start(listener, settings, ambient).await.expect("the app starts");
        let start = Url::parse(&format!("{base}/login")).expect("a URL");
        Self { tenant, other, agent: HttpAgent::new(options), start, clock, _idp: idp, _app: app }
    }

    pub(crate) async fn log_in(&mut self) -> Page {
        self.agent.visit(&self.start).await.expect("a page")
    }

    pub(crate) async fn visit(&mut self, path: &str) -> Page {
        let url = self.start.join(path).expect("an address");
        self.agent.visit(&url).await.expect("a page")
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.clock.advance(seconds);
    }
}

#[track_caller]
pub(crate) fn assert_signed_in(page: &Page, flow: &str) {
    assert_eq!((page.status, page.url.path()), (200, "/"), "{flow}: {}", page.text);
    assert!(page.text.contains("You are logged in as"), "{flow}: {}", page.text);
}

/// The reason code that a page shows.
pub(crate) fn code_of(page: &Page) -> &str {
    page.body.split("<code>").nth(1).and_then(|rest| rest.split('<').next()).unwrap_or_default()
}

/// Logs in honestly, then once under the fault, which must be refused.
pub(crate) async fn refused(settings: &[(&str, &str)], fault: Fault) -> String {
    let mut place = Place::new(settings, None).await;
    assert_signed_in(&place.log_in().await, &format!("{settings:?}"));
    let _armed = place.tenant.arm(vec![fault]).expect("a fault that can be armed");

    let page = place.log_in().await;

    assert_eq!((page.status, page.url.path()), (400, "/callback"), "{settings:?}: {}", page.text);
    code_of(&page).to_owned()
}
