//! The command line: `run`, `list`, `explain`, `coverage`, `report merge`, `report compare`, `report draw`, `target check`, `fuzz`, `serve`.

mod fuzz;
mod reports;
mod run;
mod serve;
mod shard;
mod show;
mod values;

use crate::agent::Flavour;
use crate::field::Failure;
use crate::scenario::Scenario;
use crate::stage::Browsers;
use crate::target::{Target, TargetError};
use clap::{Args, Parser, Subcommand, ValueEnum};
use futures::future::BoxFuture;
use shard::Shard;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// What a binary brings to the command line: its catalogue, and the application that is tested when no other
/// is named.
pub struct Suite {
    /// Every scenario, in the order of the catalogue.
    pub scenarios: Vec<Scenario>,
    /// Which failures from the field the scenario of this id plays again.
    pub from_the_field: fn(&str) -> Vec<Failure>,
    /// The bundled application, used with these browsers.
    pub bundled: Bundled,
}

/// Makes the bundled application.
pub type Bundled = fn(Browsers) -> BoxFuture<'static, Result<Arc<dyn Target>, TargetError>>;

/// Is your OpenID Connect login right and safe?
#[derive(Debug, Parser)]
#[command(name = "rpcheck", version, about, long_about = None)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run scenarios against an application; the bundled sample app when none is named.
    Run(RunArgs),
    /// List the scenarios.
    List {
        /// Only ids that start with one of these.
        prefixes: Vec<String>,
        #[arg(long, value_enum, default_value_t = Format::Terminal)]
        format: Format,
    },
    /// Say what a scenario does, why, and by which clause.
    Explain {
        /// The id of the scenario, as `rpcheck list` shows it.
        id: String,
    },
    /// Show which rows of the coverage list are covered.
    Coverage {
        /// Print the inputs that scenarios make for their rows, as the lines of fixtures/coverage.tsv, instead.
        #[arg(long)]
        inputs: bool,
        #[arg(long, value_enum, default_value_t = Format::Terminal)]
        format: Format,
    },
    /// Look at an application under test.
    Target {
        #[command(subcommand)]
        command: TargetCommand,
    },
    /// Work with reports that were written.
    Report {
        #[command(subcommand)]
        command: ReportCommand,
    },
    /// Change honest logins at random, by a seed: nobody may be signed in unless every rule holds. The bundled sample
    /// app when no other is named. A finding is printed with as few changes as show it, as a scenario to paste.
    Fuzz(fuzz::FuzzArgs),
    /// Run the mock provider, with its control API, until interrupted.
    Serve {
        /// Where the provider listens.
        #[arg(long, default_value = "127.0.0.1:9000", value_parser = values::listen)]
        listen: SocketAddr,
        /// Where the control API listens; loopback only.
        #[arg(long, default_value = "127.0.0.1:9001", value_parser = values::listen)]
        control: SocketAddr,
    },
}

#[derive(Debug, Subcommand)]
enum TargetCommand {
    /// Read a profile, start its application, and sign in once.
    Check {
        /// The profile (TOML).
        profile: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
enum ReportCommand {
    /// Make one report of the parts of a run that several machines shared with --shard.
    Merge {
        /// The report.json of every part.
        #[arg(required = true)]
        parts: Vec<PathBuf>,
        /// What goes to the standard output.
        #[arg(long, value_enum, default_value_t = Format::Terminal)]
        format: Format,
        /// The folder for the merged reports.
        #[arg(long, default_value = "target/rpcheck")]
        report: PathBuf,
    },
    /// Show several applications side by side, as Markdown.
    Compare {
        /// The report.json of a run of each.
        #[arg(required = true)]
        runs: Vec<PathBuf>,
    },
    /// Draw scenarios by a seed and show the clause beside the rule that is judged by, as Markdown.
    Draw {
        /// The same seed draws the same scenarios.
        #[arg(long, default_value_t = 1, allow_negative_numbers = true, value_parser = values::from_zero)]
        seed: u64,
        /// How many.
        #[arg(long, default_value_t = 30, allow_negative_numbers = true, value_parser = values::amount)]
        count: usize,
        /// The report.json of one run or several; what failed in one of them is not drawn.
        #[arg(required = true)]
        runs: Vec<PathBuf>,
    },
}

#[derive(Debug, Default, Args)]
struct RunArgs {
    /// Only scenarios whose ids start with one of these.
    prefixes: Vec<String>,
    /// The profile (TOML) of the application to test.
    #[arg(long)]
    target: Option<PathBuf>,
    /// Play the users in a real Chromium instead of over HTTP.
    #[arg(long)]
    browser: bool,
    /// Whose cookie rules the users' browsers keep; a real browser keeps its own.
    #[arg(long, value_enum, default_value_t = Jar::Chromium, conflicts_with = "browser")]
    jar: Jar,
    /// A SHOULD counts like a MUST.
    #[arg(long)]
    strict: bool,
    /// Show what the time went into, topic by topic.
    #[arg(long)]
    times: bool,
    /// How many trials run at once; by default twice the number of cores.
    #[arg(long, allow_negative_numbers = true, value_parser = values::amount)]
    jobs: Option<usize>,
    /// Only one of several equal parts of the run, as 1/4, for machines that share it: `rpcheck report merge` makes
    /// one report of theirs.
    #[arg(long, value_name = "PART/OF", allow_hyphen_values = true)]
    shard: Option<Shard>,
    /// What goes to the standard output.
    #[arg(long, value_enum, default_value_t = Format::Terminal)]
    format: Format,
    /// The folder for report.html, report.json and junit.xml, and for pictures with --browser.
    #[arg(long, default_value = "target/rpcheck")]
    report: PathBuf,
    /// The list of known deviations (TOML); known-deviations.toml beside the profile when it is there.
    #[arg(long)]
    known: Option<PathBuf>,
}

/// Whose cookie rules are kept: measured, cell by cell, but for the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Jar {
    /// Unmarked cookies are Lax, but go with cross-site POSTs for two minutes.
    #[default]
    Chromium,
    /// Unmarked cookies go everywhere.
    Firefox,
    /// Unmarked cookies are Lax: the text of RFC 6265bis, and what Safari intends.
    Spec,
}

impl From<Jar> for Flavour {
    fn from(jar: Jar) -> Self {
        match jar {
            Jar::Chromium => Self::Chromium,
            Jar::Firefox => Self::Firefox,
            Jar::Spec => Self::Spec,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Terminal,
    /// For programs; the schema is described in the README.
    Json,
}

/// Runs the command line. Exit codes: 1 something failed · 2 could not run · 3 nothing ran · 0 otherwise.
pub async fn main(suite: Suite) -> ExitCode {
    let cli = Cli::parse();
    tokio::select! {
        code = perform(cli, &suite) => code,
        () = interrupted() => {
            complain("interrupted");
            ExitCode::from(130)
        }
    }
}

/// Ctrl-C, or the signal by which others end a program: either way, what was started is ended.
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

async fn perform(cli: Cli, suite: &Suite) -> ExitCode {
    let command = cli.command.unwrap_or_else(|| Command::Run(RunArgs::standard()));
    let outcome = match command {
        Command::Run(args) => run::run(suite, args).await,
        Command::List { prefixes, format } => show::list(suite, &prefixes, format),
        Command::Explain { id } => show::explain(suite, &id),
        Command::Coverage { inputs: true, .. } => Ok(show::inputs(suite)),
        Command::Coverage { inputs: false, format } => show::coverage(suite, format),
        Command::Report { command: ReportCommand::Merge { parts, format, report } } => {
            reports::merged(suite, &parts, &report, format)
        }
        Command::Report { command: ReportCommand::Compare { runs } } => reports::compared(&runs),
        Command::Report { command: ReportCommand::Draw { seed, count, runs } } => {
            reports::drawn(&runs, seed, count)
        }
        Command::Target { command: TargetCommand::Check { profile } } => run::check(&profile).await,
        Command::Fuzz(args) => fuzz::fuzz(suite, args).await,
        Command::Serve { listen, control } => serve::serve(listen, control).await,
    };
    outcome.unwrap_or_else(|error| {
        complain(&format!("{error:#}"));
        ExitCode::from(2)
    })
}

impl RunArgs {
    /// What `rpcheck` without a word does.
    fn standard() -> Self {
        Self { report: PathBuf::from("target/rpcheck"), ..Self::default() }
    }
}

fn complain(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "rpcheck: {text}");
}

/// The scenarios whose ids start with one of the prefixes; all, if there is none.
fn selected(suite: &Suite, prefixes: &[String]) -> anyhow::Result<Vec<Scenario>> {
    for prefix in prefixes {
        if !suite.scenarios.iter().any(|scenario| scenario.id.starts_with(prefix.as_str())) {
            anyhow::bail!("no scenario starts with \"{prefix}\": `rpcheck list` shows them all");
        }
    }
    let wanted = |scenario: &&Scenario| {
        prefixes.is_empty() || prefixes.iter().any(|prefix| scenario.id.starts_with(prefix.as_str()))
    };
    Ok(suite.scenarios.iter().filter(wanted).copied().collect())
}

#[cfg(test)]
mod tests;
