//! Starts `notify`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    readmit::process::listen(
        |process| readmit::Services::with_mail(process, readmit::keyring::KeyNeeds::NONE),
        notify::handle,
    )
    .await
}
