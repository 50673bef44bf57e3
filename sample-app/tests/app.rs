//! The app over real sockets, beside a provider small enough to read in a minute.

mod app {
    pub(crate) mod browser;
    pub(crate) mod provider;
    pub(crate) mod world;

    mod again;
    mod back_channel;
    mod callback;
    mod changes;
    mod chunks;
    mod crowd;
    mod front_channel;
    mod guard;
    mod issuers;
    mod keys;
    mod lifetime;
    mod logout;
    mod outage;
    mod own_app;
    #[cfg(unix)]
    mod program;
    #[cfg(unix)]
    mod secrets;
    mod session;
    mod start;
    mod start_elsewhere;
    #[cfg(feature = "store")]
    mod store;
    #[cfg(all(unix, feature = "failpoints"))]
    mod store_killed;
    mod store_settings;
    #[cfg(all(unix, feature = "failpoints"))]
    mod store_shared;
    #[cfg(all(unix, feature = "tls"))]
    mod tls;
    mod tokens;
    #[cfg(feature = "weakness")]
    mod weakness;
}
