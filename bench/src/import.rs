//! The import of a large company into the local stack: speed, memory, and the state after a kill.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::ProgressBar;
use serde_json::{Value, json};
use tokio::task::JoinSet;

pub mod file;
mod ledger;
mod people;

use ledger::Ledger;
use people::{COMPANY, People};

use crate::Failure;
use crate::api::{Api, text};
use crate::deployed::scratch;
use crate::local_stack::LocalStack;
use crate::process::Taken;
use crate::progress;
use crate::report::{Report, mb};

/// The rows of one import.
const ROWS: usize = 1_000;

/// Measures an import.
#[derive(Args)]
pub struct Flags {
    /// The program of the local stack
    #[arg(long, value_name = "FILE")]
    local: PathBuf,
    /// How many people are imported
    #[arg(long, default_value_t = 100_000)]
    employees: usize,
    /// How many imports of 1,000 rows are under way at a time
    #[arg(long, default_value_t = 2)]
    parallel: usize,
    /// Put the section into docs/performance.md
    #[arg(long)]
    write: bool,
}

/// The whole company, sent once.
struct Pass {
    took: Duration,
    created: usize,
    unchanged: usize,
}

/// What was measured of a whole import, of one that was killed and repeated, and of a further one.
struct Found {
    whole: Pass,
    cpu: Duration,
    peak_rss: u64,
    /// The number of people after the kill, and the number of answered rows.
    left: usize,
    answered: usize,
    again: Pass,
    further: Pass,
    ledger: Ledger,
}

/// Runs it.
pub async fn run(flags: &Flags) -> Result<(), Failure> {
    let folder = scratch();
    std::fs::create_dir_all(&folder)?;
    let people = Arc::new(People::make_up(flags.employees, flags.parallel));
    let founder_file = folder.join("founder.json");
    std::fs::write(&founder_file, people.import(&people.founder).to_string())?;
    let [whole_dir, killed_dir] = ["whole", "killed"].map(|name| folder.join(name));
    let start = |data_dir| LocalStack::start(&flags.local, Some(data_dir), Some(&founder_file));

    let stack = start(&whole_dir).await?;
    let whole = people.import_all(&stack.api, "imports", &AtomicUsize::new(0)).await?;
    let taken = stack.taken()?;
    Ledger::read(&stack.dynamodb).await?.holds_exactly(people.everybody())?;
    stack.kill()?;
    std::fs::remove_dir_all(&whole_dir)?;
    within_limits(&whole, &taken, people.rows.len())?;

    let answered = kill_half_way(start(&killed_dir).await?, &people, &whole).await?;
    let stack = start(&killed_dir).await?;
    let left = Ledger::read(&stack.dynamodb).await?.people().saturating_sub(1);
    let again = people.import_all(&stack.api, "imports again", &AtomicUsize::new(0)).await?;
    if left < answered || again.unchanged != left || again.created != people.rows.len() - left {
        let counts = format!("{answered} rows answered, {left} left, {} created", again.created);
        return Err(format!("the kill has lost somebody, or doubled: {counts}").into());
    }
    Ledger::read(&stack.dynamodb).await?.holds_exactly(people.everybody())?;
    let further = people.import_all(&stack.api, "imports a third time", &AtomicUsize::new(0)).await?;
    if further.unchanged != people.rows.len() {
        return Err("a further run changes something".into());
    }
    let ledger = Ledger::read(&stack.dynamodb).await?;
    ledger.holds_exactly(people.everybody())?;
    report(&Found { whole, cpu: taken.cpu, peak_rss: taken.peak_rss, left, answered, again, further, ledger }, flags)
}

/// An import of 100,000 people takes 10 minutes and 500 MB of 2²⁰ bytes at most, and fewer people take a part of the time.
fn within_limits(whole: &Pass, taken: &Taken, people: usize) -> Result<(), Failure> {
    let most = Duration::from_secs(600).mul_f64(people.max(1_000) as f64 / 1e5);
    match whole.took <= most && taken.peak_rss <= 500 << 20 {
        true => Ok(()),
        false => Err(format!("the import took {:?} and {} MB", whole.took, mb(taken.peak_rss)).into()),
    }
}

/// Imports until half of the answers have come and the next imports are running, then kills the process. Returns the number of answered rows.
async fn kill_half_way(stack: LocalStack, people: &Arc<People>, whole: &Pass) -> Result<usize, Failure> {
    let answered = Arc::new(AtomicUsize::new(0));
    let (api, all, count) = (stack.api.clone(), Arc::clone(people), Arc::clone(&answered));
    let importing = tokio::spawn(async move { all.import_all(&api, "imports until the kill", &count).await });
    while answered.load(Ordering::Relaxed) < people.rows.len() / 2 && !importing.is_finished() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    if importing.is_finished() {
        return Err("the import ended before it was killed".into());
    }
    let batches = people.rows.len().div_ceil(ROWS).max(1) as u32;
    tokio::time::sleep(whole.took / batches / 3).await;
    stack.kill()?;
    let answered = answered.load(Ordering::Relaxed);
    match importing.await? {
        Ok(_) => Err("the import ended before it was killed: take more people".into()),
        Err(_) => Ok(answered),
    }
}

impl People {
    /// Imports all of them from the first, some batches at a time. `answered` counts the rows whose outcome is known.
    async fn import_all(&self, api: &Api, what: &'static str, answered: &AtomicUsize) -> Result<Pass, Failure> {
        let told = api.invoke("import-employees", self.import(&self.founder)).await?;
        let company = json!({"name": COMPANY, "company_id": text(&told, "company_id")?});
        let bar = progress::bar(what, self.rows.len());
        let mut pass = Pass { took: Duration::ZERO, created: 0, unchanged: 0 };
        let started = Instant::now();
        let mut under_way = JoinSet::new();
        let mut batches = self.rows.chunks(ROWS);
        loop {
            while under_way.len() < self.parallel.max(1)
                && let Some(rows) = batches.next()
            {
                let (api, event) = (api.clone(), json!({"company": company, "employees": rows}));
                under_way.spawn(async move { api.invoke("import-employees", event).await });
            }
            let Some(told) = under_way.join_next().await else { break };
            pass.count(&told??, answered, &bar)?;
        }
        pass.took = started.elapsed();
        bar.finish_and_clear();
        Ok(pass)
    }
}

impl Pass {
    fn count(&mut self, told: &Value, answered: &AtomicUsize, bar: &ProgressBar) -> Result<(), Failure> {
        let results = told["results"].as_array().ok_or("an import is not answered by results")?;
        for result in results {
            match result["outcome"].as_str() {
                Some("created") => self.created += 1,
                Some("unchanged") => self.unchanged += 1,
                _ => return Err(format!("a row was not imported: {result}").into()),
            }
        }
        answered.fetch_add(results.len(), Ordering::Relaxed);
        bar.inc(results.len() as u64);
        Ok(())
    }

    fn row(&self, name: &str) -> Vec<String> {
        let rows = self.created + self.unchanged;
        let a_second = rows as f64 / self.took.as_secs_f64();
        let [created, unchanged] = [self.created, self.unchanged].map(|count| count.to_string());
        vec![name.to_owned(), created, unchanged, format!("{:.1}", self.took.as_secs_f64()), format!("{a_second:.0}")]
    }
}

fn report(found: &Found, flags: &Flags) -> Result<(), Failure> {
    let mut report = Report::new("import");
    report.table(
        &["import", "created", "unchanged", "s", "people a second"],
        &[
            found.whole.row("into an empty data directory"),
            found.again.row("again, after the kill"),
            found.further.row("a third time"),
        ],
    );
    report.say(&format!(
        "Its threads took {:.1} s of CPU for the first, and at most {} MB of memory. {} imports of {ROWS} rows are under way at a time.",
        found.cpu.as_secs_f64(),
        mb(found.peak_rss),
        flags.parallel,
    ));
    report.say(&format!(
        "SIGKILL came when {} rows were answered; {} people were there when the process was started again. After the whole import \
         was sent once more, and once more after that, there are {} people (with who founded the company), {} credentials, {} events \
         `employee.imported` and {} rows that find by word: each of them once, and none that belongs to nobody.",
        found.answered,
        found.left,
        found.ledger.people(),
        found.ledger.credentials.len(),
        found.ledger.events(),
        found.ledger.words.len(),
    ));
    report.end(flags.write)
}
