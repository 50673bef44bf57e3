//! How long a session lives: as the settings say, however far away the token's own `exp` is, but never beyond the
//! `session_expiry` that the provider sets.

use axum::response::Response;
use serde_json::Value;

use super::Session;
use crate::config::SessionSettings;
use crate::oidc::claims::Claims;
use crate::vault::Times;

/// The limits of a session's life, in seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Life {
    /// Unused for so long, it is over.
    pub(crate) idle: i64,
    /// However much it is used, it is over then.
    pub(crate) absolute: i64,
    /// Written again on use once its last writing is so old: often enough to roll, seldom enough that a late
    /// answer to an early request rarely overwrites a newer session.
    pub(crate) renewal: i64,
    /// Which answers bring it: all of them, also those of which only the beginning is there yet.
    pub(crate) brought_by: fn(&Response) -> bool,
}

/// A session ends this many seconds before its provider's limit, so that nothing is begun which that cuts off.
const MARGIN: i64 = 30;
/// Later than this, in Unix seconds, is no time of this era: milliseconds, most likely.
const LATEST: i64 = 10_000_000_000;

/// When the provider wants the session to end, in Unix seconds, if it says so in a way that can be meant.
pub(crate) fn provider_limit(claims: &Claims) -> Option<i64> {
    let limit = claims.get("session_expiry").and_then(Value::as_i64)?;
    (1..LATEST).contains(&limit).then_some(limit)
}

impl Life {
    /// The limits that the settings ask for.
    pub(crate) fn new(settings: SessionSettings) -> Self {
        let SessionSettings { rolling, idle, absolute } = settings;
        let (idle, renewal) = if rolling { (idle, 60.min(idle / 4)) } else { (absolute, i64::MAX) };
        Self { idle, absolute, renewal, brought_by: |_| true }
    }

    /// Has the provider's limit for this session passed?
    pub(crate) fn is_beyond_provider_limit(claims: &Claims, now: i64) -> bool {
        provider_limit(claims).is_some_and(|limit| now >= limit - MARGIN)
    }

    /// Is a session with these times still alive? Checked against today's limits, not only those it was written
    /// under.
    pub(crate) fn allows(&self, times: Times, now: i64) -> bool {
        now < times.exp
            && now < times.uat.saturating_add(self.idle)
            && now < times.iat.saturating_add(self.absolute)
    }

    /// When a session used now ends.
    pub(crate) fn end(&self, session: &Session, now: i64) -> i64 {
        let own = now.saturating_add(self.idle).min(self.last(session));
        own.min(provider_limit(&session.claims).unwrap_or(i64::MAX))
    }

    /// When a session ends however much it is used.
    pub(crate) fn last(&self, session: &Session) -> i64 {
        session.iat.saturating_add(self.absolute)
    }

    /// Is it time to write the session again? What an older secret has sealed is sealed anew at once.
    pub(crate) fn is_renewal_due(&self, session: &Session, now: i64) -> bool {
        session.sealed_before || now >= session.uat.saturating_add(self.renewal)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::session::Data;

    fn life() -> Life {
        Life::new(SessionSettings::default())
    }

    fn session(iat: i64, claims: &Value) -> Session {
        let data = Data {
            id_token: String::new(),
            sid: None,
            made_for: None,
            signed_in: None,
            userinfo: Claims::default(),
            kept: None,
            rest: Claims::default(),
        };
        Session::of(data, claims.as_object().unwrap().clone(), iat, iat)
    }

    #[test]
    fn a_session_ends_by_idleness_by_age_and_by_its_own_end() {
        let times = |iat, uat, exp| Times { iat, uat, exp };

        assert!(life().allows(times(0, 0, 86_400), 86_399));
        assert!(!life().allows(times(0, 0, 999_999), 86_400));
        assert!(!life().allows(times(0, 604_700, 999_999), 604_800));
        assert!(!life().allows(times(0, 0, 10), 10));
    }

    #[test]
    fn use_moves_the_end_but_never_beyond_the_absolute_limit() {
        assert_eq!(life().end(&session(0, &json!({})), 100), 86_500);
        assert_eq!(life().end(&session(0, &json!({})), 600_000), 604_800);
    }

    #[test]
    fn where_use_does_not_prolong_a_session_it_is_never_written_again() {
        let life = Life::new(SessionSettings { rolling: false, ..SessionSettings::default() });
        let session = session(0, &json!({}));

        assert_eq!(life.end(&session, 100), 604_800);
        assert!(!life.is_renewal_due(&session, 604_799));
    }

    #[test]
    fn the_provider_can_only_shorten_a_session_and_only_by_a_time_of_this_era() {
        let end = |limit| life().end(&session(1000, &json!({"session_expiry": limit})), 1000);

        assert_eq!(end(json!(2000)), 2000);
        for meaningless in [json!(0), json!(-5), json!("2000"), json!(2000.5), json!(10_000_000_000_i64)] {
            assert_eq!(end(meaningless.clone()), 87_400, "{meaningless}");
        }
        let claims = json!({"session_expiry": 2000});
        let claims = claims.as_object().unwrap();
        assert!(
            !Life::is_beyond_provider_limit(claims, 1969) && Life::is_beyond_provider_limit(claims, 1970)
        );
    }
}
