//! What the sample writes to its log, as the program writes it to its standard error, while it runs in this process.

use std::io::{self, Write};
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tracing::{Dispatch, Level};

/// A log, and who keeps it. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Takes down what is logged from now on by whoever works under this; what was there before is forgotten.
    pub(super) fn keeper(&self) -> Dispatch {
        mem::take(&mut *self.lock());
        let (log, lines) = (self.clone(), tracing_subscriber::fmt().with_ansi(false));
        // As much as the program tells if it is asked for nothing else.
        lines.with_max_level(Level::INFO).with_writer(move || log.clone()).finish().into()
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.lock()).into_owned()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
