//! Starts `reset-2fa`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let prepare = readmit::domain::password::prepare;
    readmit::process::answer(reset_2fa::KEYS, 2, Some(prepare), reset_2fa::handle).await
}
