//! Passcodes that an import sends: first ones to people who were never in, or rescuing ones to those it names.

use futures_util::{StreamExt as _, stream};
use readmit::MailingServices;
use readmit::domain::{
    AccountType, Act, Employee, EmployeeId, IssueWish, IssuedFor, Login, TwoFactor, issue as decide,
};
use readmit::http::{Failure, Problem};
use readmit::issuing::DECISIONS;

use crate::row::{Outcome, RowProblem, RowResult};
use crate::{IssuePasscodes, Owner, Refused};

/// Mails at a time: a new SES account takes one a second, a usual one fourteen.
const PARALLEL: usize = 4;

/// The addresses that an import names for passcodes.
pub(crate) fn addressees(wish: &IssuePasscodes) -> Result<Vec<Login>, Refused> {
    let IssuePasscodes::To(addresses) = wish else { return Ok(Vec::new()) };
    let read = |(index, address): (usize, &String)| {
        address
            .parse()
            .map_err(|_| Refused::InvalidRequest(format!("issue_passcodes[{index}]: is not an e-mail address")))
    };
    let mut logins: Vec<Login> = Vec::with_capacity(addresses.len());
    for login in addresses.iter().enumerate().map(read) {
        let login = login?;
        if !logins.contains(&login) {
            logins.push(login);
        }
    }
    Ok(logins)
}

/// Issues what the import asks for. A passcode that cannot be sent is the row's problem; the row stands.
pub(crate) async fn issue(
    services: &MailingServices,
    company: &Owner,
    wish: &IssuePasscodes,
    mut results: Vec<RowResult>,
    act: &Act,
) -> Result<Vec<RowResult>, Refused> {
    let only_the_new = match wish {
        IssuePasscodes::ToAllNotEnrolled(false) => return Ok(results),
        IssuePasscodes::ToAllNotEnrolled(true) => true,
        IssuePasscodes::To(_) => false,
    };
    if !only_the_new {
        add_addressees(services, company, &addressees(wish)?, &mut results).await?;
    }
    let named: Vec<String> = addressees(wish)?.iter().map(ToString::to_string).collect();
    let wanted = |result: &RowResult| only_the_new || named.contains(&result.email);
    let issuing = results.iter().enumerate().filter(|(_, result)| wanted(result)).filter_map(|(index, result)| {
        let there = !matches!(result.outcome, Outcome::Erased | Outcome::Refused);
        Some((index, result.employee_id.filter(|_| there)?))
    });
    let issuing: Vec<(usize, EmployeeId)> = issuing.collect();
    let sending: Vec<_> = issuing.iter().map(|(_, id)| issue_one(services, company, *id, only_the_new, act)).collect();
    let sent: Vec<Result<(), Failure>> = stream::iter(sending).buffered(PARALLEL).collect().await;
    for ((index, _), outcome) in issuing.into_iter().zip(sent) {
        if let (Some(result), Err(failure)) = (results.get_mut(index), outcome) {
            result.problem = Some(problem_of(failure)?);
        }
    }
    Ok(results)
}

/// Addresses that are named for a passcode but stand in no row.
async fn add_addressees(
    services: &MailingServices,
    company: &Owner,
    named: &[Login],
    results: &mut Vec<RowResult>,
) -> Result<(), Refused> {
    let missing: Vec<Login> =
        named.iter().filter(|login| !results.iter().any(|result| result.email == login.as_str())).cloned().collect();
    let owners = services.services.store.credentials_of(&missing).await?;
    for login in missing {
        let owner = owners.iter().find(|owner| owner.login == login && owner.company_id == company.company_id);
        results.push(RowResult {
            email: login.to_string(),
            employee_id: owner.map(|owner| owner.employee_id),
            outcome: if owner.is_some() { Outcome::Unchanged } else { Outcome::Refused },
            problem: owner
                .is_none()
                .then(|| RowProblem::new(Problem::EmployeeNotFound.code(), "the company has nobody of this address")),
        });
    }
    Ok(())
}

async fn issue_one(
    services: &MailingServices,
    company: &Owner,
    id: EmployeeId,
    only_if_new: bool,
    act: &Act,
) -> Result<(), Failure> {
    for _ in 0..DECISIONS {
        let holder =
            services.services.store.employee(company.company_id, id).await?.ok_or(Problem::EmployeeNotFound)?;
        if only_if_new && !waits_for_a_first_code(&holder, act) {
            return Ok(());
        }
        let issued =
            decide(IssuedFor::Operator, holder, &IssueWish::default(), act.at, &mut services.services.random())?;
        if services.deliver(&issued, company, act).await?.is_some() {
            return Ok(());
        }
    }
    Err(Problem::TemporarilyUnavailable.into())
}

fn waits_for_a_first_code(holder: &Employee, act: &Act) -> bool {
    let has_live_code = holder.latest_passcode.as_ref().is_some_and(|latest| latest.status_at(act.at).is_pending());
    let recovers = holder.latest_passcode.as_ref().is_some_and(|latest| latest.is_recovering());
    let may_have_one = holder.is_active() && holder.account_type == AccountType::Employee;
    may_have_one && holder.two_factor == TwoFactor::NotEnrolled && !has_live_code && !recovers
}

/// A refusal or an unsent mail is told in the row; a store that does not answer ends the import.
fn problem_of(failure: Failure) -> Result<RowProblem, Refused> {
    match failure {
        Failure::Problem(problem) | Failure::Caused(problem @ Problem::EmailNotSent, _) => {
            Ok(RowProblem::new(problem.code(), problem.detail()))
        }
        other => Err(other.into()),
    }
}
