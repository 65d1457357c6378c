//! A log in memory, for tests that search it.

use std::io;
use std::sync::{Arc, Mutex};

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// The lines so far. Clones share one log.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// The log of the whole process, at the level of `RUST_LOG`.
    pub fn of_this_process(asked: &str) -> Self {
        let log = Self::default();
        let writer = log.clone();
        let asked = readmit::Environment::from_iter([("RUST_LOG".to_owned(), asked.to_owned())]);
        let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(move || writer.clone());
        tracing_subscriber::registry().with(lines).with(readmit::log::filter(&asked)).init();
        log
    }

    /// The log of this thread until the returned guard is dropped. If one thread runs a world, it is the log of the whole world.
    pub fn of_this_thread() -> (Self, impl Drop) {
        let log = Self::default();
        let writer = log.clone();
        let filter = readmit::log::filter(&readmit::Environment::from_iter([]));
        let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(move || writer.clone());
        (log, tracing_subscriber::registry().with(lines).with(filter).set_default())
    }

    /// Everything that was logged.
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// The lines that contain `what`.
    pub fn lines_with(&self, what: &str) -> Vec<String> {
        self.text().lines().filter(|line| line.contains(what)).map(str::to_owned).collect()
    }
}
