//! The binary: its command line, what it prints, and how it ends.

mod args;
mod ca;
mod foreign;
mod healthcheck;
mod keys;
mod lint;
mod person;
mod run;
mod token;
mod web;

use std::io::Write as _;
use std::process::ExitCode;

use clap::builder::Resettable;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use args::ServeArgs;

/// A mock OpenID Provider that tells the truth, or lies on command.
///
/// Without a command it runs until Ctrl-C. Settings come from flags, the environment (MOCK_IDP_…), a TOML file
/// and defaults, in this order; `--print-config` tells where each comes from. SIGHUP reads the file again.
#[derive(Debug, Parser)]
#[command(name = "mock-idp", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(flatten)]
    serve: ServeArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make fresh keys in a folder, as PEM and as a JWKS; the setting `keys` uses them
    Keys(keys::KeysArgs),
    /// Print the certificate of the local authority, which is made on first use (needs the feature tls)
    Ca(ca::CaArgs),
    /// Ask a provider whether it is well: status 0 if so, 1 if not
    Healthcheck(healthcheck::HealthcheckArgs),
    /// Judge what an application sent: a saved trace, or that of a running provider; status 1 if there is a remark
    Lint(lint::LintArgs),
    /// Make one ID Token, honest or not, and print it
    Token(token::TokenArgs),
}

/// Does what the command line says, and says how the program ends: 0 if all is well, 1 if what was asked about
/// is not, 2 if it could not be done.
pub async fn main() -> ExitCode {
    // The matches still know whether a value came from a flag or from the environment.
    let matches = without_empty_variables(Cli::command()).get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let done = match cli.command {
        None => run::serve(&cli.serve, &matches).await.map(|()| ExitCode::SUCCESS),
        Some(Command::Keys(args)) => keys::make(&args).map(|()| ExitCode::SUCCESS),
        Some(Command::Ca(args)) => ca::print(&args).map(|()| ExitCode::SUCCESS),
        Some(Command::Healthcheck(args)) => Ok(healthcheck::ask(&args)),
        Some(Command::Lint(args)) => lint::judge(&args),
        Some(Command::Token(args)) => token::make(&args).await.map(|()| ExitCode::SUCCESS),
    };
    done.unwrap_or_else(|error| {
        eprintln!("mock-idp: {error:#}");
        ExitCode::from(2)
    })
}

/// A variable that is set to nothing is as good as none: that is how a composition of containers leaves it out.
fn without_empty_variables(command: clap::Command) -> clap::Command {
    let emptied = |arg: clap::Arg| {
        let is_empty = arg.get_env().and_then(std::env::var_os).is_some_and(|value| value.is_empty());
        if is_empty { arg.env(Resettable::Reset) } else { arg }
    };
    command.mut_args(emptied).mut_subcommands(without_empty_variables)
}

fn say(text: &str) {
    // Whoever started it need not go on reading.
    let _ = writeln!(std::io::stdout(), "{text}");
}
