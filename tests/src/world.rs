//! The world: a stack with two companies.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::Mutex;
use std::time::Duration;

use readmit_local::{Database, Detours, Employees, Options, Stack};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{Person, Proxy, Recovery, Reply, contract};

/// An acceptable password.
pub const PASSWORD: &str = "plum harbour ladder quartz";

/// A running stack with two companies, Northwind and Contoso. Nobody is enrolled until a test needs it.
///
/// Northwind: `ada@` and `grace@` are Security Admins, `mike@` and `sam@` members, `cleo@` a client, `dora@` disabled.
/// Contoso: `carl@` is a Security Admin, `mary@` a member.
pub struct World {
    /// The stack.
    pub stack: Stack,
    /// The proxy before the store.
    pub store: Proxy,
    /// The proxy before the mail service.
    pub ses: Proxy,
    /// The proxy before Secrets Manager.
    pub secrets_manager: Proxy,
    /// The proxy before S3 and SQS.
    pub files: Proxy,
    /// The two companies' ids, by name.
    pub companies: HashMap<String, String>,
    ids: HashMap<String, String>,
    pub(crate) client: reqwest::Client,
    transcript: Mutex<Vec<(String, Reply)>>,
}

impl World {
    /// A new world in memory.
    pub async fn start() -> Self {
        let mut world = Self::empty().await;
        world
            .add_company(
                "Northwind Partners",
                json!([
                    {"email": "ada@northwind.example", "name": "Ada Lindqvist", "role": "security_admin", "external_id": "NW-1"},
                    {"email": "grace@northwind.example", "name": "Grace Okafor", "role": "security_admin", "external_id": "NW-2"},
                    {"email": "mike@northwind.example", "name": "Mike Brandt", "external_id": "NW-3"},
                    {"email": "sam@northwind.example", "name": "Sam Wójcik", "external_id": "NW-4"},
                    {"email": "cleo@client.example", "name": "Cleo Client", "account_type": "client"},
                    {"email": "dora@northwind.example", "name": "Dora Disabled", "status": "disabled"},
                ]),
            )
            .await;
        world
            .add_company(
                "Contoso",
                json!([
                    {"email": "carl@contoso.example", "name": "Carl Contoso", "role": "security_admin"},
                    {"email": "mary@contoso.example", "name": "Mary Member"},
                ]),
            )
            .await;
        world
    }

    /// A world without people.
    pub async fn empty() -> Self {
        let database = Database::start(None).await.unwrap();
        let (store, ses, secrets_manager) = (Proxy::start().await, Proxy::start().await, Proxy::start().await);
        let files = Proxy::start().await;
        store.leads_to(database.address());
        let detour = |proxy: &Proxy| Some(proxy.url().to_owned());
        let detours = Detours {
            dynamodb: detour(&store),
            ses: detour(&ses),
            secrets_manager: detour(&secrets_manager),
            files_and_queues: detour(&files),
            ..Detours::default()
        };
        let options = Options {
            port: 0,
            data_dir: None,
            employees: Employees::Nobody,
            clock_control: true,
            portal: false,
            dock: false,
            follow_stream: false,
            delivers_mail: false,
        };
        let stack = Stack::start_on(options, database, detours).await.unwrap();
        ses.leads_to(stack.secrets_and_mail());
        secrets_manager.leads_to(stack.secrets_and_mail());
        files.leads_to(stack.files_and_queues().address());
        // The audit has the caller's address, which must be the same on every machine.
        let client = reqwest::Client::builder().no_proxy().resolve("localhost", (Ipv4Addr::LOCALHOST, 0).into());
        let client = client.build().unwrap();
        Self {
            stack,
            store,
            ses,
            secrets_manager,
            files,
            companies: HashMap::new(),
            ids: HashMap::new(),
            client,
            transcript: Mutex::default(),
        }
    }

    async fn add_company(&mut self, name: &str, employees: Value) {
        self.import_company(json!({"company": {"name": name}, "employees": employees})).await;
    }

    /// Imports a new company, and remembers the ids of its people.
    pub async fn import_company(&mut self, event: Value) {
        let name = event["company"]["name"].as_str().unwrap().to_owned();
        let imported = self.import(event).await;
        self.companies.insert(name, imported.text_at("/company_id"));
        for row in imported.body["results"].as_array().unwrap() {
            assert_eq!(row["outcome"], "created", "{row}");
            self.ids.insert(row["email"].as_str().unwrap().to_owned(), row["employee_id"].as_str().unwrap().to_owned());
        }
    }

    /// The employee's id.
    #[track_caller]
    pub fn id(&self, email: &str) -> &str {
        self.ids.get(email).unwrap_or_else(|| panic!("nobody is {email}"))
    }

    /// A request to the API.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.stack.api()))
    }

    /// A request with an optional token and an optional JSON body.
    pub async fn call(&self, method: Method, path: &str, token: Option<&str>, body: Option<Value>) -> Reply {
        let mut request = self.request(method.clone(), path);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let reply = Reply::of(request.send().await.unwrap()).await;
        contract::check(&method, path, &reply);
        self.transcript.lock().unwrap().push((path.to_owned(), reply.clone()));
        reply
    }

    /// Every answer to [`Self::call`] so far, by path.
    pub fn transcript(&self) -> Vec<(String, Reply)> {
        self.transcript.lock().unwrap().clone()
    }

    /// Sends a request as it is.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        let (client, request) = request.build_split();
        let request = request.unwrap();
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let reply = Reply::of(client.execute(request).await.unwrap()).await;
        contract::check(&method, &path, &reply);
        reply
    }

    /// Invokes a function through Lambda's API, like an operator.
    pub async fn invoke(&self, function: &str, event: Value) -> Reply {
        self.call(Method::POST, &format!("/2015-03-31/functions/{function}/invocations"), None, Some(event)).await
    }

    /// Runs an import, which must succeed as a whole.
    pub async fn import(&self, event: Value) -> Reply {
        let reply = self.invoke("import-employees", event).await;
        assert!(reply.header("x-amz-function-error").is_empty(), "{}", reply.text);
        reply
    }

    /// An import of these rows into Northwind.
    pub fn northwind(&self, rows: Value) -> Value {
        let company = json!({"company_id": self.companies["Northwind Partners"], "name": "Northwind Partners"});
        json!({"company": company, "employees": rows})
    }

    /// Runs an import, and returns the result of each row: `updated`, or `refused address_taken`.
    pub async fn outcomes_of(&self, event: Value) -> Vec<String> {
        let outcome = |row: &Value| {
            let problem = &row["problem"];
            assert_eq!(problem.is_null(), problem["detail"].as_str().unwrap_or_default().is_empty(), "{row}");
            [&row["outcome"], &problem["code"]].into_iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
        };
        self.import(event).await.body["results"].as_array().unwrap().iter().map(outcome).collect()
    }

    /// The results of rows that are imported into Northwind.
    pub async fn outcomes(&self, rows: Value) -> Vec<String> {
        self.outcomes_of(self.northwind(rows)).await
    }

    /// Changes one person of a company by an import, with the fields of `row`. The change must be accepted.
    pub async fn change(&self, email: &str, row: Value) -> Reply {
        let mut row = row;
        row["email"] = row.get("email").cloned().unwrap_or_else(|| json!(email));
        row["employee_id"] = json!(self.id(email));
        let name = company_of(email);
        let company = json!({"company_id": self.companies[name], "name": name});
        let reply = self.import(json!({"company": company, "employees": [row]})).await;
        assert_ne!(reply.body["results"][0]["outcome"], "refused", "{}", reply.text);
        reply
    }

    /// Moves every function's clock.
    pub async fn advance(&self, by: Duration) {
        let reply =
            self.call(Method::POST, "/_local/clock", None, Some(json!({"advance_seconds": by.as_secs()}))).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
    }

    /// Moves the clock to the beginning of an authenticator step, and holds it there.
    pub async fn begin_a_step(&self) {
        self.stack.clock().hold();
        self.advance(Duration::from_secs(30 - self.now() % 30)).await;
    }

    /// The functions' time, in seconds since 1970.
    pub fn now(&self) -> u64 {
        u64::try_from(self.stack.clock().now().seconds()).unwrap()
    }

    /// The operator issues a passcode. Returns the code of the mail.
    pub async fn operator_mails_a_code_to(&self, email: &str) -> String {
        let name = company_of(email);
        let company = json!({"company_id": self.companies[name], "name": name});
        let reply = self.import(json!({"company": company, "employees": [], "issue_passcodes": [email]})).await;
        assert!(reply.body["results"][0]["problem"].is_null(), "{}", reply.text);
        self.mailed_code(email).await
    }

    /// The code with its last symbol replaced: the right selector, a wrong secret.
    pub fn wrong_secret(&self, code: &str) -> String {
        let last = if code.ends_with('0') { '1' } else { '0' };
        format!("{}{last}", &code[..13])
    }

    /// Tries a code.
    pub async fn redeem(&self, email: &str, code: &str) -> Reply {
        self.call(Method::POST, "/v1/passcodes/redeem", None, Some(json!({"email": email, "code": code}))).await
    }

    /// Redeems a code. It must be right.
    pub async fn recovers(&self, email: &str, code: &str) -> Recovery<'_> {
        let reply = self.redeem(email, code).await.is(200);
        Recovery::new(self, email, reply.text_at("/recovery_token"))
    }

    /// Enrols a person with a passcode of the operator, and signs the person in.
    pub async fn enrolled(&self, email: &str) -> Person<'_> {
        let code = self.operator_mails_a_code_to(email).await;
        self.recovers(email, &code).await.completes(PASSWORD).await
    }

    /// Tries to sign in.
    pub async fn sign_in(&self, email: &str, password: &str, code: &str) -> Reply {
        let body = json!({"email": email, "password": password, "code": code});
        self.call(Method::POST, "/v1/sessions", None, Some(body)).await
    }

    /// Tries to sign in with this device cookie.
    pub async fn sign_in_on(&self, device: &str, email: &str, password: &str, code: &str) -> Reply {
        let request = self.request(Method::POST, "/v1/sessions").header("cookie", device);
        self.send(request.json(&json!({"email": email, "password": password, "code": code}))).await
    }

    /// Runs the cleanup, and returns its counts.
    pub async fn clean_up(&self) -> Value {
        let reply = self.call(Method::POST, "/_local/schedule/cleanup-passcodes", None, None).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.body
    }
}

/// The company of an address.
fn company_of(email: &str) -> &'static str {
    match email.rsplit_once('@').map(|(_, domain)| domain) {
        Some("contoso.example") => "Contoso",
        Some("wanderers.example") => "Wanderers",
        _ => "Northwind Partners",
    }
}
