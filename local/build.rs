//! Has the crate built anew when a file to embed comes or goes: the compiler itself looks again only at those it has read.

fn main() {
    println!("cargo::rerun-if-changed=../portal");
    println!("cargo::rerun-if-changed=portal");
}
