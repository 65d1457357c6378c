//! The way back in.

use readmit_tests::{PASSWORD, World};
use reqwest::Method;

const NEW_PASSWORD: &str = "velvet compass orchard nine";

#[tokio::test]
async fn the_whole_way_back_in() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    let mut mike = world.enrolled("mike@northwind.example").await;

    let code = ada.issues_a_code_to("mike@northwind.example").await;
    // Issuing alone leaves the old credentials and sessions as they are.
    mike.signs_in().await;
    assert!(mike.has_a_session().await);

    let recovery = world.recovers("mike@northwind.example", &code).await;
    recovery.sets_password(NEW_PASSWORD).await.is(204);
    mike.signs_in().await;
    assert!(mike.has_a_session().await, "nothing is replaced before the completion");

    let shown = recovery.asks_for_totp().await.is(200);
    assert!(shown.text_at("/qr_svg").starts_with("<svg"));
    let done = recovery.confirms(&recovery.digits_of(&shown)).await.is(200);
    assert_eq!(done.body["employee"]["two_factor"], "enrolled");
    assert_eq!(done.body["backup_codes"].as_array().map(Vec::len), Some(10));

    // The new credentials open the door, the old ones, their sessions and their backup codes do not.
    assert!(!mike.has_a_session().await);
    mike.tries_to_sign_in().await.is_problem(401, "sign_in_rejected");
    world.sign_in(&mike.email, PASSWORD, &mike.backup_codes[0]).await.is_problem(401, "sign_in_rejected");
    world.sign_in(&mike.email, NEW_PASSWORD, &mike.backup_codes[0]).await.is_problem(401, "sign_in_rejected");
    let code = done.text_at("/backup_codes/0");
    let session = world.sign_in(&mike.email, NEW_PASSWORD, &code).await.is(200);
    let token = session.text_at("/access_token");
    world.call(Method::GET, "/v1/employees", Some(&token), None).await.is_problem(403, "not_security_admin");
    assert_eq!(ada.sees(&mike.email).await["passcode"]["status"], "redeemed");
}

#[tokio::test]
async fn every_act_is_in_the_trail_once() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    let code = ada.issues_a_code_to("mike@northwind.example").await;
    world.recovers("mike@northwind.example", &code).await.completes(PASSWORD).await;
    assert_eq!(
        world.trail_of("mike@northwind.example").await,
        [
            "employee.imported",
            "passcode.issued",
            "passcode.redeemed",
            "recovery.password_set",
            "recovery.completed",
            "session.started"
        ]
    );
}
