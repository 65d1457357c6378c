//! The same requests for companies of very different sizes: their cost in the store must be equal, and their time about equal.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

mod company_stack;
mod founding;
mod population;
mod requests;
mod row_template;

use company_stack::{Site, Took};
use readmit_tests::Cost;
use requests::Request;

use crate::Failure;
use crate::plot::{Line, lines};
use crate::report::{Report, least, median, ms};

/// Codes that the cleanup ends at each size.
const DUE: usize = 200;
/// Codes that it ends at the largest, to show that it is linear.
const NUMBERS_DUE: [usize; 4] = [50, 100, 200, 400];
/// One of this number of rounds runs a cleanup.
const ROUNDS_A_CLEANUP: usize = 4;
/// The people that an import erases at each size: the largest number for one import.
const LEAVERS: usize = 1_000;
/// One of this number of rounds erases people.
const ROUNDS_AN_ERASURE: usize = 20;

/// Measures companies of each size.
#[derive(Args)]
pub struct Flags {
    /// How many people have a live code, in steps of 1,000
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 10_000, 100_000, 1_000_000])]
    sizes: Vec<usize>,
    /// How often each request is timed at each size
    #[arg(long, default_value_t = 60)]
    rounds: usize,
    /// Keep the companies' tables in files here, not in memory
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Put the section into docs/performance.md
    #[arg(long)]
    write: bool,
}

/// A measured act: a request, a cleanup of this number of codes, or an import that erases this number of people.
#[derive(Clone, Copy)]
enum Kind {
    Request(Request),
    Cleanup(usize),
    Erasure(usize),
}

/// The results of one kind.
struct Seen {
    kind: Kind,
    cost: Cost,
    /// For each size.
    took: Vec<Vec<Took>>,
}

/// Runs it.
pub async fn run(flags: &Flags) -> Result<(), Failure> {
    let issues = 2 * flags.rounds + 3;
    let mut sites = Vec::new();
    for size in &flags.sizes {
        let data_dir = flags.data_dir.as_ref().map(|folder| folder.join(size.to_string()));
        sites.push(Site::found(*size, issues, data_dir).await?);
    }
    let mut seen = Vec::new();
    let in_bulk = [Kind::Cleanup(DUE), Kind::Erasure(LEAVERS)];
    for kind in Request::ALL.into_iter().map(Kind::Request).chain(in_bulk) {
        seen.push(Seen { kind, cost: equal_cost(kind, &sites).await?, took: vec![Vec::new(); sites.len()] });
    }
    for round in 0..flags.rounds {
        for seen in &mut seen {
            if round % seen.kind.rounds_between() != 0 {
                continue;
            }
            // Each size is measured first equally often.
            for nth in 0..sites.len() {
                let index = (nth + round) % sites.len();
                if let (Some(site), Some(took)) = (sites.get(index), seen.took.get_mut(index)) {
                    took.push(seen.kind.time(site).await?);
                }
            }
        }
    }
    let mut cleanups = Vec::new();
    if let Some(largest) = sites.last() {
        for count in NUMBERS_DUE {
            let kind = Kind::Cleanup(count);
            let cost = largest.cost_of_cleanup(count).await?;
            let mut took = Vec::new();
            for _ in 0..flags.rounds.div_ceil(ROUNDS_A_CLEANUP) {
                took.push(kind.time(largest).await?);
            }
            cleanups.push(Seen { kind, cost, took: vec![took] });
        }
    }
    report(flags, &seen, &cleanups)
}

impl Kind {
    async fn time(self, site: &Site) -> Result<Took, Failure> {
        match self {
            Self::Request(request) => site.time(request).await,
            Self::Cleanup(count) => site.time_cleanup(count).await,
            Self::Erasure(count) => site.time_erasing(count).await,
        }
    }

    fn rounds_between(self) -> usize {
        match self {
            Self::Request(_) => 1,
            Self::Cleanup(_) => ROUNDS_A_CLEANUP,
            Self::Erasure(_) => ROUNDS_AN_ERASURE,
        }
    }

    fn name(self) -> String {
        match self {
            Self::Request(request) => request.name(),
            Self::Cleanup(count) => format!("cleanup of {count}"),
            Self::Erasure(count) => format!("erasing {count}"),
        }
    }
}

/// The cost, which must be the same for every size.
async fn equal_cost(kind: Kind, sites: &[Site]) -> Result<Cost, Failure> {
    let mut costs = Vec::new();
    for site in sites {
        costs.push(match kind {
            Kind::Request(request) => site.cost(request).await?,
            Kind::Cleanup(count) => site.cost_of_cleanup(count).await?,
            Kind::Erasure(count) => site.cost_of_erasing(count).await?,
        });
    }
    // The number of round trips of a bulk act is random.
    let charged = |cost: &Cost| (cost.requests, cost.reads.to_bits(), cost.writes.to_bits());
    match costs.as_slice() {
        [first, others @ ..] if others.iter().all(|cost| charged(cost) == charged(first)) => Ok(*first),
        _ => Err(format!("{} does not cost the same at every size: {costs:?}", kind.name()).into()),
    }
}

impl Seen {
    fn of(&self, index: usize, figure: fn(&Took) -> Duration, choose: fn(&[Duration]) -> Option<Duration>) -> Duration {
        let figures: Vec<Duration> = self.took.get(index).into_iter().flatten().map(figure).collect();
        choose(&figures).unwrap_or_default()
    }

    /// The value of the largest size relative to the smallest.
    fn ratio(&self, figure: fn(&Took) -> Duration, choose: fn(&[Duration]) -> Option<Duration>) -> String {
        let smallest = self.of(0, figure, choose).as_secs_f64();
        format!("{:.2}", self.of(self.took.len().saturating_sub(1), figure, choose).as_secs_f64() / smallest)
    }

    fn cost_row(&self) -> Vec<String> {
        let Cost { requests, reads, writes, .. } = self.cost;
        vec![self.kind.name(), requests.to_string(), reads.to_string(), writes.to_string()]
    }

    fn time_row(&self, figure: fn(&Took) -> Duration) -> Vec<String> {
        let both = |index| format!("{} ({})", ms(self.of(index, figure, median)), ms(self.of(index, figure, least)));
        let mut row = vec![self.kind.name()];
        row.extend((0..self.took.len()).map(both));
        row.extend([self.ratio(figure, median), self.ratio(figure, least)]);
        row
    }
}

fn report(flags: &Flags, seen: &[Seen], cleanups: &[Seen]) -> Result<(), Failure> {
    let sizes: Vec<String> = flags.sizes.iter().map(|size| with_commas(*size)).collect();
    let mut report = Report::new("scale");
    let rows: Vec<_> = seen.iter().map(Seen::cost_row).collect();
    report.say("At every size, exactly:");
    report.table(&["request", "requests to DynamoDB", "read units", "write units"], &rows);
    for (what, figure) in [("Time", Took::wall as fn(&Took) -> Duration), ("CPU of the whole process", Took::cpu)] {
        report
            .say(&format!("{what} in ms, by how many people have a live code: the median, and the least in brackets."));
        let mut header = vec!["request"];
        header.extend(sizes.iter().map(String::as_str));
        header.extend(["largest over smallest", "of the least"]);
        let rows: Vec<_> = seen.iter().map(|seen| seen.time_row(figure)).collect();
        report.table(&header, &rows);
    }
    let drawn = seen.iter().filter(|seen| matches!(seen.kind, Kind::Request(request) if !request.is_filter()));
    let drawn: Vec<Line> = drawn
        .map(|seen| {
            let figures = (0..sizes.len()).map(|index| seen.of(index, Took::wall, median).as_secs_f64() * 1e3);
            Line { name: seen.kind.name(), figures: figures.collect() }
        })
        .collect();
    let title = "Time of a request, ms, by people with a live code";
    report.picture("scale.svg", title, &lines(title, &sizes, &drawn)?, flags.write)?;
    report.say(&format!("Cleanups among {} live codes:", sizes.last().map_or("no", String::as_str)));
    let rows: Vec<_> = cleanups
        .iter()
        .map(|seen| {
            let Kind::Cleanup(count) = seen.kind else { return Vec::new() };
            let mut row = seen.cost_row();
            for figure in [Took::wall as fn(&Took) -> Duration, Took::cpu] {
                let took = seen.of(0, figure, median);
                row.extend([ms(took), ms(took / count as u32)]);
            }
            row
        })
        .collect();
    let header =
        ["", "requests", "read units", "write units", "time, ms", "a code", "CPU of the whole process, ms", "a code"];
    report.table(&header, &rows);
    report.end(flags.write)
}

fn with_commas(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
