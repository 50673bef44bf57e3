//! The sample app signs people in at the real provider by every flow that it can be set to, and refuses what is
//! particular to each.

mod flows {
    pub(crate) mod place;

    mod algorithms;
    mod client_keys;
    mod issuers;
    mod logout;
    mod neighbours;
    mod outage;
    mod pushed;
    mod refresh;
    mod response_mode;
    mod response_types;
    mod silent;
    mod userinfo;
}
