//! Starts `manage-employees`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    readmit::process::answer_and_mail(manage_employees::KEYS, 1, manage_employees::handle).await
}
