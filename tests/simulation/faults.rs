//! The faults in the functions' calls, and statistics of them by act.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;

use rand::RngExt as _;
use rand::rngs::StdRng;

/// What is done to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The service is asked for too much.
    Throttled,
    /// The service answers 500.
    Broken,
    /// The connection ends before the service has heard anything.
    NotHeard,
    /// Nothing comes back, and nothing was done.
    SilentBefore,
    /// Nothing comes back, and it was done.
    SilentAfter,
    /// It was done, and the connection ends before the answer.
    AnswerLost,
    /// Another transaction is under way.
    Conflict,
    /// The answer takes one to four seconds, which is too long for some.
    Slow,
    /// The process dies before the call.
    DiesBefore,
    /// The process dies after the call was done.
    DiesAfter,
    /// The process stops for one to two minutes before the call, and goes on.
    StopsBefore,
    /// The same after the call was done.
    StopsAfter,
}

/// Whom a call asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    Store,
    Mail,
    Secrets,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Throttled,
        Self::Broken,
        Self::NotHeard,
        Self::SilentBefore,
        Self::SilentAfter,
        Self::AnswerLost,
        Self::Conflict,
        Self::Slow,
        Self::DiesBefore,
        Self::DiesAfter,
        Self::StopsBefore,
        Self::StopsAfter,
    ];

    /// Those that a write alone can meet.
    const OF_WRITES: [Self; 3] = [Self::SilentAfter, Self::AnswerLost, Self::Conflict];

    /// Whether it can happen to a call, and differs from every other fault there.
    fn fits(self, service: Service, writes: bool) -> bool {
        match self {
            Self::Conflict => service == Service::Store && writes,
            Self::SilentAfter | Self::AnswerLost => writes,
            _ => true,
        }
    }
}

/// Which faults a run has.
#[derive(Clone, Debug)]
pub struct Plan(pub Vec<Fault>);

impl Plan {
    /// One read in so many is disturbed, and one write, as far as the fault that is drawn fits the call. Of most acts' calls few
    /// are writes.
    const READS: u32 = 20;
    const WRITES: u32 = 10;

    /// Nothing is disturbed.
    pub fn calm() -> Self {
        Self(Vec::new())
    }

    /// What is done to a call.
    pub fn draw(&self, random: &mut StdRng, service: Service, writes: bool) -> Option<Fault> {
        // Drawn whatever the plan is: with fewer faults the others stay where they were.
        let comes = random.random_ratio(1, if writes { Self::WRITES } else { Self::READS });
        let (any, of_a_write) =
            (random.random_range(0..Fault::ALL.len()), random.random_range(0..Fault::OF_WRITES.len()));
        let fault = if writes && random.random() { Fault::OF_WRITES[of_a_write] } else { Fault::ALL[any] };
        (comes && self.0.contains(&fault) && fault.fits(service, writes)).then_some(fault)
    }
}

/// How often each fault met each act, and which never met one that it fits.
#[derive(Default)]
pub struct Met(Mutex<Lines>);

/// A line an act: how often it met each fault. None where the fault fits none of its calls.
type Lines = BTreeMap<&'static str, [Option<usize>; Fault::ALL.len()]>;

impl Met {
    /// A call of an act, and what is done to it.
    pub fn count(&self, act: &'static str, service: Service, writes: bool, met: Option<Fault>) {
        let mut lines = self.0.lock().unwrap();
        let line = lines.entry(act).or_default();
        for (fault, count) in Fault::ALL.into_iter().zip(line) {
            if fault.fits(service, writes) {
                *count.get_or_insert(0) += usize::from(met == Some(fault));
            }
        }
    }

    /// Adds what another run has met.
    pub fn add(&self, other: &Self) {
        let mut lines = self.0.lock().unwrap();
        for (act, others) in other.0.lock().unwrap().iter() {
            let line = lines.entry(act).or_default();
            for (count, other) in line.iter_mut().zip(others) {
                *count = count.map_or(*other, |count| Some(count + other.unwrap_or(0)));
            }
        }
    }

    /// The faults that fit an act and never met it.
    pub fn missing(&self) -> Vec<String> {
        let lines = self.0.lock().unwrap();
        let pairs = lines.iter().flat_map(|(act, line)| Fault::ALL.into_iter().zip(line).map(move |pair| (act, pair)));
        pairs
            .filter(|(_, (_, count))| **count == Some(0))
            .map(|(act, (fault, _))| format!("{act}: {fault:?}"))
            .collect()
    }
}

/// A table of Markdown.
impl fmt::Display for Met {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.0.lock().unwrap();
        let names = Fault::ALL.map(|fault| format!("{fault:?}")).join(" | ");
        writeln!(formatter, "| act | {names} |\n|---|{}", "---:|".repeat(Fault::ALL.len()))?;
        for (act, line) in lines.iter() {
            let counts = line.map(|count| count.map_or_else(|| "–".to_owned(), |count| count.to_string())).join(" | ");
            writeln!(formatter, "| {act} | {counts} |")?;
        }
        Ok(())
    }
}
