//! `mode` `update`: finds the company that an import names, and changes its row.

use readmit::domain::{AuditContext, BrandedCompany, Company, CompanyFields, CompanyId};
use readmit::store::{Outcome, PeopleConditions, Store, StoreError};

use crate::ImportError;

/// Changes the company that the import names, and returns it. If another import changed it at the same time, reads it and decides
/// again, so that neither change is lost.
pub(crate) async fn update(
    store: &Store,
    fields: &CompanyFields,
    act_now: impl Fn() -> AuditContext,
) -> Result<Company, ImportError> {
    let mut attempts = store.attempts("the company");
    loop {
        attempts.begin().await?;
        let before = find(store, fields).await?;
        let after = fields.applied_to(&before);
        if before == after
            || store.change_company(&before, &after, &PeopleConditions::default(), &act_now()).await? == Outcome::Done
        {
            return Ok(after.company);
        }
    }
}

/// Reads the company. It reads the logo only if the import changes it; otherwise the returned company has no logo.
async fn read(
    store: &Store,
    company_id: CompanyId,
    fields: &CompanyFields,
) -> Result<Option<BrandedCompany>, StoreError> {
    if fields.gives_logo() {
        return store.branded_company(company_id).await;
    }
    Ok(store.company(company_id).await?.map(|company| BrandedCompany { company, logo: None }))
}

/// Finds the company by `company_id`, else by `external_id`. If both are given, `external_id` is the new value, which no other company
/// may have.
async fn find(store: &Store, fields: &CompanyFields) -> Result<BrandedCompany, ImportError> {
    let not_found =
        || ImportError::Rejected("company_not_found", "no company has that company_id or external_id".to_owned());
    let owner = owner_of(store, fields).await?;
    let company_id = fields.company_id.or(owner).ok_or_else(not_found)?;
    let company = read(store, company_id, fields).await?.ok_or_else(not_found)?;
    match owner {
        Some(owner) if owner != company_id => {
            Err(ImportError::Rejected("external_id_taken", "another company has that external_id".to_owned()))
        }
        _ => Ok(company),
    }
}

/// The company that has the external id, if the import gives one.
pub(crate) async fn owner_of(store: &Store, fields: &CompanyFields) -> Result<Option<CompanyId>, StoreError> {
    match &fields.external_id {
        Some(external_id) => store.company_of(external_id).await,
        None => Ok(None),
    }
}
