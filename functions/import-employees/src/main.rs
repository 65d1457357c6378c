//! Starts `import-employees`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    readmit::process::listen_and_mail(import_employees::KEYS, import_employees::handle).await
}
