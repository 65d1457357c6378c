//! The cost of a function's start, and of its first event.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use readmit::keyring::RootSecret;
use serde_json::{Value, json};

use crate::Failure;
use crate::api::Api;
use crate::company::{Company, Kind};
use crate::deployed::{Deployed, Start, scratch};
use crate::plot::{Bar, bars};
use crate::process::Program;
use crate::report::{Report, least, mb, median, ms};
use crate::tls_proxy::Certificates;

/// Sizes of memory, in MB.
const SIZES_MB: [u64; 3] = [128, 512, 1_769];
/// One kind of request for each function, and for reset-2fa also one that hashes. Not for notify, which only the stream calls.
const KINDS: [Kind; 13] = [
    Kind::ListEmployees,
    Kind::ListAuditEvents,
    Kind::Issue,
    Kind::Redeem,
    Kind::Revoke,
    Kind::SetUpTotp,
    Kind::SetPassword,
    Kind::SignIn,
    Kind::TrackDelivery,
    Kind::CleanUp,
    Kind::Import,
    Kind::RotateRootSecret,
    Kind::ChangeEmployee,
];
/// The result for an event without a gateway.
const REQUEST_ID: &str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";
const HELLO: &str = "hello-world, `lambda_http`";

/// Measures starts and first events.
#[derive(Args)]
pub struct Flags {
    /// What `sam build` made with the profile that is deployed
    #[arg(long, value_name = "FOLDER")]
    functions: PathBuf,
    /// The function hello-world, built alike
    #[arg(long, value_name = "FILE")]
    hello: PathBuf,
    /// A Python that has boto3
    #[arg(long, value_name = "FILE")]
    python: Option<PathBuf>,
    /// A Node.js; bench/baselines/node_modules has the SDK
    #[arg(long, value_name = "FILE")]
    node: Option<PathBuf>,
    /// How often each is started for each size of memory
    #[arg(long, default_value_t = 15)]
    rounds: usize,
    /// Put the section into docs/performance.md
    #[arg(long)]
    write: bool,
}

/// The measurements of one function.
struct Seen {
    name: String,
    starts: Vec<Start>,
    /// The times of the first event, for each memory size.
    took: [Vec<Duration>; 3],
    cpu: Vec<Duration>,
    /// The CPU times of the second event.
    warm: Vec<Duration>,
}

/// Runs it.
pub async fn run(flags: &Flags) -> Result<(), Failure> {
    let certificates = Certificates::make(&scratch())?;
    let mut deployed = Deployed::start(&flags.functions, &certificates).await?;
    let mut others = vec![(HELLO, "hello-world")];
    deployed.add("hello-world", Program { file: flags.hello.clone(), arguments: Vec::new() }).await?;
    let baselines = [(&flags.python, "boto3", "python.py"), (&flags.node, "JavaScript SDK v3", "javascript.mjs")];
    for (interpreter, name, script) in baselines {
        if let Some(file) = interpreter {
            let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("baselines").join(script);
            let arguments = vec![script.to_string_lossy().into_owned()];
            deployed.add(name, Program { file: file.clone(), arguments }).await?;
            others.push((name, name));
        }
    }
    deployed.start_all().await?;
    let api = Api::new(deployed.stack().api())?;
    let people = 2 * flags.rounds * SIZES_MB.len() * KINDS.len();
    let company = Company::found(&api, people, &deployed.stack().secrets().arn(RootSecret::Sessions)).await?;

    let names = KINDS.iter().map(|kind| kind.name_and_function().0).chain(others.iter().map(|(name, _)| *name));
    let mut seen: Vec<Seen> = names.map(Seen::new).collect();
    for _ in 0..flags.rounds {
        for (index, size) in SIZES_MB.into_iter().enumerate() {
            let mut seen = seen.iter_mut();
            for (kind, seen) in KINDS.into_iter().zip(&mut seen) {
                let (_, function) = kind.name_and_function();
                let [first, second] = [company.prepare(kind).await?, company.prepare(kind).await?];
                seen.starts.push(deployed.restart(function).await?);
                deployed.limit(function, size)?;
                seen.cpu.push(deployed.cpu_of(function, api.ask(first)).await?);
                seen.took[index].push(deployed.api(function)?.latest());
                seen.warm.push(deployed.cpu_of(function, api.ask(second)).await?);
                deployed.restart(function).await?;
            }
            for ((_, name), seen) in others.iter().zip(&mut seen) {
                seen.starts.push(deployed.restart(name).await?);
                deployed.limit(name, size)?;
                let ask = || async { Ok(deployed.api(name)?.invoke(&event(), REQUEST_ID).await?) };
                seen.cpu.push(deployed.cpu_of(name, ask()).await?);
                seen.took[index].push(deployed.api(name)?.latest());
                seen.warm.push(deployed.cpu_of(name, ask()).await?);
            }
        }
    }
    report(&seen, flags.write)
}

impl Seen {
    fn new(name: &str) -> Self {
        Self { name: name.to_owned(), starts: Vec::new(), took: Default::default(), cpu: Vec::new(), warm: Vec::new() }
    }

    fn start_cpu(&self) -> Duration {
        let cpu: Vec<Duration> = self.starts.iter().map(|start| start.taken.cpu).collect();
        median(&cpu).unwrap_or_default()
    }
}

fn report(seen: &[Seen], write: bool) -> Result<(), Failure> {
    let hello = seen.iter().find(|seen| seen.name == HELLO).map_or(Duration::ZERO, Seen::start_cpu).as_secs_f64();
    let mut rows = Vec::new();
    for seen in seen {
        let of = |figure: fn(&Start) -> u64| median(&seen.starts.iter().map(figure).collect::<Vec<_>>());
        let wall: Vec<Duration> = seen.starts.iter().map(|start| start.wall).collect();
        let cpu: Vec<Duration> = seen.starts.iter().map(|start| start.taken.cpu).collect();
        let mut row = vec![
            seen.name.clone(),
            ms(seen.start_cpu()),
            ms(least(&cpu).unwrap_or_default()),
            format!("{:.2}", seen.start_cpu().as_secs_f64() / hello),
            ms(median(&wall).unwrap_or_default()),
            of(|start| start.taken.faults).unwrap_or_default().to_string(),
            mb(of(|start| start.taken.peak_rss).unwrap_or_default()),
            ms(median(&seen.cpu).unwrap_or_default()),
            ms(median(&seen.warm).unwrap_or_default()),
        ];
        row.extend(seen.took.iter().map(|took| ms(median(took).unwrap_or_default())));
        rows.push(row);
    }
    let mut report = Report::new("cold-start");
    report.table(
        &[
            "function, by its first event",
            "start, ms of CPU",
            "least",
            "over hello-world",
            "start, ms",
            "faults",
            "RSS, MB",
            "first event, ms of CPU",
            "second",
            "first at 128 MB, ms",
            "512 MB",
            "1,769 MB",
        ],
        &rows,
    );
    let starts: Vec<Bar> = seen.iter().map(|seen| Bar::new(&seen.name, seen.start_cpu().as_secs_f64() * 1e3)).collect();
    let picture = bars("CPU from exec to the first GET /next, ms", &starts)?;
    report.picture("cold-start.svg", "CPU from exec to the first GET /next", &picture, write)?;
    let first: Vec<Bar> = seen
        .iter()
        .map(|seen| Bar::new(&seen.name, median(&seen.took[0]).unwrap_or_default().as_secs_f64() * 1e3))
        .collect();
    let picture = bars("The first event at 128 MB, ms", &first)?;
    report.picture("first-event.svg", "The first event at 128 MB", &picture, write)?;
    report.end(write)
}

/// An HTTP API event that hello-world accepts. The other functions ignore its content.
fn event() -> Value {
    json!({
        "version": "2.0",
        "routeKey": "GET /",
        "rawPath": "/",
        "rawQueryString": "",
        "headers": {"accept": "*/*"},
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": "127.0.0.1",
            "domainPrefix": "127",
            "http": {
                "method": "GET", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "bench",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "GET /",
            "stage": "$default",
            "time": "12/Mar/2020:19:03:58 +0000",
            "timeEpoch": 1_584_039_838_390_i64,
        },
        "isBase64Encoded": false,
    })
}
