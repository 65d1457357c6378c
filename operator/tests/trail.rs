//! `readmit-trail` on the local stack: its output and its exit code.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::process::{Command, Output};

use readmit_tests::{Attempts, InjectedFault, Person, World};
use reqwest::Method;
use serde_json::{Value, json};

const ADA: &str = "ada@northwind.example";
const MIKE: &str = "mike@northwind.example";

/// Characters that a spreadsheet reads as the start of a formula.
const SIGNS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Runs the command like an operator, with the table of the stack.
async fn run(dynamodb: &str, table: Option<&str>, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_readmit-trail"));
    command.args(arguments).env_clear().envs([
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "operator"),
        ("AWS_SECRET_ACCESS_KEY", "operator"),
        ("AWS_ENDPOINT_URL_DYNAMODB", dynamodb),
    ]);
    command.envs(table.map(|table| ("READMIT_AUDIT_TABLE", table)));
    tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap()
}

/// The export of Northwind's audit events.
async fn export(world: &World, format: &str) -> String {
    let company = &world.companies["Northwind Partners"];
    let output = run(world.store.url(), Some("readmit-audit"), &["--company", company, "--format", format]).await;
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.ends_with(" events\n"), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

/// The rows below the header.
fn rows(csv: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// All audit events that the API returns.
async fn shown(admin: &Person<'_>) -> Vec<Value> {
    let (mut events, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = admin.calls(Method::GET, &format!("/v1/audit-events?limit=100{cursor}"), None).await.is(200);
        events.extend(page.body["events"].as_array().unwrap().clone());
        let Some(next) = page.body["next_cursor"].as_str() else { return events };
        cursor = format!("&cursor={next}");
    }
}

#[tokio::test]
async fn it_writes_every_event_of_the_company_page_by_page() {
    let world = World::start().await;
    let people = (0..200).map(|n| json!({"email": format!("p{n}@northwind.example"), "name": format!("Person {n}")}));
    world.import(world.northwind(people.collect())).await;
    let ada = world.enrolled(ADA).await;
    let shown = shown(&ada).await;
    assert!(shown.len() > 200);

    world.store.record();
    let lines = export(&world, "json-lines").await;
    let requests = world.store.recorded();
    assert_eq!(requests.len(), 3);
    // A hundred, and one more that shows whether there are more.
    assert!(requests.iter().all(|request| request.operation == "Query" && request.body.contains("\"Limit\":101")));
    let told: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(told, shown);

    let csv = export(&world, "csv").await;
    let header = r#""event_id","at","type","actor","actor_employee_id","employee_id","source_ip","user_agent","request_id","detail""#;
    assert!(csv.starts_with(&format!("{header}\r\n\"evt_")) && csv.ends_with("\"\r\n"));
    let rows = rows(&csv);
    assert_eq!(rows.len(), shown.len());
    for (row, event) in rows.iter().zip(&shown) {
        let detail: Value = serde_json::from_str(&row[9]).unwrap();
        assert_eq!(
            (&json!(row[0]), &json!(row[3]), &detail),
            (&event["event_id"], &event["actor"]["kind"], &event["detail"])
        );
    }
}

/// In JSON Lines a change is an object with both values; in CSV a cell has the same JSON.
#[tokio::test]
async fn changes_are_written_with_their_old_and_new_values() {
    let world = World::start().await;
    let mut event = world.northwind(json!([{"email": MIKE, "role": "security_admin"}]));
    event["company"]["second_proof"] = json!("everyone");
    event["company"]["support_email"] = json!("help@northwind.example");
    world.import(event).await;
    let policy = json!({"second_proof": {"from": "security_admins", "to": "everyone"},
        "support_email": {"from": null, "to": "help@northwind.example"}});
    let role = json!({"fields": "role", "role": {"from": "member", "to": "security_admin"}});

    let lines = export(&world, "json-lines").await;
    let told: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&told[0]["type"], &told[0]["detail"]), (&json!("employee.changed"), &role));
    assert_eq!((&told[1]["type"], &told[1]["detail"]), (&json!("company.changed"), &policy));
    assert_eq!(told[1]["employee_id"], Value::Null);

    let rows = rows(&export(&world, "csv").await);
    assert_eq!((rows[1][2].as_str(), rows[1][5].as_str()), ("company.changed", ""));
    for (row, detail) in rows.iter().zip([&role, &policy]) {
        assert_eq!(&serde_json::from_str::<Value>(&row[9]).unwrap(), detail);
    }
}

/// Issues a code with a reason and a `User-Agent`.
async fn issues(world: &World, ada: &Person<'_>, to: &str, reason: &str, user_agent: &str) {
    let request = world.request(Method::POST, &format!("/v1/employees/{}/passcode", world.id(to)));
    let request = request.bearer_auth(&ada.token).header("user-agent", user_agent).json(&json!({"reason": reason}));
    world.send(request).await.is(201);
}

#[tokio::test]
async fn what_people_typed_is_text_and_nothing_else() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let link = "<a href=\"https://evil.example\">lost</a>";
    let [formula, lines, turned] = [
        "=HYPERLINK(\"https://evil.example\",\"lost\")",
        "lost\r\n=1+1,\"\n;@SUM(A1)",
        "\u{202e}txt.phone\u{2028}\t-1;-2",
    ];
    issues(&world, &ada, MIKE, formula, "=cmd|' /C calc'!A0").await;
    issues(&world, &ada, MIKE, lines, "Portal;@SUM(A1),-1|+2").await;
    issues(&world, &ada, MIKE, turned, "\"-3").await;
    issues(&world, &ada, "sam@northwind.example", link, "+1 <script>").await;

    let json_lines = export(&world, "json-lines").await;
    assert!(!json_lines.contains(['<', '>', '\r', '\t', '\u{202e}', '\u{2028}']));
    let told: Vec<Value> = json_lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let reasons = told.iter().filter_map(|event| event["detail"]["reason"].as_str());
    assert_eq!(reasons.collect::<Vec<_>>(), [link, turned, lines, formula], "every character is kept");

    let csv = export(&world, "csv").await;
    assert!(!csv.replace("\r\n", "").contains(['\r', '\n', '\t', '\u{202e}', '\u{2028}']));
    let rows = rows(&csv);
    assert_eq!(rows.len(), told.len());
    let mut agents: Vec<&str> = rows.iter().map(|row| row[7].as_str()).filter(|agent| agent.contains('\'')).collect();
    agents.dedup();
    assert_eq!(agents, ["'+1 <script>", "\"'-3", "Portal;'@SUM(A1),'-1|'+2", "'=cmd|' /C calc'!A0"]);
    assert!(rows.iter().flatten().all(|cell| !cell.starts_with(SIGNS)));
    // A program that splits at other separators, and ignores quotes.
    for cell in csv.split([',', ';', '|', '\t', '\r', '\n']) {
        assert!(!cell.trim_start_matches(['"', ' ']).starts_with(SIGNS), "{cell}");
    }
}

#[tokio::test]
async fn an_incomplete_export_is_an_error() {
    let world = World::start().await;
    let company = world.companies["Northwind Partners"].clone();
    let whole = ["--company", &company, "--format", "csv"];
    let said = |output: &Output| String::from_utf8(output.stderr.clone()).unwrap();

    world.store.inject(InjectedFault::Throttled(Attempts::All), 0, 1);
    let cut = run(world.store.url(), Some("readmit-audit"), &whole).await;
    world.store.heal();
    assert_eq!(cut.status.code(), Some(1));
    assert_eq!(said(&cut).lines().count(), 1, "{}", said(&cut));
    assert!(said(&cut).starts_with("readmit-trail: the store is unavailable"), "{}", said(&cut));

    let nowhere = run(world.store.url(), None, &whole).await;
    assert_eq!(nowhere.status.code(), Some(1));
    assert_eq!(said(&nowhere), "readmit-trail: the environment variable READMIT_AUDIT_TABLE is not set\n");
    assert!(nowhere.stdout.is_empty());

    let nobodys = run(world.store.url(), Some("readmit-audit"), &["--company", "northwind", "--format", "csv"]).await;
    assert_eq!(nobodys.status.code(), Some(2));
    let unknown = ["--company", "cmp_01J00000000000000000000000", "--format", "json-lines"];
    let empty = run(world.store.url(), Some("readmit-audit"), &unknown).await;
    assert_eq!((empty.status.code(), said(&empty)), (Some(0), "readmit-trail: 0 events\n".to_owned()));
}
