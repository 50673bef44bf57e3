//! Cases by a seed: the same seed and number give the same case, at any time and on any machine.

use super::change::{Change, LONG, overlap};
use super::cookies::CookieChange;
use super::dice::Dice;
use super::flow::Flow;
use super::form::FormChange;
use crate::scenario::Facts;
use mock_idp::Fault;
use mock_idp::fault::{
    Alteration, Corruption, HEADER, ID_TOKEN, KeyChoice, KeyRendering, SEAL, TOKEN_RESPONSE,
};
use serde_json::{Value, json};

/// The most things that are wrong in one case.
const MOST: usize = 3;

/// The case of this number, in this flow. `facts` are the application's, and its time that at which every case is the same.
pub fn case(seed: u64, number: u64, facts: &Facts, flow: Flow) -> Vec<Change> {
    let mut dice = Dice::new(seed ^ number.wrapping_add(1).wrapping_mul(0xd134_2543_de82_ef95));
    let wanted = 1 + dice.below(MOST);
    let mut changes: Vec<Change> = Vec::new();
    for _ in 0..wanted {
        let change = change(&mut dice, facts, flow);
        if changes.iter().all(|other| !overlap(other, &change)) {
            changes.push(change);
        }
    }
    changes
}

fn change(dice: &mut Dice, facts: &Facts, flow: Flow) -> Change {
    match dice.below(if flow.has_code() { 12 } else { 10 }) {
        0..=3 => Change::Told(claim(dice, facts)),
        4 => Change::Told(header(dice)),
        5 => Change::Told(seal(dice)),
        6 | 7 => Change::Form(form(dice, flow)),
        10 | 11 => Change::Told(token_response(dice)),
        _ => Change::Cookies(cookies(dice)),
    }
}

/// Claims that every application has to look at.
const CHECKED: [&str; 7] = ["iss", "sub", "aud", "exp", "iat", "nonce", "nbf"];
/// Claims that an application may show, keep or overlook.
const OTHERS: [&str; 8] =
    ["name", "email", "picture", "nickname", "auth_time", "acr", "azp", "https://example.test/claim"];

fn claim(dice: &mut Dice, facts: &Facts) -> Fault {
    let checked = dice.one_of(&CHECKED);
    match dice.below(8) {
        0 => ID_TOKEN.remove(checked),
        1 | 2 => ID_TOKEN.set(checked, odd(dice)),
        3 => ID_TOKEN
            .append(dice.one_of(&["iss", "aud", "nonce"]), dice.one_of(&["1", "/", " ", "\u{0}", "é"])),
        4 => ID_TOKEN.alter(
            dice.one_of(&["iss", "aud", "nonce"]),
            dice.one_of(&[Alteration::Flip, Alteration::Shorten, Alteration::SwapCase]),
        ),
        5 => time(dice, facts),
        6 => ID_TOKEN.set(dice.one_of(&OTHERS), odd(dice)),
        _ => ID_TOKEN.payload(dice.one_of(&[
            "",
            "null",
            "[]",
            "{}",
            "{\"iss\":",
            "\u{feff}{}",
            "\"claims\"",
            "7",
        ])),
    }
}

fn time(dice: &mut Dice, facts: &Facts) -> Fault {
    match dice.below(3) {
        0 => ID_TOKEN.set("exp", facts.now - LONG),
        1 => ID_TOKEN.set("nbf", facts.now + LONG),
        _ => ID_TOKEN.shift("iat", dice.one_of(&[-LONG, -60, -1, 1, 60, LONG])),
    }
}

/// A value of another kind than the one that belongs there.
fn odd(dice: &mut Dice) -> Value {
    let depth = dice.below(40);
    match dice.below(14) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(0),
        3 => json!(-1),
        4 => json!(1.5),
        5 => json!(u64::MAX),
        6 => json!(""),
        7 => json!("x".repeat(1 + 97 * depth)),
        8 => json!([]),
        9 => json!({}),
        10 => json!(["someone-else", null, 7]),
        11 => json!({ "value": ["someone-else"] }),
        12 => json!("\u{202e}<script>\u{0}\"'&\u{1f511}"),
        _ => (0..depth).fold(json!("deep"), |inner, _| json!([inner])),
    }
}

fn header(dice: &mut Dice) -> Fault {
    match dice.below(6) {
        0 => HEADER.set("alg", dice.one_of(&["none", "None", "HS256", "RS512", "ES256", "", "rs256"])),
        1 => HEADER.set("alg", odd(dice)),
        2 => HEADER.remove("alg"),
        3 => HEADER.set("crit", json!([dice.one_of(&["exp", "b64", "x"])])),
        4 => HEADER.set("kid", odd(dice)),
        _ => HEADER.set(dice.one_of(&["typ", "cty", "jwk", "jku", "x5c", "x"]), odd(dice)),
    }
}

/// What no verifier may take. Leaving out the bits and spaces that some overlook.
const DAMAGES: [Corruption; 9] = [
    Corruption::XorSignature,
    Corruption::FlipPayloadBit,
    Corruption::FlipHeaderBit,
    Corruption::TruncateSignature,
    Corruption::ExtendSignature,
    Corruption::ZeroSignature,
    Corruption::EmptySignature,
    Corruption::DropSignature,
    Corruption::FiveParts,
];

fn seal(dice: &mut Dice) -> Fault {
    match dice.below(5) {
        0 => SEAL.unsigned(),
        1 => SEAL.key(KeyChoice::Attacker),
        2 => SEAL.hmac_with(dice.one_of(&[
            KeyRendering::SpkiPem,
            KeyRendering::SpkiDer,
            KeyRendering::Pkcs1Pem,
        ])),
        3 => SEAL.hmac_secret(dice.one_of(&["", "secret", "null"])),
        _ => SEAL.corrupt(dice.one_of(&DAMAGES)),
    }
}

/// What else comes with the ID Token.
fn token_response(dice: &mut Dice) -> Fault {
    const MEMBERS: [&str; 6] =
        ["id_token", "access_token", "token_type", "expires_in", "refresh_token", "scope"];
    let member = dice.one_of(&MEMBERS);
    if dice.below(3) == 0 { TOKEN_RESPONSE.remove(member) } else { TOKEN_RESPONSE.set(member, odd(dice)) }
}

fn form(dice: &mut Dice, flow: Flow) -> FormChange {
    let name = dice.one_of(flow.parameters()).to_owned();
    let at = dice.below(10_000);
    let odd = |dice: &mut Dice| (dice.one_of(&["", "null", "0", "[]", "other", "a.b.c", "\u{0}"])).to_owned();
    match dice.below(9) {
        0 => FormChange::Remove { name },
        1 => FormChange::Set { name, value: odd(dice) },
        2 => FormChange::Add { name, value: odd(dice), first: dice.below(2) == 0 },
        3 => FormChange::Add {
            name: dice.one_of(&["error", "unknown", "__proto__", "session_state"]).to_owned(),
            value: odd(dice),
            first: dice.below(2) == 0,
        },
        4 => FormChange::Cut { name, at },
        5 => FormChange::Insert {
            name,
            at,
            text: dice.one_of(&["\u{0}", "é", "AAAA", ".", "%2e", "{}"]).to_owned(),
        },
        6 => FormChange::Letter { name, at },
        7 => FormChange::Swap { with: flow.last().to_owned() },
        _ => FormChange::Rotate { by: at },
    }
}

fn cookies(dice: &mut Dice) -> CookieChange {
    let at = dice.below(10_000);
    match dice.below(6) {
        0 => CookieChange::Drop,
        1 => CookieChange::Empty,
        2 => CookieChange::Cut { at },
        3 => CookieChange::Letter { at },
        4 => CookieChange::OfAnother,
        _ => CookieChange::Beside { value: dice.one_of(&["", "x", "%00", "a=b", "\"x\""]).to_owned() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mock_idp::Seam;

    const FLOWS: [Flow; 3] = [Flow::IdToken, Flow::Code, Flow::CodeIdToken];

    #[test]
    fn the_same_seed_draws_the_same_cases_and_another_one_others() {
        let facts = Facts::example();
        for flow in FLOWS {
            let drawn = |seed| (0..200).map(|number| case(seed, number, &facts, flow)).collect::<Vec<_>>();

            assert_eq!(drawn(7), drawn(7));
            assert_ne!(drawn(7), drawn(8));
            assert_eq!(case(7, 150, &facts, flow), drawn(7)[150]);
        }
    }

    #[test]
    fn no_two_changes_of_a_case_are_about_the_same_and_every_kind_is_drawn() {
        let facts = Facts::example();
        for flow in FLOWS {
            let mut kinds = [0; 4];
            for number in 0..2_000 {
                let case = case(1, number, &facts, flow);
                assert!((1..=MOST).contains(&case.len()), "{case:?}");
                for (at, change) in case.iter().enumerate() {
                    assert!(case[..at].iter().all(|other| !overlap(other, change)), "{case:?}");
                    kinds[match change {
                        Change::Told(fault) => {
                            fault.check().unwrap();
                            if fault.seam == Seam::TokenResponse { 3 } else { 0 }
                        }
                        Change::Form(_) => 1,
                        Change::Cookies(_) => 2,
                    }] += 1;
                }
            }
            assert!(kinds[..3].iter().all(|count| *count > 400), "{flow:?}: {kinds:?}");
            assert_eq!(kinds[3] > 400, flow.has_code(), "{flow:?}: {kinds:?}");
        }
    }

    #[test]
    fn only_what_an_answer_brings_is_changed_in_it() {
        for (flow, brought, not) in [(Flow::IdToken, "id_token", "code"), (Flow::Code, "code", "id_token")] {
            let cases = (0..2_000).flat_map(|number| case(1, number, &Facts::example(), flow));
            let forms = cases.filter(|change| matches!(change, Change::Form(_)));
            let text: Vec<_> = forms.map(|form| serde_json::to_string(&form).unwrap()).collect();
            let named = |name: &str| text.iter().filter(|form| form.contains(&format!("\"{name}\""))).count();

            assert!(named(brought) > 100, "{flow:?}");
            assert_eq!(named(not), 0, "{flow:?}");
        }
    }

    #[test]
    fn a_case_that_is_written_down_is_read_again_as_the_same() {
        for (number, flow) in (0..500).flat_map(|number| FLOWS.map(|flow| (number, flow))) {
            let case = case(3, number, &Facts::example(), flow);
            let text = serde_json::to_string(&case).unwrap();
            assert_eq!(serde_json::from_str::<Vec<Change>>(&text).unwrap(), case, "{text}");
        }
    }
}
