#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let services = readmit::Services::with_mail(readmit::Process::start().await?, import_employees::KEYS)?;
    readmit::process::listen(services, import_employees::handle).await
}
