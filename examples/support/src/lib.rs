//! What the examples share: a ledger by its URL, serving until told to stop, and the commands of a [`demo`].
//!
//! With the feature `tests` it also runs an example as a process of its own, for its tests.
/// The guide's code must compile.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/guides/charging-calls.md")]
mod guide {}

pub mod demo;
mod ledger;
#[cfg(feature = "tests")]
mod run;
mod serving;

pub use ledger::{expire_holds, open_ledger};
#[cfg(feature = "tests")]
pub use run::{Example, usd};
pub use serving::{GRACE, StopSignal, hold_ttl, listen};
