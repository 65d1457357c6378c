//! Passcodes that an import sends: to people who have never signed in, or to the people that it names.

use futures_util::{StreamExt as _, stream};
use readmit::Services;
use readmit::app::AppError;
use readmit::domain::{
    AccountType, AuditContext, Company, Employee, EmployeeId, IssueOptions, IssueRefusal, IssuedFor, Login, Timestamp,
    TwoFactor, issue as decide,
};
use readmit::mail::Mail;
use readmit::store::{PasscodeRow, Reservations, StoreError};

use crate::row::{Outcome, RowProblem, RowResult};
use crate::{ImportError, IssuePasscodes};

/// Mails sent at the same time. A typical SES account accepts 14 a second; the row of a refused mail has the problem.
const PARALLEL: usize = 4;

/// The addresses that an import names for passcodes.
pub(crate) fn addressees(wish: &IssuePasscodes) -> Result<Vec<Login>, ImportError> {
    let IssuePasscodes::To(addresses) = wish else { return Ok(Vec::new()) };
    let mut logins: Vec<Login> = Vec::with_capacity(addresses.len());
    for (index, address) in addresses.iter().enumerate() {
        let no_address = |_| ImportError::invalid(format!("issue_passcodes[{index}]: is not an e-mail address"));
        let login = address.parse().map_err(no_address)?;
        if !logins.contains(&login) {
            logins.push(login);
        }
    }
    Ok(logins)
}

/// Issues the passcodes that the import asks for. If one cannot be sent, the row gets a problem, but its change stays.
pub(crate) async fn issue(
    services: &Services<Mail>,
    company: &Company,
    wish: &IssuePasscodes,
    addressees: &[Login],
    mut results: Vec<RowResult>,
    act: &AuditContext,
) -> Result<Vec<RowResult>, ImportError> {
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
    let sent: Vec<Result<(), NotIssued>> = stream::iter(sending).buffered(PARALLEL).collect().await;
    for ((index, _), outcome) in issuing.into_iter().zip(sent) {
        if let (Some(result), Err(not_issued)) = (results.get_mut(index), outcome) {
            result.problem = Some(not_issued.into_problem()?);
        }
    }
    Ok(results)
}

/// Adds a result for each named address without a row. An address of another company gets the same answer as an unknown one.
async fn add_addressees(
    services: &Services<Mail>,
    company: &Company,
    named: &[Login],
    results: &mut Vec<RowResult>,
) -> Result<(), ImportError> {
    let missing: Vec<Login> =
        named.iter().filter(|login| !results.iter().any(|result| result.email == login.as_str())).cloned().collect();
    let owners = services.store.credentials_of(&missing).await?;
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
    RowProblem::new("employee_not_found", "the company has no employee with this address")
}

async fn issue_one(
    services: &Services<Mail>,
    company: &Company,
    id: EmployeeId,
    only_if_new: bool,
    act: &AuditContext,
) -> Result<(), NotIssued> {
    let mut attempts = services.store.attempts("the holder");
    loop {
        attempts.begin().await?;
        // A new moment for each code: in a long import each code's lifetime begins with its own mail.
        let act = AuditContext::new(services.now(), act.actor, act.origin.clone());
        let holder = services.store.employee(company.company_id, id).await?.ok_or(NotIssued::Nobody)?;
        let replaced = services.store.passcode(&holder.login).await?;
        if only_if_new && !waits_for_a_first_code(&holder, replaced.as_ref(), act.at) {
            return Ok(());
        }
        let mut random = services.random();
        let issued = decide(IssuedFor::Operator, company, holder, &IssueOptions::default(), act.at, &mut random)
            .map_err(AppError::from)?;
        match services.deliver(issued, company, Reservations::of_operator(replaced), &act).await? {
            Some(passcode) if passcode.phase.is_live() => return Ok(()),
            Some(_) => return Err(NotIssued::NotLive),
            None => {}
        }
    }
}

fn waits_for_a_first_code(holder: &Employee, passcode: Option<&PasscodeRow>, now: Timestamp) -> bool {
    let may_have_one = holder.is_active() && holder.account_type == AccountType::Employee;
    may_have_one && holder.two_factor == TwoFactor::NotEnrolled && !passcode.is_some_and(|row| row.is_usable_at(now))
}

/// Why no passcode was issued to a person.
enum NotIssued {
    /// The company no longer has an employee with this id.
    Nobody,
    /// The code ended while its mail was being sent.
    NotLive,
    Error(AppError),
}

impl<E: Into<AppError>> From<E> for NotIssued {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

impl NotIssued {
    /// The problem of this row; or an error if the whole import must stop.
    fn into_problem(self) -> Result<RowProblem, ImportError> {
        let (code, detail) = match self {
            Self::Nobody => return Ok(nobody()),
            Self::NotLive | Self::Error(AppError::EmailNotSent(_)) => {
                ("email_not_sent", "The mail could not be sent. The passcode was withdrawn; try again.")
            }
            Self::Error(AppError::IssueRefused(IssueRefusal::ClientAccount)) => {
                ("client_account", "Client accounts cannot receive a one-time passcode. Ask Technical Support.")
            }
            Self::Error(AppError::IssueRefused(IssueRefusal::Disabled)) => {
                ("employee_disabled", "The account is disabled. Enable it first.")
            }
            Self::Error(AppError::IssueRefused(IssueRefusal::OwnAccount)) => {
                ("own_account", "You cannot do this for your own account. Ask another Security Admin.")
            }
            Self::Error(AppError::Throttled { .. }) => {
                ("too_many_requests", "This was tried too often. Wait, then try again.")
            }
            Self::Error(AppError::Store(StoreError::Unavailable(_) | StoreError::Contended(_)))
            | Self::Error(AppError::KeyringUnavailable(_)) => {
                ("temporarily_unavailable", "This cannot be done at the moment. Try again shortly.")
            }
            Self::Error(error) => return Err(error.into()),
        };
        Ok(RowProblem::new(code, detail))
    }
}
