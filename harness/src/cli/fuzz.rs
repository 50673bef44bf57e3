//! `rpcheck fuzz`: honest logins that are changed at random, by a seed.

use super::run::target;
use super::{Suite, values};
use crate::fuzz::{self, Flow, Plan};
use crate::report::terminal::say;
use crate::stage::Browsers;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Whoever has found so much has enough to do.
const ENOUGH: usize = 5;

/// As many cases as are tried when nobody says how many.
const USUAL: u64 = 1000;

#[derive(Debug, Args)]
pub(super) struct FuzzArgs {
    /// The same seed gives the same cases.
    #[arg(long, default_value_t = 1, allow_negative_numbers = true, value_parser = values::from_zero)]
    seed: u64,
    /// By which flow the logins go; for the two with a code the profile declares a variant (code-with-userinfo,
    /// code-and-id-token).
    #[arg(long, value_enum, default_value_t = Flow::IdToken)]
    flow: Flow,
    /// How many cases; 1000, if there is no --for either.
    #[arg(long, allow_negative_numbers = true, value_parser = values::from_one)]
    cases: Option<u64>,
    /// How long, as 60s, 5m or 1h.
    #[arg(long = "for", value_name = "TIME", allow_hyphen_values = true, value_parser = time)]
    time: Option<Duration>,
    /// The number of the first case: with --cases 1, the case of a finding.
    #[arg(long, default_value_t = 0, allow_negative_numbers = true, value_parser = values::from_zero)]
    first: u64,
    /// The profile (TOML) of the application to test.
    #[arg(long)]
    target: Option<PathBuf>,
}

/// A whole number and its unit.
fn time(text: &str) -> Result<Duration, String> {
    let remedy = "write a whole number of seconds, minutes or hours, from 1: 60s, 5m or 1h";
    let split = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: u64 = number.parse().map_err(|_| remedy.to_owned())?;
    let seconds = match unit {
        "s" => Some(1),
        "m" => Some(60),
        "h" => Some(3600),
        _ => None,
    };
    let seconds = seconds.and_then(|unit: u64| unit.checked_mul(number)).filter(|seconds| *seconds > 0);
    seconds.map(Duration::from_secs).ok_or_else(|| remedy.to_owned())
}

pub(super) async fn fuzz(suite: &Suite, args: FuzzArgs) -> anyhow::Result<ExitCode> {
    let plan = plan(&args);
    let target = target(suite, args.target.as_deref(), Browsers::default()).await?;
    let record = fuzz::run(&*target, &plan, |found| say(&fuzz::told(found, &plan))).await?;
    say(&fuzz::summary(&record, &plan));
    Ok(ExitCode::from(u8::from(!record.found.is_empty())))
}

/// Whoever says how long has not said how many.
fn plan(args: &FuzzArgs) -> Plan {
    let cases = args.cases.or(if args.time.is_none() { Some(USUAL) } else { None });
    Plan { flow: args.flow, seed: args.seed, first: args.first, cases, time: args.time, enough: ENOUGH }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_the_only_limit_unless_there_is_a_number_of_cases_too() {
        let minute = Some(Duration::from_mins(1));
        for (cases, time, limits) in [
            (None, None, (Some(USUAL), None)),
            (None, minute, (None, minute)),
            (Some(7), None, (Some(7), None)),
            (Some(7), minute, (Some(7), minute)),
        ] {
            let plan = plan(&FuzzArgs { flow: Flow::Code, seed: 3, cases, time, first: 9, target: None });

            assert_eq!((plan.cases, plan.time), limits);
            assert_eq!((plan.seed, plan.first, plan.flow), (3, 9, Flow::Code));
        }
    }

    #[test]
    fn a_time_has_a_number_and_a_unit() {
        assert_eq!(time("60s"), Ok(Duration::from_mins(1)));
        assert_eq!(time("5m"), Ok(Duration::from_mins(5)));
        assert_eq!(time("1h"), Ok(Duration::from_hours(1)));
        for wrong in [
            "",
            "60",
            "s",
            "0s",
            "1d",
            "-1s",
            "1.5m",
            "1 s",
            "99999999999999999999s",
            "18446744073709551615h",
        ] {
            assert!(time(wrong).unwrap_err().contains("60s, 5m or 1h"), "{wrong}");
        }
    }
}
