//! How well a person proved who they are, and what that is called (OIDC Core 2, `acr`).

/// How well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Strength {
    /// With one thing: a password, or another provider's word.
    One,
    /// With a one-time code besides.
    Two,
}

/// The values of `acr` that mean something here.
const LEVELS: &[(&str, Strength)] = &[
    ("1", Strength::One),
    ("2", Strength::Two),
    ("http://schemas.openid.net/pape/policies/2007/06/multi-factor", Strength::Two),
];

/// The values, for the metadata.
pub(crate) fn acr_values_supported() -> Vec<&'static str> {
    LEVELS.iter().map(|(name, _)| *name).collect()
}

fn level(name: &str) -> Option<(&'static str, Strength)> {
    LEVELS.iter().find(|(known, _)| *known == name).copied()
}

/// What the wishes ask for first, of what is known here; unknown values ask for nothing (OIDC Core 3.1.2.1).
pub(crate) fn asked(wishes: &[String]) -> Option<Strength> {
    wishes.iter().find_map(|wish| level(wish)).map(|(_, strength)| strength)
}

/// The `acr` to tell: the first wish that is met, or else what is true. If nobody asked for a level, nor for the
/// claim without a value (OIDC Core 5.5.1), nothing is told.
pub(crate) fn told(wishes: &[String], wanted: bool, strength: Strength) -> Option<&'static str> {
    if wishes.is_empty() && !wanted {
        return None;
    }
    let met = wishes.iter().filter_map(|wish| level(wish)).find(|(_, asked)| *asked <= strength);
    let own = || LEVELS.iter().find(|(_, level)| *level == strength).copied();
    met.or_else(own).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wishes(list: &str) -> Vec<String> {
        list.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn the_first_wish_that_is_met_is_told_and_otherwise_the_truth() {
        for (wish, strength, acr) in [
            ("", Strength::Two, None),
            ("2 1", Strength::Two, Some("2")),
            ("2 1", Strength::One, Some("1")),
            ("1", Strength::Two, Some("1")),
            ("2", Strength::One, Some("1")),
            ("gold", Strength::Two, Some("2")),
        ] {
            assert_eq!(told(&wishes(wish), false, strength), acr, "{wish:?} {strength:?}");
        }
        assert_eq!(told(&[], true, Strength::One), Some("1"));
        assert_eq!(asked(&wishes("gold 2 1")), Some(Strength::Two));
        assert_eq!(asked(&wishes("gold")), None);
    }
}
