#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let services = readmit::Services::with_mail(readmit::Process::start().await?, readmit::keyring::KeyNeeds::NONE)?;
    readmit::process::listen(services, notify::handle).await
}
