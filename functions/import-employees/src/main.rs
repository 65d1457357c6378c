//! Starts `import-employees`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    readmit::process::listen(import_employees::ImportServices::new, import_employees::handle).await
}
