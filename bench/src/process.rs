//! A function as a separate process, and its resources according to Linux.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, io};

/// The memory size for which Lambda gives a whole vCPU. Smaller sizes get a part of it:
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>.
pub const WHOLE_VCPU_MB: u64 = 1_769;
/// The period of the kernel's CPU quota. Lambda uses 20 ms.
const PERIOD_US: u64 = 20_000;

/// The longest time until a process sleeps after it has asked for its next event.
const PATIENCE: Duration = Duration::from_secs(10);

/// A program with its arguments.
#[derive(Clone)]
pub struct Program {
    /// The executable file.
    pub file: PathBuf,
    pub arguments: Vec<String>,
}

/// A running function. It is killed when it is dropped.
pub struct Process {
    child: Child,
    quota: Option<PathBuf>,
}

/// The resources that a process has used so far.
#[derive(Clone, Copy)]
pub struct Taken {
    /// CPU time of all threads.
    pub cpu: Duration,
    /// Page faults that needed no disk.
    pub faults: u64,
    /// The highest resident memory so far, in bytes.
    pub peak_rss: u64,
    /// The resident memory now, in bytes.
    pub rss: u64,
}

impl Process {
    /// Starts the program with only these environment variables.
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

    /// The resources used so far. Waits until the process sleeps, because the kernel's figures for a running thread are some milliseconds old.
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

    /// Limits it to the CPU that Lambda gives for this memory size, and to one vCPU at most.
    pub fn limit_to(&mut self, memory_mb: u64) -> io::Result<()> {
        let name = format!("readmit-bench-{}", self.child.id());
        let quota = (PERIOD_US * memory_mb.min(WHOLE_VCPU_MB) / WHOLE_VCPU_MB).to_string();
        // cgroups version 2 and version 1.
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
        // The process may have ended already. A remaining folder is empty and harmless.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(folder) = &self.quota {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Whether all threads of the process sleep.
fn sleeps(id: u32) -> io::Result<bool> {
    for task in fs::read_dir(format!("/proc/{id}/task"))? {
        // A thread can end between the two calls.
        let stat = fs::read_to_string(task?.path().join("stat")).unwrap_or_default();
        if stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('R')) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The resources that a process has used so far, without those of ended threads.
pub fn taken_by(id: u32) -> io::Result<Taken> {
    let folder = PathBuf::from(format!("/proc/{id}"));
    let mut cpu_ns = 0;
    for task in fs::read_dir(folder.join("task"))? {
        // A thread can end between the two calls.
        let told = fs::read_to_string(task?.path().join("schedstat")).unwrap_or_default();
        cpu_ns += number(told.split(' ').next());
    }
    let stat = fs::read_to_string(folder.join("stat"))?;
    // After the name, which can contain any characters. minflt is the tenth field in proc(5).
    let faults = number(stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(7)));
    let status = fs::read_to_string(folder.join("status"))?;
    let kilobytes = |name| status.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next());
    let [peak_rss, rss] = ["VmHWM:", "VmRSS:"].map(|name| number(kilobytes(name)) * 1024);
    Ok(Taken { cpu: Duration::from_nanos(cpu_ns), faults, peak_rss, rss })
}

/// The CPU time of a process with its ended threads, to the hundredth of a second.
pub fn cpu_of(id: u32) -> io::Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat"))?;
    // After the name: utime and stime are the 14th and 15th field in proc(5), in hundredths of a second on all Linux machines.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    Ok(Duration::from_millis(fields.map(|field| number(Some(field)) * 10).sum()))
}

/// The CPU time of the current thread. It sleeps first, because the kernel's figures for a running thread are some milliseconds old.
pub fn cpu_of_this_thread() -> io::Result<Duration> {
    std::thread::sleep(Duration::from_micros(50));
    let told = fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(Duration::from_nanos(number(told.split(' ').next())))
}

fn number(text: Option<&str>) -> u64 {
    text.and_then(|text| text.parse().ok()).unwrap_or_default()
}
