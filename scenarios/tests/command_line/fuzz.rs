//! `rpcheck fuzz` from the outside.

use super::rpcheck;

#[test]
fn so_many_cases_of_a_seed_are_tried_and_counted() {
    let run = rpcheck(&["fuzz", "--seed", "7", "--cases", "30"]);

    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.starts_with("seed 7: 30 cases in "), "{}", run.stdout);
    assert!(run.stdout.trim_end().ends_with("; 0 found"), "{}", run.stdout);
}

#[test]
fn a_second_is_a_limit_as_well() {
    let run = rpcheck(&["fuzz", "--for", "1s", "--cases", "1000000"]);

    assert_eq!(run.code, 0, "{}", run.stderr);
    let told: Vec<f64> = run.stdout.split(' ').filter_map(|word| word.parse().ok()).collect();
    let [cases, seconds, ..] = told[..] else { panic!("{}", run.stdout) };
    assert!(cases < 1_000_000.0 && seconds >= 1.0, "{}", run.stdout);
}

#[test]
fn the_flows_with_a_code_are_tried_as_well() {
    for flow in ["code", "code-id-token"] {
        let run = rpcheck(&["fuzz", "--flow", flow, "--cases", "10"]);

        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(run.stdout.starts_with("seed 1: 10 cases in "), "{}", run.stdout);
    }
}

#[test]
fn what_is_no_number_of_cases_and_no_time_is_told_with_what_to_write() {
    for (arguments, words) in [
        (["fuzz", "--cases", "0"], "write a whole number from 1 to"),
        (["fuzz", "--seed", "-1"], "write a whole number from 0 to"),
        (["fuzz", "--for", "60"], "60s, 5m or 1h"),
        (["fuzz", "--target", "nowhere.toml"], "cannot read nowhere.toml"),
    ] {
        let run = rpcheck(&arguments);
        assert_eq!(run.code, 2, "{arguments:?}");
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
}
