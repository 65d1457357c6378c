//! The row of each company, and the rows that make `external_id` unique among all companies.
//!
//! The row that claims a company's external id is in the employees table, in its own partition `external#<id>`. No company has such an
//! id, so no query of a company finds the row.

use readmit_domain::{AuditContext, Company, CompanyId, Employee, EventType, ExternalId};
use serde::Deserialize;

use super::attributes::*;
use super::change::{Change, Item, item, key};
use super::directory::{COMPANY_ROW, company_key};
use super::{Outcome, Store, StoreError};

/// The row that makes a company's external id unique.
#[derive(Deserialize)]
struct CompanyClaim {
    claimed_by: CompanyId,
}

fn claim_key(external_id: &ExternalId) -> Item {
    key([(COMPANY_ID, &format!("external#{external_id}")), (EMPLOYEE_ID, &COMPANY_ROW)])
}

impl Store {
    pub async fn company(&self, company_id: CompanyId) -> Result<Option<Company>, StoreError> {
        Ok(self.directory(company_id, &[]).await?.company)
    }

    pub async fn company_of(&self, external_id: &ExternalId) -> Result<Option<CompanyId>, StoreError> {
        let claim: Option<CompanyClaim> = self.get(&self.tables.employees, claim_key(external_id)).await?;
        Ok(claim.map(|claim| claim.claimed_by))
    }

    /// Creates a company with its first employee. Refused if the employee's login or the company's external id is taken.
    pub async fn create_company(
        &self,
        company: &Company,
        first: &Employee,
        act: &AuditContext,
    ) -> Result<Outcome, StoreError> {
        let mut changes = self.additions(first, true, act)?;
        let row = item(company)?.into_iter().chain(key([(EMPLOYEE_ID, &COMPANY_ROW)])).collect();
        changes.push(Change::put(&self.tables.employees, row).if_absent(EMPLOYEE_ID));
        changes.extend(company.external_id.as_ref().map(|new| self.claim_company(company, new)));
        self.transact(changes).await
    }

    /// Changes a company's row, and writes an audit event with the old and new values. Refused if the row changed since it was read, or
    /// the new external id is taken.
    pub async fn change_company(
        &self,
        before: &Company,
        after: &Company,
        act: &AuditContext,
    ) -> Result<Outcome, StoreError> {
        let event = self
            .event(act, EventType::CompanyChanged, before.company_id, None)
            .with_change("name", Some(&before.company_name), Some(&after.company_name))
            .with_change("external_id", before.external_id.as_ref(), after.external_id.as_ref())
            .with_change("support_email", before.support_email.as_ref(), after.support_email.as_ref())
            .with_change("locale", before.mail_locale.as_ref(), after.mail_locale.as_ref())
            .with_change("second_proof", Some(&before.second_proof), Some(&after.second_proof));
        let row = Change::update(&self.tables.employees, company_key(before.company_id))
            .replace("company_name", Some(&before.company_name), Some(&after.company_name))
            .replace(EXTERNAL_ID, before.external_id.as_ref(), after.external_id.as_ref())
            .replace("support_email", before.support_email.as_ref(), after.support_email.as_ref())
            .replace(MAIL_LOCALE, before.mail_locale.as_ref(), after.mail_locale.as_ref())
            .replace("second_proof", Some(before.second_proof), Some(after.second_proof));
        let mut changes = vec![row, self.record(&event)?];
        if before.external_id != after.external_id {
            changes.extend(after.external_id.as_ref().map(|new| self.claim_company(after, new)));
            changes.extend(before.external_id.as_ref().map(|old| self.release_company(before, old)));
        }
        self.transact(changes).await
    }

    fn claim_company(&self, company: &Company, external_id: &ExternalId) -> Change {
        let claim = claim_key(external_id).into_iter().chain(key([(CLAIMED_BY, &company.company_id)])).collect();
        Change::put(&self.tables.employees, claim).if_absent(EMPLOYEE_ID)
    }

    fn release_company(&self, company: &Company, external_id: &ExternalId) -> Change {
        Change::delete(&self.tables.employees, claim_key(external_id)).if_equal(CLAIMED_BY, company.company_id)
    }
}
