//! How long sessions last.

use super::SettingsError;
use super::read::Variables;

/// How long sessions last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionSettings {
    /// Does use prolong a session? Otherwise only `absolute` counts.
    pub rolling: bool,
    /// Seconds after which an unused session is over.
    pub idle: i64,
    /// Seconds after which a session is over however much it is used.
    pub absolute: i64,
}

impl Default for SessionSettings {
    /// A day without use, a week in all, as in express-openid-connect.
    fn default() -> Self {
        Self { rolling: true, idle: 86_400, absolute: 604_800 }
    }
}

const SECONDS: &str = "seconds from 60 to 31536000, such as 86400";

pub(super) fn read(variables: &Variables<'_>) -> Result<SessionSettings, SettingsError> {
    let usual = SessionSettings::default();
    let choices = [("true", true), ("false", false)];
    let rolling = variables.choice("SESSION_ROLLING", &choices, "`true` or `false`")?;
    let absolute = seconds(variables, "SESSION_ABSOLUTE", usual.absolute)?;
    let idle = seconds(variables, "SESSION_IDLE", usual.idle.min(absolute))?;
    if !rolling && variables.get("SESSION_IDLE").is_some() {
        let instead = "SESSION_ROLLING=true, or leave SESSION_IDLE out: without rolling nothing looks at it";
        return Err(SettingsError::BadValue { variable: "SESSION_ROLLING", value: "false".into(), instead });
    }
    if idle > absolute {
        let instead = "no more than SESSION_ABSOLUTE: a session is over then in any case";
        return Err(SettingsError::BadValue { variable: "SESSION_IDLE", value: idle.to_string(), instead });
    }
    Ok(SessionSettings { rolling, idle, absolute })
}

/// Less than a minute ends sessions under people's hands; more than a year is no limit.
fn seconds(variables: &Variables<'_>, variable: &'static str, usual: i64) -> Result<i64, SettingsError> {
    let seconds = variables.number(variable, usual, SECONDS)?;
    if (60..=31_536_000).contains(&seconds) {
        return Ok(seconds);
    }
    Err(SettingsError::BadValue { variable, value: seconds.to_string(), instead: SECONDS })
}
