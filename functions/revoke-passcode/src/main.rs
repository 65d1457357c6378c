//! Starts `revoke-passcode`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    readmit::process::answer(revoke_passcode::KEYS, 1, None, revoke_passcode::handle).await
}
