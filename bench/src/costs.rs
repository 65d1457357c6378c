//! The cost of each act in DynamoDB, and the price of a million recoveries.

use std::collections::BTreeMap;

use clap::Args;
use readmit_tests::Cost;
use readmit_tests::acts::{self, Done};

use crate::Failure;
use crate::log_lines;
use crate::plot::{Bar, bars};
use crate::prices::{AS_OF, PRICES, Recovery, USED, requests_of_a_recovery};
use crate::report::Report;

/// Counts the cost of all acts, and fails if one differs from the expected cost.
#[derive(Args)]
pub struct Flags {
    /// Put the section into docs/performance.md
    #[arg(long)]
    write: bool,
    /// Write the log of a recovery instead
    #[arg(long, hide = true)]
    log_lines: bool,
}

/// Runs it.
pub async fn run(flags: &Flags) -> Result<(), Failure> {
    if flags.log_lines {
        return log_lines::write().await;
    }
    let done = acts::measured().await;
    if done.len() != acts::EXPECTED.len() {
        return Err("not every act was done".into());
    }
    for (found, expected) in done.iter().zip(&acts::EXPECTED) {
        if (found.name, found.cost) != *expected {
            return Err(format!("{} takes {:?}, not {:?}", found.name, found.cost, expected.1).into());
        }
    }
    let lengths = log_lines::lengths(&["costs", "--log-lines"]).await?;
    let recovery = Recovery::with_logs(log_lines::ingested(&lengths, requests_of_a_recovery()))?;

    let mut report = Report::new("costs");
    let rows: Vec<_> = done.iter().map(|one| row(one.name, one.cost)).collect();
    report.table(&["act", "requests", "trips", "read units", "write units"], &rows);
    whole(&mut report, &done, &recovery);
    billed(&mut report, &recovery, &lengths);
    let price = |component: &crate::prices::Component| {
        let price = component.price;
        vec![
            price.of.to_owned(),
            short(component.count),
            format!("[{} a {}]({})", price.usd, price.unit, price.source),
            format!("{:.2}", component.usd),
        ]
    };
    let mut rows: Vec<_> = recovery.components.iter().map(price).collect();
    rows.push(vec!["all of it".to_owned(), String::new(), String::new(), format!("{:.2}", recovery.usd())]);
    report.say(&format!("A million recoveries, by {} list prices of {AS_OF} in us-east-1:", PRICES.len()));
    report.table(&["what", "a recovery takes", "price, USD", "a million recoveries, USD"], &rows);
    report.say(&format!(
        "With `BillingMode=PROVISIONED`, {:.0} % of what is held ready being used: {:.2} USD.",
        USED * 100.0,
        recovery.usd_by_capacity()
    ));
    let all: Vec<Bar> =
        recovery.components.iter().map(|component| Bar::new(component.price.of, component.usd)).collect();
    let title = "A million recoveries, USD";
    report.picture("costs.svg", title, &bars(title, &all)?, flags.write)?;
    report.end(flags.write)
}

fn row(name: &str, cost: Cost) -> Vec<String> {
    let Cost { requests, trips, reads, writes } = cost;
    vec![name.to_owned(), requests.to_string(), trips.to_string(), short(reads), short(writes)]
}

/// The write units of a recovery, by table and index.
fn whole(report: &mut Report, done: &[Done], recovery: &Recovery) {
    let mut places: BTreeMap<&str, f64> = BTreeMap::new();
    let of_recovery = done.iter().filter(|one| acts::RECOVERY.contains(&one.name));
    for (place, units) in of_recovery.flat_map(|one| &one.writes) {
        *places.entry(place).or_default() += units;
    }
    let Cost { requests, reads, writes, .. } = recovery.cost;
    report
        .say(&format!("A recovery makes {requests} requests, for {reads} read and {writes} write units. The latter:"));
    let rows: Vec<_> = places.iter().map(|(place, units)| vec![format!("`{place}`"), short(*units)]).collect();
    report.table(&["table or index", "write units of a recovery"], &rows);
}

/// The billed time and the log size of each invocation of a recovery.
fn billed(report: &mut Report, recovery: &Recovery, lengths: &[usize]) {
    let rows = recovery.invocations.iter().zip(lengths).map(|(one, length)| {
        let memory = one.memory_mb.to_string();
        vec![one.act.to_owned(), format!("`{}`", one.function), memory, short(one.billed_ms), length.to_string()]
    });
    let header = ["invocation", "function", "memory, MB", "billed, ms (assumed)", "log line, bytes"];
    report.table(&header, &rows.collect::<Vec<_>>());
}

/// A number with as few digits as possible.
fn short(figure: f64) -> String {
    let text = format!("{figure:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
