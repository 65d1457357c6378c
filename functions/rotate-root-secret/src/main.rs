//! Starts `rotate-root-secret`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    readmit::process::listen(|process| rotate_root_secret::RotationServices::new(&process), rotate_root_secret::handle)
        .await
}
