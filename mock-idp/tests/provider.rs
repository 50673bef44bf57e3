//! The provider over HTTP, as an application and a browser see it.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed, helpers included")]

mod provider {
    mod authorize;
    mod bases;
    mod binary;
    mod browser;
    mod claims;
    mod client_auth;
    mod code;
    mod commands;
    mod connections;
    mod consent;
    mod control;
    mod control_changes;
    mod control_refusals;
    mod control_trace;
    #[cfg(unix)]
    mod crowd;
    mod determinism;
    mod device;
    mod farewell;
    mod faults;
    mod faults_page;
    mod fetched;
    mod form_page;
    mod home;
    mod http;
    mod limits;
    mod login;
    mod logout;
    mod malformed;
    mod metadata;
    mod migration;
    mod mistakes;
    mod occasions;
    mod offer;
    mod openapi;
    mod pages;
    mod pause;
    mod presets;
    mod program;
    mod published;
    mod pushed;
    mod registration;
    mod session;
    mod settings;
    mod stage;
    mod stopping;
    mod strict;
    mod tenants;
    #[cfg(feature = "tls")]
    mod tls;
    mod token;
    mod trace;
    mod viewer;
    mod wire;
}
