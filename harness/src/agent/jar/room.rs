//! How many cookies a browser keeps of one site, and which of them give way.

use super::cookie::Stored;
use crate::agent::site::registrable;

/// No more than this of a site: a host's registrable domain, or the host where it has none.
const MOST: usize = 180;
/// Once there are more, only so many are left.
const LEFT: usize = 150;

/// Makes room after a cookie of `host` was stored. Those that are not `Secure` give way first, and the oldest of them
/// (RFC 6265bis 5.7). Browsers note when a cookie was last used to the minute, so that those of one login are as old as
/// they were set.
pub(super) fn make_room(cookies: &mut Vec<Stored>, host: &str) {
    let of_site = |cookie: &Stored| registrable(&cookie.host()) == registrable(host);
    let mut queue: Vec<_> = cookies
        .iter()
        .filter(|cookie| of_site(cookie))
        .map(|cookie| (cookie.is_secure(), cookie.serial))
        .collect();
    if queue.len() <= MOST {
        return;
    }
    queue.sort_unstable();
    queue.truncate(queue.len() - LEFT);
    cookies.retain(|cookie| !queue.contains(&(cookie.is_secure(), cookie.serial)));
}
