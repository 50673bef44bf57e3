//! Devices that cannot show a login page: they show a code, which a person enters somewhere else (RFC 8628).

use std::sync::Arc;

use thiserror::Error;

use crate::grant::{Granted, Vault};
use crate::login::User;
use crate::protocol::ClaimsRequest;
use crate::session::{Session, Strength};
use crate::tenant::State;
use crate::token::decode;

/// For how many seconds a device's codes are good.
pub(crate) const LIFETIME: i64 = 600;
/// How many seconds a device has to wait between two questions, and how many more each time it does not.
pub(crate) const INTERVAL: i64 = 5;
/// For how many seconds afterwards a code is remembered, so that the device is told that it expired.
const REMEMBERED: i64 = 3600;
/// Letters that make no words and are not mistaken for each other (RFC 8628 6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// A device that waits for a person.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    pub(crate) client_id: String,
    pub(crate) scope: String,
    pub(crate) until: i64,
    pub(crate) interval: i64,
    /// When it asked last.
    pub(crate) asked: Option<i64>,
    pub(crate) answer: Answer,
}

/// What the person said.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Nothing,
    No,
    Yes(Arc<Granted>),
}

/// Somebody who signed in at the device page and has yet to answer.
#[derive(Clone, Debug)]
pub(crate) struct Ticket {
    pub(crate) user_code: String,
    pub(crate) user: User,
}

/// Why a device cannot be answered.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DeviceError {
    /// No device waits for that code.
    #[error(
        "no device waits for the code \"{user_code}\"; it may have expired or been answered, so let the device \
             show a new one"
    )]
    UnknownCode {
        /// The code.
        user_code: String,
    },
    /// Nobody has that username.
    #[error("\"{username}\" is nobody's username; use one of: {known}")]
    UnknownUser {
        /// The username.
        username: String,
        /// Those that exist.
        known: String,
    },
}

/// The codes of a new device: the one it keeps, and the one it shows.
pub(crate) struct Codes {
    pub(crate) device_code: String,
    pub(crate) user_code: String,
}

impl State {
    /// Lets a device wait.
    pub(crate) fn new_device(&self, client_id: &str, scope: &str) -> Codes {
        let (device_code, now) = (self.ids.fresh(), self.clock.unix());
        let user_code = shown(&self.ids.fresh());
        let device = Device {
            client_id: client_id.to_owned(),
            scope: scope.to_owned(),
            until: now.saturating_add(LIFETIME),
            interval: INTERVAL,
            asked: None,
            answer: Answer::Nothing,
        };
        let mut vault = self.grants.open();
        vault.user_codes.put(plain(&user_code), now, device.until, device_code.clone());
        vault.devices.put(device_code.clone(), now, device.until.saturating_add(REMEMBERED), device);
        Codes { device_code, user_code }
    }

    /// The device that waits for a code, however the code was typed.
    pub(crate) fn device(&self, user_code: &str) -> Result<Device, DeviceError> {
        let now = self.clock.unix();
        let mut vault = self.grants.open();
        waiting(&mut vault, user_code, now).cloned()
    }

    /// Lets a person allow a device what it asked for.
    pub(crate) fn approve_device(&self, user_code: &str, username: &str) -> Result<(), DeviceError> {
        let users = self.desk().users();
        let Some(user) = users.iter().find(|user| user.username == username) else {
            let known: Vec<&str> = users.iter().map(|user| user.username.as_str()).collect();
            return Err(DeviceError::UnknownUser { username: username.to_owned(), known: known.join(", ") });
        };
        let device = self.device(user_code)?;
        let id = self.ids.fresh();
        let session = self.device_session(user, &device.client_id);
        let granted = Granted {
            id,
            client_id: device.client_id,
            user: self.grants.person(user.clone()),
            scope: device.scope,
            nonce: None,
            auth_time: session.auth_time,
            acr: None,
            amr: Vec::new(),
            sid: session.sid.clone(),
            claims: ClaimsRequest::default(),
        };
        self.answer_device(user_code, Answer::Yes(Arc::new(granted)))?;
        self.sessions.open().keep(session, self.clock.unix());
        Ok(())
    }

    /// The session that a person has at a device: no browser has it, and it can be ended.
    fn device_session(&self, user: &User, client_id: &str) -> Session {
        Session {
            sid: self.ids.fresh(),
            username: user.username.clone(),
            sub: user.sub.clone(),
            auth_time: self.clock.unix(),
            strength: Strength::Two,
            amr: Vec::new(),
            clients: vec![client_id.to_owned()],
        }
    }

    /// Lets a person refuse a device.
    pub(crate) fn deny_device(&self, user_code: &str) -> Result<(), DeviceError> {
        self.answer_device(user_code, Answer::No)
    }

    fn answer_device(&self, user_code: &str, answer: Answer) -> Result<(), DeviceError> {
        let now = self.clock.unix();
        let mut vault = self.grants.open();
        waiting(&mut vault, user_code, now)?.answer = answer;
        vault.user_codes.take(&plain(user_code), now);
        Ok(())
    }
}

fn waiting<'v>(vault: &'v mut Vault, user_code: &str, now: i64) -> Result<&'v mut Device, DeviceError> {
    let code = vault.user_codes.get(&plain(user_code), now).cloned();
    let device = code.and_then(|code| vault.devices.get_mut(&code, now));
    device.ok_or_else(|| DeviceError::UnknownCode { user_code: user_code.to_owned() })
}

/// A code to show, made of an id.
fn shown(id: &str) -> String {
    let octets = decode(id).unwrap_or_default();
    let letters = octets.iter().take(8).map(|octet| char::from(LETTERS[usize::from(*octet) % LETTERS.len()]));
    let letters: String = letters.collect();
    let (one, two) = letters.split_at(letters.len() / 2);
    format!("{one}-{two}")
}

/// A code without what people add or leave out when they type it.
fn plain(user_code: &str) -> String {
    user_code.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_however_it_is_typed() {
        let code = shown("AAECAwQFBgcICQoLDA0ODw");

        assert_eq!(code, "BCDF-GHJK");
        for typed in ["BCDF-GHJK", "bcdfghjk", " bcdf ghjk "] {
            assert_eq!(plain(typed), "BCDFGHJK");
        }
    }
}
