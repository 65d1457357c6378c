//! Starts `import-employees`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    readmit::process::listen(
        |process| readmit::Services::with_mail(process, import_employees::KEYS),
        import_employees::handle,
    )
    .await
}
