//! The people of a large company that is made up.

use serde_json::{Value, json};

pub(super) const COMPANY: &str = "Bench";
const FIRST_NAMES: [&str; 10] =
    ["Ada", "Björn", "Chiara", "Dmitri", "Elif", "François", "Grace", "Hiroshi", "Ingrid", "José"];
const ADDRESSES: [&str; 10] =
    ["ada", "bjorn", "chiara", "dmitri", "elif", "francois", "grace", "hiroshi", "ingrid", "jose"];
const LAST_NAMES: [&str; 10] =
    ["Lindqvist", "Okafor", "Brandt", "Wójcik", "Nakamura", "O’Brien", "García-López", "Müller", "Haddad", "Santos"];

/// The people to import.
pub(super) struct People {
    pub(super) founder: Value,
    pub(super) rows: Vec<Value>,
    /// How many imports are sent at the same time.
    pub(super) parallel: usize,
}

impl People {
    /// Their addresses begin with the first name, as most companies' do.
    pub(super) fn make_up(count: usize, parallel: usize) -> Self {
        let row = |n: usize| {
            let (first, last) = (FIRST_NAMES[n % 10], LAST_NAMES[n / 10 % 10]);
            let mut row = json!({
                "email": format!("{}.{n:07}@bench.example", ADDRESSES[n % 10]),
                "name": format!("{first} {last}"),
                "external_id": format!("N-{n:07}"),
            });
            match n % 50 {
                7 => row["account_type"] = json!("client"),
                8 => row["status"] = json!("disabled"),
                9 => row["role"] = json!("security_admin"),
                _ => {}
            }
            row
        };
        let founder = json!({"email": "founder@bench.example", "name": "First Founder", "role": "security_admin"});
        Self { founder, rows: (0..count).map(row).collect(), parallel }
    }

    pub(super) fn everybody(&self) -> impl Iterator<Item = &Value> {
        self.rows.iter().chain([&self.founder])
    }

    /// The import that creates the company. Because of the external id it can be sent again without effect.
    pub(super) fn import(&self, row: &Value) -> Value {
        json!({"mode": "create", "company": {"external_id": "bench", "name": COMPANY}, "employees": [row]})
    }
}
