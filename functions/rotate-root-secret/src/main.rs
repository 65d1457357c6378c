#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let rotating = rotate_root_secret::Rotating::new(&readmit::Process::start().await?)?;
    readmit::process::listen(rotating, rotate_root_secret::handle).await
}
