//! Counters that are printed at the end.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::time::{Duration, Instant};

/// How much of an unanswered act a restarted stack has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Whole,
    Nothing,
    /// Some complete parts: rows of an import, people of a cleanup, a passcode that is not marked as sent, or a try that was
    /// counted and not compared.
    Part,
}

pub(crate) struct Figures {
    started: Instant,
    /// Kills during a round of acts.
    pub(crate) kills: usize,
    /// Kills during a restart.
    pub(crate) kills_in_start: usize,
    pub(crate) answered: usize,
    pub(crate) recoveries: usize,
    pub(crate) notices: usize,
    pub(crate) notices_twice: usize,
    pub(crate) notices_given_up: usize,
    pub(crate) restarts: Vec<Duration>,
    acts: BTreeMap<&'static str, [usize; 3]>,
}

impl Figures {
    pub(crate) fn new() -> Self {
        Self {
            started: Instant::now(),
            kills: 0,
            kills_in_start: 0,
            answered: 0,
            recoveries: 0,
            notices: 0,
            notices_twice: 0,
            notices_given_up: 0,
            restarts: Vec::new(),
            acts: BTreeMap::new(),
        }
    }

    pub(crate) fn found(&mut self, act: &'static str, found: Found) {
        let counts = self.acts.entry(act).or_default();
        counts[found as usize] += 1;
    }

    /// The result for an act with many parts, of which `there` are stored.
    pub(crate) fn found_of(&mut self, act: &'static str, there: usize, all: usize) {
        self.found(
            act,
            match there {
                0 => Found::Nothing,
                _ if there == all => Found::Whole,
                _ => Found::Part,
            },
        );
    }

    /// Prints also if the test passes.
    pub(crate) fn print(&self) {
        let mut text = format!("\n{:<22} {:>9} {:>6} {:>8} {:>8}\n", "act", "under way", "whole", "nothing", "in part");
        let mut sums = [0; 3];
        for (act, counts) in &self.acts {
            let [whole, nothing, part] = counts;
            let all: usize = counts.iter().sum();
            text += &format!("{act:<22} {all:>9} {whole:>6} {nothing:>8} {part:>8}\n");
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
        let [whole, nothing, part] = sums;
        let all: usize = sums.iter().sum();
        text += &format!("{:<22} {all:>9} {whole:>6} {nothing:>8} {part:>8}\n", "all");
        let mut restarts = self.restarts.clone();
        restarts.sort();
        let median = restarts.get(restarts.len() / 2).copied().unwrap_or_default();
        text += &format!(
            "{} kills, and {} of a start; {} acts answered before, {} recoveries completed after; ready again after {:.2} s\n",
            self.kills,
            self.kills_in_start,
            self.answered,
            self.recoveries,
            median.as_secs_f64(),
        );
        text += &format!(
            "{} notices were owed: {} were mailed twice, {} given up after two turns; {:.0} s in all\n",
            self.notices,
            self.notices_twice,
            self.notices_given_up,
            self.started.elapsed().as_secs_f64(),
        );
        io::stdout().write_all(text.as_bytes()).unwrap();
    }
}
