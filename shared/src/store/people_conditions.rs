//! What must hold when a change of a person is committed, besides that the person is as read.

use readmit_domain::{AccountStatus, AuditContext, CompanyId, Employee, EmployeeFilter, EmployeeId, Role, TwoFactor};

use super::attributes::*;
use super::change::{Change, key};
use super::directory::employee_key;
use super::{Approved, Authority, Lease, Outcome, PlaceOfPerson, Store, StoreError};

/// What is committed together with a change of a person or of the company. The default is an operator's change of somebody who is no Security Admin.
#[derive(Clone, Default)]
pub struct PeopleConditions {
    /// The Security Admin who acts. None if an operator acts.
    pub authority: Option<Authority>,
    /// The enrolled Security Admin who stays if an operator's change takes one away. If a Security Admin acts, the actor stays.
    pub staying: Option<StayingAdmin>,
    /// The place in the limit of new people.
    pub place: Option<PlaceOfPerson>,
    /// The approved request for this change.
    pub approved: Option<Approved>,
    /// The idempotency key that gets the new person's id as its answer.
    pub answered: Option<(Lease, EmployeeId)>,
}

impl PeopleConditions {
    /// For an act of a Security Admin.
    pub fn of_admin(authority: Authority) -> Self {
        Self { authority: Some(authority), ..Self::default() }
    }

    /// The actor's authority, if `person` is the actor.
    pub(super) fn authority_over(&self, person: &Employee) -> Option<&Authority> {
        self.authority.as_ref().filter(|authority| authority.employee_id == person.employee_id)
    }
}

/// A Security Admin who can sign in: active, enrolled and not suspended.
#[derive(Clone)]
pub struct StayingAdmin(Employee);

impl Store {
    /// A Security Admin of the company, other than `except`, who can sign in. A few requests; one for each suspended admin.
    pub async fn other_enrolled_admin(
        &self,
        company_id: CompanyId,
        except: EmployeeId,
    ) -> Result<Option<StayingAdmin>, StoreError> {
        let mut after = None;
        loop {
            let filter = Some(EmployeeFilter::SecurityAdmins);
            let page = self.employees_by_name(company_id, filter, u8::MAX, after.as_deref()).await?;
            let can_stay = |admin: &Employee| admin.is_enrolled_admin() && admin.employee_id != except;
            // The index may lag behind, so each is read again by the transaction's own condition.
            for admin in page.employees.into_iter().filter(can_stay) {
                let credentials = self.credentials_of(std::slice::from_ref(&admin.login)).await?;
                if credentials.iter().any(|row| row.employee_id == admin.employee_id && row.suspended_at.is_none()) {
                    return Ok(Some(StayingAdmin(admin)));
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(None);
            }
        }
    }

    /// The conditions of a change of `person`. A transaction can name an item once, so those about the actor's own row are part of the
    /// change itself.
    pub(super) fn people_conditions(
        &self,
        conditions: &PeopleConditions,
        person: Option<EmployeeId>,
        act: &AuditContext,
    ) -> Result<Vec<Change>, StoreError> {
        let actor = conditions.authority.as_ref().map(|authority| authority.employee_id);
        let authority = conditions.authority.iter().filter(|_| actor != person);
        let mut changes: Vec<Change> = authority.map(|authority| self.still_stands(authority)).collect();
        if let Some(approved) = &conditions.approved {
            changes.extend(self.approve(approved, actor, act)?);
        }
        changes.extend(conditions.staying.iter().flat_map(|staying| self.stays(staying)));
        changes.extend(conditions.place.iter().map(|place| place.0.clone()));
        changes.extend(conditions.answered.iter().map(|(lease, id)| self.answer_at_once(lease, *id)));
        Ok(changes)
    }

    /// Approves a request whose act has been done meanwhile in another way.
    pub async fn approve_done(&self, conditions: &PeopleConditions, act: &AuditContext) -> Result<Outcome, StoreError> {
        self.transact(self.people_conditions(conditions, None, act)?).await
    }

    fn stays(&self, StayingAdmin(admin): &StayingAdmin) -> [Change; 2] {
        let row = Change::check(&self.tables.employees, employee_key(admin.company_id, admin.employee_id))
            .if_equal(GRANTED_ROLE, Role::SecurityAdmin)
            .if_equal(ACCOUNT_STATUS, AccountStatus::Active)
            .if_equal(TWO_FACTOR, TwoFactor::Enrolled)
            .if_equal(LOGIN, &admin.login);
        let credentials = Change::check(&self.tables.credentials, key([(LOGIN, &admin.login)]))
            .if_equal(EMPLOYEE_ID, admin.employee_id)
            .if_absent(SUSPENDED_AT);
        [row, credentials]
    }
}
