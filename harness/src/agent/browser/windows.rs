//! Windows of one trial: somebody who comes after somebody who has gone is given the same one, emptied. To open one takes
//! Chromium most of a second, and a trial of many inputs needs hundreds.

use std::sync::Arc;

use super::album::Album;
use super::session::Kept;
use super::{Browser, BrowserAgent, BrowserError};
use crate::agent::AgentOptions;

/// Where the windows of one trial come from. All close when it is dropped.
pub struct Windows {
    browser: Arc<Browser>,
    kept: Arc<Kept>,
}

impl Windows {
    /// None is open yet.
    pub fn of(browser: Arc<Browser>) -> Self {
        Self { browser, kept: Arc::default() }
    }

    /// A window with nothing in it, which shares nothing with those that are used.
    pub async fn agent(&self, options: AgentOptions) -> Result<BrowserAgent, BrowserError> {
        while let Some(mut session) = self.kept.take() {
            // One that cannot be emptied closes here.
            if let Ok(tab) = session.renew().await {
                return BrowserAgent::at(session.kept_by(&self.kept), tab, options).await;
            }
        }
        let (session, tab) = self.browser.open(&options, &[]).await?;
        BrowserAgent::at(session.kept_by(&self.kept), tab, options).await
    }

    /// Keeps what the windows show whose people have gone: where somebody left half-way, what they saw last.
    pub async fn picture_left(&self, album: &Album) {
        while let Some(session) = self.kept.take() {
            album.take("left", &session).await;
        }
    }
}
