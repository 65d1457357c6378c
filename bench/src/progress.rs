//! The progress of a long command on a terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// A progress bar for `count` people, with the speed and the remaining time.
pub fn bar(what: &'static str, count: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} [{wide_bar}] {human_pos}/{human_len} {per_sec} {eta} left");
    ProgressBar::new(count as u64).with_message(what).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
