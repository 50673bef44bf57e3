//! What an answer costs beside the one RSA signature that it cannot do without.
//!
//! `cargo bench -p rpcheck-mock-idp --bench id_token_page` prints the table of the README. Provider and client
//! share one thread and talk over one open connection, so that no time goes into waking another core. Rounds of
//! all subjects take turns, so that a busy moment of the machine falls on all of them. Without `--bench`, as
//! under `cargo test --all-targets`, one round shows that it works.
#![expect(clippy::print_stdout, reason = "the table is what this program is for")]

use std::io;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mock_idp::{LoginPolicy, MockIdp};
use rpcheck_fixtures::keys;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

const ROUNDS: usize = 20;
const PER_ROUND: usize = 200;

const AUTHORIZE: &str = "/authorize?client_id=app&redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcallback\
                         &response_type=id_token&response_mode=form_post&scope=openid%20profile%20email\
                         &state=the-state&nonce=the-nonce";

/// A thing that is measured, and how long it took each time.
struct Subject {
    name: &'static str,
    job: Job,
    took: Vec<Duration>,
}

enum Job {
    /// Signs about as much as an ID Token has.
    Sign(KeyPair),
    /// Asks for a path, whose answer contains a text.
    Get { line: Line, path: &'static str, expected: &'static str },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let (rounds, per_round) =
        if std::env::args().any(|argument| argument == "--bench") { (ROUNDS, PER_ROUND) } else { (1, 1) };
    let provider = MockIdp::start().await?;
    provider.tenant().set_policy(LoginPolicy::Auto { user: "alice".into() });
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
    print_table(&mut subjects);
    Ok(())
}

async fn subjects(base_url: &str) -> anyhow::Result<Vec<Subject>> {
    let mut jobs = vec![("one RSA-2048 signature, key parsed", Job::Sign(key_pair()?))];
    for (name, path, expected) in [
        ("form page with an ID Token", AUTHORIZE, "name=\"id_token\""),
        ("discovery", "/.well-known/openid-configuration", "jwks_uri"),
        ("JWKS", "/jwks", "\"keys\""),
        ("health: HTTP and the trace alone", "/healthz", "ok"),
    ] {
        jobs.push((name, Job::Get { line: Line::to(base_url).await?, path, expected }));
    }
    Ok(jobs.into_iter().map(|(name, job)| Subject { name, job, took: Vec::new() }).collect())
}

fn key_pair() -> anyhow::Result<KeyPair> {
    let text: String = keys::RSA_1.pem.lines().filter(|line| !line.starts_with("-----")).collect();
    Ok(KeyPair::from_pkcs8(&STANDARD.decode(text)?)?)
}

impl Job {
    async fn once(&mut self) -> anyhow::Result<()> {
        match self {
            Self::Sign(pair) => {
                let mut signature = [0; 256];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), &[b'x'; 700], &mut signature)?;
            }
            Self::Get { line, path, expected } => {
                let body = line.get(path).await?;
                ensure!(body.contains(*expected), "an answer without {expected}: {body}");
            }
        }
        Ok(())
    }
}

impl Subject {
    /// The duration that so many percent of the runs stayed under, in microseconds.
    fn quantile(&mut self, percent: usize) -> f64 {
        self.took.sort_unstable();
        self.took[(self.took.len() - 1) * percent / 100].as_secs_f64() * 1e6
    }
}

fn print_table(subjects: &mut [Subject]) {
    let signature = subjects[0].quantile(50);
    println!("| what | median | 95 % | beside the signature |\n| --- | --: | --: | --: |");
    for subject in subjects {
        let (median, slow) = (subject.quantile(50), subject.quantile(95));
        println!("| {} | {median:.0} µs | {slow:.0} µs | {:.2} |", subject.name, median / signature);
    }
}

/// A connection that stays open, with as little of a client as possible.
struct Line(BufReader<TcpStream>);

impl Line {
    async fn to(base_url: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(base_url.trim_start_matches("http://")).await?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    async fn get(&mut self, path: &str) -> anyhow::Result<String> {
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
        self.0.get_mut().write_all(request.as_bytes()).await?;
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            ensure!(self.0.read_line(&mut head).await? > 0, "the connection ended");
        }
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.context("no content-length")?.parse()?];
        self.0.read_exact(&mut body).await?;
        Ok(String::from_utf8(body)?)
    }
}
