#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let services = readmit::Services::new(readmit::Process::start().await?, reset_2fa::KEYS)?;
    let prepared = tokio::task::spawn_blocking(readmit::domain::password::prepare);
    services.warm_up(2).await;
    prepared.await?;
    readmit::http::run(std::sync::Arc::new(services), reset_2fa::handle).await
}
