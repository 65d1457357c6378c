//! Starts `list-audit-events`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    readmit::process::answer(list_audit_events::KEYS, 2, None, list_audit_events::handle).await
}
