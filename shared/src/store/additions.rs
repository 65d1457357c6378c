//! The data that decides about adding a person, or about giving a person another address or external id.

use readmit_domain::limit::PEOPLE_A_COMPANY;
use readmit_domain::{CompanyId, EmployeeFields, EmployeeId, ExternalId, Login, Timestamp};

use super::attributes::*;
use super::batch::ReadOptions;
use super::change::{Change, Item, key, text};
use super::directory::{company_key, employee_key};
use super::idempotency::{IdempotencyKey, KeyRow, KeyState};
use super::limits::{LimitRow, limit_key};
use super::people::external_key;
use super::send::read;
use super::{DirectoryRows, Store, StoreError, Throttled};

/// The data that decides about adding a person.
pub struct AdditionView {
    /// The rows of admin and company.
    pub rows: DirectoryRows,
    /// Who has the wanted address and external id.
    pub owners: Owners,
    company_id: CompanyId,
    window: Option<LimitRow>,
    key: Option<KeyRow>,
}

/// Who has an address, in any company, and an external id, in the person's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Owners {
    pub of_address: Option<EmployeeId>,
    pub of_external_id: Option<EmployeeId>,
}

/// The write that takes a place in a company's limit of new people.
#[derive(Clone)]
pub struct PlaceOfPerson(pub(super) Change);

fn people_added_to(company_id: CompanyId) -> String {
    format!("people added to {company_id}")
}

impl AdditionView {
    /// The state of the idempotency key for which the view was read.
    pub fn key_state(&self, key: &IdempotencyKey, now: Timestamp) -> KeyState {
        key.key_state(self.key.as_ref(), now)
    }

    /// The write that takes a place in the company's limit, or the limit that was reached.
    pub fn place(&self, store: &Store, now: Timestamp) -> Result<PlaceOfPerson, Throttled> {
        let subject = people_added_to(self.company_id);
        let (_, change) = store.places(&subject, self.window.as_ref(), &PEOPLE_A_COMPANY, 1, now)?;
        Ok(PlaceOfPerson(change))
    }
}

impl Store {
    /// Admin and company, the owners of address and external id, the company's limit and the idempotency key. One consistent request.
    pub async fn addition_view(
        &self,
        company_id: CompanyId,
        admin: EmployeeId,
        fields: &EmployeeFields,
        key: Option<&IdempotencyKey>,
    ) -> Result<AdditionView, StoreError> {
        let tables = &self.tables;
        let key_subject = key.map(|key| key.subject.clone());
        let external_id = fields.external_id.or(None);
        let mut keys = vec![
            (tables.employees.clone(), employee_key(company_id, admin)),
            (tables.employees.clone(), company_key(company_id)),
            (tables.limits.clone(), limit_key(&people_added_to(company_id))),
        ];
        keys.extend(self.owner_keys(company_id, fields.email.as_ref(), external_id.as_ref()));
        keys.extend(key_subject.iter().map(|subject| (tables.limits.clone(), limit_key(subject))));
        let mut items = self.batches(keys, ReadOptions::CONSISTENT).await?;
        let (claims, people) = items.remove(&tables.employees).unwrap_or_default().into_iter().partition(is_claim);
        let limits = items.remove(&tables.limits).unwrap_or_default();
        let (keys, windows): (Vec<_>, Vec<_>) =
            limits.into_iter().partition(|item| text(item, SUBJECT) == key_subject.as_ref());
        Ok(AdditionView {
            rows: DirectoryRows::of(people)?,
            owners: owners(&claims, &items.remove(&tables.credentials).unwrap_or_default()),
            company_id,
            window: windows.into_iter().next().map(read).transpose()?,
            key: keys.into_iter().next().map(read).transpose()?,
        })
    }

    /// Who has this address and this external id. One consistent request.
    pub async fn owners(
        &self,
        company_id: CompanyId,
        login: &Login,
        external_id: Option<&ExternalId>,
    ) -> Result<Owners, StoreError> {
        let keys = self.owner_keys(company_id, Some(login), external_id);
        let mut items = self.batches(keys, ReadOptions::CONSISTENT).await?;
        let claims = items.remove(&self.tables.employees).unwrap_or_default();
        Ok(owners(&claims, &items.remove(&self.tables.credentials).unwrap_or_default()))
    }

    fn owner_keys(
        &self,
        company_id: CompanyId,
        login: Option<&Login>,
        external_id: Option<&ExternalId>,
    ) -> Vec<(String, Item)> {
        let address = login.map(|login| (self.tables.credentials.clone(), key([(LOGIN, login)])));
        let claim = external_id.map(|id| (self.tables.employees.clone(), external_key(company_id, id)));
        address.into_iter().chain(claim).collect()
    }
}

fn is_claim(item: &Item) -> bool {
    item.contains_key(CLAIMED_BY)
}

fn owners(claims: &[Item], credentials: &[Item]) -> Owners {
    let id = |items: &[Item], name: &str| items.iter().find_map(|item| text(item, name)?.parse().ok());
    Owners { of_address: id(credentials, EMPLOYEE_ID), of_external_id: id(claims, CLAIMED_BY) }
}
