//! Tabs of one window: they share cookies and storage, and each shows a page of its own.

use fantoccini::wd::WindowHandle;

use super::{BrowserAgent, session};
use crate::agent::AgentError;
use crate::agent::page::Page;

/// What belongs to one tab; of the tab that is shown, the agent has it.
pub(super) struct Tab {
    handle: WindowHandle,
    page: Option<Page>,
    holding: Option<String>,
}

impl Tab {
    pub(super) fn empty(handle: WindowHandle) -> Self {
        Self { handle, page: None, holding: None }
    }
}

impl BrowserAgent {
    /// Opens an empty tab and shows it. Tabs are numbered from 0, in the order in which they were opened.
    pub async fn open_tab(&mut self) -> Result<usize, AgentError> {
        let made = self.session.client.new_window(true).await;
        let made = made.map_err(|error| session::command("open a tab", &error))?;
        self.tabs.push(Tab::empty(made.handle));
        let number = self.tabs.len() - 1;
        self.show_tab(number).await?;
        Ok(number)
    }

    /// Goes to another tab, whose page has been open all the time.
    pub async fn show_tab(&mut self, number: usize) -> Result<(), AgentError> {
        let Some(handle) = self.tabs.get(number).map(|tab| tab.handle.clone()) else {
            let what = format!("there is no tab {number}: {} are open", self.tabs.len());
            return Err(AgentError::Unsupported { what });
        };
        self.begin().await?;
        let gone = self.session.client.switch_to_window(handle.clone()).await;
        gone.map_err(|error| session::command("go to a tab", &error))?;
        let left = &mut self.tabs[self.shown];
        (left.page, left.holding) = (self.page.take(), self.holding.take());
        let tab = &mut self.tabs[number];
        (self.page, self.holding) = (tab.page.take(), tab.holding.take());
        self.session.frame = String::from(handle);
        self.shown = number;
        Ok(())
    }
}
