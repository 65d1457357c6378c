//! `readmit-people` on the local stack: its output and its exit code.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::process::{Command, Output};

use readmit_tests::World;
use serde_json::{Value, json};

/// Runs the command like an operator, while the stack processes its queue.
async fn run(world: &World, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_readmit-people"));
    command.args(arguments).env_clear().envs([
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "operator"),
        ("AWS_SECRET_ACCESS_KEY", "operator"),
        ("AWS_ENDPOINT_URL_S3", world.stack.files_and_queues().address()),
        ("AWS_ENDPOINT_URL_LAMBDA", world.stack.api()),
        ("READMIT_IMPORT_BUCKET", "readmit-import"),
    ]);
    let mut running = tokio::task::spawn_blocking(move || command.output());
    loop {
        tokio::select! {
            output = &mut running => return output.unwrap().unwrap(),
            () = tokio::time::sleep(std::time::Duration::from_millis(100)) => {
                world.stack.files_and_queues().catch_up().await;
            }
        }
    }
}

fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_imports_a_file_and_writes_the_report() {
    let world = World::start().await;
    let folder = std::env::temp_dir().join(format!("readmit-people-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("people.csv");
    std::fs::write(&file, "email,name\nnora@northwind.example,Nora New\ncarl@contoso.example,Carl Twice\n").unwrap();
    let (file, company) = (file.to_str().unwrap(), &world.companies["Northwind Partners"]);

    let output = run(&world, &["import", file, "--company", company]).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let told = lines(&output);
    assert_eq!(told[0]["company_id"], **company);
    assert_eq!(told[1], json!({"line": 3, "outcome": "refused", "code": "address_taken"}));
    assert_eq!(told[2], json!({"created": 1, "updated": 0, "unchanged": 0, "erased": 0, "refused": 1}));
    assert_eq!(told.len(), 3);
    let followed = run(&world, &["follow", told[0]["import_id"].as_str().unwrap()]).await;
    assert_eq!(lines(&followed), told[1..]);

    let output = run(&world, &["import", file, "--external-id", "nobody"]).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("company_not_found"));
    std::fs::remove_dir_all(folder).unwrap();
}
