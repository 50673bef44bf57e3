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
const EVER: [&str; 3] = ["PORT", "TLS_CERT", "TLS_KEY"];

/// A variable by the name under which it is set, and its value.
pub(super) type Given<'a> = (&'static str, &'a str);

/// The four of them, or nothing if none is set: a partial set never falls back to "no login".
pub(super) fn read<'a>(variables: &'a Variables<'_>) -> Result<Option<[Given<'a>; 4]>, SettingsError> {
    let find = |names: &[&'static str]| names.iter().find_map(|name| Some((*name, variables.get(name)?)));
    let given = NEEDED.map(|(_, names)| find(names));
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

/// The variables that are set and say something about a login, which there is not.
pub(super) fn idle(variables: &Variables<'_>) -> Vec<&'static str> {
    KNOWN.into_iter().filter(|name| !EVER.contains(name) && variables.get(name).is_some()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

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
