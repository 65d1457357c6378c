//! Starts `issue-passcode`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    readmit::process::answer_and_mail(issue_passcode::KEYS, 1, issue_passcode::handle).await
}
