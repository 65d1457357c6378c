//! AWS's list prices, and the price of a million recoveries.

use readmit_local::template::Template;
use readmit_tests::{Cost, acts};

use crate::Failure;
use crate::process::WHOLE_VCPU_MB;

/// A list price of us-east-1 in US dollars, without free tiers.
pub struct Price {
    pub of: &'static str,
    pub usd: f64,
    /// The number of units that the price is for.
    pub per: f64,
    pub unit: &'static str,
    pub source: &'static str,
}

/// The date of the prices.
pub const AS_OF: &str = "2026-11-24";

const HTTP_API: Price = Price {
    of: "HTTP API",
    usd: 1.0,
    per: 1e6,
    unit: "million requests",
    source: "https://aws.amazon.com/api-gateway/pricing/",
};
const INVOCATIONS: Price = Price {
    of: "Lambda, invocations",
    usd: 0.2,
    per: 1e6,
    unit: "million",
    source: "https://aws.amazon.com/lambda/pricing/",
};
const TIME: Price = Price {
    of: "Lambda, time on arm64",
    usd: 0.000_013_333_4,
    per: 1.0,
    unit: "GB-second",
    source: "https://aws.amazon.com/lambda/pricing/",
};
const WRITES: Price = Price {
    of: "DynamoDB, writes",
    usd: 0.625,
    per: 1e6,
    unit: "million write units",
    source: "https://aws.amazon.com/dynamodb/pricing/on-demand/",
};
const READS: Price = Price {
    of: "DynamoDB, reads",
    usd: 0.125,
    per: 1e6,
    unit: "million read units",
    source: "https://aws.amazon.com/dynamodb/pricing/on-demand/",
};
const LOGS: Price = Price {
    of: "CloudWatch logs",
    usd: 0.5,
    per: 1e9,
    unit: "GB",
    source: "https://aws.amazon.com/cloudwatch/pricing/",
};
const DATA_OUT: Price =
    Price { of: "Data out", usd: 0.09, per: 1e9, unit: "GB", source: "https://aws.amazon.com/ec2/pricing/on-demand/" };
const SECRETS: Price = Price {
    of: "Secrets Manager",
    usd: 0.05,
    per: 1e4,
    unit: "ten thousand calls",
    source: "https://aws.amazon.com/secrets-manager/pricing/",
};

pub const PRICES: [Price; 8] = [HTTP_API, INVOCATIONS, TIME, WRITES, READS, LOGS, DATA_OUT, SECRETS];

/// The used part of provisioned capacity.
pub const USED: f64 = 0.7;
/// The price of one provisioned write unit for an hour (`https://aws.amazon.com/dynamodb/pricing/provisioned/`).
const WRITE_UNIT_HOUR: f64 = 0.000_65;
/// The price of one provisioned read unit for an hour.
const READ_UNIT_HOUR: f64 = 0.000_13;

/// The assumed time of a round trip to DynamoDB, which promises less than ten milliseconds.
const TRIP_MS: f64 = 10.0;
/// The assumed time of SES for a mail. It is not measured here.
const MAIL_MS: f64 = 100.0;
/// CPU of an invocation without a hash on a whole vCPU: measured on the faster machine of 28 November 2026 and rounded up. arm64 is
/// assumed to be as fast.
const CPU_MS: f64 = 1.5;
/// CPU of an Argon2id hash, from the same measurement.
const HASH_MS: f64 = 20.0;
/// The approximate size of the six answers of a recovery with their headers. Half of it is the QR code.
const ANSWERED_BYTES: f64 = 12_000.0;
/// The reads of root secrets in a month: the four functions of a recovery run as one process each, and read their secrets every
/// five minutes. Each secret counts, also if several are read in one request.
const FETCHES: f64 = 11.0 * 8_640.0;

/// The billed time of a recovery.
struct Billed {
    act: &'static str,
    function: &'static str,
    is_request: bool,
    hashes: bool,
    mails: f64,
}

const fn request(act: &'static str, function: &'static str) -> Billed {
    Billed { act, function, is_request: true, hashes: false, mails: 0.0 }
}

const fn event(act: &'static str, function: &'static str) -> Billed {
    Billed { is_request: false, ..request(act, function) }
}

/// The invocations of a recovery, with each event in an invocation of its own.
const BILLED: [Billed; acts::RECOVERY.len()] = [
    Billed { mails: 1.0, ..request("issue", "issue-passcode") },
    event("delivery report", "track-delivery"),
    request("redeem", "redeem-passcode"),
    Billed { mails: 1.0, ..event("notice of the redemption", "notify") },
    Billed { hashes: true, ..request("set the password", "reset-2fa") },
    request("set up TOTP", "reset-2fa"),
    request("complete", "reset-2fa"),
    Billed { mails: 1.0, ..event("notice of the completion", "notify") },
    Billed { hashes: true, ..request("sign in", "sign-in") },
];

/// The number of API requests of a recovery.
pub fn requests_of_a_recovery() -> usize {
    BILLED.iter().filter(|billed| billed.is_request).count()
}

/// An invocation and its billed time.
pub struct Invocation {
    pub act: &'static str,
    pub function: &'static str,
    pub memory_mb: u64,
    pub billed_ms: f64,
}

/// A part of the price.
pub struct Component {
    pub price: &'static Price,
    /// The number of units for one recovery.
    pub count: f64,
    /// The price for a million recoveries.
    pub usd: f64,
}

/// A whole recovery.
pub struct Recovery {
    pub invocations: Vec<Invocation>,
    pub cost: Cost,
    pub components: Vec<Component>,
}

impl Recovery {
    /// A recovery with this size of logs.
    pub fn with_logs(bytes: usize) -> Result<Self, Failure> {
        let template = Template::of_this_build()?;
        let (mut invocations, mut cost) = (Vec::new(), Cost::default());
        for billed in &BILLED {
            let taken = acts::expected(billed.act).ok_or_else(|| format!("nothing is known of {}", billed.act))?;
            let function = template.function(billed.function).ok_or("a function is not in the template")?;
            let share = WHOLE_VCPU_MB as f64 / function.memory_mb.min(WHOLE_VCPU_MB) as f64;
            let cpu = (CPU_MS + if billed.hashes { HASH_MS } else { 0.0 }) * share;
            let billed_ms = (cpu + taken.trips as f64 * TRIP_MS + billed.mails * MAIL_MS).ceil();
            let (act, function) = (billed.act, (billed.function, function.memory_mb));
            invocations.push(Invocation { act, function: function.0, memory_mb: function.1, billed_ms });
            cost = cost + taken;
        }
        let gb_seconds: f64 = invocations.iter().map(|one| one.memory_mb as f64 / 1_024.0 * one.billed_ms / 1e3).sum();
        let counts = [
            (&HTTP_API, requests_of_a_recovery() as f64),
            (&INVOCATIONS, BILLED.len() as f64),
            (&TIME, gb_seconds),
            (&WRITES, cost.writes),
            (&READS, cost.reads),
            (&LOGS, bytes as f64),
            (&DATA_OUT, ANSWERED_BYTES),
            (&SECRETS, FETCHES / 1e6),
        ];
        let component = |(price, count): (&'static Price, f64)| Component {
            price,
            count,
            usd: count * 1e6 * price.usd / price.per,
        };
        Ok(Self { invocations, cost, components: counts.map(component).into() })
    }

    /// The price of a million recoveries.
    pub fn usd(&self) -> f64 {
        self.components.iter().map(|component| component.usd).sum()
    }

    /// The same with provisioned capacity, of which [`USED`] is used.
    pub fn usd_by_capacity(&self) -> f64 {
        let millions_an_hour = 3_600.0 * USED / 1e6;
        let requests = self.cost.writes * WRITES.usd + self.cost.reads * READS.usd;
        let capacity = self.cost.writes * WRITE_UNIT_HOUR + self.cost.reads * READ_UNIT_HOUR;
        self.usd() - requests + capacity / millions_an_hour
    }
}
