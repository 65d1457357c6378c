//! Who is notified of an event, and what the notice says.

use readmit::domain::{
    AccountStatus, Actor, ApprovalStatus, CompanyId, Detail, Employee, EmployeeFilter, EmployeeId, Event, EventType,
    Login, Notice, NoticeKind, NoticeSubject, Origin, Role, SecondProof,
};
use readmit::store::{Store, StoreError};

/// One mail to send.
pub(crate) struct AddressedNotice {
    /// The recipient, with the address that the mail goes to.
    pub(crate) recipient: Employee,
    pub(crate) notice: Notice,
    /// Distinguishes the notices of one event.
    pub(crate) mark: String,
}

/// Whether the event may need a notice. Only then the directory is read.
pub(crate) fn needs_notice(event: &Event) -> bool {
    match event.kind {
        EventType::PasscodeRedeemed
        | EventType::RecoveryCompleted
        | EventType::AccountSuspended
        | EventType::BackupCodesRenewed
        | EventType::PasscodeDisowned
        | EventType::PasscodeBounced
        | EventType::PasscodeComplained => true,
        EventType::EmployeeImported | EventType::EmployeeAdded => event.detail.contains_key("role"),
        EventType::EmployeeChanged => {
            is_readdressed(event) || ["role", "status"].iter().any(|field| event.detail.contains_key(*field))
        }
        EventType::CompanyChanged => event.detail.contains_key("second_proof"),
        kind => approval_status(kind).is_some(),
    }
}

/// What became of a request for an approval, if the event is about one.
fn approval_status(kind: EventType) -> Option<ApprovalStatus> {
    match kind {
        EventType::ApprovalRequested => Some(ApprovalStatus::Open),
        EventType::ApprovalApproved => Some(ApprovalStatus::Approved),
        EventType::ApprovalCancelled => Some(ApprovalStatus::Cancelled),
        EventType::ApprovalExpired => Some(ApprovalStatus::Expired),
        _ => None,
    }
}

fn is_readdressed(event: &Event) -> bool {
    event.text("fields").is_some_and(|fields| fields.split(',').any(|field| field == "email"))
}

/// The notices to the person, and those to the Security Admins.
#[derive(Default)]
struct NoticeKinds {
    person: Vec<NoticeKind>,
    admins: Vec<NoticeKind>,
}

/// The mails of an event about an employee.
pub(crate) async fn about_employee(
    store: &Store,
    event: &Event,
    holder: &Employee,
) -> Result<Vec<AddressedNotice>, StoreError> {
    let old_address = if is_readdressed(event) { store.address_before(event.event_id).await? } else { None };
    let kinds = kinds(event, holder, old_address.as_ref());
    let mut mails: Vec<AddressedNotice> =
        kinds.person.into_iter().map(|kind| address_notice(event, holder.clone(), kind, "")).collect();
    if let Some(old) = old_address {
        let kind = address_changed(&old, holder);
        mails.push(address_notice(event, Employee { login: old, ..holder.clone() }, kind, " at the old address"));
    }
    if !kinds.admins.is_empty() {
        let admins = admins_to_notify(store, event, holder).await?;
        for kind in kinds.admins {
            mails.extend(admins.iter().map(|admin| address_notice(event, admin.clone(), kind.clone(), "")));
        }
    }
    Ok(mails)
}

/// The mails of an event about the company itself. Every Security Admin is notified of a weaker policy.
pub(crate) async fn about_company(store: &Store, event: &Event) -> Result<Vec<AddressedNotice>, StoreError> {
    let Some((from, to)) = change::<SecondProof>(event, "second_proof") else { return Ok(Vec::new()) };
    let (Some(from), Some(to)) = (from, to) else { return Ok(Vec::new()) };
    if to >= from {
        return Ok(Vec::new());
    }
    let admins = active_admins(store, event.company_id).await?;
    let kind = NoticeKind::PolicyWeakened { from, to };
    Ok(admins.into_iter().map(|admin| address_notice(event, admin, kind.clone(), "")).collect())
}

/// The mails of an event about a request for an approval, to every Security Admin. None if the event is about something else.
pub(crate) async fn about_approval(store: &Store, event: &Event) -> Result<Option<Vec<AddressedNotice>>, StoreError> {
    let Some(status) = approval_status(event.kind) else { return Ok(None) };
    let act = event.text("act").and_then(|act| serde_json::from_value(act.into()).ok());
    let Some(act) = act else { return Ok(Some(Vec::new())) };
    let requester = match event.text("requested_by").and_then(|id| id.parse().ok()) {
        Some(id) => {
            store.directory(event.company_id, &[id]).await?.get(id).map(|requester| requester.full_name.clone())
        }
        None => None,
    };
    let kind = NoticeKind::Approval { act, status, requester };
    let admins = active_admins(store, event.company_id).await?;
    Ok(Some(admins.into_iter().map(|admin| address_notice(event, admin, kind.clone(), "")).collect()))
}

fn kinds(event: &Event, holder: &Employee, old_address: Option<&Login>) -> NoticeKinds {
    let concerned = || NoticeSubject::from(holder);
    let person = |kind| NoticeKinds { person: vec![kind], ..NoticeKinds::default() };
    let admins = |kind| NoticeKinds { admins: vec![kind], ..NoticeKinds::default() };
    // If the holder is a Security Admin, the other Security Admins are notified too.
    let with_admins = |own, of_admin: fn(NoticeSubject) -> NoticeKind| {
        let is_admin = holder.granted_role == Role::SecurityAdmin;
        NoticeKinds { person: vec![own], admins: if is_admin { vec![of_admin(concerned())] } else { Vec::new() } }
    };
    match event.kind {
        EventType::PasscodeRedeemed => with_admins(NoticeKind::PasscodeRedeemed, NoticeKind::AdminPasscodeRedeemed),
        EventType::RecoveryCompleted => with_admins(NoticeKind::RecoveryCompleted, NoticeKind::AdminRecoveryCompleted),
        EventType::AccountSuspended => NoticeKinds {
            person: vec![NoticeKind::AccountSuspended],
            admins: vec![NoticeKind::AdminAccountSuspended(concerned())],
        },
        EventType::BackupCodesRenewed => person(NoticeKind::BackupCodesRenewed),
        EventType::PasscodeDisowned => admins(NoticeKind::PasscodeDisowned(concerned())),
        EventType::PasscodeBounced => admins(NoticeKind::PasscodeBounced(concerned())),
        EventType::PasscodeComplained => admins(NoticeKind::PasscodeComplained(concerned())),
        EventType::EmployeeImported | EventType::EmployeeAdded | EventType::EmployeeChanged => {
            kinds_of_change(event, holder, old_address)
        }
        _ => NoticeKinds::default(),
    }
}

/// The notices of a change of role, status or address. One import may change all three.
fn kinds_of_change(event: &Event, holder: &Employee, old_address: Option<&Login>) -> NoticeKinds {
    let mut kinds = NoticeKinds::default();
    let concerned = NoticeSubject::from(holder);
    if let Some((from, to)) = change::<Role>(event, "role") {
        if to == Some(Role::SecurityAdmin) {
            kinds.person.push(NoticeKind::RoleGiven);
            kinds.admins.push(NoticeKind::AdminRoleGiven(concerned.clone()));
        } else if from == Some(Role::SecurityAdmin) {
            kinds.person.push(NoticeKind::RoleTaken);
            kinds.admins.push(NoticeKind::AdminRoleTaken(concerned.clone()));
        }
    }
    if let Some((_, Some(AccountStatus::Active))) = change::<AccountStatus>(event, "status") {
        kinds.person.push(NoticeKind::AccountEnabled);
        kinds.admins.push(NoticeKind::AdminAccountEnabled(concerned));
    }
    kinds.person.extend(old_address.map(|old| address_changed(old, holder)));
    kinds
}

fn address_changed(old: &Login, holder: &Employee) -> NoticeKind {
    NoticeKind::AddressChanged { from: old.masked(), to: holder.login.masked() }
}

/// The old and the new value of a changed field. A value that this version does not know is None.
fn change<T: serde::de::DeserializeOwned>(event: &Event, field: &str) -> Option<(Option<T>, Option<T>)> {
    let Some(Detail::Change { from, to }) = event.detail.get(field) else { return None };
    let read = |value: &Option<String>| serde_json::from_value(serde_json::Value::from(value.clone()?)).ok();
    Some((read(from), read(to)))
}

fn address_notice(event: &Event, recipient: Employee, kind: NoticeKind, at: &str) -> AddressedNotice {
    // Only the holder's own acts are shown with address and browser. SES's reports have none, and those of an admin or operator are
    // private.
    let by_the_holder = event.employee_id.is_some_and(|id| event.actor == Actor::Employee { employee_id: id });
    let origin = if by_the_holder { event.origin.clone() } else { Origin::default() };
    let mark = format!("{} to {}{at}", kind.name(), recipient.employee_id);
    AddressedNotice { recipient, notice: Notice { event_id: event.event_id, at: event.at, origin, kind }, mark }
}

/// The Security Admins to notify. Of a bounce only the issuer, if still a Security Admin; of other events all of them, except the
/// holder and the admin who acted.
async fn admins_to_notify(store: &Store, event: &Event, holder: &Employee) -> Result<Vec<Employee>, StoreError> {
    let mut admins = active_admins(store, event.company_id).await?;
    admins.retain(|admin| admin.employee_id != holder.employee_id);
    if event.kind == EventType::AccountSuspended {
        admins.retain(|admin| event.actor != Actor::Employee { employee_id: admin.employee_id });
    }
    let issuer = event.text("issued_by").and_then(|id| id.parse::<EmployeeId>().ok());
    if admins.iter().any(|admin| Some(admin.employee_id) == issuer) {
        admins.retain(|admin| Some(admin.employee_id) == issuer);
    }
    Ok(admins)
}

async fn active_admins(store: &Store, company_id: CompanyId) -> Result<Vec<Employee>, StoreError> {
    let mut admins = Vec::new();
    let mut after = None;
    loop {
        let page = store
            .employees_by_name(company_id, Some(EmployeeFilter::SecurityAdmins), u8::MAX, after.as_deref())
            .await?;
        admins.extend(page.employees);
        after = page.next;
        if after.is_none() {
            admins.retain(Employee::is_active);
            return Ok(admins);
        }
    }
}
