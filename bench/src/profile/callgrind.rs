//! Instructions by the origin of their source, from Callgrind's files:
//! <https://valgrind.org/docs/manual/cl-format.html>.

use std::collections::{BTreeMap, HashMap};

/// The owner of code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    Readmit,
    Sdk,
    Tls,
    Cryptography,
    Http,
    LambdaRuntime,
    Tokio,
    Json,
    QrCode,
    Std,
    Libc,
    Others,
}

impl Owner {
    /// All owners, in the order of the table.
    pub const ALL: [Self; 12] = [
        Self::Readmit,
        Self::Sdk,
        Self::Tls,
        Self::Cryptography,
        Self::Http,
        Self::LambdaRuntime,
        Self::Tokio,
        Self::Json,
        Self::QrCode,
        Self::Std,
        Self::Libc,
        Self::Others,
    ];

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Readmit => "Readmit",
            Self::Sdk => "AWS SDK, signatures aside",
            Self::Tls => "TLS: rustls, ring",
            Self::Cryptography => "hashes, HMAC, signatures",
            Self::Http => "HTTP: hyper, http",
            Self::LambdaRuntime => "the Runtime API's client",
            Self::Tokio => "tokio",
            Self::Json => "JSON: serde",
            Self::QrCode => "the QR code",
            Self::Std => "Rust's own library",
            Self::Libc => "libc: memory, copies",
            Self::Others => "others",
        }
    }

    /// The owner of a source file. Code in other objects than the function belongs to the system.
    fn of(file: &str, object: &str) -> Self {
        if !object.contains("/bootstrap") {
            return Self::Libc;
        }
        if ["/library/", "/rust/deps/"].iter().any(|folder| file.contains(folder)) || file.starts_with("library/") {
            return Self::Std;
        }
        let Some((_, rest)) = file.split_once("/registry/src/") else {
            return if file.contains("functions/") || file.contains("shared/") { Self::Readmit } else { Self::Others };
        };
        let krate = rest.split('/').nth(1).unwrap_or_default();
        let begins = |names: &[&str]| names.iter().any(|name| krate.starts_with(name));
        match () {
            () if begins(&["aws-", "serde_dynamo", "base64-simd", "fastrand"]) => Self::Sdk,
            () if begins(&["rustls", "ring-", "tokio-rustls", "hyper-rustls", "untrusted", "webpki"]) => Self::Tls,
            () if begins(&["sha2", "hmac", "digest", "block-buffer", "ed25519", "curve25519", "chacha20", "hkdf"]) => {
                Self::Cryptography
            }
            () if begins(&["argon2", "blake2", "poly1305", "rand", "cipher", "subtle"]) => Self::Cryptography,
            () if begins(&["hyper", "http", "h2-", "httparse", "tower", "want", "bytes"]) => Self::Http,
            () if begins(&["lambda_runtime"]) => Self::LambdaRuntime,
            () if begins(&["tokio", "mio", "futures", "pin-project"]) => Self::Tokio,
            () if begins(&["serde", "itoa", "ryu", "zmij"]) => Self::Json,
            () if begins(&["qrcodegen"]) => Self::QrCode,
            () => Self::Others,
        }
    }
}

/// Instructions by owner.
pub type Instructions = BTreeMap<Owner, u64>;

/// Adds the counts of a Callgrind file. The cost of a call belongs to the called function, which has its own lines. Inlined code of
/// Rust's library belongs to the function that contains it.
pub fn add(told: &str, instructions: &mut Instructions) {
    let (mut files, mut objects) = (HashMap::new(), HashMap::new());
    let (mut own, mut file, mut object, mut is_call) = (String::new(), String::new(), String::new(), false);
    for line in told.lines() {
        match line.split_once('=') {
            Some(("fl", name)) => {
                own = named(name, &mut files);
                file.clone_from(&own);
            }
            Some(("fi" | "fe", name)) => file = named(name, &mut files),
            Some(("cfl" | "cfi", name)) => drop(named(name, &mut files)),
            Some(("ob", name)) => object = named(name, &mut objects),
            Some(("cob", name)) => drop(named(name, &mut objects)),
            Some(("calls", _)) => is_call = true,
            _ if line.starts_with(|c: char| c.is_ascii_digit() || "+-*".contains(c)) => {
                let taken = line.split(' ').nth(1).and_then(|taken| taken.parse::<u64>().ok()).unwrap_or_default();
                let owner = match Owner::of(&file, &object) {
                    Owner::Std => Owner::of(&own, &object),
                    owner => owner,
                };
                if !std::mem::take(&mut is_call) {
                    *instructions.entry(owner).or_default() += taken;
                }
            }
            _ => {}
        }
    }
}

/// The name of an entry. It is written once as `(7) name`, and later only as `(7)`.
fn named(told: &str, known: &mut HashMap<String, String>) -> String {
    match told.split_once(' ') {
        Some((number, name)) => {
            known.insert(number.to_owned(), name.to_owned());
            name.to_owned()
        }
        None => known.get(told).cloned().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLD: &str = "\
version: 1
positions: line
events: Ir
ob=(1) /var/task/bootstrap
fl=(1) /home/x/.cargo/registry/src/crates/hyper-1.6.0/src/lib.rs
fn=(1) poll
16 400
fi=(2) functions/sign-in/src/lib.rs
+3 20
fi=(9) /rustc/abc/library/alloc/src/vec.rs
+1 7
fe=(1)
* 5
cfi=(3) /rustc/abc/library/core/src/mem.rs
cfn=(2) swap
calls=1 50
20 900
fl=(3)
fn=(2)
50 900
ob=(2) /usr/lib/libc.so.6
fl=(4) ???
fn=(3) memcpy
0 70
";

    #[test]
    fn each_instruction_is_counted_once_for_whose_source_it_is() {
        let mut found = Instructions::new();
        add(TOLD, &mut found);
        let expected = [(Owner::Readmit, 20), (Owner::Http, 412), (Owner::Std, 900), (Owner::Libc, 70)];
        assert_eq!(found, Instructions::from(expected));
    }
}
