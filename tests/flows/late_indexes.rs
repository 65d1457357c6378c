//! Indexes that are late by some acts change only the lists.

use std::time::Duration;

use readmit_tests::{LateIndexes, Reply, World};
use reqwest::Method;
use serde_json::{Value, json};

const ADA: &str = "ada@northwind.example";
const GRACE: &str = "grace@northwind.example";
const MIKE: &str = "mike@northwind.example";
const SAM: &str = "sam@northwind.example";
const MOVED: &str = "samuel@northwind.example";

/// Longer than the lifetime of a code.
const HOUR: Duration = Duration::from_secs(61 * 60);

/// The results so far, one line per act.
struct Story<'w> {
    world: &'w World,
    /// None if the indexes are always current.
    late: Option<LateIndexes<'w>>,
    lines: Vec<String>,
}

impl Story<'_> {
    async fn says(&mut self, line: String) {
        self.lines.push(line);
        self.world.stack.catch_up_with_the_stream().await;
        if let Some(late) = &mut self.late {
            late.follow().await;
        }
    }

    async fn answers(&mut self, act: &str, reply: &Reply) {
        self.says(format!("{act}: {} {}", reply.status, reply.body["code"])).await;
    }

    async fn redeems(&mut self, email: &str, code: &str) -> Reply {
        let reply = self.world.redeem(email, code).await;
        self.answers("redeem", &reply).await;
        reply
    }

    async fn changes(&mut self, email: &str, row: Value) {
        let reply = self.world.change(email, row.clone()).await;
        self.says(format!("{email} {row}: {}", reply.body["results"][0]["outcome"])).await;
    }

    async fn is_reported(&mut self, email: &str, event: &str) {
        let mails = self.world.mails_to(email).await;
        let body = json!({"message_id": mails.last().unwrap()["message_id"], "event": event});
        let reply = self.world.call(Method::POST, "/_local/delivery", None, Some(body)).await;
        self.says(format!("{event}: {}", reply.body)).await;
    }

    async fn is_cleaned_up(&mut self) {
        let counts = self.world.clean_up().await;
        self.says(format!("cleanup: {counts}")).await;
    }

    /// Advances the clock, and then the indexes are current.
    async fn waits(&mut self, time: Duration) {
        self.world.advance(time).await;
        if let Some(late) = &mut self.late {
            late.settle().await;
        }
    }
}

/// Acts on codes and people in every state, in quick sequence.
async fn story(acts_behind: Option<usize>) -> Vec<String> {
    let world = World::start().await;
    world.stack.clock().hold();
    let (mut ada, mut grace) = (world.enrolled(ADA).await, world.enrolled(GRACE).await);
    ada.signs_in().await;
    let late = match acts_behind {
        Some(acts) => Some(LateIndexes::behind(&world, acts).await),
        None => None,
    };
    let mut story = Story { world: &world, late, lines: Vec::new() };
    let passcode = |email: &str| format!("/v1/employees/{}/passcode", world.id(email));

    // Replaced, revoked, bounced, redeemed, completed.
    story.answers("issue", &ada.issues(MIKE, None).await).await;
    let replaced = world.mailed_code(MIKE).await;
    story.is_cleaned_up().await;
    story.answers("issue again", &grace.issues(MIKE, None).await).await;
    story.redeems(MIKE, &replaced).await;
    let taken_back = world.mailed_code(MIKE).await;
    story.answers("revoke", &ada.calls(Method::DELETE, &passcode(MIKE), None).await).await;
    story.answers("revoke again", &ada.calls(Method::DELETE, &passcode(MIKE), None).await).await;
    story.redeems(MIKE, &taken_back).await;
    story.is_cleaned_up().await;
    story.answers("issue", &ada.issues(MIKE, None).await).await;
    story.is_reported(MIKE, "bounce").await;
    story.is_reported(MIKE, "delivery").await;
    story.waits(HOUR).await;
    story.is_cleaned_up().await;
    ada.signs_in().await;
    story.answers("issue", &ada.issues(MIKE, None).await).await;
    let disown = world.disown_token(MIKE).await;
    let code = world.mailed_code(MIKE).await;
    let redeemed = story.redeems(MIKE, &code).await;
    story.is_cleaned_up().await;
    let mike = readmit_tests::Recovery::new(&world, MIKE, redeemed.text_at("/recovery_token"));
    let mike = mike.completes("velvet compass orchard nine").await;
    story.says("completed".to_owned()).await;
    story.redeems(MIKE, &code).await;
    let disowned = world.call(Method::POST, "/v1/passcodes/disown", None, Some(json!({"token": disown}))).await;
    story.answers("disown", &disowned).await;
    story.answers("suspend", &ada.issues(MIKE, Some(json!({"suspend": true}))).await).await;
    story.says(format!("session: {}", mike.has_a_session().await)).await;

    // A code that the index shows as expired, but that was replaced, or redeemed in its last minute.
    story.answers("issue", &ada.issues(SAM, None).await).await;
    story.waits(HOUR).await;
    ada.signs_in().await;
    story.answers("issue again", &ada.issues(SAM, None).await).await;
    story.is_cleaned_up().await;
    let code = world.mailed_code(SAM).await;
    story.waits(HOUR - Duration::from_secs(120)).await;
    story.redeems(SAM, &code).await;
    world.advance(Duration::from_secs(121)).await;
    story.is_cleaned_up().await;

    ada.signs_in().await;
    grace.signs_in().await;

    // People who are disabled, reactivated, moved and erased.
    story.answers("issue", &ada.issues(SAM, None).await).await;
    let code = world.mailed_code(SAM).await;
    story.changes(SAM, json!({"status": "disabled"})).await;
    story.redeems(SAM, &code).await;
    story.answers("issue", &ada.issues(SAM, None).await).await;
    story.changes(SAM, json!({"status": "active"})).await;
    story.answers("issue", &ada.issues(SAM, None).await).await;
    let code = world.mailed_code(SAM).await;
    story.changes(SAM, json!({"email": MOVED, "name": "Samuel Wójcik"})).await;
    story.redeems(SAM, &code).await;
    story.redeems(MOVED, &code).await;
    story.answers("revoke", &grace.calls(Method::DELETE, &passcode(SAM), None).await).await;
    story.changes(GRACE, json!({"role": "member"})).await;
    story.answers("issue", &grace.issues(MIKE, None).await).await;
    story.changes(SAM, json!({"erase": true})).await;
    story.answers("issue", &ada.issues(SAM, None).await).await;
    story.answers("one", &ada.calls(Method::GET, &format!("/v1/employees/{}", world.id(SAM)), None).await).await;
    story.is_cleaned_up().await;

    let Story { late, mut lines, .. } = story;
    drop(late);
    world.reconcile().await;
    for email in [ADA, GRACE, MIKE, SAM] {
        lines.push(format!("{email}: {:?}", world.trail_of(email).await));
    }
    for email in [ADA, GRACE, MIKE, SAM, MOVED] {
        lines.push(format!(
            "{email}: {:?}, {} codes",
            world.notices_to(email).await,
            world.mails_to(email).await.len()
        ));
    }
    for email in [ADA, GRACE, MIKE] {
        lines.push(format!("{email}: {}", ada.sees(email).await["passcode"]["status"]));
    }
    lines
}

#[tokio::test]
async fn indexes_that_are_some_acts_behind_change_no_act() {
    let at_once = story(None).await;
    for acts_behind in [1, 3] {
        assert_eq!(story(Some(acts_behind)).await, at_once, "{acts_behind} acts behind");
    }
}

#[tokio::test]
async fn what_is_shown_comes_late_and_is_never_wrong_about_a_code() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let names = async |filter: &str| -> Vec<String> {
        let path = format!("/v1/employees{filter}");
        let page = ada.calls(Method::GET, &path, None).await.is(200);
        let row = |row: &Value| format!("{} {}", row["name"].as_str().unwrap(), row["passcode"]["status"]);
        page.body["employees"].as_array().unwrap().iter().map(row).collect()
    };
    let late = LateIndexes::behind(&world, 1).await;
    ada.issues(MIKE, None).await.is(201);
    world.change(SAM, json!({"name": "Samuel Wójcik"})).await;
    assert_eq!(names("?filter=passcode_pending").await, Vec::<String>::new());
    let all = names("").await;
    assert!(all.contains(&"Sam Wójcik null".to_owned()), "{all:?}");
    assert!(all.contains(&"Mike Brandt \"sent\"".to_owned()), "{all:?}");
    drop(late);
    assert_eq!(names("?filter=passcode_pending").await, ["Mike Brandt \"sent\""]);
    assert!(names("").await.contains(&"Samuel Wójcik null".to_owned()));

    let mut late = LateIndexes::behind(&world, 1).await;
    world.redeem(MIKE, &world.mailed_code(MIKE).await).await.is(200);
    late.follow().await;
    let shown = names("?filter=passcode_pending").await;
    assert!(shown.is_empty() || shown == ["Mike Brandt \"redeemed\""], "{shown:?}");
}
