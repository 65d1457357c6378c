//! The faults in the functions' calls, and statistics of them by act.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;

use rand::RngExt as _;
use rand::rngs::StdRng;

/// A fault in a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The service throttles the call.
    Throttled,
    /// The service answers 500.
    Broken,
    /// The connection ends before the service receives the call.
    NotHeard,
    /// No answer comes, and the call was not done.
    SilentBefore,
    /// No answer comes, and the call was done.
    SilentAfter,
    /// The call was done, and the connection ends before the answer.
    AnswerLost,
    /// Another transaction on the same items is running.
    Conflict,
    /// The answer takes one to four seconds, which is longer than some timeouts.
    Slow,
    /// The process dies before it sends the call.
    DiesBefore,
    /// The process dies after the call was done.
    DiesAfter,
    /// The process is frozen for one to two minutes before the call.
    StopsBefore,
    /// The process is frozen for one to two minutes after the call was done.
    StopsAfter,
}

/// The service of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    Store,
    Mail,
    Secrets,
    /// The bucket of imports.
    Files,
    /// The queue of imports.
    Queue,
}

impl Fault {
    /// All faults.
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

    /// The faults that are possible only in writes.
    const OF_WRITES: [Self; 3] = [Self::SilentAfter, Self::AnswerLost, Self::Conflict];

    /// Whether the fault is possible in a call and has an effect of its own there.
    fn fits(self, service: Service, writes: bool) -> bool {
        match self {
            Self::Conflict => service == Service::Store && writes,
            Self::SilentAfter | Self::AnswerLost => writes,
            _ => true,
        }
    }
}

/// The frequency of faults in a run.
#[derive(Clone, Debug)]
pub struct Plan(pub Vec<Fault>);

impl Plan {
    /// One in `reads` reads and one in `writes` writes has a fault, if the random fault is possible there. Most acts have few
    /// writes.
    const READS: u32 = 20;
    const WRITES: u32 = 10;

    /// No faults.
    pub fn calm() -> Self {
        Self(Vec::new())
    }

    /// A fault in a call.
    pub fn draw(&self, random: &mut StdRng, service: Service, writes: bool) -> Option<Fault> {
        // The random numbers are drawn under every plan, so that with fewer faults the others do not move.
        let comes = random.random_ratio(1, if writes { Self::WRITES } else { Self::READS });
        let (any, of_a_write) =
            (random.random_range(0..Fault::ALL.len()), random.random_range(0..Fault::OF_WRITES.len()));
        let fault = if writes && random.random() { Fault::OF_WRITES[of_a_write] } else { Fault::ALL[any] };
        (comes && self.0.contains(&fault) && fault.fits(service, writes)).then_some(fault)
    }
}

/// How often each fault happened in each act, and which possible faults never happened.
#[derive(Default)]
pub struct Met(Mutex<Lines>);

/// One line per act: how often it had each fault. None if the fault is not possible in its calls.
type Lines = BTreeMap<&'static str, [Option<usize>; Fault::ALL.len()]>;

impl Met {
    /// Counts a call of an act and its fault.
    pub fn count(&self, act: &'static str, service: Service, writes: bool, met: Option<Fault>) {
        let mut lines = self.0.lock().unwrap();
        let line = lines.entry(act).or_default();
        for (fault, count) in Fault::ALL.into_iter().zip(line) {
            if fault.fits(service, writes) {
                *count.get_or_insert(0) += usize::from(met == Some(fault));
            }
        }
    }

    /// Adds the counts of another run.
    pub fn add(&self, other: &Self) {
        let mut lines = self.0.lock().unwrap();
        for (act, others) in other.0.lock().unwrap().iter() {
            let line = lines.entry(act).or_default();
            for (count, other) in line.iter_mut().zip(others) {
                *count = count.map_or(*other, |count| Some(count + other.unwrap_or(0)));
            }
        }
    }

    /// The possible faults that never happened in an act.
    pub fn missing(&self) -> Vec<String> {
        let lines = self.0.lock().unwrap();
        let pairs = lines.iter().flat_map(|(act, line)| Fault::ALL.into_iter().zip(line).map(move |pair| (act, pair)));
        pairs
            .filter(|(_, (_, count))| **count == Some(0))
            .map(|(act, (fault, _))| format!("{act}: {fault:?}"))
            .collect()
    }
}

/// The counts as a Markdown table.
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
