//! The row of each company, and the rows that make `external_id` unique among all companies.
//!
//! The row that claims a company's external id is in the employees table, in its own partition `external#<id>`. No company has such an
//! id, so no query of a company finds the row.
//!
//! A company's logo is an item of its own, so that the acts that read the company do not pay for up to 8 KiB that they do not need.

use readmit_domain::{
    AuditContext, BrandedCompany, Color, Company, CompanyId, DomainName, Employee, EmployeeId, EventType, ExternalId,
    Login, Logo, Name, TimeZone,
};
use serde::Deserialize;

use super::attributes::*;
use super::batch::ReadOptions;
use super::change::{Change, Item, item, key, text};
use super::directory::{COMPANY_ROW, company_key, directory_keys};
use super::send::read;
use super::{DirectoryRows, Outcome, PeopleConditions, Store, StoreError};

/// The sort key of a company's logo; no employee's id can begin with `#`.
const LOGO_ROW: &str = "#logo";
const LOGO: &str = "logo";

#[derive(Deserialize)]
struct LogoRow {
    logo: Logo,
}

/// What a company's people see of it. Reading it costs one unit, and up to one more for a large logo.
#[derive(Clone, Deserialize)]
pub struct ShownCompany {
    pub company_name: Name,
    #[serde(default)]
    pub support_email: Option<Login>,
    #[serde(default)]
    pub time_zone: TimeZone,
    #[serde(default)]
    pub brand_color: Option<Color>,
    #[serde(default)]
    pub logo: Option<Logo>,
}

/// The attributes of [`ShownCompany`]. The IAM policies of functions that anybody may call name the same attributes.
const SHOWN: [&str; 7] = [COMPANY_ID, EMPLOYEE_ID, "company_name", "support_email", "time_zone", "brand_color", LOGO];

/// The row that makes a company's external id unique.
#[derive(Deserialize)]
struct CompanyClaim {
    claimed_by: CompanyId,
}

fn claim_key(external_id: &ExternalId) -> Item {
    key([(COMPANY_ID, &format!("external#{external_id}")), (EMPLOYEE_ID, &COMPANY_ROW)])
}

/// The domains for the audit, as one text.
fn domains(company: &Company) -> Option<String> {
    let names: Vec<&str> = company.domains.iter().map(DomainName::as_str).collect();
    (!names.is_empty()).then(|| names.join(","))
}

fn logo_key(company_id: CompanyId) -> Item {
    key([(COMPANY_ID, &company_id), (EMPLOYEE_ID, &LOGO_ROW)])
}

impl Store {
    pub async fn company(&self, company_id: CompanyId) -> Result<Option<Company>, StoreError> {
        Ok(self.directory(company_id, &[]).await?.company)
    }

    /// The company with its logo. One consistent request.
    pub async fn branded_company(&self, company_id: CompanyId) -> Result<Option<BrandedCompany>, StoreError> {
        Ok(self.directory_with_brand(company_id, &[]).await?.1)
    }

    /// Does the same as [`Self::directory`], and also reads the logo. One consistent request for each 100 keys.
    pub async fn directory_with_brand(
        &self,
        company_id: CompanyId,
        employee_ids: &[EmployeeId],
    ) -> Result<(DirectoryRows, Option<BrandedCompany>), StoreError> {
        let keys = directory_keys(company_id, employee_ids).into_iter().chain([logo_key(company_id)]).collect();
        let items = self.batch(&self.tables.employees, keys, ReadOptions::CONSISTENT).await?;
        let is_logo = |item: &Item| text(item, EMPLOYEE_ID).is_some_and(|key| key == LOGO_ROW);
        let (logos, rows): (Vec<_>, Vec<_>) = items.into_iter().partition(is_logo);
        let rows = DirectoryRows::of(rows)?;
        let logo = logos.into_iter().next().map(read).transpose()?.map(|row: LogoRow| row.logo);
        let branded = rows.company.clone().map(|company| BrandedCompany { company, logo });
        Ok((rows, branded))
    }

    /// The company as its people see it: an eventually consistent read. One request.
    pub async fn shown_company(&self, company_id: CompanyId) -> Result<Option<ShownCompany>, StoreError> {
        let keys = vec![company_key(company_id), logo_key(company_id)];
        let options = ReadOptions { consistent: false, only: &SHOWN };
        let (mut company, mut logo) = (None, None);
        for item in self.batch(&self.tables.employees, keys, options).await? {
            match text(&item, EMPLOYEE_ID).map(String::as_str) {
                Some(LOGO_ROW) => logo = Some(read::<LogoRow>(item)?.logo),
                _ => company = Some(read::<ShownCompany>(item)?),
            }
        }
        Ok(company.map(|company| ShownCompany { logo, ..company }))
    }

    pub async fn company_of(&self, external_id: &ExternalId) -> Result<Option<CompanyId>, StoreError> {
        let claim: Option<CompanyClaim> = self.get(&self.tables.employees, claim_key(external_id)).await?;
        Ok(claim.map(|claim| claim.claimed_by))
    }

    /// Creates a company with its first employee. Refused if the employee's login or the company's external id is taken.
    pub async fn create_company(
        &self,
        BrandedCompany { company, logo }: &BrandedCompany,
        first: &Employee,
        act: &AuditContext,
    ) -> Result<Outcome, StoreError> {
        let mut changes = self.additions(first, true, act)?;
        changes.extend(self.change_words(None, Some(first)));
        let row = item(company)?.into_iter().chain(key([(EMPLOYEE_ID, &COMPANY_ROW)])).collect();
        changes.push(Change::put(&self.tables.employees, row).if_absent(EMPLOYEE_ID));
        changes.extend(company.external_id.as_ref().map(|new| self.claim_company(company, new)));
        changes.extend(logo.as_ref().map(|logo| self.put_logo(company.company_id, logo).if_absent(EMPLOYEE_ID)));
        self.transact(changes).await
    }

    /// Changes a company, and writes an audit event with the old and new values. Refused if the company changed since it was read, the
    /// new external id is taken, or a condition does not hold.
    pub async fn change_company(
        &self,
        before: &BrandedCompany,
        after: &BrandedCompany,
        conditions: &PeopleConditions,
        act: &AuditContext,
    ) -> Result<Outcome, StoreError> {
        let logo = self.replace_logo(before, after);
        let logos = [before, after].map(|branded| branded.logo.as_ref().map(Logo::fingerprint));
        let (BrandedCompany { company: before, .. }, BrandedCompany { company: after, .. }) = (before, after);
        let event = self
            .event(act, EventType::CompanyChanged, before.company_id, None)
            .with_change("name", Some(&before.company_name), Some(&after.company_name))
            .with_change("external_id", before.external_id.as_ref(), after.external_id.as_ref())
            .with_change("support_email", before.support_email.as_ref(), after.support_email.as_ref())
            .with_change("locale", before.mail_locale.as_ref(), after.mail_locale.as_ref())
            .with_change("second_proof", Some(&before.second_proof), Some(&after.second_proof))
            .with_change("logo", logos[0].as_ref(), logos[1].as_ref())
            .with_change("color", before.brand_color.as_ref(), after.brand_color.as_ref())
            .with_change("reason_in_mail", Some(&before.reason_in_mail), Some(&after.reason_in_mail))
            .with_change("time_zone", Some(&before.time_zone), Some(&after.time_zone))
            .with_change("approvals", Some(&before.approvals), Some(&after.approvals))
            .with_change("domains", domains(before).as_ref(), domains(after).as_ref());
        // A default is not stored, as in a company that was created before the field was introduced.
        let stored_zone = |company: &Company| (!company.time_zone.is_utc()).then(|| company.time_zone.clone());
        let stored_approvals = |company: &Company| (!company.approvals.is_none()).then_some(company.approvals);
        let stored_domains = |company: &Company| (!company.domains.is_empty()).then(|| company.domains.clone());
        let stored_reason = |company: &Company| company.reason_in_mail.then_some(true);
        let row = Change::update(&self.tables.employees, company_key(before.company_id))
            .replace("company_name", Some(&before.company_name), Some(&after.company_name))
            .replace(EXTERNAL_ID, before.external_id.as_ref(), after.external_id.as_ref())
            .replace("support_email", before.support_email.as_ref(), after.support_email.as_ref())
            .replace(MAIL_LOCALE, before.mail_locale.as_ref(), after.mail_locale.as_ref())
            .replace("second_proof", Some(before.second_proof), Some(after.second_proof))
            .replace("brand_color", before.brand_color.as_ref(), after.brand_color.as_ref())
            .replace("reason_in_mail", stored_reason(before), stored_reason(after))
            .replace("time_zone", stored_zone(before), stored_zone(after))
            .replace("approvals", stored_approvals(before), stored_approvals(after))
            .replace("domains", stored_domains(before), stored_domains(after));
        let mut changes = vec![row, self.record(&event)?];
        changes.extend(logo);
        if before.external_id != after.external_id {
            changes.extend(after.external_id.as_ref().map(|new| self.claim_company(after, new)));
            changes.extend(before.external_id.as_ref().map(|old| self.release_company(before, old)));
        }
        changes.extend(self.people_conditions(conditions, None, act)?);
        self.transact(changes).await
    }

    fn put_logo(&self, company_id: CompanyId, logo: &Logo) -> Change {
        let row = logo_key(company_id).into_iter().chain(key([(LOGO, logo)])).collect();
        Change::put(&self.tables.employees, row)
    }

    /// The write of a changed logo, on condition that the logo is still the one that was read.
    fn replace_logo(&self, before: &BrandedCompany, after: &BrandedCompany) -> Option<Change> {
        let company_id = before.company.company_id;
        let change = match &after.logo {
            logo if *logo == before.logo => return None,
            Some(logo) => self.put_logo(company_id, logo),
            None => Change::delete(&self.tables.employees, logo_key(company_id)),
        };
        Some(change.if_as_seen(LOGO, before.logo.as_ref()))
    }

    fn claim_company(&self, company: &Company, external_id: &ExternalId) -> Change {
        let claim = claim_key(external_id).into_iter().chain(key([(CLAIMED_BY, &company.company_id)])).collect();
        Change::put(&self.tables.employees, claim).if_absent(EMPLOYEE_ID)
    }

    fn release_company(&self, company: &Company, external_id: &ExternalId) -> Change {
        Change::delete(&self.tables.employees, claim_key(external_id)).if_equal(CLAIMED_BY, company.company_id)
    }
}
