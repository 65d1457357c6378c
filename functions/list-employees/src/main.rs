//! Starts `list-employees`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    readmit::process::answer(list_employees::KEYS, 2, None, list_employees::handle).await
}
