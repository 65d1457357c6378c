#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let services = readmit::Services::with_mail(readmit::Process::start().await?, issue_passcode::KEYS)?;
    services.warm_up_with_mail(1).await;
    readmit::http::run(std::sync::Arc::new(services), issue_passcode::handle).await
}
