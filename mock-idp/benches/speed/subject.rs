//! What is measured, and the table of it.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Context as _, ensure};

use crate::line::Line;
use crate::signer::Signer;

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A thing that is measured, and how long it took each time.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    /// The subject that is the measure of it.
    beside: &'static str,
    pub(crate) job: Job,
    pub(crate) took: Vec<Duration>,
}

pub(crate) enum Job {
    /// Signs about as much as an ID Token has.
    Sign(Signer),
    /// Asks for a path, whose answer contains a text.
    Get { line: Line, path: String, expected: &'static str },
    /// Asks for a code, and for the tokens that it is good for.
    Login { line: Line, client: &'static str },
    /// Asks for an access token on a client's own account.
    Token { line: Line },
}

/// The path of an authorization request.
pub(crate) fn page(client: &str, response_type: &str) -> String {
    format!(
        "/authorize?client_id={client}&redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcallback\
         &response_type={response_type}&response_mode=form_post&scope=openid%20profile%20email\
         &state=the-state&nonce=the-nonce"
    )
}

impl Job {
    pub(crate) async fn once(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Sign(signer) => {
                signer.sign(&[b'x'; 700])?;
            }
            Self::Get { line, path, expected } => {
                let body = line.get(path).await?.body;
                ensure!(body.contains(*expected), "an answer without {expected}: {body}");
            }
            Self::Login { line, client } => login(line, client).await?,
            Self::Token { line } => {
                let form = "grant_type=client_credentials&client_id=machine&client_secret=secret";
                let body = line.post("/token", form).await?.body;
                ensure!(body.contains("access_token"), "no token: {body}");
            }
        }
        Ok(())
    }
}

async fn login(line: &mut Line, client: &str) -> anyhow::Result<()> {
    let path = page(client, "code").replace("form_post", "query");
    let head = line.get(&format!("{path}&code_challenge={CHALLENGE}&code_challenge_method=S256")).await?.head;
    let code = head.split_once("?code=").with_context(|| head.clone())?.1;
    let code = code.split(['&', '\r']).next().unwrap_or_default();
    let form = format!(
        "grant_type=authorization_code&client_id={client}&code={code}&code_verifier={VERIFIER}\
         &redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcallback"
    );
    let body = line.post("/token", &form).await?.body;
    ensure!(body.contains("id_token"), "no ID Token: {body}");
    Ok(())
}

impl Subject {
    pub(crate) fn new(name: &'static str, beside: &'static str, job: Job) -> Self {
        Self { name, beside, job, took: Vec::new() }
    }

    /// The duration that so many percent of the runs stayed under, in microseconds.
    fn quantile(&mut self, percent: usize) -> f64 {
        self.took.sort_unstable();
        self.took[(self.took.len() - 1) * percent / 100].as_secs_f64() * 1e6
    }
}

/// The table, in Markdown.
pub(crate) fn table(subjects: &mut [Subject]) -> String {
    let medians: Vec<_> = subjects.iter_mut().map(|subject| (subject.name, subject.quantile(50))).collect();
    let mut table = String::from(
        "| what | p50 | p99 | per core and second | times | of |\n| --- | --: | --: | --: | --: | --- |\n",
    );
    for subject in subjects {
        let (median, slow) = (subject.quantile(50), subject.quantile(99));
        let measure = medians.iter().find(|(name, _)| *name == subject.beside).map_or(median, |(_, m)| *m);
        let _ = writeln!(
            table,
            "| {} | {median:.0} µs | {slow:.0} µs | {:.0} | {:.2} | {} |",
            subject.name,
            1e6 / median,
            median / measure,
            if subject.beside == subject.name { "itself" } else { subject.beside },
        );
    }
    table
}
