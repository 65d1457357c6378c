//! The results of each system, compared with the targets.

use std::time::Duration;

use super::Flags;
use crate::Failure;
use crate::plot::{Bar, bars};
use crate::report::{Report, least, median, ms};

/// The targets for each rival: the largest CPU time relative to the rival's, and the smallest number of recoveries relative to the
/// rival's.
const TARGETS: [(&str, f64, Option<f64>); 4] = [
    ("Glewlwyd", 0.8, Some(4.0)),
    ("Glewlwyd at 600,000 rounds", 0.4, Some(2.5)),
    ("better-auth", 1.0 / 8.0, Some(20.0)),
    ("django-allauth", 1.0 / 30.0, None),
];

/// The results of a system, one figure per round.
pub struct Outcome {
    name: String,
    hashes: &'static str,
    count: usize,
    a_second: Vec<f64>,
    cpu: Vec<Duration>,
}

impl Outcome {
    /// An outcome without results.
    pub fn new(name: String, hashes: &'static str) -> Self {
        Self { name, hashes, count: 0, a_second: Vec::new(), cpu: Vec::new() }
    }

    /// Adds a round: the number of recoveries, their time, and the CPU time of the server.
    pub fn add(&mut self, count: usize, took: Duration, cpu: Duration) {
        self.count += count;
        self.a_second.push(count as f64 / took.as_secs_f64());
        self.cpu.push(cpu.div_f64(count as f64));
    }

    fn cpu(&self) -> Duration {
        median(&self.cpu).unwrap_or_default()
    }

    fn best(&self) -> f64 {
        self.a_second.iter().copied().fold(0.0, f64::max)
    }
}

/// Prints the report, and writes it if asked to. The first outcome is Readmit's.
pub fn report(outcomes: &[Outcome], flags: &Flags) -> Result<(), Failure> {
    let readmit = outcomes.first().ok_or("nothing was measured")?;
    let mut report = Report::new("rivals");
    let counts: Vec<String> = outcomes.iter().map(|outcome| format!("{} of {}", outcome.count, outcome.name)).collect();
    report.say(&format!(
        "Whole recoveries with the sign-in after them, {} at a time, in {} rounds in which each has its turn: {}; none failed. CPU is \
         that of the server with all its processes; the databases lie {}.",
        flags.at_a_time,
        flags.rounds,
        counts.join(", "),
        if flags.databases.is_some() { "on a disk" } else { "in memory" },
    ));
    let row = |outcome: &Outcome| {
        vec![
            outcome.name.clone(),
            outcome.hashes.to_owned(),
            ms(outcome.cpu()),
            ms(least(&outcome.cpu).unwrap_or_default()),
            format!("{:.2}", over(outcome.cpu(), readmit.cpu())),
            format!("{:.1}", outcome.best()),
            format!("{:.1}", median(&outcome.a_second).unwrap_or_default()),
            format!("{:.2}", outcome.best() / readmit.best()),
        ]
    };
    let header = [
        "system",
        "hashes of passwords",
        "server's CPU each, ms, median",
        "least",
        "over Readmit's",
        "a second, best",
        "median",
        "over Readmit's",
    ];
    report.table(&header, &outcomes.iter().map(row).collect::<Vec<_>>());
    report.table(
        &["beside", "Readmit's CPU", "at most", "Readmit's recoveries a second", "at least"],
        &TARGETS.iter().filter_map(|target| held_to(target, readmit, outcomes)).collect::<Vec<_>>(),
    );
    let cpu: Vec<f64> = outcomes.iter().map(|outcome| outcome.cpu().as_secs_f64() * 1e3).collect();
    let a_second: Vec<f64> = outcomes.iter().map(Outcome::best).collect();
    for (file, title, figures) in [
        ("rivals-cpu.svg", "Server's CPU of a whole recovery, ms", cpu),
        ("rivals-a-second.svg", "Whole recoveries a second, at best", a_second),
    ] {
        let drawn = outcomes.iter().zip(figures).map(|(outcome, figure)| Bar::new(&outcome.name, figure));
        report.picture(file, title, &bars(title, &drawn.collect::<Vec<_>>())?, flags.write)?;
    }
    report.end(flags.write)
}

/// The row of a target: the target, the measured value, and whether it is reached.
fn held_to(target: &(&str, f64, Option<f64>), readmit: &Outcome, outcomes: &[Outcome]) -> Option<Vec<String>> {
    let (name, cpu, times) = *target;
    let rival = outcomes.iter().find(|outcome| outcome.name.starts_with(name))?;
    let verdict = |kept: bool| if kept { "kept" } else { "missed" };
    let part = over(readmit.cpu(), rival.cpu());
    let more = readmit.best() / rival.best();
    Some(vec![
        rival.name.clone(),
        format!("× {part:.3}"),
        format!("× {cpu:.3}, {}", verdict(part <= cpu)),
        format!("× {more:.1}"),
        times.map(|times| format!("× {times}, {}", verdict(more >= times))).unwrap_or_default(),
    ])
}

fn over(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_is_missed_is_called_so() {
        let outcome = |name: &str, cpu_ms: u64, took_ms: u64| {
            let mut outcome = Outcome::new(name.to_owned(), "");
            outcome.add(10, Duration::from_millis(took_ms), Duration::from_millis(cpu_ms));
            outcome
        };
        let (readmit, rival) = (outcome("Readmit 1", 400, 200), outcome("Glewlwyd 2", 400, 1_000));
        let row = held_to(&TARGETS[0], &readmit, &[rival]).unwrap();
        assert_eq!(row, ["Glewlwyd 2", "× 1.000", "× 0.800, missed", "× 5.0", "× 4, kept"]);
    }
}
