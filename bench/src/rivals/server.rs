//! A rival's server as a process, and the CPU time that its whole tree takes.

use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, io};

use tokio::net::TcpStream;

use crate::Failure;

/// How long a server may take until it listens.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server. It is killed, with all that it started, when it is dropped.
pub struct Server {
    child: Child,
    /// Where it answers.
    pub url: String,
}

/// What Linux tells of a process: its own CPU time, and that of children which ended and were waited for.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    id: u32,
    parent: u32,
    cpu: Duration,
}

impl Server {
    /// Starts what shall listen on this port of loopback, and waits until it does.
    pub async fn start(command: &mut Command, port: u16) -> Result<Self, Failure> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command.stdin(Stdio::null()).spawn().map_err(|error| format!("{name}: {error}"))?;
        // From here on it ends with this value.
        let mut server = Self { child, url: format!("http://127.0.0.1:{port}") };
        let started = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err() {
            if let Some(status) = server.child.try_wait()? {
                return Err(format!("{name} does not start: {status}").into());
            }
            if started.elapsed() > PATIENCE {
                return Err(format!("{name} does not listen").into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(server)
    }

    /// Its standard output, if that is a pipe; only the first who asks gets it.
    pub fn stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// CPU time of its tree so far.
    pub fn cpu(&self) -> io::Result<Duration> {
        cpu_of_tree(self.child.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Workers outlive whoever started them. Some or all may have ended by themselves.
        let root = self.child.id();
        let tree = Stat::of_all().map(|all| tree(&all, root)).unwrap_or_default();
        let _ = self.child.kill();
        let workers: Vec<String> = tree.iter().filter(|id| **id != root).map(ToString::to_string).collect();
        if !workers.is_empty() {
            let mut kill = Command::new("sh");
            kill.args(["-c", "kill -KILL \"$@\"", "kill"]).args(workers);
            let _ = kill.stderr(Stdio::null()).status();
        }
        let _ = self.child.wait();
    }
}

/// CPU time of the process of that id and of all that descend from it, running or waited for, to the hundredth of a second.
pub fn cpu_of_tree(root: u32) -> io::Result<Duration> {
    let all = Stat::of_all()?;
    let tree = tree(&all, root);
    Ok(all.iter().filter(|stat| tree.contains(&stat.id)).map(|stat| stat.cpu).sum())
}

impl Stat {
    fn of_all() -> io::Result<Vec<Self>> {
        // Of processes that end while the folder is read there is nothing to tell.
        let told = fs::read_dir("/proc")?.filter_map(|entry| fs::read_to_string(entry.ok()?.path().join("stat")).ok());
        Ok(told.filter_map(|told| Self::parse(&told)).collect())
    }

    fn parse(told: &str) -> Option<Self> {
        let id = told.split(' ').next()?.parse().ok()?;
        // Behind the name, which may hold anything: proc(5) counts the parent as the fourth field, and utime, stime, cutime
        // and cstime from the 14th on. Linux tells them in hundredths everywhere.
        let fields: Vec<u64> =
            told.rsplit(')').next()?.split_whitespace().map(|field| field.parse().unwrap_or_default()).collect();
        let cpu = Duration::from_millis(fields.get(11..15)?.iter().sum::<u64>() * 10);
        Some(Self { id, parent: u32::try_from(*fields.get(1)?).ok()?, cpu })
    }
}

/// The ids of a process and of all that descend from it.
fn tree(all: &[Stat], root: u32) -> Vec<u32> {
    let mut ids = vec![root];
    let mut next = 0;
    while let Some(&id) = ids.get(next) {
        ids.extend(all.iter().filter(|stat| stat.parent == id).map(|stat| stat.id));
        next += 1;
    }
    ids
}

/// A port of loopback on which nobody listens now.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Runs a command that prepares something, to its end: what it said.
pub fn finish(command: &mut Command) -> Result<String, Failure> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| format!("{name}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{name}: {}", output.status).into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_counts_its_workers_and_those_that_were_waited_for() {
        let stat = |told: &str| Stat::parse(told).unwrap();
        let root = stat("7 (a (strange) name) S 1 7 7 0 -1 4194304 5 0 1 0 3 2 10 4 20 0 1 0 9 9 9");
        assert_eq!(root, Stat { id: 7, parent: 1, cpu: Duration::from_millis(190) });
        let all = [
            stat("9 (grandchild) S 8 7 7 0 -1 0 0 0 0 0 1 0 0 0 20 0"),
            root,
            stat("8 (worker) S 7 7 7 0 -1 0 0 0 0 0 1 0 0 0 20 0"),
            stat("6 (stranger) S 1 6 6 0 -1 0 0 0 0 0 1 0 0 0 20 0"),
        ];
        assert_eq!(tree(&all, 7), [7, 8, 9]);
    }

    #[test]
    fn this_process_is_a_tree_too() {
        assert!(Stat::of_all().unwrap().iter().any(|stat| stat.id == std::process::id()));
        assert!(cpu_of_tree(std::process::id()).is_ok());
    }
}
