//! What there is no login without, and what is of no use without a login.

use super::SettingsError;
use super::env::KNOWN;
use super::read::Variables;

/// The variables without which there is no login, with their older names.
const NEEDED: [(&str, &[&str]); 4] = [
    ("ISSUER_BASE_URL", &["ISSUER_BASE_URL"]),
    ("CLIENT_ID", &["CLIENT_ID"]),
    ("BASE_URL", &["BASE_URL"]),
    ("SECRET", &["SECRET", "APP_SESSION_SECRET", "APP_SECRET"]),
];

/// What is of use without a login as well.
const EVER: [&str; 4] = ["APP_NAME", "PORT", "TLS_CERT", "TLS_KEY"];

/// A variable by the name under which it is set, and its value.
pub(super) type Given<'a> = (&'static str, &'a str);

/// The four of them, or nothing if none is set: a partial set never falls back to "no login".
pub(super) fn read<'a>(variables: &'a Variables<'_>) -> Result<Option<[Given<'a>; 4]>, SettingsError> {
    let mut given = [None; 4];
    for (found, (_, names)) in given.iter_mut().zip(NEEDED) {
        *found = one_of(variables, names)?;
    }
    if let [Some(issuer), Some(client), Some(base_url), Some(secret)] = given {
        return Ok(Some([issuer, client, base_url, secret]));
    }
    let present: Vec<_> = given.iter().flatten().map(|(name, _)| *name).collect();
    if present.is_empty() {
        return Ok(None);
    }
    let missing: Vec<_> =
        NEEDED.iter().zip(given).filter(|(_, given)| given.is_none()).map(|((name, _), _)| *name).collect();
    Err(SettingsError::Missing { missing: missing.join(", "), present: present.join(", ") })
}

/// The variable that is set under one of these names, of which the first is the one to write. Nobody can tell which of
/// several values was meant: the one that is not may be the one that somebody believes to be rotated.
fn one_of<'a>(
    variables: &'a Variables<'_>,
    names: &[&'static str],
) -> Result<Option<Given<'a>>, SettingsError> {
    let mut set = names.iter().filter_map(|name| Some((*name, variables.get(name)?)));
    let Some((name, value)) = set.next() else { return Ok(None) };
    if let Some((other, _)) = set.find(|(_, another)| *another != value) {
        return Err(SettingsError::Contradiction { name, other, instead: names[0] });
    }
    if name != names[0] {
        tracing::warn!("{name} is an older name of {0}: write {0}", names[0]);
    }
    Ok(Some((name, value)))
}

/// The variables that are set and say something about a login, which there is not.
pub(super) fn idle(variables: &Variables<'_>) -> Vec<&'static str> {
    KNOWN.into_iter().filter(|name| !EVER.contains(name) && variables.get(name).is_some()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn secret(pairs: &[(&str, &str)]) -> Result<&'static str, SettingsError> {
        let needed = [("ISSUER_BASE_URL", "i"), ("CLIENT_ID", "c"), ("BASE_URL", "b")];
        let pairs = needed.iter().chain(pairs).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let values: BTreeMap<_, _> = pairs.collect();
        read(&Variables::new(&values)).map(|given| given.expect("a login")[3].0)
    }

    #[test]
    fn a_secret_that_is_set_twice_has_to_say_the_same_and_is_not_repeated() {
        assert_eq!(secret(&[("SECRET", "sesame"), ("APP_SECRET", "sesame")]), Ok("SECRET"));
        assert_eq!(secret(&[("SECRET", ""), ("APP_SECRET", "sesame")]), Ok("APP_SECRET"));
        for [one, other] in [["SECRET", "APP_SECRET"], ["APP_SESSION_SECRET", "APP_SECRET"]] {
            let error = secret(&[(one, "sesame"), (other, "sesames")]).unwrap_err().to_string();

            let twice = "are the same setting with different values: write SECRET alone";
            assert_eq!(error, format!("{one} and {other} {twice}"));
        }
    }

    #[test]
    fn without_a_login_what_is_about_one_is_told_and_the_rest_is_not() {
        let values =
            ["PORT", "SCOPE", "TLS_KEY", "SESSION_STORE"].map(|name| (name.to_owned(), "x".to_owned()));
        let values = BTreeMap::from(values);
        let variables = Variables::new(&values);

        assert_eq!(read(&variables), Ok(None));
        assert_eq!(idle(&variables), ["SCOPE", "SESSION_STORE"]);
    }
}
