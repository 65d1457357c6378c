//! Does an act that has waited, as its requester asked for it, in the transaction that approves it.

use readmit::Services;
use readmit::app::issue::IssuedWith;
use readmit::app::people::taken;
use readmit::domain::{
    Admin, Approval, AuditContext, BrandedCompany, CompanyFields, Employee, EmployeeFields, EmployeePatch,
    IssueOptions, IssuedFor, SensitiveAct, issue as decide, may_add,
};
use readmit::http::{Failure, JsonBody, Problem, Request};
use readmit::keyring::AccessClaims;
use readmit::mail::Mail;
use readmit::store::{DirectoryRows, Outcome, PeopleConditions};

use crate::add::NewEmployee;
use crate::change::{check, company as row_of};
use crate::company::present;
use crate::first_passcode;

/// The approval of an act.
pub(crate) struct Waited<'a> {
    pub(crate) services: &'a Services<Mail>,
    pub(crate) claims: &'a AccessClaims,
    pub(crate) request: &'a Request,
    pub(crate) approver: Admin<'a>,
    pub(crate) requester: Admin<'a>,
    pub(crate) conditions: PeopleConditions,
    pub(crate) act: AuditContext,
}

impl Waited<'_> {
    /// Decides anew, as of now, whether the requester may do it, and commits it. Refused if something changed meanwhile.
    pub(crate) async fn commit(
        self,
        approval: &Approval,
        rows: &DirectoryRows,
        company: Option<BrandedCompany>,
    ) -> Result<Outcome, Failure> {
        let body = JsonBody::of_text(approval.body.as_deref().unwrap_or_default())?;
        match (approval.act, approval.employee_id) {
            (SensitiveAct::WeakerPolicy, _) => self.company(&body.read()?, &present(company)?).await,
            (SensitiveAct::SecurityAdminPasscode, _) => self.passcode(&body.read()?, approval).await,
            (_, Some(_)) => self.change(&body.read()?, approval, rows).await,
            (_, None) => self.addition(&body.read()?).await,
        }
    }

    async fn company(self, fields: &CompanyFields, before: &BrandedCompany) -> Result<Outcome, Failure> {
        let after = fields.applied_to(before);
        if after == *before {
            return Ok(self.services.store.approve_done(&self.conditions, &self.act).await?);
        }
        Ok(self.services.store.change_company(before, &after, &self.conditions, &self.act).await?)
    }

    async fn change(
        self,
        fields: &EmployeeFields,
        approval: &Approval,
        rows: &DirectoryRows,
    ) -> Result<Outcome, Failure> {
        let store = &self.services.store;
        let before = concerned(approval, rows)?;
        let after = fields.applied_to(before);
        if EmployeePatch::diff(before, &after).fields.is_empty() {
            return Ok(store.approve_done(&self.conditions, &self.act).await?);
        }
        check(store, self.requester, row_of(&rows.company)?, before, &after).await?;
        Ok(store.change_employee(before, &after, &self.conditions, &self.act).await?)
    }

    async fn addition(self, wanted: &NewEmployee) -> Result<Outcome, Failure> {
        let (store, now) = (&self.services.store, self.act.at);
        let (company_id, approver) = (self.claims.company_id, self.claims.employee_id);
        let view = store.addition_view(company_id, approver, &wanted.fields(), None).await?;
        let person = wanted.person(company_id, now, &mut self.services.random());
        may_add(self.requester, row_of(&view.rows.company)?, &person).map_err(Problem::from)?;
        if let Some(taken) = taken(view.owners, &person) {
            return Err(Problem::from(taken).into());
        }
        let place = view.place(store, now).map_err(|limit| Problem::TooManyRequests { until: limit.until, now })?;
        let conditions = PeopleConditions { place: Some(place), ..self.conditions };
        let outcome = store.add_employee(&person, false, &conditions, &self.act).await?;
        if outcome == Outcome::Done && wanted.issue_passcode {
            // The person is added. If the mail fails, the list shows that the passcode is missing.
            let issued =
                first_passcode::issue(self.services, self.request, self.claims, &person, person.granted_role).await;
            if let Err(Failure::Fault(cause) | Failure::Dependency(_, cause)) = issued {
                tracing::error!(cause, "passcode not issued");
            }
        }
        Ok(outcome)
    }

    async fn passcode(self, options: &IssueOptions, approval: &Approval) -> Result<Outcome, Failure> {
        let (company_id, approver) = (self.claims.company_id, self.claims.employee_id);
        let holders: Vec<_> = approval.employee_id.into_iter().collect();
        let view = self.services.store.issue_view(company_id, approver, &holders, None).await?;
        let holder = concerned(approval, &view.rows)?;
        let (company, mut random) = (row_of(&view.rows.company)?, self.services.random());
        let by = IssuedFor::Admin(self.requester);
        let issued = decide(by, company, holder.clone(), options, self.act.at, &mut random).map_err(Problem::from)?;
        let replaced = self.services.store.passcode(&holder.login).await?;
        let with = IssuedWith { replaced, lease: None, approved: self.conditions.approved };
        let passcode = self.services.deliver_for(self.approver, &view, issued, company, with, &self.act).await?;
        Ok(if passcode.is_some() { Outcome::Done } else { Outcome::Refused })
    }
}

/// The person whom the request is about, if the address is still the one that it had when the act was asked for.
fn concerned<'r>(approval: &Approval, rows: &'r DirectoryRows) -> Result<&'r Employee, Problem> {
    let person = approval.employee_id.and_then(|id| rows.get(id)).ok_or(Problem::EmployeeNotFound)?;
    if approval.is_about(person) { Ok(person) } else { Err(Problem::ChangedMeanwhile) }
}
