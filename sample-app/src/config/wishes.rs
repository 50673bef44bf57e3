//! What is asked of the provider about the sign-in itself (OpenID Connect Core 3.1.2.1).

use super::SettingsError;
use super::read::Variables;

/// How people are to be signed in. What can be proved by the ID token is demanded of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Seconds since the person authenticated, at most. Then `auth_time` must be in the token, and recent enough.
    pub max_age: Option<i64>,
    /// The authentication contexts one of which is needed, most wanted first. Then `acr` must be one of them.
    pub acr_values: Vec<String>,
    /// What the provider is to ask for: `login`, `consent`, `select_account`.
    pub prompt: Vec<String>,
    /// The languages of the provider's pages, best first.
    pub ui_locales: Vec<String>,
}

const PROMPTS: [&str; 3] = ["login", "consent", "select_account"];

pub(super) fn read(variables: &Variables<'_>) -> Result<Wishes, SettingsError> {
    let list = |name| variables.get(name).unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    let prompt: Vec<String> = list("PROMPT");
    if let Some(other) = prompt.iter().find(|word| !PROMPTS.contains(&word.as_str())) {
        // `none` as well: a login that nobody may be asked about is no button that says "Log in".
        let instead = "one or more of `login`, `consent` and `select_account`, with spaces between";
        return Err(SettingsError::BadValue { variable: "PROMPT", value: other.clone(), instead });
    }
    Ok(Wishes {
        max_age: max_age(variables)?,
        acr_values: list("ACR_VALUES"),
        prompt,
        ui_locales: list("UI_LOCALES"),
    })
}

fn max_age(variables: &Variables<'_>) -> Result<Option<i64>, SettingsError> {
    let (variable, instead) = ("MAX_AGE", "seconds from 0 to 31536000, such as 3600");
    let seconds = variables.number(variable, -1, instead)?;
    if variables.get(variable).is_none() {
        return Ok(None);
    }
    if (0..=31_536_000).contains(&seconds) {
        return Ok(Some(seconds));
    }
    Err(SettingsError::BadValue { variable, value: seconds.to_string(), instead })
}
