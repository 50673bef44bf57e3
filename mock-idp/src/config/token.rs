//! `mock-idp token`: one ID Token, honest or not.

use anyhow::Context as _;
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use serde_json::Value;

use super::{say, values};
use crate::ambient::{Clock, Ids};
use crate::fault::{Fault, ID_TOKEN};
use crate::server::{MockIdp, url_of};
use crate::settings::{FromFile, Settings, TrustForwarded};

/// What the token says.
#[derive(Debug, Args)]
pub(super) struct TokenArgs {
    /// Whose token it is
    #[arg(long, value_name = "USERNAME", default_value = "alice", value_parser = NonEmptyStringValueParser::new())]
    user: String,
    /// For which client
    #[arg(long, value_name = "CLIENT_ID", default_value = "sample-app", value_parser = NonEmptyStringValueParser::new())]
    client: String,
    /// The nonce of the request that it answers
    #[arg(long)]
    nonce: Option<String>,
    /// Set a claim to a value, in JSON or as plain text; again for more
    #[arg(long = "claim", value_name = "NAME=JSON")]
    claims: Vec<String>,
    /// Lie with a fault, a well-known lie or a list, as the control API takes them; again for more
    #[arg(long = "fault", value_name = "JSON")]
    faults: Vec<String>,
    /// The issuer that the token names [default: that of the settings, or http://127.0.0.1:9000]
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
    /// The issuer's settings file
    #[arg(long, value_name = "FILE", env = "MOCK_IDP_CONFIG")]
    config: Option<std::path::PathBuf>,
    /// Make the same ids in every run
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true, value_parser = values::seed)]
    seed: Option<u64>,
    /// Make it at this time, in seconds since 1970
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = values::unix_seconds)]
    now: Option<i64>,
}

/// Makes the token and prints it.
pub(super) async fn make(args: &TokenArgs) -> anyhow::Result<()> {
    let mut settings = match &args.config {
        Some(path) => FromFile::read(path)?.settings,
        None => Settings::default(),
    };
    settings.seed = args.seed.or(settings.seed);
    settings.now = args.now.or(settings.now);
    settings.check().map_err(anyhow::Error::msg).context("the settings do not fit together")?;
    let settings = found_where_it_would_listen(settings);
    let mut faults: Vec<Fault> =
        args.issuer.iter().map(|issuer| ID_TOKEN.set("iss", issuer.as_str())).collect();
    for claim in &args.claims {
        let (name, value) = claim
            .split_once('=')
            .filter(|(name, _)| !name.is_empty())
            .with_context(|| format!("--claim {claim}: write NAME=JSON"))?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
        faults.push(ID_TOKEN.set(name, value));
    }
    for fault in &args.faults {
        let json =
            serde_json::from_str(fault).with_context(|| format!("--fault {fault}: this is no JSON"))?;
        let told = Fault::list_from_json(json).with_context(|| format!("--fault {fault}"))?;
        anyhow::ensure!(
            !told.is_empty(),
            "--fault {fault}: the list is empty; write at least one fault, or leave it out"
        );
        faults.extend(told);
    }
    let ids = settings.seed.map_or_else(Ids::random, Ids::seeded);
    let clock = settings.now.map_or_else(Clock::system, Clock::frozen);
    let provider = MockIdp::builder().settings(settings).clock(clock).ids(ids).start().await?;
    say(&provider.tenant().mint(&args.user, &args.client, args.nonce.as_deref(), &faults)?);
    Ok(())
}

/// The settings of a provider that has the same issuer, although it listens elsewhere and without TLS: nobody
/// connects to it.
fn found_where_it_would_listen(mut settings: Settings) -> Settings {
    let scheme = if settings.tls { "https" } else { "http" };
    let url = settings.public_url.take().unwrap_or_else(|| url_of(scheme, settings.listen));
    settings.tls = false;
    settings.tls_hosts.clear();
    settings.internal_url = None;
    settings.trust_forwarded = TrustForwarded::All;
    settings.public_url = Some(url);
    settings
}
