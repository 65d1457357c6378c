//! Starts `reset-2fa`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    readmit::process::answer_after(readmit::domain::password::prepare, reset_2fa::KEYS, 2, reset_2fa::handle).await
}
