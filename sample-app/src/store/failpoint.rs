//! Points at which the tests kill the program.

/// Halts here for ever if `SAMPLE_APP_HALT_AT` names this point, having said so on standard error.
#[cfg(feature = "failpoints")]
pub(super) fn reach(point: &str) {
    if std::env::var("SAMPLE_APP_HALT_AT").is_ok_and(|wanted| wanted == point) {
        tracing::warn!("halted at {point}");
        loop {
            std::thread::park();
        }
    }
}

/// Nothing: a default build has no such points.
#[cfg(not(feature = "failpoints"))]
pub(super) fn reach(_: &str) {}
