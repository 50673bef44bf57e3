//! The agent that drives a real Chromium.

/// What is wrong with the browser or its driver.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BrowserError {
    /// A program is not installed.
    #[error("{what} is missing: {how}")]
    Missing {
        /// The program.
        what: &'static str,
        /// How to install it, or where to say that it is.
        how: &'static str,
    },
}
/// x
pub struct Browser;
/// x
pub struct BrowserAgent;
