"""The company, and the way back in of one of its people."""

from dataclasses import dataclass, field

from portal import Authenticator

DOMAIN = "northwind.example"


@dataclass
class Person:
    """What a person knows and holds."""

    name: str
    role: str = "member"
    account_type: str = "employee"
    employee_id: str = ""
    password: str = ""
    authenticator: Authenticator | None = None
    backup_codes: list = field(default_factory=list)
    token: str = ""

    @property
    def email(self) -> str:
        return f"{self.name.split()[0].lower()}@{DOMAIN}"

    def row(self) -> dict:
        return {"email": self.email, "name": self.name, "role": self.role, "account_type": self.account_type}


class Company:
    """Northwind, and what its people do. Every act is a request to the deployed functions."""

    def __init__(self, portal):
        self.portal = portal
        self.ada = Person("Ada Lindqvist", role="security_admin")
        self.mike = Person("Mike Brandt")
        self.nora = Person("Nora Haddad")
        self.olga = Person("Olga Šťastná")
        self.carl = Person("Carl Client", account_type="client")
        self.people = [self.ada, self.mike, self.nora, self.olga, self.carl]
        self.company_id = ""

    def import_people(self, issue_passcodes) -> dict:
        event = {
            "mode": "update" if self.company_id else "create",
            "company": {"external_id": "northwind", "name": "Northwind Partners", "support_email": f"help@{DOMAIN}"},
            "employees": [person.row() for person in self.people],
            "issue_passcodes": issue_passcodes,
        }
        answer = self.portal.invoke("ImportEmployeesFunction", event)
        self.company_id = answer["company_id"]
        for person, result in zip(self.people, answer["results"], strict=True):
            person.employee_id = result["employee_id"]
        return answer

    def issue(self, to: Person, token: str):
        return self.portal.call("POST /v1/employees/{employee_id}/passcode", token=token, employee_id=to.employee_id)

    def redeem(self, person: Person, code: str):
        answer = self.portal.call("POST /v1/passcodes/redeem", {"email": person.email, "code": code})
        if answer.status == 200:
            self.portal.keep("recovery token", answer.body["recovery_token"])
        return answer

    def choose_password(self, recovery: str, password: str):
        return self.portal.call("PUT /v1/recovery/password", {"password": password}, token=recovery)

    def enrol(self, recovery: str):
        answer = self.portal.call("POST /v1/recovery/totp", token=recovery)
        if answer.status == 200:
            self.portal.keep("authenticator's key", answer.body["secret"])
        return answer

    def complete(self, recovery: str, code: str):
        return self.portal.call("POST /v1/recovery/complete", {"code": code}, token=recovery)

    def is_in(self, person: Person, password: str, authenticator: Authenticator, completed) -> None:
        """After a recovery: what the person has now."""
        person.password = self.portal.keep("password", password)
        person.authenticator = authenticator
        person.backup_codes = [self.portal.keep("backup code", code) for code in completed["backup_codes"]]
        person.token = self.portal.keep("access token", completed["access_token"])

    def sign_in(self, person: Person, code: str, password: str | None = None):
        answer = self.portal.call(
            "POST /v1/sessions", {"email": person.email, "password": password or person.password, "code": code}
        )
        if answer.status == 200:
            self.portal.keep("access token", answer.body["access_token"])
        return answer

    def list_employees(self, token: str, **query):
        return self.portal.call("GET /v1/employees", token=token, query=query)

    def one_employee(self, person: Person, token: str):
        return self.portal.call("GET /v1/employees/{employee_id}", token=token, employee_id=person.employee_id)
