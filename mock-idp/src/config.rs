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
mod values;
mod web;

use std::io::Write as _;
use std::process::ExitCode;

use clap::builder::Resettable;
use clap::error::{ContextKind, ContextValue};
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
    let matches =
        without_empty_variables(Cli::command()).try_get_matches().unwrap_or_else(|error| refuse(&error));
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

/// Says what is wrong with the command line. A value that nobody wrote there is a variable's.
fn refuse(error: &clap::Error) -> ! {
    let _ = error.print();
    if let Some(variable) = variable_of(error, &Cli::command()) {
        eprintln!("\nThe value is that of the environment variable {variable}.");
    }
    std::process::exit(error.exit_code())
}

/// The variable that gave the value that an error is about.
fn variable_of(error: &clap::Error, command: &clap::Command) -> Option<String> {
    let Some(ContextValue::String(shown)) = error.get(ContextKind::InvalidArg) else { return None };
    // "--port <PORT>"
    let flag = shown.strip_prefix("--")?.split([' ', '[', '=']).next()?;
    let is_written = |word: std::ffi::OsString| {
        let word = word.to_string_lossy().into_owned();
        word.strip_prefix("--").is_some_and(|rest| rest.split('=').next() == Some(flag))
    };
    if std::env::args_os().any(is_written) {
        return None;
    }
    let commands = std::iter::once(command).chain(command.get_subcommands());
    let mut args = commands.flat_map(clap::Command::get_arguments);
    let variable = args.find(|arg| arg.get_long() == Some(flag) && arg.get_env().is_some())?.get_env()?;
    Some(variable.to_string_lossy().into_owned())
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

#[cfg(test)]
mod tests {
    use std::any::TypeId;
    use std::path::PathBuf;

    use super::*;

    /// The words before a flag, and the flag, of everything whose value is more than text.
    fn flags() -> Vec<(Vec<String>, String)> {
        let command = Cli::command();
        let with_words = command.get_subcommands().map(|sub| (vec![sub.get_name().to_owned()], sub));
        let mut flags = Vec::new();
        for (words, command) in std::iter::once((Vec::new(), &command)).chain(with_words) {
            let texts = [TypeId::of::<String>(), TypeId::of::<PathBuf>()];
            let is_more = |arg: &&clap::Arg| {
                arg.get_action().takes_values()
                    && texts.iter().all(|text| arg.get_value_parser().type_id() != *text)
            };
            let names = command.get_arguments().filter(is_more).filter_map(clap::Arg::get_long);
            flags.extend(names.map(|name| (words.clone(), format!("--{name}"))));
        }
        flags
    }

    #[test]
    fn a_value_that_cannot_be_read_is_refused_by_flag_and_value_with_what_to_write() {
        let flags = flags();
        assert!(flags.len() > 12 && flags.contains(&(vec!["token".into()], "--seed".into())), "{flags:?}");
        for (words, flag) in flags {
            for value in ["{\"no\": 1}", "-1.5"] {
                let told = format!("{flag}={value}");
                let line =
                    std::iter::once("mock-idp").chain(words.iter().map(String::as_str)).chain([&*told]);

                let Err(error) = Cli::command().try_get_matches_from(line) else { continue };

                let text = error.to_string();
                let what = ["write ", "use ", "[possible values: "].iter().any(|what| text.contains(what));
                assert!(text.contains(&flag) && text.contains(value) && what, "{words:?} {text}");
            }
        }
    }

    #[test]
    fn numbers_are_whole_and_in_bounds() {
        for (flag, value) in [
            ("--port", "-1"),
            ("--port", "65536"),
            ("--control-port", "http"),
            ("--seed", "-1"),
            ("--seed", "9223372036854775808"),
            ("--now", "-1.5"),
            ("--now", "99999999999999999999"),
            ("--host", "localhost"),
            ("--tls", "perhaps"),
        ] {
            let error =
                Cli::command().try_get_matches_from(["mock-idp", flag, value]).unwrap_err().to_string();

            let start = format!("error: invalid value '{value}' for '{flag} ");
            assert!(error.starts_with(&start) && error.contains("': write "), "{error}");
        }
    }
}
