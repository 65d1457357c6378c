//! Starts `track-delivery`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    readmit::process::listen(
        |process| readmit::Services::new(process, readmit::keyring::KeyNeeds::NONE),
        track_delivery::handle,
    )
    .await
}
