//! `POST /v1/employees`.

use readmit::Services;
use readmit::app::approvals::WaitingAct;
use readmit::app::people::taken;
use readmit::domain::{
    AccountType, Actor, Approval, CompanyId, Employee, EmployeeFields, EmployeeId, ExternalId, Locale, Login, Name,
    Role, Timestamp, may_add, sensitive_addition,
};
use readmit::http::{
    ApiRequest as _, Body, Failure, JsonBody, Nothing, Problem, Request, Response, WaitingView, access_claims,
    admit_admin, answer,
};
use readmit::keyring::AccessClaims;
use readmit::mail::Mail;
use readmit::random::CryptoRng;
use readmit::store::{Authority, IdempotencyKey, KeptAnswer, KeyState, Outcome, PeopleConditions};
use serde::{Deserialize, Serialize};

use crate::change::company;
use crate::first_passcode::added;

/// The person to add, and whether a passcode is mailed at once.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewEmployee {
    email: Login,
    name: Name,
    #[serde(default)]
    role: Role,
    #[serde(default)]
    account_type: AccountType,
    external_id: Option<ExternalId>,
    locale: Option<Locale>,
    #[serde(default)]
    pub(crate) issue_passcode: bool,
}

impl NewEmployee {
    pub(crate) fn fields(&self) -> EmployeeFields {
        EmployeeFields {
            email: Some(self.email.clone()),
            role: Some(self.role),
            account_type: Some(self.account_type),
            external_id: self.external_id.clone().into(),
            locale: self.locale.clone().into(),
            ..EmployeeFields::default()
        }
    }

    pub(crate) fn person(&self, company_id: CompanyId, now: Timestamp, random: &mut impl CryptoRng) -> Employee {
        self.fields().new_employee((self.name.clone(), self.email.clone()), company_id, now, random)
    }
}

/// The parsed request. It keeps errors of body and key, because the handler reports them only after it has authorized the caller.
struct ParsedRequest {
    wanted: Result<NewEmployee, Problem>,
    key: Result<Option<IdempotencyKey>, Failure>,
}

impl ParsedRequest {
    fn read(request: &Request, admin: EmployeeId) -> Self {
        let wanted = request.json().and_then(JsonBody::read::<NewEmployee>);
        let wanted = wanted.and_then(|wanted| request.query().map(|Nothing {}| wanted));
        let key = wanted.as_ref().map_or(Ok(None), |wanted| {
            let key = request.idempotency_key()?;
            Ok(key.map(|key| IdempotencyKey::new(admin, key, &(request.route_key(), wanted))).transpose()?)
        });
        Self { wanted, key }
    }

    /// The fields of the person. Empty if the body is not valid.
    fn fields(&self) -> EmployeeFields {
        self.wanted.as_ref().map(NewEmployee::fields).unwrap_or_default()
    }
}

pub(crate) async fn employee(services: &Services<Mail>, request: &Request) -> Result<Response<Body>, Failure> {
    let claims = access_claims(services, request).await?;
    let parsed = ParsedRequest::read(request, claims.employee_id);
    match add(services, request, &claims, &parsed).await? {
        Addition::Done(person) => {
            let wanted = parsed.wanted?;
            let for_role = wanted.issue_passcode.then_some(wanted.role);
            added(services, request, &claims, &person, for_role).await
        }
        Addition::Waits(approval) => answer::accepted(&WaitingView::from(&approval)),
    }
}

enum Addition {
    Done(Employee),
    /// A second Security Admin must approve it.
    Waits(Approval),
}

/// Adds the person. For a key that was used for this request it returns the person who was added then.
async fn add(
    services: &Services<Mail>,
    request: &Request,
    claims: &AccessClaims,
    parsed: &ParsedRequest,
) -> Result<Addition, Failure> {
    let (store, fields) = (&services.store, parsed.fields());
    let key = parsed.key.as_ref().ok().and_then(Option::as_ref);
    let mut attempts = store.attempts("the address");
    loop {
        attempts.begin().await?;
        let view = store.addition_view(claims.company_id, claims.employee_id, &fields, key).await?;
        let (admin, body) = admit_admin(claims, view.rows.get(claims.employee_id), request)?;
        let wanted = parsed.wanted.as_ref().map_err(Problem::clone)?;
        let (key, now) = (parsed.key.as_ref().map_err(Failure::clone)?.as_ref(), services.now());
        let lease = match key.map(|key| view.key_state(key, now)) {
            None => None,
            Some(KeyState::Free(lease)) => Some(lease),
            Some(KeyState::InProgress) => return Err(Problem::RequestInProgress.into()),
            Some(KeyState::Answered(KeptAnswer::Person { employee_id })) => {
                let person = store.employee(claims.company_id, employee_id).await?;
                return person.map(Addition::Done).ok_or_else(|| Problem::EmployeeNotFound.into());
            }
            Some(KeyState::OtherRequest | KeyState::Answered(_)) => return Err(Problem::IdempotencyKeyReused.into()),
        };

        let person = wanted.person(claims.company_id, now, &mut services.random());
        let company = company(&view.rows.company)?;
        may_add(admin, company, &person).map_err(Problem::from)?;
        if let Some(taken) = taken(view.owners, &person) {
            return Err(Problem::from(taken).into());
        }
        let act = request.act(Actor::Employee { employee_id: claims.employee_id }, now);
        if let Some(kind) = sensitive_addition(company, &person) {
            let waiting = WaitingAct { act: kind, concerned: None, body: body.to_text() };
            match services.wait_for_approval(admin, waiting, &act).await? {
                Some(approval) => return Ok(Addition::Waits(approval)),
                None => continue,
            }
        }
        let place = view.place(store, now).map_err(|limit| Problem::TooManyRequests { until: limit.until, now })?;
        let conditions = PeopleConditions {
            place: Some(place),
            answered: lease.map(|lease| (lease, person.employee_id)),
            ..PeopleConditions::of_admin(Authority::of(admin))
        };
        if store.add_employee(&person, false, &conditions, &act).await? == Outcome::Done {
            return Ok(Addition::Done(person));
        }
    }
}
