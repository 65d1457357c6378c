#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let services = readmit::Services::new(readmit::Process::start().await?, list_audit_events::KEYS)?;
    services.warm_up(2).await;
    readmit::http::run(std::sync::Arc::new(services), list_audit_events::handle).await
}
