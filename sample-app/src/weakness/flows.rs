//! Rules that come into play by other settings than those of the catalogue: what a code, an access token, a renewal or
//! silence brings along.

use super::{Weakness, omit};

pub(super) const WEAKNESSES: &[Weakness] = &[
    omit("c-hash-check", "The code need not be the one that the ID token vouches for."),
    omit("c-hash-required", "An ID token through the browser need not vouch for the code beside it."),
    omit("at-hash-check", "The access token need not be the one that the ID token vouches for."),
    omit(
        "at-hash-required",
        "An ID token through the browser need not vouch for the access token beside it.",
    ),
    omit("hybrid-sub-check", "The code may be worth somebody else's ID token."),
    omit("token-response-token-type", "An access token of any type is taken."),
    omit("userinfo-sub-check", "Userinfo about somebody else is shown as the person's own."),
    omit("userinfo-sub-required", "Userinfo about nobody in particular is shown as the person's own."),
    omit("refresh-sub-check", "A renewed ID token may be about somebody else, who then is signed in."),
    omit("refresh-azp-check", "A renewed ID token may name an authorized party where none was named before."),
    omit("refresh-auth-time-check", "A renewed ID token may tell of another sign-in."),
    omit("refresh-nonce-check", "A renewed ID token may carry the nonce of another login."),
    omit("silent-page", "A call of the API that is opened like a page starts a silent login."),
    omit("silent-navigation", "A background request starts a silent login."),
];
