//! The rows' people as the tables have them, read in a few batches.

use std::collections::{HashMap, HashSet};

use readmit::domain::{CompanyId, Employee, EmployeeId, ExternalId, Login};
use readmit::store::{Credentials, DirectoryRows, Store, StoreError};

use crate::row::Row;

pub(crate) struct Snapshot {
    credentials: HashMap<Login, Credentials>,
    externals: HashMap<ExternalId, EmployeeId>,
    directory: DirectoryRows,
    company_id: CompanyId,
    /// People that a row names by an id.
    pub(crate) named: HashSet<EmployeeId>,
}

impl Snapshot {
    pub(crate) async fn of(store: &Store, company_id: CompanyId, rows: &[&Row]) -> Result<Self, StoreError> {
        let logins: Vec<Login> = rows.iter().map(|row| row.email.clone()).collect();
        let external_ids: Vec<ExternalId> = rows.iter().filter_map(|row| row.external_id.clone()).collect();
        let (credentials, externals) =
            tokio::join!(store.credentials_of(&logins), store.owners_of(company_id, &external_ids));
        let mut snapshot = Self {
            credentials: by_login(credentials?),
            externals: externals?,
            directory: DirectoryRows::default(),
            company_id,
            named: HashSet::new(),
        };
        snapshot.named = rows.iter().filter_map(|row| snapshot.named_by_id(row)).collect();
        let ids: Vec<EmployeeId> = rows.iter().filter_map(|row| snapshot.employee_id(row)).collect();
        snapshot.directory = store.directory(company_id, &ids).await?;
        // A person whose address changes has credentials under the old address.
        let others: Vec<Login> = ids
            .iter()
            .filter_map(|id| snapshot.directory.get(*id))
            .map(|employee| employee.login.clone())
            .filter(|login| !snapshot.credentials.contains_key(login))
            .collect();
        snapshot.credentials.extend(by_login(store.credentials_of(&others).await?));
        Ok(snapshot)
    }

    fn named_by_id(&self, row: &Row) -> Option<EmployeeId> {
        row.employee_id.or_else(|| self.external_owner(row))
    }

    /// The person that a row names: by `employee_id`, else by `external_id`, else by address. An address does not name a person whom
    /// another row names by an id, because that row may change the person's address.
    pub(crate) fn employee_id(&self, row: &Row) -> Option<EmployeeId> {
        self.named_by_id(row).or_else(|| {
            let owner = self.credentials.get(&row.email)?;
            let is_here = owner.company_id == self.company_id;
            (is_here && !self.named.contains(&owner.employee_id)).then_some(owner.employee_id)
        })
    }

    pub(crate) fn employee(&self, row: &Row) -> Option<&Employee> {
        self.directory.get(self.employee_id(row)?)
    }

    /// The owner of an address, in any company.
    pub(crate) fn owner(&self, login: &Login) -> Option<&Credentials> {
        self.credentials.get(login)
    }

    /// The person who has the row's external id in this company.
    pub(crate) fn external_owner(&self, row: &Row) -> Option<EmployeeId> {
        self.externals.get(row.external_id.as_ref()?).copied()
    }
}

fn by_login(credentials: Vec<Credentials>) -> HashMap<Login, Credentials> {
    credentials.into_iter().map(|credentials| (credentials.login.clone(), credentials)).collect()
}
