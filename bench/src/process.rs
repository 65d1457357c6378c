//! A function as a process of its own, and what it takes of the machine, as Linux tells it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, io};

/// Lambda gives a whole vCPU for so much memory, and a share of it for less:
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>.
pub const WHOLE_VCPU_MB: u64 = 1_769;
/// Lambda hands out shares of a vCPU by the kernel's quota, in spans of 20 ms.
const PERIOD_US: u64 = 20_000;

/// How long a process may go on after it has asked for its next event.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is started, with its arguments.
#[derive(Clone)]
pub struct Program {
    /// The file.
    pub file: PathBuf,
    /// What it is told.
    pub arguments: Vec<String>,
}

/// A running function. It is killed when it is dropped.
pub struct Process {
    child: Child,
    quota: Option<PathBuf>,
}

/// What a process has taken so far.
#[derive(Clone, Copy)]
pub struct Taken {
    /// CPU time of all threads.
    pub cpu: Duration,
    /// Page faults that needed no disk.
    pub faults: u64,
    /// The most memory that was resident, in bytes.
    pub peak_rss: u64,
    /// What is resident now, in bytes.
    pub rss: u64,
}

impl Process {
    /// Starts it with these variables alone.
    pub fn start<'a>(program: &Program, variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> io::Result<Self> {
        let child = Command::new(&program.file)
            .args(&program.arguments)
            .env_clear()
            .envs(variables)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?;
        Ok(Self { child, quota: None })
    }

    /// Its id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has taken so far, once it sleeps: of a thread that runs, the kernel tells what it had taken some milliseconds ago.
    pub async fn taken(&self) -> io::Result<Taken> {
        let until = Instant::now() + PATIENCE;
        while !sleeps(self.child.id())? {
            if Instant::now() > until {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "a function does not come to rest"));
            }
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        taken_by(self.child.id())
    }

    /// From now on it gets what Lambda gives for so much memory; more than a vCPU is none of its.
    pub fn limit_to(&mut self, memory_mb: u64) -> io::Result<()> {
        let name = format!("readmit-bench-{}", self.child.id());
        let quota = (PERIOD_US * memory_mb.min(WHOLE_VCPU_MB) / WHOLE_VCPU_MB).to_string();
        // The kernel's older and newer way to say the same.
        let (folder, settings) = if Path::new("/sys/fs/cgroup/cgroup.controllers").exists() {
            (Path::new("/sys/fs/cgroup").join(name), vec![("cpu.max", format!("{quota} {PERIOD_US}"))])
        } else {
            let folder = Path::new("/sys/fs/cgroup/cpu").join(name);
            (folder, vec![("cpu.cfs_period_us", PERIOD_US.to_string()), ("cpu.cfs_quota_us", quota)])
        };
        fs::create_dir(&folder)?;
        self.quota = Some(folder.clone());
        for (file, value) in settings {
            fs::write(folder.join(file), value)?;
        }
        fs::write(folder.join("cgroup.procs"), self.child.id().to_string())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself; a folder that stays is empty and harmless.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(folder) = &self.quota {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Whether no thread of the process runs or wants to.
fn sleeps(id: u32) -> io::Result<bool> {
    for task in fs::read_dir(format!("/proc/{id}/task"))? {
        // A thread may end between the two.
        let stat = fs::read_to_string(task?.path().join("stat")).unwrap_or_default();
        if stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('R')) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What the process of that id has taken so far; of threads that have ended, nothing.
pub fn taken_by(id: u32) -> io::Result<Taken> {
    let folder = PathBuf::from(format!("/proc/{id}"));
    let mut cpu_ns = 0;
    for task in fs::read_dir(folder.join("task"))? {
        // A thread may end between the two.
        let told = fs::read_to_string(task?.path().join("schedstat")).unwrap_or_default();
        cpu_ns += number(told.split(' ').next());
    }
    let stat = fs::read_to_string(folder.join("stat"))?;
    // Behind the name, which may hold anything: proc(5) counts minflt as the tenth field.
    let faults = number(stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(7)));
    let status = fs::read_to_string(folder.join("status"))?;
    let kilobytes = |name| status.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next());
    let [peak_rss, rss] = ["VmHWM:", "VmRSS:"].map(|name| number(kilobytes(name)) * 1024);
    Ok(Taken { cpu: Duration::from_nanos(cpu_ns), faults, peak_rss, rss })
}

/// CPU time of the process of that id, of threads that have ended too, to the hundredth of a second.
pub fn cpu_of(id: u32) -> io::Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat"))?;
    // Behind the name: proc(5) counts utime and stime as the 14th and 15th field. Linux tells them in hundredths everywhere.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    Ok(Duration::from_millis(fields.map(|field| number(Some(field)) * 10).sum()))
}

/// CPU time of the thread that asks. It sleeps first: of a thread that runs on, the kernel tells what it had taken some milliseconds ago.
pub fn cpu_of_this_thread() -> io::Result<Duration> {
    std::thread::sleep(Duration::from_micros(50));
    let told = fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(Duration::from_nanos(number(told.split(' ').next())))
}

fn number(text: Option<&str>) -> u64 {
    text.and_then(|text| text.parse().ok()).unwrap_or_default()
}
