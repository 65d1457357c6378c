//! Late indexes, as in DynamoDB: an index answers with the state of the tables some acts ago.

use std::collections::VecDeque;

use readmit_local::Database;
use serde_json::json;

use crate::World;

/// The tables that have indexes.
const INDEXED: [&str; 3] = ["employees", "passcodes", "audit"];

/// Copies of the tables after each of the last acts. Reads of an index see the oldest copy.
pub struct LateIndexes<'w> {
    world: &'w World,
    behind: usize,
    held: VecDeque<Database>,
}

impl<'w> LateIndexes<'w> {
    /// From now on, the indexes are late by this number of acts.
    pub async fn behind(world: &'w World, acts: usize) -> Self {
        let mut late = Self { world, behind: acts, held: VecDeque::new() };
        late.follow().await;
        late
    }

    /// Records that an act is done.
    pub async fn follow(&mut self) {
        self.held.push_back(copy_of_tables(self.world).await);
        while self.held.len() > self.behind + 1 {
            self.held.pop_front();
        }
        self.world.store.answers_indexes_from(Some(self.held[0].url()));
    }

    /// The indexes become current, as after some minutes.
    pub async fn settle(&mut self) {
        self.held.clear();
        self.follow().await;
    }
}

impl Drop for LateIndexes<'_> {
    fn drop(&mut self) {
        self.world.store.answers_indexes_from(None);
    }
}

async fn copy_of_tables(world: &World) -> Database {
    let copy = Database::start(None).await.unwrap();
    for table in INDEXED {
        for items in world.items(table).await.chunks(25) {
            let puts: Vec<_> = items.iter().map(|item| json!({"PutRequest": {"Item": item}})).collect();
            let puts = json!({"RequestItems": {format!("readmit-{table}"): puts}});
            world.dynamodb_at(copy.url(), "BatchWriteItem", puts).await;
        }
    }
    copy
}
