//! An operator imports a file of people.

use serde_json::{Value, json};

use super::Journey;
use crate::cast::Person;

/// The people of a file.
const PEOPLE: usize = 5;
/// Blanks before a row of JSON Lines: a piece of a megabyte then has two rows, and a file has three pieces.
const BLANKS: usize = 400_000;

impl Journey {
    /// New people, somebody who is there already, and somebody of another company. Each row has one outcome, however often its piece runs.
    pub(super) async fn import_file(&mut self, colleague: &Person) {
        let (file, company) = (self.cast.click(), colleague.company);
        let new = |n: usize| {
            json!({
                "email": format!("file{file}.{n}@company{company}.example"),
                "name": format!("Row {n} of {file}"),
                "external_id": format!("F-{file}-{n}"),
            })
        };
        let another = self.cast.people.iter().find(|person| person.company != company);
        let another = another.map(|person| json!({"email": person.email(), "name": "Elsewhere"}));
        let rows: Vec<Value> = (0..PEOPLE).map(new).chain(another).collect();
        let blanks = " ".repeat(BLANKS);
        let text: String = rows.iter().map(|row| format!("{blanks}{row}\n")).collect();
        let key = format!("uploads/{file}.jsonl");
        let version = self.cast.aws.storage().put(&key, text);
        let object = json!({"key": key, "version_id": version});
        let event = json!({"mode": "update", "company": {"company_id": colleague.company_id}, "object": object});
        if self.asker.completes("start an import of a file", "import-employees", event).await.is_some() {
            let emails = rows[..PEOPLE].iter().map(|row| row["email"].as_str().unwrap().to_owned());
            self.cast.files.lock().unwrap().extend(emails);
        }
    }
}
