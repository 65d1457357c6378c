//! The names of the admins who issued the passcodes of a page. A passcode has only its issuer's id.

use std::collections::HashMap;

use readmit::Services;
use readmit::domain::{Employee, EmployeeId, Issuer, Name, Timestamp};
use readmit::http::{EmployeeView, PasscodeView};
use readmit::store::{LatestPasscodes, StoreError};

pub(crate) struct Names(HashMap<EmployeeId, Name>);

impl Names {
    /// Most issuers are the caller or on the page. One request reads the others.
    pub(crate) async fn of(
        services: &Services,
        caller: &Employee,
        people: &[Employee],
        passcodes: &LatestPasscodes,
    ) -> Result<Self, StoreError> {
        let name = |employee: &Employee| (employee.employee_id, employee.full_name.clone());
        let mut names: HashMap<_, _> = people.iter().chain([caller]).map(name).collect();
        let others: Vec<_> = passcodes.issuers().filter(|issuer| !names.contains_key(issuer)).collect();
        let others_rows = services.store.listed(caller.company_id, others.iter().copied()).await?;
        names.extend(others.iter().filter_map(|issuer| others_rows.get(*issuer).map(name)));
        Ok(Self(names))
    }

    /// An employee with the latest passcode.
    pub(crate) fn view<'a>(
        &'a self,
        employee: &'a Employee,
        passcodes: &'a LatestPasscodes,
        now: Timestamp,
    ) -> EmployeeView<'a> {
        let passcode = passcodes.of(employee.employee_id, now).map(|latest| {
            let issuer = match latest.issued_by {
                Issuer::Admin(employee_id) => self.0.get(&employee_id),
                Issuer::Operator(_) => None,
            };
            PasscodeView::new(latest, issuer, now)
        });
        EmployeeView::new(employee, passcode)
    }
}
