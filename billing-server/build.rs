//! Cargo does not notice new files of the dashboard by itself.
#![allow(clippy::print_stdout, reason = "it is how Cargo is told")]

fn main() {
    println!("cargo::rerun-if-changed=dashboard/dist");
}
