//! The report of a measurement as Markdown: on standard output, and in its section of docs/performance.md.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use readmit::Clock;

use crate::Failure;

/// A section of docs/performance.md.
pub struct Report {
    name: &'static str,
    text: String,
}

impl Report {
    /// Starts the section `name` with its command, the machine and the date.
    pub fn new(name: &'static str) -> Self {
        let command = std::env::args().skip(1).filter(|argument| argument != "--write").collect::<Vec<_>>();
        let command = command.first().map_or(name, String::as_str);
        let today = Clock::system().now().to_calendar().date();
        let text = format!("`make bench-{command}`, {}, {today}.\n", machine());
        Self { name, text }
    }

    /// Adds a paragraph.
    pub fn say(&mut self, text: &str) {
        let _ = write!(self.text, "\n{text}\n");
    }

    /// Adds a table.
    pub fn table(&mut self, header: &[&str], rows: &[Vec<String>]) {
        let line = |cells: Vec<&str>| format!("| {} |", cells.join(" | "));
        let _ = write!(self.text, "\n{}\n|{}\n", line(header.to_vec()), "---|".repeat(header.len()));
        for row in rows {
            let _ = writeln!(self.text, "{}", line(row.iter().map(String::as_str).collect()));
        }
    }

    /// Adds a chart. Its file is written next to the page if `write` is true.
    pub fn picture(&mut self, file: &str, title: &str, svg: &str, write: bool) -> Result<(), Failure> {
        let _ = write!(self.text, "\n![{title}](performance/{file})\n");
        if write {
            fs::create_dir_all(docs().join("performance"))?;
            fs::write(docs().join("performance").join(file), svg)?;
        }
        Ok(())
    }

    /// Prints the section, and writes it between its marks in the page if asked to.
    #[expect(clippy::print_stdout, reason = "what the command is for")]
    pub fn end(self, write: bool) -> Result<(), Failure> {
        println!("{}", self.text);
        if !write {
            return Ok(());
        }
        let page = docs().join("performance.md");
        let text = fs::read_to_string(&page)?;
        let (begin, end) = (format!("<!-- begin {} -->", self.name), format!("<!-- end {} -->", self.name));
        let (before, rest) = text.split_once(&begin).ok_or_else(|| format!("{} lacks {begin}", page.display()))?;
        let (_, after) = rest.split_once(&end).ok_or_else(|| format!("{} lacks {end}", page.display()))?;
        Ok(fs::write(page, format!("{before}{begin}\n{}\n{end}{after}", self.text))?)
    }
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("docs")
}

/// The machine, for example `2 × AMD EPYC, x86_64`.
fn machine() -> String {
    let told = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = told.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = Command::new("uname").args(["-sm"]).output().map(|output| output.stdout).unwrap_or_default();
    let kernel = String::from_utf8_lossy(&kernel).trim().to_owned();
    format!("{cores} cores of {}, {kernel}", model.map_or("an unnamed processor", |(_, name)| name))
}

/// Milliseconds, to the hundredth.
pub fn ms(duration: Duration) -> String {
    format!("{:.2}", duration.as_secs_f64() * 1e3)
}

/// Megabytes of 2²⁰ bytes, to the tenth.
pub fn mb(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / f64::from(1 << 20))
}

/// The median.
pub fn median<T: Copy + PartialOrd>(values: &[T]) -> Option<T> {
    let mut sorted = values.to_vec();
    sorted.sort_by(|one, other| one.partial_cmp(other).unwrap_or(std::cmp::Ordering::Equal));
    sorted.get(sorted.len() / 2).copied()
}

/// The smallest value.
pub fn least<T: Copy + PartialOrd>(values: &[T]) -> Option<T> {
    values.iter().copied().reduce(|least, value| if value < least { value } else { least })
}
