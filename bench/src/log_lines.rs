//! The size of a recovery's logs. A separate process writes the lines as a deployed function does.

use std::process::Stdio;

use readmit::{Clock, Environment};
use readmit_tests::acts;
use tokio::process::Command;

use crate::Failure;

/// Names with the length of CloudFormation's names.
const NAMES: [(&str, &str); 2] =
    [("READMIT_STACK", "readmit"), ("AWS_LAMBDA_FUNCTION_NAME", "readmit-RedeemPasscodeFunction-1A2B3C4D5E6F")];
/// The approximate size of a line of the API's access log in the template's format.
const ACCESS: usize = 380;
/// The bytes that CloudWatch adds for each line
/// (<https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html>).
const OVERHEAD: usize = 26;

/// Does a recovery and writes its log lines to standard output.
pub async fn write() -> Result<(), Failure> {
    let names = NAMES.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let environment: Environment = names.into_iter().collect();
    readmit::log::start(&environment, Clock::system())?;
    acts::a_recovery().await;
    Ok(())
}

/// The size of the log line of each invocation of a recovery, in order. With `arguments` this program calls [`write()`].
pub async fn lengths(arguments: &[&str]) -> Result<Vec<usize>, Failure> {
    let child = Command::new(std::env::current_exe()?).args(arguments).stderr(Stdio::null()).output().await?;
    if !child.status.success() {
        return Err("the recovery whose log is measured failed".into());
    }
    let text = String::from_utf8(child.stdout)?;
    let lines: Vec<usize> = text.lines().filter(|line| line.contains("\"_aws\"")).map(str::len).collect();
    // The lines before belong to the enrolment.
    let first = lines.len().checked_sub(acts::RECOVERY.len()).ok_or("the log lacks lines")?;
    Ok(lines[first..].to_vec())
}

/// The ingested bytes of these lines and of the access log. Lambda itself writes no lines below WARN.
pub fn ingested(lengths: &[usize], requests: usize) -> usize {
    let ours: usize = lengths.iter().map(|length| length + OVERHEAD).sum();
    ours + requests * (ACCESS + OVERHEAD)
}
