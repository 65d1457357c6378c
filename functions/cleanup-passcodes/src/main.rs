//! Starts `cleanup-passcodes`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    readmit::process::listen(
        |process| readmit::Services::new(process, readmit::keyring::KeyNeeds::NONE),
        cleanup_passcodes::handle,
    )
    .await
}
