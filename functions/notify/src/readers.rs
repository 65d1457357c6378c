//! Who is told what of an event.

use readmit::domain::{Concerned, Employee, EmployeeId, Event, EventType, Filter, Notice, NoticeKind, Origin, Role};
use readmit::store::{Store, StoreError};

/// Whether anybody is.
pub(crate) fn is_told(kind: EventType) -> bool {
    matches!(
        kind,
        EventType::PasscodeRedeemed
            | EventType::RecoveryCompleted
            | EventType::AccountSuspended
            | EventType::BackupCodesRenewed
            | EventType::PasscodeDisowned
            | EventType::PasscodeBounced
            | EventType::PasscodeComplained
    )
}

/// Each reader, and what that one is told. Of a Security Admin's recovery the others hear too; of a mail that came back, its issuer.
pub(crate) async fn notices(
    store: &Store,
    event: &Event,
    holder: &Employee,
) -> Result<Vec<(Employee, Notice)>, StoreError> {
    let concerned = Concerned::from(holder);
    let (own, admins) = match event.kind {
        EventType::PasscodeRedeemed => {
            (Some(NoticeKind::PasscodeRedeemed), Some(NoticeKind::AdminPasscodeRedeemed(concerned)))
        }
        EventType::RecoveryCompleted => {
            (Some(NoticeKind::RecoveryCompleted), Some(NoticeKind::AdminRecoveryCompleted(concerned)))
        }
        EventType::AccountSuspended => (Some(NoticeKind::AccountSuspended), None),
        EventType::BackupCodesRenewed => (Some(NoticeKind::BackupCodesRenewed), None),
        EventType::PasscodeDisowned => (None, Some(NoticeKind::PasscodeDisowned(concerned))),
        EventType::PasscodeBounced => (None, Some(NoticeKind::PasscodeBounced(concerned))),
        EventType::PasscodeComplained => (None, Some(NoticeKind::PasscodeComplained(concerned))),
        _ => (None, None),
    };
    let of_a_recovery = own.is_some();
    let mut notices: Vec<_> = own.map(|kind| (holder.clone(), notice(event, kind))).into_iter().collect();
    if let Some(kind) = admins.filter(|_| !of_a_recovery || holder.granted_role == Role::SecurityAdmin) {
        let admins = others(store, event, holder).await?;
        notices.extend(admins.into_iter().map(|admin| (admin, notice(event, kind.clone()))));
    }
    Ok(notices)
}

fn notice(event: &Event, kind: NoticeKind) -> Notice {
    // SES's reports come from nowhere, and where an admin sits is none of an employee's business.
    let by_the_reader =
        !matches!(event.kind, EventType::AccountSuspended | EventType::PasscodeBounced | EventType::PasscodeComplained);
    let origin = if by_the_reader { event.origin.clone() } else { Origin::default() };
    Notice { event_id: event.event_id, at: event.at, origin, kind }
}

/// The Security Admins who are told: the issuer alone of a mail that came back, if that is still one of them; else all but the
/// holder.
async fn others(store: &Store, event: &Event, holder: &Employee) -> Result<Vec<Employee>, StoreError> {
    let mut admins = Vec::new();
    let mut after = None;
    loop {
        let page =
            store.employees_by_name(event.company_id, Some(Filter::SecurityAdmins), u8::MAX, after.as_deref()).await?;
        admins.extend(page.employees);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    admins.retain(|admin| admin.is_active() && admin.employee_id != holder.employee_id);
    let issuer = event.detail.get("issued_by").and_then(|id| id.parse::<EmployeeId>().ok());
    if admins.iter().any(|admin| Some(admin.employee_id) == issuer) {
        admins.retain(|admin| Some(admin.employee_id) == issuer);
    }
    Ok(admins)
}
