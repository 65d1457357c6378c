//! Revoking a code, by a Security Admin, and disowning it, by its holder.

use readmit_tests::{Person, Reply, World};
use reqwest::Method;
use serde_json::json;

const ADA: &str = "ada@northwind.example";
const MIKE: &str = "mike@northwind.example";

async fn revokes(ada: &Person<'_>, world: &World, email: &str) -> Reply {
    ada.calls(Method::DELETE, &format!("/v1/employees/{}/passcode", world.id(email)), None).await
}

#[tokio::test]
async fn an_admin_revokes_a_code_once() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    revokes(&ada, &world, MIKE).await.is_problem(404, "passcode_not_found");
    let code = ada.issues_a_code_to(MIKE).await;
    revokes(&ada, &world, MIKE).await.is(204);
    assert_eq!(ada.sees(MIKE).await["passcode"]["status"], "revoked");
    world.redeem(MIKE, &code).await.is_problem(401, "passcode_rejected");
    revokes(&ada, &world, MIKE).await.is_problem(404, "passcode_not_found");
    assert_eq!(world.trail_of(MIKE).await.iter().filter(|kind| *kind == "passcode.revoked").count(), 1);
    world.reconcile().await;
}

#[tokio::test]
async fn revoking_a_redeemed_code_ends_the_recovery() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let recovery = world.recovers(MIKE, &ada.issues_a_code_to(MIKE).await).await;
    revokes(&ada, &world, MIKE).await.is(204);
    recovery.sets_password("velvet compass orchard nine").await.is_problem(401, "unauthenticated");
    assert_eq!(ada.sees(MIKE).await["passcode"]["status"], "redeemed");
    assert!(world.trail_of(MIKE).await.contains(&"recovery.abandoned".to_owned()));
    revokes(&ada, &world, MIKE).await.is_problem(404, "passcode_not_found");
    world.reconcile().await;
}

#[tokio::test]
async fn nobody_revokes_their_own_code_or_a_strangers() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    world.operator_mails_a_code_to(ADA).await;
    revokes(&ada, &world, ADA).await.is_problem(403, "own_account");
    world.operator_mails_a_code_to("mary@contoso.example").await;
    revokes(&ada, &world, "mary@contoso.example").await.is_problem(404, "employee_not_found");
    let body = Some(json!({"reason": "none"}));
    let path = format!("/v1/employees/{}/passcode", world.id(MIKE));
    ada.calls(Method::DELETE, &path, body).await.is_problem(422, "invalid_request");
}

#[tokio::test]
async fn a_redemption_and_a_revocation_at_once_have_one_winner() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    for _ in 0..3 {
        let code = ada.issues_a_code_to(MIKE).await;
        let (redeemed, revoked) = tokio::join!(world.redeem(MIKE, &code), revokes(&ada, &world, MIKE));
        revoked.is(204);
        // The code was revoked before the redemption, or after it together with its recovery.
        assert!(redeemed.status == 200 || redeemed.status == 401, "{}", redeemed.text);
        world.reconcile().await;
        world.advance(std::time::Duration::from_secs(16 * 60)).await;
    }
}

async fn disowns(world: &World, token: &str) -> Reply {
    world.call(Method::POST, "/v1/passcodes/disown", None, Some(json!({"token": token}))).await
}

async fn disownings(world: &World) -> usize {
    world.trail_of(MIKE).await.iter().filter(|kind| *kind == "passcode.disowned").count()
}

#[tokio::test]
async fn the_holder_of_a_mailed_code_disowns_it_once() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let code = ada.issues_a_code_to(MIKE).await;
    let token = world.disown_token(MIKE).await;
    for _ in 0..3 {
        disowns(&world, &token).await.is(204);
    }
    assert_eq!(ada.sees(MIKE).await["passcode"]["status"], "disowned");
    world.redeem(MIKE, &code).await.is_problem(401, "passcode_rejected");
    assert_eq!(disownings(&world).await, 1);
    world.reconcile().await;
}

#[tokio::test]
async fn a_recovery_can_be_disowned_while_open_and_after_its_end() {
    let world = World::start().await;
    let code = world.operator_mails_a_code_to(MIKE).await;
    let token = world.disown_token(MIKE).await;
    let recovery = world.recovers(MIKE, &code).await;
    recovery.sets_password("velvet compass orchard nine").await.is(204);
    disowns(&world, &token).await.is(204);
    recovery.asks_for_totp().await.is_problem(401, "unauthenticated");
    assert_eq!(disownings(&world).await, 1);
    world.reconcile().await;

    let code = world.operator_mails_a_code_to(MIKE).await;
    let token = world.disown_token(MIKE).await;
    let mike = world.recovers(MIKE, &code).await.completes("velvet compass orchard nine").await;
    disowns(&world, &token).await.is(204);
    assert!(mike.has_a_session().await, "whoever holds an old mail locks nobody out");
    assert_eq!(disownings(&world).await, 2);
    world.reconcile().await;
}

#[tokio::test]
async fn a_token_that_is_invalid_or_of_a_replaced_code_is_rejected() {
    let world = World::start().await;
    world.operator_mails_a_code_to(MIKE).await;
    let older = world.disown_token(MIKE).await;
    let code = world.operator_mails_a_code_to(MIKE).await;
    let altered = format!("{}A", world.disown_token(MIKE).await);
    for token in [older.as_str(), altered.as_str(), "", "1.", "nonsense", code.as_str()] {
        disowns(&world, token).await.is_problem(401, "disown_rejected");
    }
    world.redeem(MIKE, &code).await.is(200);
    assert_eq!(disownings(&world).await, 0);
}
