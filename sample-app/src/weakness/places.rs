//! Places to return to after a login that are looked at in one way and followed in another.

use url::Url;
use url::form_urlencoded::parse;

use super::callback::leads_back_to;
use super::{Weakness, change};
use crate::oidc::return_to::{self, NOT_A_PLACE};
use crate::params::Params;
use crate::policy::Policy;

pub(super) const WEAKNESSES: &[Weakness] = &[
    change(
        "return-to-control-characters",
        "Control characters are taken out of a place after it was looked at.",
        |policy| {
            leads_back_to(policy, |wanted, base| {
                let clean: String = wanted.chars().filter(|c| !c.is_control()).collect();
                if clean == wanted { return_to::local(wanted, base) } else { clean }
            });
            policy.return_at_end = |place, _| place.to_owned();
        },
    ),
    change("return-to-host-check", "A host that begins like the app's own passes for the app's.", |policy| {
        leads_back_to(policy, |wanted, base| {
            let own = base.host_str().unwrap_or_default();
            let url = Url::parse(wanted).ok();
            let is_own = url.is_some_and(|url| url.host_str().is_some_and(|host| host.starts_with(own)));
            if is_own { wanted.to_owned() } else { return_to::local(wanted, base) }
        });
    }),
    change("return-to-first", "Of several places the first is followed, wherever it leads.", |policy| {
        follow(policy, |text| chosen(text, |places| places.first().cloned()));
    }),
    change("return-to-last", "Of several places the last is followed, wherever it leads.", |policy| {
        follow(policy, |text| chosen(text, |places| places.last().cloned()));
    }),
    change("return-to-logout", "A login may lead back to the logout, which anybody may ask for.", |policy| {
        leads_back_to(policy, |wanted, base| {
            if NOT_A_PLACE.contains(&wanted) { wanted.to_owned() } else { return_to::local(wanted, base) }
        });
        policy.logout.is_meant = |_| true;
    }),
];

/// Stands before a place that was chosen out of several.
const CHOSEN: &str = "chosen:";

/// Reads the query of a login like this, and follows what was chosen out of several places.
fn follow(policy: &mut Policy, query: fn(&[u8]) -> Params) {
    policy.login_query = query;
    policy.return_to = |wanted, base| {
        wanted.strip_prefix(CHOSEN).map_or_else(|| return_to::local(wanted, base), str::to_owned)
    };
    policy.return_at_end = |place, _| place.to_owned();
}

/// One of several places, in the form of a list as well, and the rest as it comes.
fn chosen(text: &[u8], choice: fn(&[String]) -> Option<String>) -> Params {
    let is_place = |name: &str| ["returnTo", "returnTo[]"].contains(&name);
    let (places, mut rest): (Vec<_>, Vec<_>) = parse(text).into_owned().partition(|(name, _)| is_place(name));
    let mut places: Vec<String> = places.into_iter().map(|(_, place)| place).collect();
    if places.len() > 1 {
        places = choice(&places).into_iter().map(|place| format!("{CHOSEN}{place}")).collect();
    }
    rest.extend(places.into_iter().map(|place| ("returnTo".to_owned(), place)));
    Params::from_pairs(rest)
}
