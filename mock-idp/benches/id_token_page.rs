//! What an answer costs beside the one RSA signature that it cannot do without.
//!
//! `cargo bench -p rpcheck-mock-idp --bench id_token_page` prints the table of the README. Everything happens in
//! this process: the provider in a thread of its own, the client on one connection that stays open. Rounds of
//! all subjects take turns, so that a busy moment of the machine falls on all of them. Without `--bench`, as
//! under `cargo test --all-targets`, one round shows that it works.
#![expect(clippy::print_stdout, reason = "the table is what this program is for")]

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mock_idp::{LoginPolicy, MockIdp};
use rpcheck_fixtures::keys;

const ROUNDS: usize = 20;
const PER_ROUND: usize = 200;

/// A thing that is measured: its name, how to do it once, and how long it took each time.
struct Subject<'s> {
    name: &'static str,
    once: Box<dyn FnMut() -> anyhow::Result<()> + 's>,
    took: Vec<Duration>,
}

fn main() -> anyhow::Result<()> {
    let (rounds, per_round) =
        if std::env::args().any(|argument| argument == "--bench") { (ROUNDS, PER_ROUND) } else { (1, 1) };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let provider = runtime.block_on(MockIdp::start())?;
    provider.tenant().set_policy(LoginPolicy::Auto { user: "alice".into() });
    let mut subjects = subjects(provider.base_url())?;
    for round in 0..=rounds {
        for subject in &mut subjects {
            subject.round(per_round).context(subject.name)?;
            if round == 0 {
                // The first round warms up.
                subject.took.clear();
            }
        }
    }
    print_table(&mut subjects);
    Ok(())
}

fn subjects(base_url: &str) -> anyhow::Result<Vec<Subject<'static>>> {
    let pair = key_pair()?;
    let input = [b'x'; 700];
    let mut signature = vec![0; pair.public_modulus_len()];
    let random = SystemRandom::new();
    let sign = move || Ok(pair.sign(&RSA_PKCS1_SHA256, &random, &input, &mut signature)?);
    let get = |path: &str, expected: &'static str| -> anyhow::Result<_> {
        let mut line = Line::to(base_url)?;
        let path = path.to_owned();
        Ok(move || {
            let body = line.get(&path)?;
            ensure!(body.contains(expected), "an answer without {expected}: {body}");
            Ok(())
        })
    };
    let authorize = "/authorize?client_id=app&redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcallback\
                     &response_type=id_token&response_mode=form_post&scope=openid%20profile%20email\
                     &state=the-state&nonce=the-nonce";
    Ok(vec![
        Subject::new("one RSA-2048 signature, key parsed", sign),
        Subject::new("form page with an ID Token", get(authorize, "name=\"id_token\"")?),
        Subject::new("discovery", get("/.well-known/openid-configuration", "jwks_uri")?),
        Subject::new("JWKS", get("/jwks", "\"keys\"")?),
        Subject::new("health: HTTP and the trace alone", get("/healthz", "ok")?),
    ])
}

fn key_pair() -> anyhow::Result<KeyPair> {
    let text: String = keys::RSA_1.pem.lines().filter(|line| !line.starts_with("-----")).collect();
    Ok(KeyPair::from_pkcs8(&STANDARD.decode(text)?)?)
}

impl<'s> Subject<'s> {
    fn new(name: &'static str, once: impl FnMut() -> anyhow::Result<()> + 's) -> Self {
        Self { name, once: Box::new(once), took: Vec::new() }
    }

    fn round(&mut self, times: usize) -> anyhow::Result<()> {
        for _ in 0..times {
            let start = Instant::now();
            (self.once)()?;
            self.took.push(start.elapsed());
        }
        Ok(())
    }

    /// The duration that a share of the runs stayed under, in microseconds.
    fn quantile(&mut self, share: usize) -> f64 {
        self.took.sort_unstable();
        self.took[(self.took.len() - 1) * share / 100].as_secs_f64() * 1e6
    }
}

fn print_table(subjects: &mut [Subject<'_>]) {
    let signature = subjects[0].quantile(50);
    println!("| what | median | 95 % | beside the signature |\n| --- | --: | --: | --: |");
    for subject in subjects {
        let (median, slow) = (subject.quantile(50), subject.quantile(95));
        println!("| {} | {median:.0} µs | {slow:.0} µs | {:.2} |", subject.name, median / signature);
    }
}

/// A connection that stays open, with as little of a client as possible.
struct Line {
    stream: BufReader<TcpStream>,
    host: String,
}

impl Line {
    fn to(base_url: &str) -> io::Result<Self> {
        let host = base_url.trim_start_matches("http://").to_owned();
        let stream = TcpStream::connect(&host)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), host })
    }

    fn get(&mut self, path: &str) -> anyhow::Result<String> {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", self.host);
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            ensure!(self.stream.read_line(&mut head)? > 0, "the connection ended");
        }
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.context("no content-length")?.parse()?];
        self.stream.read_exact(&mut body)?;
        Ok(String::from_utf8(body)?)
    }
}
