//! What can be done to an answer: to its parameters, and to the parts of its token.

use harness::fuzz::Dice;
use mock_idp::Params;

/// A way to change an answer.
pub(super) struct Kind {
    pub(super) label: &'static str,
    pub(super) change: fn(&Params, &mut Dice) -> Params,
}

pub(super) const KINDS: &[Kind] = &[
    Kind { label: "a parameter left out", change: left_out },
    Kind { label: "a parameter twice", change: twice },
    Kind { label: "the order changed", change: reordered },
    Kind { label: "two values swapped", change: swapped },
    Kind { label: "a value cut", change: cut },
    Kind { label: "a character changed", change: one_character },
    Kind { label: "characters inserted", change: inserted },
    Kind { label: "a part of the token left out or repeated", change: token_parts },
    Kind { label: "a value in place of another kind", change: odd_value },
];

/// The values that count, which an app may not overlook: others are the provider's extras.
fn counted(params: &Params, dice: &mut Dice) -> usize {
    let places: Vec<_> = (0..params.0.len())
        .filter(|place| matches!(params.0[*place].0.as_str(), "state" | "id_token"))
        .collect();
    places.get(dice.below(places.len())).copied().unwrap_or_default()
}

fn left_out(params: &Params, dice: &mut Dice) -> Params {
    let mut params = params.clone();
    params.0.remove(counted(&params, dice));
    params
}

fn twice(params: &Params, dice: &mut Dice) -> Params {
    let mut changed = params.clone();
    let (name, value) = changed.0[counted(params, dice)].clone();
    let place = dice.below(changed.0.len() + 1);
    changed.0.insert(place, (name, if dice.below(2) == 0 { value } else { "other".to_owned() }));
    changed
}

fn reordered(params: &Params, dice: &mut Dice) -> Params {
    let mut params = params.clone();
    let by = dice.below(params.0.len());
    params.0.rotate_left(by);
    params
}

fn swapped(params: &Params, _: &mut Dice) -> Params {
    let mut params = params.clone();
    let (state, token) =
        ["state", "id_token"].map(|name| params.first(name).unwrap_or_default().to_owned()).into();
    params.set("state", token);
    params.set("id_token", state);
    params
}

/// Changes a value that counts.
fn edit(params: &Params, dice: &mut Dice, change: impl Fn(&str, &mut Dice) -> String) -> Params {
    let mut params = params.clone();
    let place = counted(&params, dice);
    params.0[place].1 = change(&params.0[place].1, dice);
    params
}

/// A place between two characters of a text of ASCII.
fn place(text: &str, dice: &mut Dice) -> usize {
    (0..=dice.below(text.len() + 1)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}

fn cut(params: &Params, dice: &mut Dice) -> Params {
    edit(params, dice, |value, dice| {
        value[..place(value, dice).min(value.len().saturating_sub(1))].to_owned()
    })
}

/// Not the last one of a part: the bits that it does not use are another matter.
fn one_character(params: &Params, dice: &mut Dice) -> Params {
    edit(params, dice, |value, dice| {
        let at = dice.below(value.len().saturating_sub(1));
        let followed = value.chars().nth(at + 1).is_some_and(|next| next != '.');
        let swap = |(index, char): (usize, char)| match char {
            'A' if index == at && followed => 'B',
            _ if index == at && followed => 'A',
            other => other,
        };
        value.chars().enumerate().map(swap).collect()
    })
}

fn inserted(params: &Params, dice: &mut Dice) -> Params {
    const ODD: [&str; 8] = ["\u{0}", "é", "AAAA", ".", "%2e", "\u{202e}", "{}", "'"];
    edit(params, dice, |value, dice| {
        let at = place(value, dice);
        format!("{}{}{}", &value[..at], ODD[dice.below(ODD.len())], &value[at..])
    })
}

fn token_parts(params: &Params, dice: &mut Dice) -> Params {
    let mut params = params.clone();
    let token = params.first("id_token").unwrap_or_default().to_owned();
    let mut parts: Vec<&str> = token.split('.').collect();
    let at = dice.below(parts.len());
    match dice.below(3) {
        0 => drop(parts.remove(at)),
        1 => parts.insert(at, parts[at]),
        _ => parts[at] = "",
    }
    params.set("id_token", parts.join("."));
    params
}

fn odd_value(params: &Params, dice: &mut Dice) -> Params {
    const ODD: [&str; 6] = ["", "null", "true", "0", "[]", "undefined"];
    edit(params, dice, |_, dice| ODD[dice.below(ODD.len())].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use harness::fuzz::says_the_same;

    fn honest() -> Params {
        [("state", "a-state-of-the-app"), ("id_token", "aGVhZA.cGF5bG9hZA.c2lnbmF0dXJl"), ("iss", "i")]
            .into_iter()
            .collect()
    }

    #[test]
    fn the_same_seed_makes_the_same_mutations_and_few_of_them_say_the_same() {
        let all = |seed| -> Vec<Params> {
            let mut dice = Dice::new(seed);
            let rounds = KINDS.iter().flat_map(|kind| std::iter::repeat_n(kind, 20));
            rounds.map(|kind| (kind.change)(&honest(), &mut dice)).collect()
        };

        assert_eq!(all(7), all(7));
        assert_ne!(all(7), all(8));
        let harmless = all(7).iter().filter(|changed| says_the_same(&honest(), changed)).count();
        assert!((1..60).contains(&harmless), "{harmless}");
    }
}
