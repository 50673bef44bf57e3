//! The provider over HTTP, as an application and a browser see it.

mod provider {
    mod authorize;
    mod binary;
    mod control;
    mod faults;
    mod form_page;
    mod login;
    mod logout;
    mod metadata;
    mod stage;
    mod tenants;
    mod token;
    mod trace;
    mod wire;
}
