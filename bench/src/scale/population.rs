//! Loads a company's people into the tables, in the form of a few people that the functions wrote.

use std::collections::BTreeMap;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use readmit::Clock;
use readmit::domain::{EmployeeId, PasscodeId, Timestamp};
use readmit::store::due_shard;
use readmit_local::Database;
use serde_json::{Value, json};

use super::row_template::{Filling, Hole, RowTemplate};
use crate::{Failure, progress};

/// The number of people that are loaded in one batch.
const BATCH: usize = 2_000;
/// The time in seconds over which the expiry of the codes is spread.
const SPREAD: usize = 3_600;
const TABLES: [&str; 3] = ["employees", "credentials", "passcodes"];

/// A group of people. Each group has a model that the functions created, and the others are copies of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Active, with a code that can be redeemed.
    Member,
    /// A Security Admin with a code that can be redeemed.
    Admin,
    /// A client whose account is disabled, without a code.
    Client,
    /// Active, with a code whose mail bounced.
    Bounced,
    /// Active, with a code that the cleanup must end.
    Due,
    /// Active, with a code that can be redeemed. An import erases this group.
    Leaver,
}

impl Group {
    /// All groups.
    pub const ALL: [Self; 6] = [Self::Member, Self::Admin, Self::Client, Self::Bounced, Self::Due, Self::Leaver];

    /// The first name, which sorts people with an active code before all others.
    pub fn first_name(self) -> &'static str {
        match self {
            Self::Member | Self::Admin => "Member",
            Self::Client => "Other",
            Self::Bounced => "Returned",
            Self::Due => "Tardy",
            Self::Leaver => "Unneeded",
        }
    }

    /// The number of the group's model, which is higher than all others.
    pub fn model(self) -> String {
        let at = Self::ALL.iter().position(|group| *group == self).unwrap_or_default();
        (9_000_001 + at).to_string()
    }

    /// The import row of the group's model.
    pub fn model_row(self) -> Value {
        let mut row =
            json!({"email": self.email(&self.model()), "name": format!("{} {}", self.first_name(), self.model())});
        match self {
            Self::Admin => row["role"] = json!("security_admin"),
            Self::Client => {
                row["account_type"] = json!("client");
                row["status"] = json!("disabled");
            }
            _ => {}
        }
        row
    }

    /// The address of the person with this number.
    pub fn email(self, number: &str) -> String {
        format!("{}{number}@scale.example", self.first_name().to_lowercase())
    }

    /// `n` with a fixed number of digits, so that every item has the same size.
    pub fn number(n: usize) -> String {
        format!("{n:07}")
    }
}

/// Creates the people of the groups.
pub struct Population {
    models: BTreeMap<Group, Vec<RowTemplate>>,
    /// The creation time of the first loaded person. Each other one is a millisecond later.
    begin: Timestamp,
    /// The expiry of the models' codes.
    end: Timestamp,
}

impl Population {
    /// Reads the items of the models.
    pub fn of_models(database: &Database, now: Timestamp) -> Result<Self, Failure> {
        let mut tables = Vec::new();
        for table in TABLES {
            let request = serde_json::from_value(json!({"TableName": format!("readmit-{table}")}))?;
            let found = serde_json::to_value(database.engine().scan(request)?)?;
            tables.push((table, found["Items"].as_array().cloned().unwrap_or_default()));
        }
        let mut end = None;
        let mut models = BTreeMap::new();
        for group in Group::ALL {
            models.insert(group, templates(group, &tables, &mut end)?);
        }
        let end = end.ok_or("no model has a code")?;
        // Ids sort by creation time. All loaded people are older than the models.
        Ok(Self { models, begin: Timestamp::from_millis(now.millis() - 10_000_000), end })
    }

    /// The id of member or admin number `n`.
    fn employee_id(&self, group: Group, n: usize) -> EmployeeId {
        // The ids of a group are consecutive, and are the same each time it is loaded.
        let block = if matches!(group, Group::Member | Group::Admin) { 0 } else { 2_000_000 + group as i64 * 200_000 };
        let at = Timestamp::from_millis(self.begin.millis() + block + n as i64);
        EmployeeId::new(at, &mut StdRng::seed_from_u64(n as u64))
    }

    /// The id of member number `n`.
    pub fn member_id(&self, n: usize) -> String {
        self.employee_id(Group::Member, n).to_string()
    }

    /// Loads `count` members into the tables. One in ten is a Security Admin.
    pub fn put_members(&self, database: &Database, count: usize) -> Result<(), Failure> {
        let bar = progress::bar("people put in", count);
        let group_of = |n: usize| if n % 10 == 9 { Group::Admin } else { Group::Member };
        for first in (0..count).step_by(BATCH) {
            let people = (first..count.min(first + BATCH)).map(|n| {
                let end = self.end.millis() - (n % SPREAD) as i64 * 1_000;
                (group_of(n), n, Timestamp::from_millis(end))
            });
            self.put(database, people, first as u64)?;
            bar.inc(BATCH as u64);
        }
        bar.finish_and_clear();
        Ok(())
    }

    /// Loads `count` people of another group into the tables.
    pub fn put_others(&self, database: &Database, group: Group, count: usize) -> Result<(), Failure> {
        self.put(database, (0..count).map(|n| (group, n, self.end)), count as u64)
    }

    /// Loads people with overdue codes into the tables and replaces earlier ones. `round` makes their codes new.
    pub fn put_due(&self, database: &Database, count: usize, round: usize) -> Result<(), Failure> {
        let ended = Timestamp::from_millis(Clock::system().now().millis() - 60_000);
        self.put(database, (0..count).map(|n| (Group::Due, n, ended)), round as u64)
    }

    /// Loads the people who will be erased into the tables.
    pub fn put_leavers(&self, database: &Database, count: usize, round: usize) -> Result<(), Failure> {
        self.put(database, (0..count).map(|n| (Group::Leaver, n, self.end)), round as u64)
    }

    fn put(
        &self,
        database: &Database,
        people: impl Iterator<Item = (Group, usize, Timestamp)>,
        seed: u64,
    ) -> Result<(), Failure> {
        let mut random = StdRng::seed_from_u64(seed);
        let mut tables = BTreeMap::<&str, Vec<String>>::new();
        for (group, n, end) in people {
            let passcode_id = in_shard(n, self.begin, &mut random);
            let filling = Filling {
                number: Group::number(n),
                employee_id: self.employee_id(group, n).to_string(),
                passcode_id: passcode_id.to_string(),
                end: end.to_string(),
                shard: shard(passcode_id),
            };
            for template in self.models.get(&group).into_iter().flatten() {
                tables.entry(template.table).or_default().push(template.fill(&filling));
            }
        }
        for (table, items) in tables {
            let items = items.iter().map(|item| serde_json::from_str(item)).collect::<Result<_, _>>()?;
            database.engine().import_items(&format!("readmit-{table}"), items, Default::default())?;
        }
        Ok(())
    }
}

/// The id of a passcode. The ids are spread evenly over the shards.
fn in_shard(n: usize, at: Timestamp, random: &mut StdRng) -> PasscodeId {
    loop {
        let id = PasscodeId::new(at, random);
        if due_shard(id) == format!("{:x}", n % 16) {
            return id;
        }
    }
}

fn shard(id: PasscodeId) -> String {
    format!("\"due_shard\":{{\"S\":\"{}\"}}", due_shard(id))
}

/// The templates of the items of a group's model. Writes the expiry of the code to `end`.
fn templates(
    group: Group,
    tables: &[(&'static str, Vec<Value>)],
    end: &mut Option<Timestamp>,
) -> Result<Vec<RowTemplate>, Failure> {
    let email = group.email(&group.model());
    let is_models = |item: &&Value| item["login"]["S"] == email.as_str();
    let of_table = |name: &str| {
        tables.iter().find(|(table, _)| *table == name).and_then(|(_, items)| items.iter().find(is_models))
    };
    let employee = of_table("employees").ok_or("a model is not in the directory")?;
    let employee_id = employee["employee_id"]["S"].as_str().ok_or("a model has no id")?;
    let mut marks = vec![(group.model(), Hole::Number), (employee_id.to_owned(), Hole::EmployeeId)];
    if let Some(passcode) = of_table("passcodes") {
        let member = |name: &str| passcode[name]["S"].as_str().map(str::to_owned);
        marks.extend(member("passcode_id").map(|id| (id, Hole::PasscodeId)));
        if let Some(ends) = member("expires_at") {
            *end = Some(ends.parse()?);
            marks.push((ends, Hole::End));
        }
    }
    let mut templates = Vec::new();
    for (table, items) in tables {
        for item in items {
            let text = item.to_string();
            if !text.contains(employee_id) {
                continue;
            }
            let mut marks = marks.clone();
            if let Some(shard) = item.get("due_shard") {
                marks.push((format!("\"due_shard\":{shard}"), Hole::Shard));
            }
            templates.push(RowTemplate::cut(table, &text, &marks));
        }
    }
    let is_due = templates.iter().any(|template| template.has(Hole::Shard));
    if is_due != !matches!(group, Group::Client | Group::Bounced) {
        return Err("a model's code is not in the state that its group is to have".into());
    }
    Ok(templates)
}
