#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let services = readmit::Services::new(readmit::Process::start().await?, sign_in::KEYS)?;
    services.warm_up(2).await;
    readmit::http::run(std::sync::Arc::new(services), sign_in::handle).await
}
