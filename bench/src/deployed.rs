//! The stack with the functions as they are deployed: each is the release binary in its own process, and
//! reaches AWS's services over TLS.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use readmit::Clock;
use readmit_local::template::Template;
use readmit_local::{Database, Detours, Employees, Options, Process as Remote, Stack};

use readmit_tests::Proxy;

use crate::Failure;
use crate::process::{Process, Program, Taken};
use crate::runtime_api::RuntimeApi;
use crate::tls_proxy::{Certificates, TlsProxy};

/// The longest time until a function asks for its first event.
const PATIENCE: Duration = Duration::from_secs(30);

/// The running stack.
pub struct Deployed {
    // The first field, so that the functions end before the services that they call.
    functions: BTreeMap<String, Function>,
    stack: Stack,
    root: String,
    _proxies: [TlsProxy; 2],
}

struct Function {
    api: Arc<RuntimeApi>,
    program: Program,
    process: Option<Process>,
}

/// From a function's start to its first `GET /next`.
#[derive(Clone, Copy)]
pub struct Start {
    /// The elapsed time.
    pub wall: Duration,
    /// The resources that it used.
    pub taken: Taken,
}

impl Deployed {
    /// Starts the stack with the functions of `sam build` in the folder `build`. No function is started.
    pub async fn start(build: &Path, certificates: &Certificates) -> Result<Self, Failure> {
        let template = Template::of_this_build()?;
        let mut functions = BTreeMap::new();
        for function in &template.functions {
            let file = build.join(&function.logical_id).join("bootstrap");
            if !file.exists() {
                return Err(format!("{} is not there: run `make release-check`", file.display()).into());
            }
            let program = Program { file, arguments: Vec::new() };
            let api = RuntimeApi::start(Clock::system()).await?;
            functions.insert(function.package.clone(), Function { api, program, process: None });
        }
        let database = Database::start(None).await?;
        let proxies = [TlsProxy::start(certificates).await?, TlsProxy::start(certificates).await?];
        let [dynamodb, aws] = &proxies;
        // The engine accepts only the host name with its own port, which the proxy sends.
        let to_database = Proxy::start().await;
        to_database.leads_to(database.address());
        dynamodb.leads_to(to_database.url());
        let detours = Detours {
            dynamodb: Some(dynamodb.url().to_owned()),
            ses: Some(aws.url().to_owned()),
            secrets_manager: Some(aws.url().to_owned()),
            processes: functions
                .iter()
                .map(|(package, function)| (package.clone(), remote(Arc::clone(&function.api))))
                .collect(),
            ..Detours::default()
        };
        let options = Options {
            port: 0,
            data_dir: None,
            employees: Employees::Nobody,
            clock_control: false,
            portal: false,
            dock: false,
            follow_stream: false,
            delivers_mail: false,
        };
        let stack = Stack::start_on(options, database, detours).await?;
        // SES and Secrets Manager accept only the host name with their own port, which the proxy sends.
        let proxy = Proxy::start().await;
        proxy.leads_to(stack.secrets_and_mail());
        aws.leads_to(proxy.url());
        let root = certificates.root().to_string_lossy().into_owned();
        Ok(Self { stack, functions, root, _proxies: proxies })
    }

    /// The stack around the functions.
    pub fn stack(&self) -> &Stack {
        &self.stack
    }

    /// The packages of the functions.
    pub fn packages(&self) -> Vec<String> {
        self.functions.keys().cloned().collect()
    }

    /// Adds a program that is no function of the template but is started like one.
    pub async fn add(&mut self, name: &str, program: Program) -> Result<(), Failure> {
        let function = Function { api: RuntimeApi::start(Clock::system()).await?, program, process: None };
        self.functions.insert(name.to_owned(), function);
        Ok(())
    }

    /// Replaces the program of a function from its next start.
    pub fn replace(&mut self, package: &str, by: impl FnOnce(&Program) -> Program) -> Result<(), Failure> {
        let function = self.functions.get_mut(package).ok_or_else(|| format!("there is no function {package}"))?;
        function.program = by(&function.program);
        Ok(())
    }

    /// Starts every function.
    pub async fn start_all(&mut self) -> Result<(), Failure> {
        for package in self.packages() {
            self.restart(&package).await?;
        }
        Ok(())
    }

    /// Ends the running process of a function, if any, and starts another.
    pub async fn restart(&mut self, package: &str) -> Result<Start, Failure> {
        let variables: Vec<(String, String)> = {
            let told = self.stack.environment().variables();
            told.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
        };
        let function = self.functions.get_mut(package).ok_or_else(|| format!("there is no function {package}"))?;
        function.process = None;
        let before = function.api.gone().await;
        let of_lambda = [
            ("AWS_LAMBDA_RUNTIME_API", function.api.address()),
            ("AWS_LAMBDA_FUNCTION_NAME", package),
            ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_DEFAULT_REGION", "eu-west-1"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1769"),
            ("AWS_ACCESS_KEY_ID", package),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("AWS_CA_BUNDLE", &self.root),
            ("NODE_EXTRA_CA_CERTS", &self.root),
        ];
        let told = variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let started = Instant::now();
        let process = Process::start(&function.program, told.chain(of_lambda))?;
        tokio::time::timeout(PATIENCE, function.api.asked(before + 1))
            .await
            .map_err(|_| format!("{package} does not ask for an event"))?;
        let wall = started.elapsed();
        let taken = process.taken().await?;
        function.process = Some(process);
        Ok(Start { wall, taken })
    }

    /// Limits the function to the CPU that Lambda gives for this memory size.
    pub fn limit(&mut self, package: &str, memory_mb: u64) -> Result<(), Failure> {
        let process = self.functions.get_mut(package).and_then(|function| function.process.as_mut());
        process.ok_or_else(|| format!("{package} does not run"))?.limit_to(memory_mb)?;
        Ok(())
    }

    /// The function's Runtime API.
    pub fn api(&self, package: &str) -> Result<&RuntimeApi, Failure> {
        Ok(self
            .functions
            .get(package)
            .map(|function| &*function.api)
            .ok_or_else(|| format!("no function {package}"))?)
    }

    /// The id of the function's process.
    pub fn id(&self, package: &str) -> Result<u32, Failure> {
        let process = self.functions.get(package).and_then(|function| function.process.as_ref());
        Ok(process.ok_or_else(|| format!("{package} does not run"))?.id())
    }

    /// The CPU time of a request, until the function waits for the next.
    pub async fn cpu_of<T>(
        &self,
        package: &str,
        request: impl Future<Output = Result<T, Failure>>,
    ) -> Result<Duration, Failure> {
        let (before, asked) = self.idle(package).await?;
        request.await?;
        // It can be throttled before it asks for the next event.
        self.api(package)?.asked(asked + 1).await;
        // The sum is smaller than before if a thread has ended.
        let taken = self.idle(package).await?.0.cpu.checked_sub(before.cpu);
        Ok(taken.ok_or_else(|| format!("a thread of {package} has ended meanwhile: measure again"))?)
    }

    /// The resources that the process has used when it waits for an event, and how often it has asked for one.
    pub async fn idle(&self, package: &str) -> Result<(Taken, u64), Failure> {
        let asked = self.api(package)?.idle().await;
        let process = self.functions.get(package).and_then(|function| function.process.as_ref());
        Ok((process.ok_or_else(|| format!("{package} does not run"))?.taken().await?, asked))
    }
}

/// The function with this Runtime API, in the form that the stack calls.
fn remote(api: Arc<RuntimeApi>) -> Remote {
    Arc::new(move |event, request_id| {
        let api = Arc::clone(&api);
        Box::pin(async move { api.invoke(&event, &request_id).await })
    })
}

/// A temporary folder of this run.
pub fn scratch() -> PathBuf {
    std::env::temp_dir().join(format!("readmit-bench-{}", std::process::id()))
}
