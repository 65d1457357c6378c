//! Changes to people and their accounts.

use rand::RngExt as _;
use serde_json::{Value, json};

use super::Journey;
use crate::asking::while_between;
use crate::cast::Person;

impl Journey {
    pub(super) async fn sign_in_and_out(&mut self, holder: &Person) {
        if self.random.random_ratio(1, 3) {
            self.as_holder(holder).signs_in_wrongly().await;
        }
        let with_backup_code = self.random.random_ratio(1, 2);
        if !self.as_holder(holder).signs_in(with_backup_code).await {
            return;
        }
        while_between(&mut self.random, 31, 120).await;
        match self.random.random_range(0..3) {
            0 => self.as_holder(holder).signs_out().await,
            _ => self.as_holder(holder).renews_backup_codes().await,
        }
    }

    pub(super) async fn change(&mut self, holder: &Person) {
        // The first admin of a company is not changed, so that one admin can always help.
        if self.cast.admins(holder.company)[0].id == holder.id {
            return;
        }
        let role = if holder.is_admin { "security_admin" } else { "member" };
        let rows = match self.random.random_range(0..6) {
            0 => [json!({"status": "disabled"}), json!({"status": "active"})],
            1 => [json!({"name": format!("{} Junior", holder.name)}), json!({"name": holder.name})],
            2 => [json!({"role": "member"}), json!({"role": role})],
            _ => return self.move_to_another_address(holder).await,
        };
        for row in rows {
            self.changes(holder, row).await;
            while_between(&mut self.random, 5, 300).await;
        }
    }

    async fn move_to_another_address(&mut self, holder: &Person) {
        let new = format!("moved{}@company{}.example", self.cast.click(), holder.company);
        let row = json!({"email": new});
        self.asker.completes("change an address", "import-employees", holder.change(row)).await;
        // Without an answer it may have been done.
        holder.looks_up_its_address(&self.cast.aws);
    }

    pub(super) async fn change_policy(&mut self, holder: &Person) {
        let over_http = self.random.random_ratio(1, 2);
        let admin = self.admin_for(holder);
        for second_proof in ["everyone", "none", "security_admins"] {
            if over_http {
                self.sets_policy(&admin, second_proof).await;
                while_between(&mut self.random, 5, 600).await;
                continue;
            }
            let company = json!({"company_id": holder.company_id, "second_proof": second_proof});
            let event = json!({"mode": "update", "company": company, "employees": []});
            self.asker.completes("change the policy", "import-employees", event).await;
            while_between(&mut self.random, 5, 600).await;
        }
    }

    /// A new person enrols with an operator's code, is erased, and another person gets the address.
    pub(super) async fn come_and_go(&mut self, colleague: &Person) {
        let email = format!("guest{}@company{}.example", self.cast.click(), colleague.company);
        for round in 0..2 {
            let row = json!({"email": email, "name": format!("Guest Number {round}")});
            let mut event = colleague.update_of(vec![row]);
            event["issue_passcodes"] = json!([email]);
            let told = self.asker.completes("add a person", "import-employees", event).await;
            let Some(id) = told.as_ref().and_then(|told| told["results"][0]["employee_id"].as_str()) else { return };
            let guest = colleague.guest(id, &email);
            let mut code = None;
            let mut token = None;
            if self.random.random_ratio(3, 4) {
                code = self.cast.newest_code(&email);
            }
            if let Some(code) = &code {
                token = self.as_holder(&guest).opens(code).await;
            }
            if let Some(token) = &token {
                let mut random = self.asker.decides();
                self.as_holder(&guest).recovers_somehow(token, &mut random).await;
            }
            while_between(&mut self.random, 5, 300).await;
            let gone = vec![json!({"email": email, "name": format!("Guest Number {round}"), "erase": true})];
            let told = self.asker.completes("erase a person", "import-employees", colleague.update_of(gone)).await;
            if told.is_some_and(|told| told["results"][0]["outcome"] == "erased") {
                self.is_gone(&guest).await;
            }
        }
    }

    /// Checks that all access of an erased person is refused.
    pub(super) async fn is_gone(&self, guest: &Person) {
        let session = guest.session.lock().unwrap().clone();
        if let Some(session) = session {
            let look =
                crate::asking::Request::new("use an ended session", reqwest::Method::GET, "/v1/session", guest.number);
            let reply = self.asker.insists(&look.by(&session.token)).await;
            if reply.is_some_and(|reply| reply.status == 200) {
                self.asker.world.oracle.finds(format!("the session of {} outlives its person", guest.email()));
            }
            guest.forgets(&session);
        }
        let number = guest.credentials.lock().unwrap().last().copied();
        if let Some(number) = number
            && self.as_holder(guest).tries_digits_of(number).await == Some(200)
        {
            self.asker.world.oracle.finds(format!("{} signs in, and is erased", guest.email()));
        }
    }
}

impl Person {
    /// An import of rows into the person's company.
    fn update_of(&self, rows: Vec<Value>) -> Value {
        json!({"mode": "update", "company": {"company_id": self.company_id}, "employees": rows})
    }
}
