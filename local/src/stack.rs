//! The whole stack: starts its parts in order, knows their addresses, and stops them.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use readmit::environment::BadVariable;
use readmit::{Environment, Random};
use tokio::task::JoinSet;

use crate::authenticator::Authenticator;
use crate::control::ClockControl;
use crate::data_dir::DataDirError;
use crate::database::{Database, DatabaseError};
use crate::environment::{Places, UnknownVariable, of_functions};
use crate::files_and_queues::{FilesAndQueues, StorageError};
use crate::functions::Functions;
use crate::invoker::{Invoker, Process};
use crate::loopback::{Listener, Server};
use crate::mailbox::Mailbox;
use crate::moving_clock::MovingClock;
use crate::ready::Ready;
use crate::reports::Reports;
use crate::schedule::Scheduler;
use crate::secrets::Secrets;
use crate::seed::employees::{EmployeesError, EmployeesFile};
use crate::seed::enrolment::Enrolment;
use crate::seed::{self, SeedError};
use crate::stream::StreamReader;
use crate::template::{Template, TemplateError};
use crate::{
    Employees, Options, control, cors, gateway, guard, lambda_api, mail_preview, pages, portal, ses_and_secrets,
};

/// A running stack. Dropping it stops it without waiting.
pub struct Stack {
    ready: Ready,
    environment: Environment,
    clock: MovingClock,
    mailbox: Mailbox,
    secrets: Secrets,
    database: Database,
    api: Server,
    aws: Server,
    storage: FilesAndQueues,
    stream: Option<StreamReader>,
    running: JoinSet<()>,
}

/// Why the stack cannot be started. Each error is one line that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("port {0} is taken: end what listens there, or choose another by --port (0 picks a free one)")]
    PortTaken(u16),
    #[error("there is no port to listen on: {0}")]
    Listener(#[from] io::Error),
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error(transparent)]
    UnknownVariable(#[from] UnknownVariable),
    #[error(transparent)]
    Functions(#[from] BadVariable),
    #[error(transparent)]
    Employees(#[from] EmployeesError),
    #[error(transparent)]
    Seed(#[from] SeedError),
}

/// Other addresses for services, and the functions, by package, that run in other processes.
#[derive(Default)]
pub struct Detours {
    pub dynamodb: Option<String>,
    pub ses: Option<String>,
    pub secrets_manager: Option<String>,
    pub files_and_queues: Option<String>,
    pub processes: BTreeMap<String, Process>,
}

impl Stack {
    /// Starts everything, and returns when the stack can be used.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let employees = employees_file(&options.employees)?;
        // First, so that nothing is written to disk if the port is taken.
        let listener = bind(options.port).await?;
        let database = Database::start(options.data_dir.as_deref()).await?;
        Self::assemble(options, employees, listener, database, Detours::default()).await
    }

    /// Starts everything with this `database`, and with other addresses for the services, where a test can listen and pass requests on. Uses
    /// the database's data directory, and ignores that of the options.
    pub async fn start_on(options: Options, database: Database, detours: Detours) -> Result<Self, StartError> {
        let employees = employees_file(&options.employees)?;
        let listener = bind(options.port).await?;
        Self::assemble(options, employees, listener, database, detours).await
    }

    async fn assemble(
        options: Options,
        employees: Option<EmployeesFile>,
        api_listener: Listener,
        database: Database,
        detours: Detours,
    ) -> Result<Self, StartError> {
        let clock = MovingClock::open(database.data_dir())?;
        let template = Arc::new(Template::of_this_build()?);
        let (mailbox, arrivals) = Mailbox::open(database.data_dir())?;
        let secrets = Secrets::open(&template.secrets, database.data_dir(), clock.clock())?;

        let mut storage = FilesAndQueues::open(&template, database.data_dir(), &clock.clock()).await?;

        let aws_listener = Listener::bind(0).await?;
        let (api, api_address) = (api_listener.url(), api_listener.address());
        let (secrets_and_mail, aws_address) = (aws_listener.url(), aws_listener.address());
        let places = Places {
            api: &api,
            dynamodb: detours.dynamodb.as_deref().unwrap_or(database.address()),
            ses: detours.ses.as_deref().unwrap_or(&aws_address),
            secrets_manager: detours.secrets_manager.as_deref().unwrap_or(&aws_address),
            files_and_queues: detours.files_and_queues.as_deref().unwrap_or(storage.address()),
        };
        let environment = of_functions(&template, &places)?;
        let functions = Functions::new(&environment, &clock.clock(), &Random::system())?;
        let invoker = Invoker::new(template, functions, detours.processes);
        let scheduler = Scheduler::new(invoker.clone(), clock.clock());
        let stream = StreamReader::of_template(database.engine(), database.data_dir(), &invoker)?;

        storage.connect(&invoker);

        let port = aws_listener.port();
        let aws_router = ses_and_secrets::router(mailbox.clone(), &secrets, clock.clock(), port);
        let aws_server = aws_listener.serve(aws_router);
        let port = api_listener.port();
        let clock_control = ClockControl { clock: clock.clone(), is_movable: options.clock_control };
        let reports = Reports::new(mailbox.clone(), invoker.clone(), clock.clock());
        let owners_only =
            control::router(mailbox.clone(), scheduler.clone(), reports.clone(), clock_control, options.dock);
        let authenticator = Authenticator::new(clock.clock(), options.dock);
        let mut owners_only =
            owners_only.merge(lambda_api::router(invoker.clone())).merge(authenticator.router()).merge(pages::router());
        owners_only = owners_only.merge(mail_preview::router(&environment, options.dock)?);
        if options.portal {
            // The portal contains no secret, but under an attacker's host name people could type their password into it.
            owners_only = owners_only.merge(portal::router(options.dock.then(|| authenticator.clone())));
        }
        let owners_only = guard::loopback_only(owners_only, port);
        let gateway = gateway::router(invoker.clone(), clock.clock(), port);
        let gateway = cors::for_this_machine(gateway, invoker.template().cors.clone());
        let api_server = api_listener.serve(gateway.merge(owners_only));

        let enrolment = Enrolment { invoker: &invoker, mailbox: &mailbox, clock: &clock.clock(), api: &api_address };
        let is_sample = matches!(options.employees, Employees::Sample);
        let admin = match employees {
            Some(employees) => seed::fill(&enrolment, &employees, is_sample, &database).await?,
            None => None,
        };
        authenticator.open(admin.clone());
        let ready = Ready {
            ready: true,
            portal: options.portal.then(|| format!("{api}/")),
            mailbox: format!("{api}/_local/mailbox"),
            authenticator: format!("{api}/_local/authenticator"),
            api,
            dynamodb: database.url().to_owned(),
            secrets_and_mail,
            files_and_queues: storage.url().to_owned(),
            admin,
        };
        let mut running = scheduler.start();
        if let Some(stream) = stream.as_ref().filter(|_| options.follow_stream) {
            stream.start(&mut running);
        }
        if options.follow_stream {
            storage.start(&mut running);
        }
        if options.delivers_mail {
            reports.start(arrivals, &mut running);
        }
        let (api, aws) = (api_server, aws_server);
        Ok(Self { ready, environment, clock, mailbox, secrets, database, api, aws, storage, stream, running })
    }

    /// The line that the stack prints when it is ready.
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// The URL of the API, without a slash at the end.
    pub fn api(&self) -> &str {
        &self.ready.api
    }

    /// The database, as an address for clients of this process.
    pub fn dynamodb(&self) -> &str {
        self.database.address()
    }

    /// SES and Secrets Manager, as an address for clients of this process.
    pub fn secrets_and_mail(&self) -> &str {
        self.aws.address()
    }

    /// The functions' environment variables.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The clock of all functions.
    pub fn clock(&self) -> &MovingClock {
        &self.clock
    }

    /// The sent mails.
    pub fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Passes all records of the stream to `notify`, which `follow_stream` does automatically. Returns whether all were processed.
    pub async fn catch_up_with_the_stream(&self) -> bool {
        match &self.stream {
            Some(stream) => stream.catch_up().await,
            None => true,
        }
    }

    /// The bucket and the queue of imports.
    pub fn files_and_queues(&self) -> &FilesAndQueues {
        &self.storage
    }

    /// Stops everything: finishes the current answers, then closes every listener.
    pub async fn stop(self) {
        let Self { api, aws, storage, database, mut running, .. } = self;
        api.stop().await;
        running.shutdown().await;
        aws.stop().await;
        storage.stop().await;
        database.stop().await;
    }
}

async fn bind(port: u16) -> Result<Listener, StartError> {
    Listener::bind(port).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => StartError::PortTaken(port),
        _ => StartError::Listener(error),
    })
}

fn employees_file(employees: &Employees) -> Result<Option<EmployeesFile>, EmployeesError> {
    match employees {
        Employees::Sample => EmployeesFile::sample().map(Some),
        Employees::File(path) => EmployeesFile::read(path).map(Some),
        Employees::Nobody => Ok(None),
    }
}
