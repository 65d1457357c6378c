//! Attacks. Each file has one class of them.
//!
//! Each test names a real incident that it prevents, or the requirement of NIST SP 800-63B-4 or OWASP ASVS 5.0.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on ends here")]

mod admin_races;
mod approval_races;
mod authority;
mod authorization;
mod availability;
mod company;
mod company_races;
mod edge;
mod ended_access;
mod enumeration;
mod forger;
mod gateway;
mod guessing;
mod headers;
mod input;
mod leakage;
mod mail;
mod people;
mod people_races;
mod portal;
mod races;
mod routes;
mod serial;
mod serial_order;
mod signatures;
mod stolen;
mod tenants;
mod throttles;
mod tokens;
