//! A rival's server as a process, and the CPU time of its whole process group.

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, io};

use tokio::net::TcpStream;

use crate::Failure;

/// The longest time until a server listens.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server with its own process group. The whole group is killed when this is dropped.
pub struct Server {
    child: Child,
    /// The address of its API.
    pub url: String,
}

impl Server {
    /// Starts a server for this port of localhost and waits until it listens.
    pub async fn start(command: &mut Command, port: u16) -> Result<Self, Failure> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child =
            command.process_group(0).stdin(Stdio::null()).spawn().map_err(|error| format!("{name}: {error}"))?;
        // From here on the server is killed when this value is dropped.
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

    /// Its standard output, if it is a pipe and was not taken before.
    pub fn stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// The CPU time of its process group so far.
    pub fn cpu(&self) -> io::Result<Duration> {
        cpu_of_group(self.child.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Workers do not end with their parent. Some processes may have ended already.
        let group = format!("-{}", self.child.id());
        let _ = Command::new("sh").args(["-c", "kill -KILL \"$@\"", "kill", &group]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}

/// The CPU time of a process group with ended children, to the hundredth of a second.
fn cpu_of_group(group: u32) -> io::Result<Duration> {
    // A process that ends during the reading is left out.
    let told = fs::read_dir("/proc")?.filter_map(|entry| fs::read_to_string(entry.ok()?.path().join("stat")).ok());
    Ok(told.filter_map(|stat| cpu_in_group(&stat, group)).sum())
}

/// Reads the fields after the name, which can contain any characters. In proc(5) the group is the fifth field, and utime, stime,
/// cutime and cstime are the 14th to 17th, in hundredths of a second on all Linux machines.
fn cpu_in_group(stat: &str, group: u32) -> Option<Duration> {
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    let hundredths = fields.get(11..15)?.iter().map(|field| field.parse::<u64>().unwrap_or_default());
    (fields.get(2)?.parse() == Ok(group)).then(|| Duration::from_millis(hundredths.sum::<u64>() * 10))
}

/// A free port of localhost.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Runs a command to its end and returns its output.
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
    fn a_group_counts_its_processes_and_those_that_were_waited_for() {
        let stat = "9 (a (strange) name) S 1 7 7 0 -1 4194304 5 0 1 0 3 2 10 4 20 0 1 0 9 9 9";
        assert_eq!(cpu_in_group(stat, 7), Some(Duration::from_millis(190)));
        assert_eq!(cpu_in_group(stat, 1), None);
    }

    #[tokio::test]
    async fn a_servers_workers_end_with_it() {
        let port = free_port().unwrap();
        let script = format!("sleep 100 & exec python3 -m http.server --bind 127.0.0.1 {port}");
        let server = Server::start(Command::new("sh").args(["-c", &script]), port).await.unwrap();
        let group = server.child.id();
        assert!(server.cpu().unwrap() > Duration::ZERO);
        drop(server);
        let is_gone = || {
            !fs::read_dir("/proc").unwrap().any(|entry| {
                let stat = fs::read_to_string(entry.unwrap().path().join("stat")).unwrap_or_default();
                !stat.contains(") Z ") && cpu_in_group(&stat, group).is_some()
            })
        };
        let ended = async {
            while !is_gone() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, ended).await.unwrap();
    }
}
