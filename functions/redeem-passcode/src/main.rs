//! Starts `redeem-passcode`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    readmit::process::answer(redeem_passcode::KEYS, 1, None, redeem_passcode::handle).await
}
