//! How much a recovery writes into the logs: the lines themselves, of a process of its own, as a deployed function writes them.

use std::process::Stdio;

use readmit::{Clock, Environment};
use readmit_tests::acts;
use tokio::process::Command;

use crate::Failure;

/// Names as long as CloudFormation makes them.
const NAMES: [(&str, &str); 2] =
    [("READMIT_STACK", "readmit"), ("AWS_LAMBDA_FUNCTION_NAME", "readmit-RedeemPasscodeFunction-1A2B3C4D5E6F")];
/// A line of the API's own log, by the template's format, about.
const ACCESS: usize = 380;
/// CloudWatch counts so many bytes more for each line
/// (<https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html>).
const OVERHEAD: usize = 26;

/// Does a recovery, and writes its lines to standard output.
pub async fn write() -> Result<(), Failure> {
    let names = NAMES.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let environment: Environment = names.into_iter().collect();
    readmit::log::start(&environment, Clock::system())?;
    acts::a_recovery().await;
    Ok(())
}

/// The bytes of our own line for each invocation of a recovery, in its order. `arguments` make this program call [`write()`].
pub async fn lengths(arguments: &[&str]) -> Result<Vec<usize>, Failure> {
    let child = Command::new(std::env::current_exe()?).args(arguments).stderr(Stdio::null()).output().await?;
    if !child.status.success() {
        return Err("the recovery whose log is measured failed".into());
    }
    let text = String::from_utf8(child.stdout)?;
    let lines: Vec<usize> = text.lines().filter(|line| line.contains("\"_aws\"")).map(str::len).collect();
    // What comes before enrols people.
    let first = lines.len().checked_sub(acts::RECOVERY.len()).ok_or("the log lacks lines")?;
    Ok(lines[first..].to_vec())
}

/// What is ingested for these lines and those of the API beside them. Lambda itself writes none below WARN.
pub fn ingested(lengths: &[usize], requests: usize) -> usize {
    let ours: usize = lengths.iter().map(|length| length + OVERHEAD).sum();
    ours + requests * (ACCESS + OVERHEAD)
}
