#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let services = readmit::Services::new(readmit::Process::start().await?, redeem_passcode::KEYS)?;
    services.warm_up(1).await;
    readmit::http::run(std::sync::Arc::new(services), redeem_passcode::handle).await
}
