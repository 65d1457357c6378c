//! An event for `import-employees`, with the places of its rows in the file.

use serde_json::{Map, Value};

/// The function that imports.
pub const IMPORT_EMPLOYEES: &str = "import-employees";

/// One event for `import-employees`.
pub struct ImportEvent {
    pub event: Map<String, Value>,
    /// The place of each row of `employees`: "line 7", "employee 3 of event 2".
    pub places: Vec<String>,
    /// Whether it adds employees to the company of the previous event.
    pub continues: bool,
}
