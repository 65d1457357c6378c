//! Starts `notify`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    readmit::process::listen_and_mail(readmit::keyring::KeyNeeds::NONE, notify::handle).await
}
