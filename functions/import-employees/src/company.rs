//! Which company an import is about.

use readmit::MailingServices;
use readmit::domain::{Company, CompanyId, Login};

use crate::row::Parsed;
use crate::{CompanyPart, Refused, logins};

/// The company of an import.
pub(crate) struct Settled {
    pub(crate) company: Company,
    /// It is there. A new one comes to be with its first employee, in one transaction: no company without people, and no two
    /// halves of one when an import is sent twice at once.
    pub(crate) exists: bool,
}

/// The company that is named; else the one that owns the addresses; else a new one. An existing one's row is kept up to date.
pub(crate) async fn settle(
    services: &MailingServices,
    part: &CompanyPart,
    rows: &[Parsed],
    addressees: &[Login],
) -> Result<Settled, Refused> {
    let store = &services.services.store;
    let company_id = match part.company_id {
        Some(company_id) => Some(company_id),
        None => owner_of(services, logins(rows).chain(addressees).cloned().collect()).await?,
    };
    let before = match company_id {
        Some(company_id) => Some(store.company(company_id).await?.ok_or(Refused::CompanyNotFound)?),
        None => None,
    };
    let new_id = || CompanyId::new(services.services.now(), &mut services.services.random());
    let company = Company {
        company_id: company_id.unwrap_or_else(new_id),
        company_name: part.name.clone(),
        support_email: part.support_email.clone().or_else(|| before.as_ref()?.support_email.clone()),
        mail_locale: part.locale.clone().or_else(|| before.as_ref()?.mail_locale.clone()),
        second_proof: part.second_proof.or_else(|| Some(before.as_ref()?.second_proof)).unwrap_or_default(),
    };
    if before.as_ref().is_some_and(|before| *before != company) {
        store.put_company(&company).await?;
    }
    Ok(Settled { company, exists: before.is_some() })
}

async fn owner_of(services: &MailingServices, logins: Vec<Login>) -> Result<Option<CompanyId>, Refused> {
    let owners = services.services.store.credentials_of(&logins).await?;
    let mut companies: Vec<CompanyId> = owners.iter().map(|owner| owner.company_id).collect();
    companies.sort_unstable();
    companies.dedup();
    match companies.as_slice() {
        [] => Ok(None),
        [company_id] => Ok(Some(*company_id)),
        _ => Err(Refused::TwoCompanies),
    }
}
