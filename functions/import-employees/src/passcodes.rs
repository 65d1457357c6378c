//! Passcodes that an import sends: first ones to people who were never in, or rescuing ones to those it names.

use futures_util::{StreamExt as _, stream};
use readmit::MailingServices;
use readmit::domain::{
    AccountType, Act, Company, Employee, EmployeeId, IssueWish, IssuedFor, LatestPasscode, Login, Timestamp, TwoFactor,
    issue as decide,
};
use readmit::http::{Failure, Problem};
use readmit::store::{Attempts, Takes};

use crate::row::{Outcome, RowProblem, RowResult};
use crate::{IssuePasscodes, Refused};

/// Mails at a time: a usual SES account takes fourteen a second. What it refuses is told in its row.
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
    company: &Company,
    wish: &IssuePasscodes,
    addressees: &[Login],
    mut results: Vec<RowResult>,
    act: &Act,
) -> Result<Vec<RowResult>, Refused> {
    let only_the_new = match wish {
        IssuePasscodes::ToAllNotEnrolled(false) => return Ok(results),
        IssuePasscodes::ToAllNotEnrolled(true) => true,
        IssuePasscodes::To(_) => false,
    };
    if !only_the_new {
        add_addressees(services, company, addressees, &mut results).await?;
    }
    let is_named = |result: &RowResult| addressees.iter().any(|login| login.as_str() == result.email);
    let wanted = |result: &RowResult| only_the_new || is_named(result);
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

/// Addresses that are named for a passcode but stand in no row. One of another company is answered as one that nobody has.
async fn add_addressees(
    services: &MailingServices,
    company: &Company,
    named: &[Login],
    results: &mut Vec<RowResult>,
) -> Result<(), Refused> {
    let missing: Vec<Login> =
        named.iter().filter(|login| !results.iter().any(|result| result.email == login.as_str())).cloned().collect();
    let owners = services.services.store.credentials_of(&missing).await?;
    for login in missing {
        let owner = owners.iter().find(|owner| owner.login == login && owner.company_id == company.company_id);
        results.push(match owner {
            Some(owner) => RowResult::done(login.as_str(), Some(owner.employee_id), Outcome::Unchanged),
            None => RowResult::refused(login.as_str(), nobody()),
        });
    }
    Ok(())
}

fn nobody() -> RowProblem {
    RowProblem::new(Problem::EmployeeNotFound.code(), "the company has nobody of this address")
}

async fn issue_one(
    services: &MailingServices,
    company: &Company,
    id: EmployeeId,
    only_if_new: bool,
    act: &Act,
) -> Result<(), Failure> {
    let mut attempts = Attempts::of("the holder");
    loop {
        attempts.begin().await?;
        // A long import's first and last code must not share a moment: each lives from its own mail on.
        let act = Act::new(services.services.now(), act.actor, act.origin.clone());
        let holder =
            services.services.store.employee(company.company_id, id).await?.ok_or(Problem::EmployeeNotFound)?;
        if only_if_new && !waits_for_a_first_code(&holder, act.at) {
            return Ok(());
        }
        let mut random = services.services.random();
        let issued = decide(IssuedFor::Operator, company, holder, &IssueWish::default(), act.at, &mut random)?;
        match services.deliver(issued, company, Takes::default(), &act).await? {
            Some(passcode) if passcode.phase.is_live() => return Ok(()),
            Some(_) => return Err(Problem::EmailNotSent.into()),
            None => {}
        }
    }
}

fn waits_for_a_first_code(holder: &Employee, now: Timestamp) -> bool {
    let under_way = |latest: &LatestPasscode| latest.lifecycle().is_usable_at(now);
    let may_have_one = holder.is_active() && holder.account_type == AccountType::Employee;
    may_have_one
        && holder.two_factor == TwoFactor::NotEnrolled
        && !holder.latest_passcode.as_ref().is_some_and(under_way)
}

/// A refusal, an unsent mail or a store that does not answer is told in the row; the other rows go on.
fn problem_of(failure: Failure) -> Result<RowProblem, Refused> {
    match failure {
        Failure::Problem(problem) | Failure::Because(problem, _) | Failure::Caused(problem, _) => {
            Ok(RowProblem::new(problem.code(), problem.detail()))
        }
        Failure::Fault(_) => Err(failure.into()),
    }
}
