//! An event for `import-employees`, with the places of its rows in the file they come from.

use serde_json::{Map, Value};

/// The function that imports.
pub const IMPORT_EMPLOYEES: &str = "import-employees";

/// One event for `import-employees`.
pub struct ImportEvent {
    pub event: Map<String, Value>,
    /// Where each row of `employees` stands: "line 7", "employee 3 of event 2".
    pub places: Vec<String>,
    /// Whether it adds to the company of the import before it.
    pub continues: bool,
}
