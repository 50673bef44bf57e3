//! What the command line says about values that it cannot read.

use super::*;
use clap::CommandFactory;
use std::any::TypeId;

/// The flags below a command whose value is more than text, each with the words before it.
fn flags(words: &[String], command: &clap::Command) -> Vec<Vec<String>> {
    let texts = [TypeId::of::<String>(), TypeId::of::<PathBuf>()];
    let is_more = |arg: &&clap::Arg| {
        arg.get_action().takes_values() && texts.iter().all(|text| arg.get_value_parser().type_id() != *text)
    };
    let own = command.get_arguments().filter(is_more).filter_map(clap::Arg::get_long);
    let own = own.map(|name| [words, &[format!("--{name}")]].concat());
    let below =
        command.get_subcommands().flat_map(|sub| flags(&[words, &[sub.get_name().to_owned()]].concat(), sub));
    own.chain(below).collect()
}

#[test]
fn a_value_that_cannot_be_read_is_refused_by_flag_and_value_with_what_to_write() {
    let flags = flags(&["rpcheck".to_owned()], &Cli::command());
    assert!(flags.len() > 12, "{flags:?}");
    for line in flags {
        for value in ["{no}", "-1.5"] {
            let told = [&line[..line.len() - 1], &[format!("{}={value}", line[line.len() - 1])]].concat();

            let text = Cli::try_parse_from(told).expect_err("it cannot be read").to_string();

            let what = ["write ", "[possible values: "].iter().any(|what| text.contains(what));
            let flag = line.last().expect("a flag");
            assert!(text.contains(flag.as_str()) && text.contains(value) && what, "{line:?} {text}");
        }
    }
}

#[test]
fn numbers_are_whole_and_in_bounds() {
    for line in [
        "run --jobs 0",
        "run --jobs -1",
        "run --shard -1/4",
        "fuzz --seed -1",
        "fuzz --seed 18446744073709551616",
        "fuzz --cases 0",
        "fuzz --first -1",
        "fuzz --for -1s",
        "report draw --seed -1 a.json",
        "report draw --count 0 a.json",
        "serve --listen 9000",
    ] {
        let words = std::iter::once("rpcheck").chain(line.split(' '));

        let text = Cli::try_parse_from(words).expect_err("out of bounds").to_string();

        assert!(text.starts_with("error: invalid value '") && text.contains("': write "), "{line}: {text}");
    }
}
