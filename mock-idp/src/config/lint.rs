//! `mock-idp lint`: what the application should send differently.

use std::process::ExitCode;

use anyhow::{Context as _, anyhow, bail};
use clap::Args;
use serde_json::Value;
use url::Url;

use super::{say, web};
use crate::lint::{Remark, lint};
use crate::trace::Exchange;

/// What to judge.
#[derive(Debug, Args)]
pub(super) struct LintArgs {
    /// A trace in a file, as the control API gives it (GET /tenants/_default/trace), or the URL of a running
    /// provider's control API, like http://127.0.0.1:9001
    trace: String,
    /// The issuer, by its slug, if a running provider is asked [default: _default]
    #[arg(long, value_name = "SLUG")]
    tenant: Option<String>,
}

/// Judges: status 1 if something is remarked.
pub(super) fn judge(args: &LintArgs) -> anyhow::Result<ExitCode> {
    let remarks = match Url::parse(&args.trace).ok().filter(|url| url.scheme().starts_with("http")) {
        Some(url) => of_provider(url, args.tenant.as_deref().unwrap_or("_default"))?,
        None if args.tenant.is_some() => {
            bail!("--tenant is for a running provider, and {} is a file: leave it out", args.trace)
        }
        None => of_file(&args.trace)?,
    };
    if remarks.is_empty() {
        say("nothing to remark");
        return Ok(ExitCode::SUCCESS);
    }
    for remark in &remarks {
        say(&remark.to_string());
    }
    Ok(ExitCode::from(1))
}

fn of_provider(mut url: Url, tenant: &str) -> anyhow::Result<Vec<Remark>> {
    url.set_query(None);
    url.set_path(&format!("/tenants/{tenant}/lint"));
    let (status, body) = web::get(&url).map_err(|problem| {
        anyhow!("cannot ask {url}: {problem}; give the URL that a running mock-idp names as its control API")
    })?;
    if let Ok(remarks) = serde_json::from_str(&body) {
        return Ok(remarks);
    }
    match serde_json::from_str::<Value>(&body).ok().and_then(|body| Some(body["error"].as_str()?.to_owned()))
    {
        Some(error) => bail!("{url} answered {status}: {error}"),
        None => bail!("that is not the control API: {url} answered {status}; it is at http://127.0.0.1:9001"),
    }
}

fn of_file(path: &str) -> anyhow::Result<Vec<Remark>> {
    let text = std::fs::read_to_string(path).with_context(|| {
        format!("cannot read the trace {path}; give a file, or the URL of a running provider's control API")
    })?;
    let exchanges: Vec<Exchange> = serde_json::from_str(&text).with_context(|| {
        format!("{path} is no trace; save one with GET /tenants/_default/trace of the control API")
    })?;
    Ok(lint(&exchanges))
}
