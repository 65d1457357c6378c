//! Starts `sign-in`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    readmit::process::answer(sign_in::KEYS, 2, None, sign_in::handle).await
}
