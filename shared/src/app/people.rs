//! Rules about changes of people that need the store. `manage-employees` and `import-employees` share them.

use readmit_domain::Employee;

use super::Services;
use crate::store::{Owners, PeopleConditions, StoreError};

/// Why a person cannot have an address or an external id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Somebody has the address, in this company or another.
    Address,
    /// Somebody in the company has the external id.
    ExternalId,
}

/// Whether `person` can have the address and the external id that have these owners.
pub fn taken(owners: Owners, person: &Employee) -> Option<Taken> {
    let is_other = |owner: Option<_>| owner.is_some_and(|owner| owner != person.employee_id);
    if is_other(owners.of_address) {
        Some(Taken::Address)
    } else {
        is_other(owners.of_external_id).then_some(Taken::ExternalId)
    }
}

impl<M> Services<M> {
    /// The conditions of an operator's change of a person, or, without `after`, of an erasure. None if no Security Admin who can sign in
    /// would remain.
    ///
    /// The acts of a Security Admin need no such condition: who has a session is enrolled and not suspended, nobody changes their own
    /// role or status, and each act is committed only if its actor still is a Security Admin. So the actor remains.
    pub async fn operators_conditions(
        &self,
        before: &Employee,
        after: Option<&Employee>,
    ) -> Result<Option<PeopleConditions>, StoreError> {
        let takes_one_away = before.is_enrolled_admin() && !after.is_some_and(Employee::is_enrolled_admin);
        if !takes_one_away {
            return Ok(Some(PeopleConditions::default()));
        }
        let staying = self.store.other_enrolled_admin(before.company_id, before.employee_id).await?;
        Ok(staying.map(|staying| PeopleConditions { staying: Some(staying), ..PeopleConditions::default() }))
    }
}
