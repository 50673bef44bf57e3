//! How long a session lives: 24 hours idle, 7 days in all, however far away the token's own `exp` is.

use super::Session;
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
}

/// The limits of express-openid-connect.
pub(crate) const LIFE: Life = Life { idle: 86_400, absolute: 604_800, renewal: 60 };

impl Life {
    /// Is a session with these times still alive? Checked against today's limits, not only those it was written
    /// under.
    pub(crate) fn allows(&self, times: Times, now: i64) -> bool {
        now < times.exp
            && now < times.uat.saturating_add(self.idle)
            && now < times.iat.saturating_add(self.absolute)
    }

    /// When a session used now ends.
    pub(crate) fn end(&self, iat: i64, now: i64) -> i64 {
        now.saturating_add(self.idle).min(iat.saturating_add(self.absolute))
    }

    /// Is it time to write the session again?
    pub(crate) fn is_renewal_due(&self, session: &Session, now: i64) -> bool {
        now >= session.uat.saturating_add(self.renewal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_by_idleness_by_age_and_by_its_own_end() {
        let times = |iat, uat, exp| Times { iat, uat, exp };

        assert!(LIFE.allows(times(0, 0, 86_400), 86_399));
        assert!(!LIFE.allows(times(0, 0, 999_999), 86_400));
        assert!(!LIFE.allows(times(0, 604_700, 999_999), 604_800));
        assert!(!LIFE.allows(times(0, 0, 10), 10));
    }

    #[test]
    fn use_moves_the_end_but_never_beyond_the_absolute_limit() {
        assert_eq!(LIFE.end(0, 100), 86_500);
        assert_eq!(LIFE.end(0, 600_000), 604_800);
    }
}
