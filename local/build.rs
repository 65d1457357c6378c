//! Rebuilds the crate when a file to embed is added or removed. The compiler itself notices only changes to files that it has read.

fn main() {
    println!("cargo::rerun-if-changed=../portal");
    println!("cargo::rerun-if-changed=portal");
    println!("cargo::rerun-if-changed=pages");
}
