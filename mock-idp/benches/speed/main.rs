//! What an answer costs: beside the one signature that it cannot do without, and beside a bare axum handler that
//! sends the same bytes.
//!
//! `cargo bench -p rpcheck-mock-idp` prints the table of `docs/speed.md`. Provider and client share one thread
//! and talk over one open connection, so that no time goes into waking another core. Rounds of all subjects take
//! turns, so that a busy moment of the machine falls on all of them. Without `--bench`, as under
//! `cargo test --all-targets`, one round shows that it works.
#![expect(clippy::print_stdout, reason = "the table is what this program is for")]

mod bare;
mod line;
mod signer;
mod subject;

use std::time::Instant;

use anyhow::Context as _;
use mock_idp::{Client, LoginPolicy, MockIdp};

use crate::line::Line;
use crate::signer::Signer;
use crate::subject::{Job, Subject};

const ROUNDS: usize = 20;
const PER_ROUND: usize = 200;

const DISCOVERY: &str = "/.well-known/openid-configuration";

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let (rounds, per_round) =
        if std::env::args().any(|argument| argument == "--bench") { (ROUNDS, PER_ROUND) } else { (1, 1) };
    let provider = provider().await?;
    let mut subjects = subjects(provider.base_url()).await?;
    for round in 0..=rounds {
        for subject in &mut subjects {
            for _ in 0..per_round {
                let start = Instant::now();
                subject.job.once().await.context(subject.name)?;
                subject.took.push(start.elapsed());
            }
            if round == 0 {
                // The first round warms up.
                subject.took.clear();
            }
        }
    }
    print!("{}", subject::table(&mut subjects));
    Ok(())
}

async fn provider() -> anyhow::Result<MockIdp> {
    let provider = MockIdp::start().await?;
    let tenant = provider.tenant();
    tenant.set_policy(LoginPolicy::Auto { user: "alice".into() });
    for alg in ["ES256", "EdDSA"] {
        let alg_of_client = Some(alg.to_owned());
        tenant
            .add_client(Client { id_token_signed_response_alg: alg_of_client, ..Client::unregistered(alg) });
    }
    tenant.add_client(Client { client_secret: Some("secret".to_owned()), ..Client::unregistered("machine") });
    Ok(provider)
}

/// Each with the subject that it is measured against.
async fn subjects(base: &str) -> anyhow::Result<Vec<Subject>> {
    let get =
        async |path: String, expected| anyhow::Ok(Job::Get { line: Line::to(base).await?, path, expected });
    let mut twins = Vec::new();
    for path in [DISCOVERY, "/jwks"] {
        twins.push(Line::to(base).await?.get(path).await?);
    }
    let page = Line::to(base).await?.get(&subject::page("app", "id_token")).await?;
    let (jwks, discovery) = (twins.pop().context("a key set")?, twins.pop().context("metadata")?);
    let other = bare::serve(&discovery, &jwks, &page).await?;
    let from_bare = async |path: &str| {
        anyhow::Ok(Job::Get { line: Line::to(&other).await?, path: path.to_owned(), expected: "" })
    };

    let login = async |client| anyhow::Ok(Job::Login { line: Line::to(base).await?, client });
    let (rsa, ec, ed) = ("signature RS256", "signature ES256", "signature EdDSA");
    let id_token = "name=\"id_token\"";
    Ok(vec![
        Subject::new(rsa, rsa, Job::Sign(Signer::rsa()?)),
        Subject::new("bare axum page that signs RS256", rsa, from_bare("/page").await?),
        Subject::new("form page, RS256", rsa, get(subject::page("app", "id_token"), id_token).await?),
        Subject::new("code login, RS256", rsa, login("app").await?),
        Subject::new(ec, ec, Job::Sign(Signer::ec()?)),
        Subject::new("form page, ES256", ec, get(subject::page("ES256", "id_token"), id_token).await?),
        Subject::new("code login, ES256", ec, login("ES256").await?),
        Subject::new(ed, ed, Job::Sign(Signer::ed()?)),
        Subject::new("form page, EdDSA", ed, get(subject::page("EdDSA", "id_token"), id_token).await?),
        Subject::new("code login, EdDSA", ed, login("EdDSA").await?),
        Subject::new(
            "bare axum, discovery's bytes",
            "bare axum, discovery's bytes",
            from_bare("/discovery").await?,
        ),
        Subject::new(
            "discovery",
            "bare axum, discovery's bytes",
            get(DISCOVERY.to_owned(), "jwks_uri").await?,
        ),
        Subject::new(
            "bare axum, the key set's bytes",
            "bare axum, the key set's bytes",
            from_bare("/jwks").await?,
        ),
        Subject::new("JWKS", "bare axum, the key set's bytes", get("/jwks".to_owned(), "\"keys\"").await?),
        Subject::new(
            "token, client credentials",
            "bare axum, the key set's bytes",
            Job::Token { line: Line::to(base).await? },
        ),
    ])
}
