//! Where settings are found: the environment and, where it is silent, a `.env` file.

use std::collections::BTreeMap;
use std::ffi::OsString;

use super::SettingsError;

/// Every variable that the app reads.
pub(super) const KNOWN: [&str; 36] = [
    "ISSUER_BASE_URL",
    "CLIENT_ID",
    "CLIENT_SECRET",
    "CLIENT_AUTH",
    "CLIENT_KEY",
    "CLIENT_KEY_ID",
    "RESPONSE_TYPE",
    "RESPONSE_MODE",
    "ID_TOKEN_ALG",
    "USERINFO",
    "PAR",
    "LOGOUT_FORM",
    "SILENT_LOGIN",
    "BASE_URL",
    "SECRET",
    "APP_SESSION_SECRET",
    "APP_SECRET",
    "APP_NAME",
    "PORT",
    "API_UNAUTHENTICATED",
    "COOKIE_PREFIX",
    "SCOPE",
    "PROVIDER_CA",
    "TRUSTED_AUDIENCES",
    "HTTP_TIMEOUT_MS",
    "ACR_VALUES",
    "MAX_AGE",
    "PROMPT",
    "UI_LOCALES",
    "PREVIOUS_SECRETS",
    "SESSION_ABSOLUTE",
    "SESSION_IDLE",
    "SESSION_ROLLING",
    "SESSION_STORE",
    "TLS_CERT",
    "TLS_KEY",
];
/// A name further from any known one than this was not meant to be it.
const NEAR: usize = 3;

/// The variables of the environment, and those of `./.env` that it does not set.
pub(super) fn variables() -> Result<BTreeMap<String, String>, SettingsError> {
    let mut values = env_file()?;
    for doubt in doubts(values.keys()) {
        tracing::warn!("{doubt}");
    }
    values.extend(texts(std::env::vars_os())?);
    Ok(values)
}

/// The known ones among `variables`, but for those without a value: an empty variable is how scripts leave one out,
/// and must not hide what the file says. A value that is no text is refused: passing over it would use the default, or
/// no login at all.
fn texts(
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> Result<Vec<(String, String)>, SettingsError> {
    let known = variables.filter_map(|(name, value)| {
        let name = KNOWN.into_iter().find(|known| name == *known)?;
        Some((name, value))
    });
    let texts = known.map(|(variable, value)| match value.into_string() {
        Ok(value) => Ok((variable.to_owned(), value)),
        Err(_) => Err(SettingsError::NotText { variable }),
    });
    let said =
        |text: &Result<(String, String), _>| !text.as_ref().is_ok_and(|(_, value)| value.trim().is_empty());
    texts.filter(said).collect()
}

/// The variables of `./.env`. Only a file that is not there counts as none: anything else would fail open. What a
/// broken line says is not repeated, because it may be the secret.
fn env_file() -> Result<BTreeMap<String, String>, SettingsError> {
    let unreadable = |why: String| SettingsError::EnvFile { why };
    let lines = match dotenvy::from_path_iter("./.env") {
        Ok(lines) => lines,
        Err(dotenvy::Error::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(BTreeMap::new());
        }
        Err(dotenvy::Error::Io(error)) => return Err(unreadable(error.to_string())),
        Err(_) => return Err(unreadable("it is malformed".to_owned())),
    };
    let pairs = lines.enumerate().map(|(index, pair)| {
        pair.map_err(|_| unreadable(format!("entry {} is malformed (quote values with blanks)", index + 1)))
    });
    pairs.collect()
}

/// What to say of the names in a `.env` file that the app does not read.
fn doubts<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let unknown = names.filter(|name| !KNOWN.contains(&name.as_str()));
    let doubt = |name: &String| {
        let capital = name.to_uppercase();
        let nearest = KNOWN.into_iter().min_by_key(|known| strsim::levenshtein(&capital, known));
        match nearest.filter(|known| strsim::levenshtein(&capital, known) <= NEAR) {
            Some(known) => {
                format!(".env sets `{name}`, which is no setting of this app: did you mean {known}?")
            }
            None => format!(".env sets `{name}`, which is no setting of this app"),
        }
    };
    unknown.map(doubt).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_setting_is_reported_with_the_name_that_was_meant() {
        let names =
            ["COOKIE_PREFX", "issuer_base_url", "HTTP_TIMEOUT", "NODE_ENV", "SECRET"].map(str::to_owned);

        let doubts = doubts(names.iter());

        assert_eq!(
            doubts,
            [
                ".env sets `COOKIE_PREFX`, which is no setting of this app: did you mean COOKIE_PREFIX?",
                ".env sets `issuer_base_url`, which is no setting of this app: did you mean ISSUER_BASE_URL?",
                ".env sets `HTTP_TIMEOUT`, which is no setting of this app: did you mean HTTP_TIMEOUT_MS?",
                ".env sets `NODE_ENV`, which is no setting of this app",
            ]
        );
    }

    #[test]
    fn the_distance_of_two_words_counts_letters() {
        for (one, other, letters) in
            [("", "abc", 3), ("abc", "abc", 0), ("kitten", "sitting", 3), ("a", "", 1)]
        {
            assert_eq!(strsim::levenshtein(one, other), letters, "{one} {other}");
        }
    }

    #[test]
    fn a_variable_without_a_value_does_not_hide_what_the_file_says() {
        let pairs = [("PORT", ""), ("SECRET", " \t"), ("SCOPE", "openid")];

        let texts = texts(pairs.into_iter().map(|(name, value)| (name.into(), value.into())));

        assert_eq!(texts.unwrap(), [("SCOPE".to_owned(), "openid".to_owned())]);
    }

    #[cfg(unix)]
    #[test]
    fn a_setting_that_is_no_text_is_refused_and_anything_else_is_passed_over() {
        use std::os::unix::ffi::OsStringExt as _;
        let broken = || OsString::from_vec(vec![b'x', 0xff]);
        let texts = |pairs: Vec<(OsString, OsString)>| texts(pairs.into_iter());

        let refused = texts(vec![("PORT".into(), "1".into()), ("SECRET".into(), broken())]).unwrap_err();
        let taken =
            texts(vec![("PORT".into(), "1".into()), ("OTHER".into(), broken()), (broken(), "x".into())]);

        assert_eq!(refused.to_string(), "SECRET is not valid UTF-8: write it as plain text");
        assert_eq!(taken.unwrap(), [("PORT".to_owned(), "1".to_owned())]);
    }
}
